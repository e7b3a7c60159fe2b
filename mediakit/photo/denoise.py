"""Noise taken out as far as it was measured, luma and chroma apart; a clean picture is returned as it came.

Luma goes through an edge-keeping filter whose threshold is the measured noise, so structure above the noise stays
(Tomasi & Manduchi, ICCV 1998; He, Sun & Tang, TPAMI 2013); coarse grain first, at half the size.
Chroma noise is mostly coarse: it is smoothed at half the size, edges kept.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.pixels.filters import edge_aware
from mediakit.pixels.light import Float, Rgb8
from mediakit.pixels.noise import Noise

LEAST_LUMA, LEAST_CHROMA, LEAST_GRAIN = 1.2, 1.0, 1.5
"""Standard deviations in code values below which nothing is done: nobody sees less."""
BILATERAL_FROM = 4.0
GRAIN_IN_COLOUR = 0.3
_ZERO = 128
"""The code that stands for "no difference" where a signed difference is kept in 8 bit."""
_TO_RGB = np.array([[1.403, 0], [-0.714, -0.344], [0, 1.773]], np.float32)
"""Change of Cr, Cb to change of R, G, B (BT.601, full range)."""

Plane = NDArray[np.uint8]


def denoise(rgb: Rgb8, noise: Noise, amount: float) -> Rgb8:
    """Less noise: (H, W, 3) uint8 to a new picture, or the same array where there is too little noise to treat."""
    treat_grain = amount > 0 and noise.grain >= LEAST_GRAIN
    treat_luma = amount > 0 and noise.luma >= LEAST_LUMA
    # Grain that is coarse in luma is coarser in colour, where it reads low.
    colour = max(noise.chroma, GRAIN_IN_COLOUR * noise.grain) if treat_grain else noise.chroma
    treat_chroma = amount > 0 and colour >= LEAST_CHROMA
    if not treat_luma and not treat_chroma and not treat_grain:
        return rgb
    y, cr, cb = cv2.split(cv2.cvtColor(rgb, cv2.COLOR_RGB2YCrCb))
    result = rgb
    if treat_chroma:
        change = [_chroma_change(plane, colour, amount) for plane in (cr, cb)]
        moved = cv2.transform(cv2.merge(change), _TO_RGB)
        result = cv2.add(rgb, moved, dtype=cv2.CV_8U)
    smooth = _without_grain(y, noise.grain, amount) if treat_grain else y
    smooth = _smoothed_luma(smooth, noise.luma, amount) if treat_luma else smooth
    return result if smooth is y else _with_luma(result, y, smooth)


def _with_luma(rgb: Rgb8, before: Plane, after: Plane) -> Rgb8:
    """The picture lighter and darker by what its luma changes: the same step in R, G and B keeps the colour difference."""
    lighter = cv2.cvtColor(cv2.subtract(after, before), cv2.COLOR_GRAY2RGB)
    darker = cv2.cvtColor(cv2.subtract(before, after), cv2.COLOR_GRAY2RGB)
    moved: Rgb8 = cv2.subtract(cv2.add(rgb, lighter), darker)
    return moved


def left_over(noise: Noise, amount: float) -> Noise:
    """About what noise a picture still has after `denoise`."""
    kept = 1 - min(2 * amount, 1.0) * 0.7
    return Noise(
        luma=noise.luma * kept if noise.luma >= LEAST_LUMA else noise.luma,
        chroma=noise.chroma * kept if noise.chroma >= LEAST_CHROMA else noise.chroma,
        grain=noise.grain * kept if noise.grain >= LEAST_GRAIN else noise.grain,
    )


def _without_grain(y: Plane, sigma: float, amount: float) -> Plane:
    """The luma less what an edge-keeping mean takes out at half the size; finer detail passes."""
    half = cv2.resize(y, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    smooth = cv2.bilateralFilter(half, 7, 3.2 * sigma, 2.2)
    size = y.shape[::-1]
    before, after = (cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR) for plane in (half, smooth))
    share = min(2 * amount, 1.0) * _trust(sigma, LEAST_GRAIN / 2, 2 * LEAST_GRAIN)
    change = cv2.addWeighted(after, share, before, -share, 0, dtype=cv2.CV_16S)
    smoother: Plane = cv2.add(y, change, dtype=cv2.CV_8U)
    return smoother


def _smoothed_luma(y: Plane, sigma: float, amount: float) -> Plane:
    """Towards an edge-keeping mean.

    Weak noise: the guided filter, which keeps texture of the noise's own strength. Strong noise: the bilateral filter,
    1 dB better at sigma 15 and five times as fast, but worse than nothing on textures at sigma 2.
    """
    share = min(2 * amount, 1.0) * _trust(sigma, 0.6, 2.2)
    smooth: Plane
    if sigma < BILATERAL_FROM:
        smooth = cv2.convertScaleAbs(edge_aware(y.astype(np.float32), 1, (1.4 * sigma) ** 2))
    else:
        smooth = cv2.bilateralFilter(y, 5, 2.2 * sigma, 1.5)
    return smooth if share >= 1 else cv2.addWeighted(smooth, share, y, 1 - share, 0)


def _trust(sigma: float, low: float, high: float) -> float:
    """How far a measured sigma is believed to be noise: what is hardly visible may as well be fine texture."""
    return float(np.clip((sigma - low) / (high - low), 0, 1))


def _chroma_change(plane: Plane, sigma: float, amount: float) -> Float:
    """Coarse noise by an edge-keeping filter at half the size, fine noise by leaving out what is no larger than it."""
    half = cv2.resize(plane, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    size = plane.shape[::-1]
    fine = cv2.addWeighted(plane, 1, cv2.resize(half, size, interpolation=cv2.INTER_LINEAR), -1, _ZERO)
    values = np.arange(256, dtype=np.float32) - _ZERO
    share = np.float32(min(2 * amount, 1.0) * _trust(sigma, 0.8, 1.6))
    # White noise is twice as strong at full size as in the 2 x 2 means that it was measured on.
    left_out = (-share * values * np.exp(-((values / np.float32(5 * sigma)) ** 2))).astype(np.float32)
    coarse = half.astype(np.float32)
    smooth = share * (edge_aware(coarse, 3, (2.0 * sigma) ** 2) - coarse)
    change: Float = cv2.add(cv2.resize(smooth, size, interpolation=cv2.INTER_LINEAR), cv2.LUT(fine, left_out))
    return change
