"""How noisy a picture is: the standard deviation of its noise, in 8-bit code values, luma and chroma apart.

Immerkaer's operator (Computer Vision and Image Understanding 64(2), 1996) answers to noise and not to ramps; it is read
only in the flattest tiles, so that texture is not taken for noise. Tiles that are nearly black or nearly white are left
out: clipping hides the noise there. It sees noise as fine as a pixel; noise that a phone has already smeared reads low.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.pixels.light import Float, Rgb8

TILE_PX = 16
MAX_TILES_SIDE = 40
"""Larger pictures are sampled: 40 x 40 tiles are 0.4 MP, enough for a figure steady to a few per cent."""
_KERNEL: Float = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
_TO_SIGMA = float(np.sqrt(np.pi / 2) / 6)
_FLATTEST = 0.2
"""Share of tiles that are read."""


@dataclass(frozen=True, slots=True)
class Noise:
    """Standard deviations in 8-bit code values. 0 for a drawn or well-denoised picture, 2-4 a phone indoors, 10 bad."""

    luma: float
    chroma: float


def measure_noise(rgb: Rgb8) -> Noise:
    """Noise of a picture as it is, at its own pixel size (a resized picture answers for its resized noise)."""
    sample = _sample(rgb)
    ycc = cv2.cvtColor(sample, cv2.COLOR_RGB2YCrCb)
    y, cr, cb = cv2.split(ycc)
    flat = _flattest_tiles(y)
    if flat is None:
        return Noise(0.0, 0.0)
    # Chroma noise comes out of a camera blotchy (and JPEG halves its resolution): read it on 2 x 2 means, at its scale.
    chroma = max(_sigma(_halved(plane), flat, TILE_PX // 2) for plane in (cr, cb))
    return Noise(luma=_sigma(y.astype(np.float32), flat, TILE_PX), chroma=chroma)


def _sample(rgb: Rgb8) -> Rgb8:
    """Whole tiles, at most MAX_TILES_SIDE each way, spread evenly over the picture and laid side by side."""
    rows, cols = rgb.shape[0] // TILE_PX, rgb.shape[1] // TILE_PX
    if rows == 0 or cols == 0:
        return rgb
    whole = rgb[: rows * TILE_PX, : cols * TILE_PX]
    if rows <= MAX_TILES_SIDE and cols <= MAX_TILES_SIDE:
        return whole
    tiles = whole.reshape(rows, TILE_PX, cols, TILE_PX, 3)
    row_at = np.unique(np.linspace(0, rows - 1, min(rows, MAX_TILES_SIDE)).astype(np.intp))
    col_at = np.unique(np.linspace(0, cols - 1, min(cols, MAX_TILES_SIDE)).astype(np.intp))
    taken = tiles[row_at][:, :, col_at]
    return np.ascontiguousarray(taken.reshape(len(row_at) * TILE_PX, len(col_at) * TILE_PX, 3))


def _tiled(plane: Float, tile_px: int) -> Float:
    """(rows, cols, tile_px - 2, tile_px - 2): tiles without their rims, where neighbours not taken leak in."""
    rows, cols = plane.shape[0] // tile_px, plane.shape[1] // tile_px
    tiles = plane[: rows * tile_px, : cols * tile_px].reshape(rows, tile_px, cols, tile_px).transpose(0, 2, 1, 3)
    return tiles[:, :, 1:-1, 1:-1]


def _flattest_tiles(y: NDArray[np.uint8]) -> NDArray[np.bool_] | None:
    """Which tiles hold no structure: the smallest range of means inside them. None where the picture has too few."""
    plane = y.astype(np.float32)
    if min(plane.shape) < 2 * TILE_PX:
        return None
    means = cv2.blur(plane, (7, 7))
    inner = _tiled(means, TILE_PX)[:, :, 3:-3, 3:-3]
    spread = np.ptp(inner.reshape(*inner.shape[:2], -1), axis=-1)
    level = _tiled(plane, TILE_PX).mean(axis=(2, 3))
    usable = (level > 12) & (level < 243)
    if usable.sum() < 8:
        return None
    limit = np.quantile(spread[usable], _FLATTEST)
    flat: NDArray[np.bool_] = usable & (spread <= limit)
    return flat


def _halved(plane: NDArray[np.uint8]) -> Float:
    half: Float = cv2.resize(plane.astype(np.float32), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    return half


def _sigma(plane: Float, flat: NDArray[np.bool_], tile_px: int) -> float:
    """Median over the flat tiles of Immerkaer's estimate inside each."""
    answer = np.abs(cv2.filter2D(plane, -1, _KERNEL))
    per_tile = _tiled(answer, tile_px).mean(axis=(2, 3)) * _TO_SIGMA
    return round(float(np.median(per_tile[flat])), 3)
