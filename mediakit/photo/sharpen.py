"""Output sharpening: luma only, not on skin, no halos, no noise.

An unsharp mask with three limits: differences as small as the noise are left alone, the result stays within what the
pixel's neighbours show plus a little, and skin is spared by its mask.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.photo.skin_mask import SkinMask
from mediakit.pixels.light import Rgb8, luma

_GAIN = 1.3
_OVERSHOOT_SHIFT = 2
"""A pixel may go beyond the lightest and darkest of its neighbours by a quarter (>> 2) of their difference."""


def sharpen(rgb: Rgb8, amount: float, *, noise_luma: float = 0.0, spare: Sequence[SkinMask] = ()) -> Rgb8:
    """A crisper picture: (H, W, 3) uint8 to a new one. Skin inside `spare` is left alone."""
    if amount <= 0:
        return rgb
    y = luma(rgb)
    detail = cv2.subtract(y, cv2.GaussianBlur(y, (0, 0), _sigma_px(rgb)), dtype=cv2.CV_16S)
    change = _cored(detail, amount, noise_luma)
    change = _without_halos(y, change)
    for mask in spare:
        area = mask.region
        part = change[area.y_px : area.y_px + area.h_px, area.x_px : area.x_px + area.w_px]
        part[:] = part * (1 - mask.weight)
    result: Rgb8 = cv2.add(rgb, cv2.merge([change, change, change]), dtype=cv2.CV_8U)
    return result


def _sigma_px(rgb: Rgb8) -> float:
    """A picture of 1080 px fills the same phone as one of 720: its blur is finer in pixels by as much."""
    return float(np.clip(min(rgb.shape[:2]) / 1350, 0.5, 1.2))


def _cored(detail: NDArray[np.int16], amount: float, noise_luma: float) -> NDArray[np.int16]:
    """Detail times the gain, by table: nothing under the noise, full above three times the noise."""
    values = np.arange(-255, 256, dtype=np.float32)
    floor = max(1.0, 1.2 * noise_luma)
    passed = np.clip((np.abs(values) - floor) / (2 * floor), 0, 1)
    table = np.rint(values * passed * np.float32(_GAIN * amount)).astype(np.int16)
    return table[detail + 255]


def _without_halos(y: NDArray[np.uint8], change: NDArray[np.int16]) -> NDArray[np.int16]:
    """Keep each pixel near what its 3 x 3 neighbours span."""
    square = np.ones((3, 3), np.uint8)
    above = cv2.subtract(cv2.dilate(y, square), y).astype(np.int16)
    below = cv2.subtract(y, cv2.erode(y, square)).astype(np.int16)
    room = (above + below) >> _OVERSHOOT_SHIFT
    limited: NDArray[np.int16] = np.clip(change, -(below + room), above + room)
    return limited
