"""HDR photos (PQ, HLG) to the range of ordinary screens.

Diffuse white (203 cd/m2, ITU-R BT.2408) becomes the screen's white; what is brighter is rolled off by the curve of ITU-R
BT.2390-10 section 5.4, taken on the largest channel so that hues stay; colours outside sRGB are drawn towards their own
grey. The same choices as for clips (`video.colour`), so that a photo and a clip of one scene match.

Curves: SMPTE ST 2084; ARIB STD-B67 with the system gamma of BT.2100 for a 1000 cd/m2 display. Exact for every pixel:
all of them are tables over 16-bit values.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.photo.icc import PRIMARIES, code_of_light, primaries_to_xyz

Float = NDArray[np.float32]
PQ, HLG = 16, 18
"""H.273 transfer characteristics."""
_WHITE = 203.0
_PEAK = 1000.0
"""cd/m2; what is brighter (PQ can say 10000, phones do not) is shown as bright as this."""
_LUMA_709 = np.array([[0.2126, 0.7152, 0.0722]], np.float32)
_LUMA_2020 = np.array([[0.2627, 0.6780, 0.0593]], np.float32)
_M1, _M2, _C1, _C2, _C3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128


def light_of_pq(code: Float) -> Float:
    """cd/m2 of PQ code values 0..1."""
    root = np.maximum(code, 0.0) ** (1 / _M2)
    return np.asarray(10000.0 * (np.maximum(root - _C1, 0.0) / (_C2 - _C3 * root)) ** (1 / _M1), np.float32)


def pq_of_light(light: Float) -> Float:
    """PQ code values 0..1 of cd/m2."""
    power = np.clip(light / 10000.0, 0.0, 1.0) ** _M1
    return np.asarray(((_C1 + _C2 * power) / (1 + _C3 * power)) ** _M2, np.float32)


def scene_of_hlg(code: Float) -> Float:
    """Scene light 0..1 of HLG code values 0..1."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return np.where(code <= 0.5, code**2 / 3, (np.exp((code - c) / a) + b) / 12).astype(np.float32)


def roll_off(light: Float) -> Float:
    """cd/m2 up to 1000 into 0..203: unchanged in the lower part, smooth above. BT.2390 EETF."""
    top = pq_of_light(np.array(_PEAK, np.float32))
    signal = pq_of_light(np.clip(light, 0.0, _PEAK)) / top
    white = float(pq_of_light(np.array(_WHITE, np.float32)) / top)
    knee = 1.5 * white - 0.5
    t = np.clip((signal - knee) / (1 - knee), 0.0, 1.0)
    above = (2 * t**3 - 3 * t**2 + 1) * knee + (t**3 - 2 * t**2 + t) * (1 - knee) + (3 * t**2 - 2 * t**3) * white
    return light_of_pq(np.where(signal < knee, signal, above) * top)


def to_sdr(code: NDArray[np.uint16], primaries: int, transfer: int) -> NDArray[np.uint8]:
    """HDR code values, (H, W, 3) uint16 0..65535, to sRGB (H, W, 3) uint8.

    primaries, transfer: H.273 numbers; unknown primaries are taken to be BT.2020.
    """
    light = cv2.LUT(code, _light_table(transfer))
    if transfer == HLG:  # the display's gamma: each pixel's light is raised by its own luminance
        light *= cv2.pow(np.maximum(cv2.transform(light, _LUMA_2020), 1e-6), 0.2)[..., None]
    known = primaries if primaries in PRIMARIES else 9
    to_srgb = np.linalg.inv(primaries_to_xyz(1)) @ primaries_to_xyz(known)
    light = _into_gamut(cv2.transform(light, to_srgb.astype(np.float32)))
    largest = light.max(axis=-1)
    gain = cv2.LUT(np.rint(np.minimum(largest, 1.0) * 65535).astype(np.uint16), _gain_table())
    light *= (gain / np.maximum(largest, 1.0))[..., None]  # beyond the peak: as bright as the peak, in its own hue
    white_is_top = np.rint(np.clip(light, 0.0, 1.0) * 65535).astype(np.uint16)
    shown: NDArray[np.uint8] = cv2.LUT(white_is_top, code_of_light())
    return shown


def _into_gamut(light: Float) -> Float:
    """Colours with a negative channel drawn towards their own grey, just until none is: (H, W, 3), linear."""
    grey = cv2.transform(light, _LUMA_709)[..., None]
    lowest = light.min(axis=-1, keepdims=True)
    share = np.where(lowest < 0, grey / np.maximum(grey - lowest, 1e-9), 1.0).astype(np.float32)
    drawn: Float = grey + share.clip(0, 1) * (light - grey)
    return np.maximum(drawn, 0)


@lru_cache(maxsize=2)
def _light_table(transfer: int) -> Float:
    """Light by 16-bit code value, 1 = the peak; of HLG, the scene's."""
    code = np.linspace(0, 1, 65536, dtype=np.float32)
    light = light_of_pq(code) / np.float32(_PEAK) if transfer == PQ else scene_of_hlg(code)
    return np.asarray(light, np.float32)[None]


@lru_cache(maxsize=1)
def _gain_table() -> Float:
    """By the light of the largest channel (65535 = the peak): what to multiply by, so that 1 is the screen's white."""
    light = np.linspace(0, _PEAK, 65536, dtype=np.float32)
    light[0] = light[1]
    gain = roll_off(light) / _WHITE / (light / _PEAK)
    return np.asarray(gain, np.float32)[None]
