"""HDR photos (PQ, HLG) to the range of ordinary screens, as one colour cube.

Diffuse white (203 cd/m2, ITU-R BT.2408) becomes the screen's white; what is brighter is rolled off by the curve of ITU-R
BT.2390-10 section 5.4, taken on the largest channel so that hues stay. Curves: SMPTE ST 2084; ARIB STD-B67 with the
system gamma of BT.2100 for a 1000 cd/m2 display.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mediakit.photo.icc import PRIMARIES, primaries_to_xyz
from mediakit.pixels.cube import Cube
from mediakit.pixels.light import encode

Float = NDArray[np.float32]
_WHITE = 203.0
_PEAK = 1000.0
"""cd/m2; photos above it (PQ can say 10000) are clipped there, phones do not reach it."""
_LUMA_2020 = np.array([0.2627, 0.6780, 0.0593], np.float32)
_M1, _M2, _C1, _C2, _C3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128


def light_of_pq(code: Float) -> Float:
    """cd/m2 of PQ code values 0..1."""
    root = np.maximum(code, 0.0) ** (1 / _M2)
    return np.asarray(10000.0 * (np.maximum(root - _C1, 0.0) / (_C2 - _C3 * root)) ** (1 / _M1), np.float32)


def pq_of_light(light: Float) -> Float:
    """PQ code values 0..1 of cd/m2."""
    power = np.clip(light / 10000.0, 0.0, 1.0) ** _M1
    return np.asarray(((_C1 + _C2 * power) / (1 + _C3 * power)) ** _M2, np.float32)


def light_of_hlg(code: Float) -> Float:
    """cd/m2 on a 1000 cd/m2 display of HLG code values (..., 3), 0..1."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(code <= 0.5, code**2 / 3, (np.exp((code - c) / a) + b) / 12).astype(np.float32)
    luminance = (scene @ _LUMA_2020)[..., None]
    return np.asarray(_PEAK * np.maximum(luminance, 1e-6) ** 0.2 * scene, np.float32)


def roll_off(light: Float) -> Float:
    """Light (..., 3) in cd/m2, up to 1000, into 0..203: unchanged in the lower part, smooth above. BT.2390 EETF."""
    largest = np.clip(light.max(axis=-1, keepdims=True), 1e-4, _PEAK)
    top = pq_of_light(np.array(_PEAK, np.float32))
    signal = pq_of_light(largest) / top
    white = float(pq_of_light(np.array(_WHITE, np.float32)) / top)
    knee = 1.5 * white - 0.5
    t = np.clip((signal - knee) / (1 - knee), 0.0, 1.0)
    above = (2 * t**3 - 3 * t**2 + 1) * knee + (t**3 - 2 * t**2 + t) * (1 - knee) + (3 * t**2 - 2 * t**3) * white
    mapped = light_of_pq(np.where(signal < knee, signal, above) * top)
    return np.asarray(light * (mapped / largest), np.float32)


@lru_cache(maxsize=4)
def sdr_cube(primaries: int, transfer: int) -> Cube:
    """HDR code values (H.273 `transfer` 16 or 18, `primaries` 9 where not known) to sRGB."""
    known = primaries if primaries in PRIMARIES else 9
    to_srgb_light = (np.linalg.inv(primaries_to_xyz(1)) @ primaries_to_xyz(known)).astype(np.float32)

    def change(code: Float) -> Float:
        light = light_of_pq(code) if transfer == 16 else light_of_hlg(code)
        white_is_one = roll_off(np.minimum(light, _PEAK)) / np.float32(_WHITE)
        return encode((white_is_one @ to_srgb_light.T).astype(np.float32))

    return Cube.from_function(change)
