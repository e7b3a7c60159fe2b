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

Plane = NDArray[np.uint8]

_GAIN = 1.3
_OVERSHOOT = 0.25
"""A pixel may go beyond the lightest and darkest of its neighbours by this share of their difference."""
_ZERO = 128
"""The code that stands for "no difference" where a signed difference is kept in 8 bit; beyond 127 it is cut off."""
_SQUARE = np.ones((3, 3), np.uint8)
_STRIP_ROWS = 64
"""So many at a time stay in the cache."""


def sharpen(rgb: Rgb8, amount: float, *, noise_luma: float = 0.0, spare: Sequence[SkinMask] = ()) -> Rgb8:
    """A crisper picture: (H, W, 3) uint8 to a new one. Skin inside `spare` is left alone.

    All of it is 8-bit arithmetic that saturates, about 5 ms for 1.5 megapixels.
    """
    if amount <= 0:
        return rgb
    y = luma(rgb)
    crisp = _without_halos(y, _crisper(y, amount, noise_luma, _sigma_px(rgb)))
    lighter, darker = cv2.subtract(crisp, y), cv2.subtract(y, crisp)
    for mask in spare:
        area = mask.region
        part = np.s_[area.y_px : area.y_px + area.h_px, area.x_px : area.x_px + area.w_px]
        for change in (lighter, darker):
            change[part] = (change[part] * (1 - mask.weight)).astype(np.uint8)
    result = np.empty_like(rgb)
    for top in range(0, len(rgb), _STRIP_ROWS):
        rows = np.s_[top : top + _STRIP_ROWS]
        cv2.add(rgb[rows], cv2.cvtColor(lighter[rows], cv2.COLOR_GRAY2RGB), dst=result[rows])
        cv2.subtract(result[rows], cv2.cvtColor(darker[rows], cv2.COLOR_GRAY2RGB), dst=result[rows])
    return result


def _sigma_px(rgb: Rgb8) -> float:
    """A picture of 1080 px fills the same phone as one of 720: its blur is finer in pixels by as much."""
    return float(np.clip(min(rgb.shape[:2]) / 1350, 0.5, 1.2))


def _crisper(y: Plane, amount: float, noise_luma: float, sigma_px: float) -> Plane:
    """Luma plus its detail times the gain, by table: nothing under the noise, full above three times the noise."""
    detail = cv2.addWeighted(y, 1, cv2.GaussianBlur(y, (0, 0), sigma_px), -1, _ZERO)
    values = np.arange(256, dtype=np.float32) - _ZERO
    floor = max(1.0, 1.2 * noise_luma)
    passed = np.clip((np.abs(values) - floor) / (2 * floor), 0, 1)
    table = np.clip(np.rint(values * passed * np.float32(_GAIN * amount)) + _ZERO, 0, 255).astype(np.uint8)
    crisper: Plane = cv2.addWeighted(y, 1, cv2.LUT(detail, table), 1, -_ZERO)
    return crisper


def _without_halos(y: Plane, crisper: Plane) -> Plane:
    """Keep each pixel near what its 3 x 3 neighbours span."""
    lightest, darkest = cv2.dilate(y, _SQUARE), cv2.erode(y, _SQUARE)
    room = cv2.convertScaleAbs(cv2.subtract(lightest, darkest), alpha=_OVERSHOOT)
    limited: Plane = cv2.min(crisper, cv2.add(lightest, room))
    cv2.max(limited, cv2.subtract(darkest, room), dst=limited)
    return limited
