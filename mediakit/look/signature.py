"""A photo's colours as a small table that another photo of the same scene can be laid over.

Axes are `warm` and `magenta` (see `cast.py`) and log2 luminance. A change of the camera's white balance or exposure
moves the whole table along them, so how two photos of one scene differ is the shift at which their tables agree best
(the idea of Barron & Tsai's log-chroma histograms, "Fast Fourier Color Constancy", CVPR 2017), and how well they agree
there tells whether they show the same things at all.
"""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass
from itertools import product

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.look.features import channel_range, log_ratios
from mediakit.pixels.light import LUMINANCE_WEIGHTS, Float, Rgb8, linear_from_srgb
from mediakit.pixels.resample import shrink_to_pixels

MEASURED_PIXELS = 12_000
STEP = 0.125
"""log2 units of warm and magenta a cell."""
STEP_EV = 0.25
WARM_CELLS, MAGENTA_CELLS, LIGHT_CELLS = 32, 16, 32
"""-2..2 of warm, -1..1 of magenta, -8..0 of log2 luminance. What lies beyond counts in the last cell."""
REACH = (5, 3, 6)
"""Cells that two tables are shifted at most: 0.63 of warm (40 mired), 0.38 of magenta, 1.5 EV."""
_DARK, _BLOWN = 0.003, 0.98
_NEUTRAL_REACH = 0.7
"""Colours further from neutral than this count less: an illuminant does not move them by quite the same ratios."""
_USUAL = (3.0, 2.0, 6.0)
"""Cells by which one camera's automatics usually differ inside a scene, at most: farther shifts need better agreement."""


@dataclass(frozen=True, slots=True)
class Shift:
    """How a second photo differs from a first: its cast is warmer by `warm`, more magenta by `magenta`, lighter by `ev`.

    `alike` is the agreement at that shift, 0..1 (Bhattacharyya coefficient).
    """

    alike: float
    warm: float
    magenta: float
    ev: float


def signature(rgb: Rgb8) -> str:
    """The table of a picture (H, W, 3) uint8 sRGB of any size, packed as text of about 2 kB."""
    table = _table(rgb)
    peak = max(float(table.max()), 1e-9)
    levels = np.rint(np.sqrt(table / peak) * 255).astype(np.uint8)
    return base64.b64encode(zlib.compress(levels.tobytes(), 6)).decode("ascii")


def unpacked(text: str) -> Float:
    """The square root of a packed table's shares, (warm, magenta, light) float32 with a sum of squares of 1."""
    shape = (WARM_CELLS, MAGENTA_CELLS, LIGHT_CELLS)
    levels = np.frombuffer(zlib.decompress(base64.b64decode(text)), np.uint8).reshape(shape)
    shares = _softened(np.square(levels.astype(np.float32) / np.float32(255)))
    roots: Float = np.sqrt(shares / np.float32(max(float(shares.sum()), 1e-9)))
    return roots


def shift_between(first: Float, second: Float) -> Shift:
    """The best agreement of two unpacked tables over all shifts within REACH."""
    agreement = _correlation(first, second)
    centre = np.array(REACH)
    apart = np.indices(agreement.shape).transpose(1, 2, 3, 0) - centre
    usual = np.exp(-0.5 * ((apart / (2 * np.array(_USUAL))) ** 2).sum(axis=-1))
    judged = agreement * (0.75 + 0.25 * usual)
    at = np.unravel_index(int(judged.argmax()), judged.shape)
    fine = np.array(at) + _between_cells(judged, at) - centre
    warm, magenta, light = (float(v) for v in fine * np.array([STEP, STEP, STEP_EV]))
    return Shift(alike=float(min(agreement[at], 1.0)), warm=warm, magenta=magenta, ev=light)


def _table(rgb: Rgb8) -> Float:
    small = np.ascontiguousarray(shrink_to_pixels(rgb, MEASURED_PIXELS)[0])
    flat = linear_from_srgb(small).reshape(-1, 3)
    darkest, lightest = channel_range(flat)
    flat = flat[(darkest > _DARK) & (lightest < _BLOWN)]
    if len(flat) == 0:
        return np.zeros((WARM_CELLS, MAGENTA_CELLS, LIGHT_CELLS), np.float32)
    colour = log_ratios(flat)
    light = np.log2(flat @ LUMINANCE_WEIGHTS)
    place = np.stack([colour[:, 0] / STEP, colour[:, 1] / STEP, light / STEP_EV], axis=1)
    place += np.array([WARM_CELLS / 2, MAGENTA_CELLS / 2, LIGHT_CELLS], np.float32) - 0.5
    weight = np.exp(-(colour**2 * np.array([1.0, 4.0])).sum(axis=1) / (2 * _NEUTRAL_REACH**2)) + 0.1
    return _dealt(place, weight.astype(np.float32))


def _dealt(place: Float, weight: Float) -> Float:
    """Each pixel's weight shared among the eight cells around its place."""
    shape = (WARM_CELLS, MAGENTA_CELLS, LIGHT_CELLS)
    table = np.zeros(int(np.prod(shape)))
    axes = [np.clip(place[:, axis], 0, cells - 1.001) for axis, cells in enumerate(shape)]
    lows = [axis.astype(np.intp) for axis in axes]
    shares = [(1 - (axis - low), axis - low) for axis, low in zip(axes, lows, strict=True)]
    first = (lows[0] * shape[1] + lows[1]) * shape[2] + lows[2]
    for warm, magenta, light in product((0, 1), repeat=3):
        share = shares[0][warm] * shares[1][magenta] * shares[2][light] * weight
        index = first + ((warm * shape[1] + magenta) * shape[2] + light)
        table += np.bincount(index, weights=share, minlength=table.size)
    dealt: Float = table.reshape(shape).astype(np.float32)
    return dealt


def _softened(table: Float) -> Float:
    """Blurred by about a cell along each axis, so that neighbours agree a little."""
    kernel = cv2.getGaussianKernel(5, 0.9, cv2.CV_32F)
    for _ in range(3):  # each turn blurs the first axis and moves it to the end
        rows = np.ascontiguousarray(table.reshape(table.shape[0], -1))
        blurred = cv2.filter2D(rows, cv2.CV_32F, kernel, borderType=cv2.BORDER_CONSTANT)
        table = np.moveaxis(blurred.reshape(table.shape), 0, -1)
    return np.ascontiguousarray(table, np.float32)


def _correlation(first: Float, second: Float) -> NDArray[np.float64]:
    """Sum of products for every shift of `second` within REACH, (2 r + 1) cells along each axis, by FFT."""
    size = [n + 2 * r for n, r in zip(first.shape, REACH, strict=True)]
    axes = (0, 1, 2)
    one, other = np.fft.rfftn(first, size, axes), np.fft.rfftn(second, size, axes)
    full = np.fft.irfftn(np.conj(one) * other, size, axes)
    for axis, reach in enumerate(REACH):
        full = np.take(full, range(-reach, reach + 1), axis=axis, mode="wrap")
    return full


def _between_cells(values: NDArray[np.float64], at: tuple[np.intp, ...]) -> NDArray[np.float64]:
    """Where between the cells the peak lies: the top of a parabola through three neighbours along each axis."""
    offsets = np.zeros(len(at))
    for axis, index in enumerate(at):
        if not 0 < index < values.shape[axis] - 1:
            continue
        through = tuple(slice(None) if n == axis else i for n, i in enumerate(at))
        line = values[through][index - 1 : index + 2]
        bend = line[0] - 2 * line[1] + line[2]
        if bend < 0:
            offsets[axis] = np.clip(0.5 * (line[0] - line[2]) / bend, -0.5, 0.5)
    return offsets
