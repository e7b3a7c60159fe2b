"""Local light: faces and shelves lifted out of shadow, bright regions held, detail left as it is.

The picture's lightness is split into a base (the light) and detail by a guided filter, whose edges follow the picture's
own (He, Sun & Tang, "Guided Image Filtering", IEEE TPAMI 35(6), 2013), on a small copy ("Fast Guided Filter", 2015). Only
the base is changed; every pixel is then multiplied by how much its base was, red, green and blue alike, so hues and the
contrast of fine detail stay. The gain is carried to full size by a second guided fit, so it turns where the picture has an
edge and no halo runs along it.

Promises: no gain where the light is even, whatever the amount; black stays black and white stays white; the base is never
reversed (what was lighter stays lighter). Limit: a region must be larger than about a twentieth of the picture to be one.
"""

from __future__ import annotations

import cv2
import numpy as np

from mediakit.pixels.filters import box_blur, smoothstep
from mediakit.pixels.light import Float, Rgb8, luma

SMALL_EDGE_PX = 256
FINE_SHARE = 2
"""The gain is worked out at one in so many pixels a side, and smoothly enlarged from there."""
RADIUS_SHARE = 1 / 16
"""Of the small copy's longer side: the base knows no smaller lights."""
EDGE_VARIANCE = 0.005
"""A step of more than about the root of this (0.07 of the code range) is an edge of the light."""
EVEN, UNEVEN = 0.22, 0.5
"""Span of the base's middle 90 %: below the first the light is even, above the second the amount counts in full."""
LIFT, HOLD = 2.4, 0.5
"""How strongly, at an amount of 1, shadows are lifted and highlights held (see `base_change`)."""
BLACK, SHADOWS_END, LIGHTS_FROM = 0.10, 0.52, 0.72
"""Code values 0..1: black below the first is left alone, shadows end at the second, highlights begin at the third."""
MOST_GAIN = 2.0
STRIP_ROWS = 48
NOTHING = 0.01
"""Gains that stay within this of 1 are none."""


def local_light(rgb: Rgb8, amount: float) -> tuple[Rgb8, dict[str, object]]:
    """The relit picture and, JSON-able, how far its regions were lifted and held, in code values 0..255.

    rgb: (H, W, 3) uint8 sRGB, developed, at its final size; never written to, and handed back as it is where there is
    nothing to do. `amount` runs 0..1. About 6 ms for 1080x1440 on one core where there is something to do, else 1.
    """
    if amount == 0 or min(rgb.shape[:2]) < 2 * FINE_SHARE:
        return rgb, {}
    fine = _reduced(rgb)
    small = _small(fine)
    base = _edge_aware(small)
    strength = amount * unevenness(base)
    change = base_change(base, strength)
    gain: Float = np.minimum(1 + change / np.maximum(base, np.float32(1e-3)), np.float32(MOST_GAIN))
    if float(np.abs(gain - 1).max()) < NOTHING:
        return rgb, {}
    facts: dict[str, object] = {
        "shadows_lifted": round(float(change.max()) * 255, 1),
        "lights_held": round(float(-change.min()) * 255, 1),
    }
    return _multiplied(rgb, _carried(gain, small, fine)), facts


def unevenness(base: Float) -> float:
    """0 where one light falls on everything, 1 where deep shadow and bright regions share the picture."""
    low, high = np.quantile(base[::2, ::2], (0.05, 0.95))
    # A night without lights has no bright region that would have fooled the exposure: it is dark, not in shadow.
    bright = float(smoothstep(np.array(high, np.float32), 0.35, 0.6))
    return bright * float(smoothstep(np.array(high - low, np.float32), EVEN, UNEVEN))


def base_change(base: Float, strength: float) -> Float:
    """How many code values (0..1) each value of the base goes up or down. 0 at black and white; the base stays rising."""
    room = np.clip(1 - base / np.float32(SHADOWS_END), 0.0, 1.0)
    lift = base * room * room * smoothstep(base, 0.0, BLACK)
    over = np.clip((base - np.float32(LIGHTS_FROM)) / np.float32(1 - LIGHTS_FROM), 0.0, 1.0)
    held = over * over * (1 - over)
    change: Float = np.float32(strength) * (np.float32(LIFT / 2) * lift - np.float32(HOLD * (1 - LIGHTS_FROM)) * held)
    return change


def _reduced(rgb: Rgb8) -> Float:
    width, height = rgb.shape[1] // FINE_SHARE, rgb.shape[0] // FINE_SHARE
    even = rgb[: height * FINE_SHARE, : width * FINE_SHARE]
    grey = luma(cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA))
    reduced: Float = cv2.multiply(grey, 1 / 255, dtype=cv2.CV_32F)
    return reduced


def _small(fine: Float) -> Float:
    scale = min(1.0, SMALL_EDGE_PX / max(fine.shape))
    size = (max(round(fine.shape[1] * scale), 1), max(round(fine.shape[0] * scale), 1))
    small: Float = cv2.resize(fine, size, interpolation=cv2.INTER_AREA)
    return small


def _radius(small: Float) -> int:
    return max(1, round(RADIUS_SHARE * int(max(small.shape))))


def _edge_aware(small: Float) -> Float:
    """The light: flat regions smoothed, edges of more than sqrt(EDGE_VARIANCE) kept."""
    slope, offset = _fit(small, small, _radius(small), EDGE_VARIANCE)
    base: Float = np.clip(slope * small + offset, 0.0, 1.0)
    return base


def _carried(gain: Float, small: Float, fine: Float) -> Float:
    """The small copy's gain at the size of `fine`: a local straight line of the lightness, so edges stay edges."""
    slope, offset = _fit(small, gain, max(1, _radius(small) // 4), EDGE_VARIANCE / 10)
    size = (fine.shape[1], fine.shape[0])
    slope, offset = (cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR) for plane in (slope, offset))
    carried: Float = cv2.multiply(slope, fine)
    cv2.add(carried, offset, dst=carried)
    # A fit may overshoot what it was fitted to.
    return np.clip(carried, float(gain.min()), float(gain.max()), out=carried)


def _fit(guide: Float, source: Float, radius_px: int, epsilon: float) -> tuple[Float, Float]:
    """Smoothed slope and offset of `source` as a local straight line of `guide` (eq. 5, 6 and 8 of the paper)."""
    mean_guide, mean_source = box_blur(guide, radius_px), box_blur(source, radius_px)
    covariance = box_blur(guide * source, radius_px) - mean_guide * mean_source
    variance: Float = np.maximum(box_blur(guide * guide, radius_px) - mean_guide * mean_guide, np.float32(0))
    slope: Float = covariance / (variance + np.float32(epsilon))
    return box_blur(slope, radius_px), box_blur(mean_source - slope * mean_guide, radius_px)


def _multiplied(rgb: Rgb8, gain: Float) -> Rgb8:
    """Every channel times the gain, rounded. In strips: the full-size gain would not fit the cache, nor be needed again."""
    height, width = rgb.shape[:2]
    lit = np.empty_like(rgb)
    for top in range(0, height, STRIP_ROWS):
        rows = min(STRIP_ROWS, height - top)
        # Three planes of one by a colour conversion: a sixth of the time that merging takes.
        strip = cv2.cvtColor(_enlarged_rows(gain, top, rows, width), cv2.COLOR_GRAY2RGB)
        cv2.multiply(rgb[top : top + rows], strip, dtype=cv2.CV_8U, dst=lit[top : top + rows])
    return lit


def _enlarged_rows(gain: Float, top: int, rows: int, width: int) -> Float:
    """Rows `top` .. of the gain FINE_SHARE times as large, interpolated as if it had been enlarged whole."""
    first, last = top // FINE_SHARE - 1, -(-(top + rows) // FINE_SHARE) + 1
    above, below = max(0, -first), max(0, last - gain.shape[0])
    source = gain[first + above : last - below]
    across = -(-width // FINE_SHARE) - gain.shape[1]
    if above or below or across:
        source = cv2.copyMakeBorder(source, above, below, 0, across, cv2.BORDER_REPLICATE)
    size = (source.shape[1] * FINE_SHARE, source.shape[0] * FINE_SHARE)
    enlarged: Float = cv2.resize(source, size, interpolation=cv2.INTER_LINEAR)
    return enlarged[FINE_SHARE : FINE_SHARE + rows, :width]
