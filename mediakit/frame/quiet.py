"""How quiet a picture is where a logo might lie: over words, shelves and labels a logo is neither read nor liked."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.model import Box, Crop, Saliency, Size

EDGE_LEVELS = 14.0
"""Slope, in levels of 255 a pixel at a quarter of the size, from which on there is something to see."""
SHRINK = 4


ANOTHER_COLOUR = 18.0
"""From the box's usual colour, in OpenCV's 8-bit Lab: a blurred bottle has no edges, but is no part of the wall."""
MOST_LIGHT = 2.0
"""So much lighter, at most, a dark picture is taken: the same bottle has weaker edges in the dark."""
STANDS_OUT = 60
"""Of 255 in the map of what stands out: from here on a cell shows a thing, the subject or another."""
CELLS = 64
"""Cells along the longer side of a finished picture in which the subject's own shape is kept."""

Busyness = Callable[[Box], float]


def busyness(rgb: NDArray[np.uint8]) -> Busyness:
    """A function from a box (in pixels of `rgb`) to how much there is to see in it: 0.0 a plain wall .. 1.0.

    That is the share of it on edges or the share in another colour than is usual in it, whichever is more.
    rgb: (H, W, 3) uint8 sRGB, the finished picture before the logo.
    """
    size = (max(1, rgb.shape[1] // SHRINK), max(1, rgb.shape[0] // SHRINK))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    small = cv2.convertScaleAbs(small, alpha=min(MOST_LIGHT, 255 / max(1.0, float(np.percentile(small, 99)))))
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    slope = cv2.magnitude(
        cv2.Sobel(grey, cv2.CV_32F, 1, 0, scale=1 / 4), cv2.Sobel(grey, cv2.CV_32F, 0, 1, scale=1 / 4)
    )
    edges = slope > EDGE_LEVELS
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB).astype(np.float32)

    def share(box: Box) -> float:
        left, top = max(0, int(box.x) // SHRINK), max(0, int(box.y) // SHRINK)
        part = np.s_[top : int(box.bottom) // SHRINK + 1, left : int(box.right) // SHRINK + 1]
        if not edges[part].size:
            return 0.0
        colours = lab[part].reshape(-1, 3)
        apart = np.linalg.norm(colours - np.median(colours, axis=0), axis=1)
        return max(float(edges[part].mean()), float((apart > ANOTHER_COLOUR).mean()))

    return share


def placed_map(grid: Saliency, picture: Size, crop: Crop, at: Crop, output: Size) -> Saliency:
    """The map of a picture as it lies in a finished one: `crop` of the picture fills `at` of the output, 0 around it."""
    scale = CELLS / max(output.width_px, output.height_px)
    cols, rows = max(1, round(output.width_px * scale)), max(1, round(output.height_px * scale))
    x, y = (np.arange(cols) + 0.5) * output.width_px / cols, (np.arange(rows) + 0.5) * output.height_px / rows
    across = ((x - at.x_px) / at.w_px * crop.w_px + crop.x_px) * grid.cols / picture.width_px
    down = ((y - at.y_px) / at.h_px * crop.h_px + crop.y_px) * grid.rows / picture.height_px
    cells = np.frombuffer(grid.cells, np.uint8).reshape(grid.rows, grid.cols)
    taken = cells[np.clip(down.astype(int), 0, grid.rows - 1)][:, np.clip(across.astype(int), 0, grid.cols - 1)]
    inside = ((y >= at.y_px) & (y < at.y_px + at.h_px))[:, None] & ((x >= at.x_px) & (x < at.x_px + at.w_px))
    return Saliency(rows, cols, np.where(inside, taken, 0).astype(np.uint8).tobytes())


def standing_parts(grid: Saliency, size: Size) -> tuple[Box, ...]:
    """All that stands out, in its own shape, as boxes that do not overlap, row by row: a raised arm does not take all
    around it, and the products beside the subject are products too.
    """
    cells = np.frombuffer(grid.cells, np.uint8).reshape(grid.rows, grid.cols)
    wide, high = size.width_px / grid.cols, size.height_px / grid.rows
    taken = np.pad(cells >= STANDS_OUT, ((0, 0), (1, 1))).astype(np.int8)
    parts = []
    for row, steps in enumerate(np.diff(taken, axis=1)):
        starts, ends = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
        parts += [
            Box(float(a) * wide, row * high, float(b - a) * wide, high) for a, b in zip(starts, ends, strict=True)
        ]
    return tuple(parts)
