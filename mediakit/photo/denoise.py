"""Noise taken out as far as it was measured, luma and chroma apart; a clean picture is returned as it came.

Luma goes through an edge-keeping filter whose threshold is the measured noise, so structure above the noise stays
(Tomasi & Manduchi, ICCV 1998; He, Sun & Tang, TPAMI 2013).
Chroma noise is mostly coarse: it is smoothed at half the size, edges kept.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.pixels.filters import edge_aware
from mediakit.pixels.light import Float, Rgb8
from mediakit.pixels.noise import Noise

LEAST_LUMA, LEAST_CHROMA = 1.2, 1.0
"""Standard deviations in code values below which nothing is done: nobody sees less."""
BILATERAL_FROM = 4.0
_TO_RGB = np.array([[1, 1.403, 0], [1, -0.714, -0.344], [1, 0, 1.773]], np.float32)


def denoise(rgb: Rgb8, noise: Noise, amount: float) -> Rgb8:
    """Less noise: (H, W, 3) uint8 to a new picture, or the same array where there is too little noise to treat."""
    treat_luma = amount > 0 and noise.luma >= LEAST_LUMA
    treat_chroma = amount > 0 and noise.chroma >= LEAST_CHROMA
    if not treat_luma and not treat_chroma:
        return rgb
    y, cr, cb = cv2.split(cv2.cvtColor(rgb, cv2.COLOR_RGB2YCrCb))
    nothing = np.zeros(y.shape, np.float32)
    change = [nothing, nothing, nothing]
    if treat_luma:
        change[0] = _luma_change(y, noise.luma, amount)
    if treat_chroma:
        change[1:] = [_chroma_change(plane, noise.chroma, amount) for plane in (cr, cb)]
    moved = cv2.add(cv2.transform(cv2.merge(change), _TO_RGB), rgb, dtype=cv2.CV_32F)
    result: Rgb8 = cv2.convertScaleAbs(np.maximum(moved, 0, out=moved))
    return result


def left_over(noise: Noise, amount: float) -> Noise:
    """About what noise a picture still has after `denoise`."""
    kept = 1 - min(2 * amount, 1.0) * 0.7
    return Noise(
        luma=noise.luma * kept if noise.luma >= LEAST_LUMA else noise.luma,
        chroma=noise.chroma * kept if noise.chroma >= LEAST_CHROMA else noise.chroma,
    )


def _luma_change(plane: NDArray[np.uint8], sigma: float, amount: float) -> Float:
    """Towards an edge-keeping mean.

    Weak noise: the guided filter, which keeps texture of the noise's own strength. Strong noise: the bilateral filter,
    1 dB better at sigma 15 and five times as fast, but worse than nothing on textures at sigma 2.
    """
    y = plane.astype(np.float32)
    if sigma < BILATERAL_FROM:
        smooth = edge_aware(y, 1, (1.4 * sigma) ** 2)
    else:
        smooth = cv2.bilateralFilter(plane, 5, 2.2 * sigma, 1.5).astype(np.float32)
    return np.float32(min(2 * amount, 1.0) * _trust(sigma, 0.6, 2.2)) * (smooth - y)


def _trust(sigma: float, low: float, high: float) -> float:
    """How far a measured sigma is believed to be noise: what is hardly visible may as well be fine texture."""
    return float(np.clip((sigma - low) / (high - low), 0, 1))


def _chroma_change(plane: NDArray[np.uint8], sigma: float, amount: float) -> Float:
    """Coarse noise by an edge-keeping filter at half the size, fine noise by leaving out what is no larger than it."""
    half = cv2.resize(plane, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    size = plane.shape[::-1]
    fine = cv2.subtract(plane, cv2.resize(half, size, interpolation=cv2.INTER_LINEAR), dtype=cv2.CV_16S)
    values = np.arange(-255, 256, dtype=np.float32)
    # White noise is twice as strong at full size as in the 2 x 2 means that it was measured on.
    left_out: Float = (values * np.exp(-((values / np.float32(5 * sigma)) ** 2))).astype(np.float32)
    coarse = half.astype(np.float32)
    smooth = cv2.resize(edge_aware(coarse, 3, (2.0 * sigma) ** 2) - coarse, size, interpolation=cv2.INTER_LINEAR)
    change: Float = np.float32(min(2 * amount, 1.0) * _trust(sigma, 0.8, 1.6)) * (smooth - left_out[fine + np.int16(255)])
    return change
