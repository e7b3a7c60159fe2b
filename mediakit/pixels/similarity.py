"""How alike two pictures look: structural similarity of their luma.

The measure is SSIM as published: Wang, Bovik, Sheikh and Simoncelli, "Image Quality Assessment: From Error Visibility to
Structural Similarity" (IEEE TIP 2004), Gaussian window of 11 px with sigma 1.5, K1 = 0.01, K2 = 0.03, on 8-bit luma.
Large pictures are judged on tiles spread evenly over them, so that the cost stays at some 8 ms.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

Luma = NDArray[np.uint8]
TILE_PX = 256
TILES_A_SIDE = 3
_WINDOW = (11, 11)
_SIGMA = 1.5
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def ssim(one: Luma, other: Luma) -> float:
    """Mean SSIM of two (H, W) uint8 pictures of one size, at most 1.0 (equal); on 3 x 3 tiles where they are large."""
    if one.shape != other.shape:
        raise ValueError(f"pictures of {one.shape} and {other.shape} cannot be compared")
    shares = [(float(_map(one[tile], other[tile]).mean()), one[tile].size) for tile in _tiles(*one.shape)]
    return sum(value * weight for value, weight in shares) / sum(weight for _, weight in shares)


def _tiles(height: int, width: int) -> Iterator[tuple[slice, slice]]:
    for top in _starts(height):
        for left in _starts(width):
            yield slice(top, top + TILE_PX), slice(left, left + TILE_PX)


def _starts(length: int) -> list[int]:
    if length <= TILES_A_SIDE * TILE_PX:
        return list(range(0, length, TILE_PX))
    return [round(i * (length - TILE_PX) / (TILES_A_SIDE - 1)) for i in range(TILES_A_SIDE)]


def _map(one: Luma, other: Luma) -> NDArray[np.float32]:
    x, y = one.astype(np.float32), other.astype(np.float32)
    mean_x, mean_y = _soft(x), _soft(y)
    both, square_x, square_y = mean_x * mean_y, mean_x * mean_x, mean_y * mean_y
    covariance, var_x, var_y = _soft(x * y) - both, _soft(x * x) - square_x, _soft(y * y) - square_y
    light = (2 * both + _C1) / (square_x + square_y + _C1)
    structure = (2 * covariance + _C2) / (var_x + var_y + _C2)
    return np.asarray(light * structure, np.float32)


def _soft(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    soft: NDArray[np.float32] = cv2.GaussianBlur(plane, _WINDOW, _SIGMA, borderType=cv2.BORDER_REFLECT_101)
    return soft
