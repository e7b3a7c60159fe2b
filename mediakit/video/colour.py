"""From any clip's colours to BT.709 SDR, as one table that the brand's look is composed into.

HLG, PQ and wide-gamut clips need a change of curve and primaries. Like a look, that change depends on a pixel's own
colour alone, so it is the same kind of table: ffmpeg's `lut3d` applies it while rendering and `apply_table` to frames
that are only looked at, and both show the same picture. SDR in BT.709 needs no table and passes through untouched.

The curve, in display light:
- HLG: inverse OETF and OOTF of Rec. ITU-R BT.2100-2 for a 1000 cd/m2 display (system gamma 1.2). Dolby Vision 8.4 is
  HLG underneath and is taken as that. PQ: EOTF of SMPTE ST 2084.
- 2020 to 709 primaries by matrix; what falls outside is drawn towards its own grey until it fits (hue and luminance kept).
- Tone: the EETF of Report ITU-R BT.2390-11 section 5.4 from 1000 to 203 cd/m2, SDR white being HDR reference white
  (Report ITU-R BT.2408). It is applied to the largest channel and all three are scaled alike, so the proportions of
  skin and product colours stay as they were; up to 87 cd/m2 (code 179 of 255) nothing is compressed at all.
- BT.1886 (gamma 2.4) back to code values.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mediakit.model import Size
from mediakit.video.clip import Colour

if TYPE_CHECKING:
    from mediakit.pixels.cube import Cube
    from mediakit.pixels.light import Float, Rgb8

POINTS, HDR_POINTS = 33, 65
"""Grid points a side; the curves of HLG and PQ take more to follow (mean error 0.07 and 0.12 CIEDE2000)."""
PEAK = 1000.0
"""cd/m2: the display HLG is rendered for, and the brightest that PQ is kept apart up to."""
WHITE = 203.0
"""cd/m2: HDR reference white (BT.2408), which becomes SDR white."""
DISPLAY_GAMMA = 2.4
MATRICES = ("bt709", "smpte170m", "bt470bg", "smpte240m", "bt2020nc", "bt2020c")
"""Those that YCbCr is decoded with; a file that names another one (RGB, say) is taken for one that names none."""
ROWS_AT_ONCE_PX = 400_000
HD_SHORT_SIDE_PX = 576
HD_LONG_SIDE_PX = 1024

Table = NDArray[np.float32]
"""(N, N, N, 3) float32 [b][g][r], R'G'B' 0..1 in and out."""

_XY = {
    "bt709": ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060)),
    "bt470bg": ((0.640, 0.330), (0.290, 0.600), (0.150, 0.060)),
    "smpte170m": ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070)),
    "smpte240m": ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070)),
    "bt2020": ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),
    "smpte432": ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),
}
_WHITE_XY = (0.3127, 0.3290)


def matrix_of(colour: Colour, coded: Size) -> str:
    """The YCbCr matrix to decode with. Files that do not say follow custom: BT.601 for SD, BT.709 for HD."""
    if colour.matrix in MATRICES:
        return colour.matrix
    if colour.hdr != "sdr":
        return "bt2020nc"
    small = coded.short_side_px <= HD_SHORT_SIDE_PX and max(coded.width_px, coded.height_px) <= HD_LONG_SIDE_PX
    return "smpte170m" if small else "bt709"


def to_bt709(colour: Colour) -> Table | None:
    """The table that brings R'G'B' of a clip coded as `colour` to BT.709 SDR; None where they are that already."""
    primaries = "bt2020" if colour.hdr != "sdr" and colour.primaries == "unknown" else colour.primaries
    if colour.hdr == "sdr" and primaries in ("bt709", "unknown", "smpte431"):
        return None
    return _table(colour.hdr, primaries if primaries in _XY else "bt709")


def table_for(colour: Colour, look: Cube | None) -> Table | None:
    """`to_bt709`, then the look: everything that happens to colour, in one table. None where nothing does."""
    wanted = None if look is None or look.is_identity else look
    base = to_bt709(colour)
    if wanted is None or base is None:
        return base if wanted is None else wanted.table
    from mediakit.pixels.cube import interpolate

    return interpolate(wanted.table, base)


def apply_table(table: Table, rgb: Rgb8) -> Rgb8:
    """The changed picture: (H, W, 3) uint8 to a new one, by tetrahedral interpolation as in ffmpeg's `lut3d`.

    Trilinear interpolation would tint greys between grid points, where the tone curve bends.
    """
    flat = table.reshape(-1, 3)
    rows = np.array_split(rgb, max(1, rgb.shape[0] * rgb.shape[1] // ROWS_AT_ONCE_PX))
    changed = [_tetrahedral(flat, table.shape[0], part.reshape(-1, 3)).reshape(part.shape) for part in rows]
    return np.concatenate(changed)


def _tetrahedral(flat: Float, points: int, rgb: NDArray[np.uint8]) -> Rgb8:
    """Colours (N, 3) through a table flattened to (points^3, 3), along each cell's path from dark to bright corner.

    The path steps first in the channel with the largest share of the cell, last in the one with the smallest.
    """
    cells = np.minimum(np.arange(256) * (points - 1) // 255, points - 2).astype(np.int32)
    shares = (np.arange(256) * (points - 1) / 255 - cells).astype(np.float32)
    r, g, b = (shares[rgb[:, channel]] for channel in range(3))
    red, green, blue = 1, points, points * points
    largest, smallest = np.maximum(np.maximum(r, g), b), np.minimum(np.minimum(r, g), b)
    middle = r + g + b - largest - smallest
    first = np.where(r == largest, red, np.where(g == largest, green, blue))
    last = np.where(b == smallest, blue, np.where(g == smallest, green, red))
    dark = cells[rgb[:, 0]] + green * cells[rgb[:, 1]] + blue * cells[rgb[:, 2]]
    bright = dark + (red + green + blue)
    result: Float = flat[dark] * (1 - largest)[:, None]
    result += flat[dark + first] * (largest - middle)[:, None]
    result += flat[bright - last] * (middle - smallest)[:, None]
    result += flat[bright] * smallest[:, None]
    changed: Rgb8 = np.rint(np.clip(result, 0.0, 1.0) * 255).astype(np.uint8)
    return changed


@cache
def _table(hdr: str, primaries: str) -> Table:
    points = np.linspace(0.0, 1.0, POINTS if hdr == "sdr" else HDR_POINTS, dtype=np.float64)
    b, g, r = np.meshgrid(points, points, points, indexing="ij")
    code = np.stack([r, g, b], axis=-1)
    light = _display_light(code, hdr) @ _between(primaries).T
    light = _into_gamut(light)
    if hdr != "sdr":
        light = _toned(light)
    result: Table = (np.clip(light, 0.0, 1.0) ** (1 / DISPLAY_GAMMA)).astype(np.float32)
    result.setflags(write=False)
    return result


def _display_light(code: NDArray[np.float64], hdr: str) -> NDArray[np.float64]:
    """Linear light with SDR white at 1.0: what a display shows for `code`."""
    if hdr == "hlg":
        return _hlg_light(code) / WHITE
    if hdr == "pq":
        return _pq_light(code) / WHITE
    return code**DISPLAY_GAMMA


def _hlg_light(code: NDArray[np.float64]) -> NDArray[np.float64]:
    """cd/m2 of HLG on a display of PEAK cd/m2. BT.2100-2 table 5."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(code <= 0.5, code**2 / 3, (np.exp((code - c) / a) + b) / 12)
    luminance = scene @ np.array([0.2627, 0.6780, 0.0593])
    light: NDArray[np.float64] = PEAK * (np.maximum(luminance, 1e-12) ** 0.2)[..., None] * scene
    return light


_M1, _M2 = 2610 / 16384, 2523 / 4096 * 128
_C1, _C2, _C3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32


def _pq_light(code: NDArray[np.float64]) -> NDArray[np.float64]:
    """cd/m2 of a PQ code value. SMPTE ST 2084."""
    root = code ** (1 / _M2)
    light: NDArray[np.float64] = 10000 * (np.maximum(root - _C1, 0) / (_C2 - _C3 * root)) ** (1 / _M1)
    return light


def _pq_code(light: NDArray[np.float64]) -> NDArray[np.float64]:
    """The PQ code value of cd/m2."""
    power = (np.maximum(light, 0) / 10000) ** _M1
    code: NDArray[np.float64] = ((_C1 + _C2 * power) / (1 + _C3 * power)) ** _M2
    return code


def _toned(light: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scaled so that PEAK becomes white: the BT.2390 EETF on the largest channel, all three alike."""
    largest = np.maximum(light.max(axis=-1, keepdims=True), 1e-9)
    scaled: NDArray[np.float64] = light * (eetf(np.minimum(largest * WHITE, PEAK)) / WHITE / largest)
    return scaled


def eetf(light: NDArray[np.float64]) -> NDArray[np.float64]:
    """cd/m2 up to PEAK to cd/m2 up to WHITE: BT.2390-11 section 5.4.1, black at zero."""
    peak = _pq_code(np.array(PEAK))
    code = _pq_code(light) / peak
    most = float(_pq_code(np.array(WHITE)) / peak)
    knee = 1.5 * most - 0.5
    t = (code - knee) / (1 - knee)
    spline = (2 * t**3 - 3 * t**2 + 1) * knee + (t**3 - 2 * t**2 + t) * (1 - knee) + (-2 * t**3 + 3 * t**2) * most
    return _pq_light(np.where(code < knee, code, spline) * peak)


def _into_gamut(light: NDArray[np.float64]) -> NDArray[np.float64]:
    """Colours with a negative channel drawn towards their own grey, just until none is."""
    grey = (light @ np.array([0.2126, 0.7152, 0.0722]))[..., None]
    lowest = light.min(axis=-1, keepdims=True)
    share = np.where(lowest < 0, grey / np.maximum(grey - lowest, 1e-12), 1.0)
    fitting: NDArray[np.float64] = grey + np.clip(share, 0, 1) * (light - grey)
    return np.maximum(fitting, 0)


def _between(primaries: str) -> NDArray[np.float64]:
    """Linear RGB of `primaries` to linear RGB of BT.709, both with D65 white."""
    result: NDArray[np.float64] = np.linalg.inv(_to_xyz("bt709")) @ _to_xyz(primaries)
    return result


def _to_xyz(primaries: str) -> NDArray[np.float64]:
    """SMPTE RP 177-1993: the matrix from RGB with these primaries to CIE XYZ."""
    columns = np.array([[x / y, 1.0, (1 - x - y) / y] for x, y in _XY[primaries]]).T
    x, y = _WHITE_XY
    scale = np.linalg.solve(columns, np.array([x / y, 1.0, (1 - x - y) / y]))
    result: NDArray[np.float64] = columns * scale
    return result
