"""How quiet a picture is where a logo might lie: over words, shelves and labels a logo is neither read nor liked."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.model import Box

EDGE_LEVELS = 14.0
"""Slope, in levels of 255 a pixel at a quarter of the size, from which on there is something to see."""
SHRINK = 4


Busyness = Callable[[Box], float]


def busyness(rgb: NDArray[np.uint8]) -> Busyness:
    """A function from a box (in pixels of `rgb`) to the share of it that lies on edges: 0.0 a plain wall .. 1.0.

    rgb: (H, W, 3) uint8 sRGB, the finished picture before the logo.
    """
    size = (max(1, rgb.shape[1] // SHRINK), max(1, rgb.shape[0] // SHRINK))
    grey = cv2.cvtColor(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    slope = cv2.magnitude(
        cv2.Sobel(grey, cv2.CV_32F, 1, 0, scale=1 / 4), cv2.Sobel(grey, cv2.CV_32F, 0, 1, scale=1 / 4)
    )
    edges = (slope > EDGE_LEVELS).astype(np.uint8)

    def share(box: Box) -> float:
        left, top = max(0, int(box.x) // SHRINK), max(0, int(box.y) // SHRINK)
        part = edges[top : int(box.bottom) // SHRINK + 1, left : int(box.right) // SHRINK + 1]
        return float(part.mean()) if part.size else 0.0

    return share
