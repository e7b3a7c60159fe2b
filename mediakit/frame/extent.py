"""How far a subject reaches where it only faintly stands out: the whole jar, not the half of it that shines.

The subject's box is drawn around what stands out clearly; a shaded side, a pale rim or a hand's far end lies beyond it. What
is fitted into a border anyway loses nothing by being taken at its full extent.
"""

from __future__ import annotations

import math

import numpy as np

from mediakit.frame.geometry import hull
from mediakit.model import Box, Saliency, Size

FAINT, CLEAR = 0.2, 0.5  # of the map's highest value


def full_extent(subject: Box, grid: Saliency | None, size: Size) -> Box:
    """The subject's box, grown to hold every blob of the map that faintly goes on from its clear parts.

    subject: in pixels of the picture of `size`. Without a map the box is taken at its word.
    """
    if grid is None:
        return subject
    import cv2  # not at the top: a clip whose picture is left alone has a Framing, and no need of this

    cells = np.frombuffer(grid.cells, np.uint8).reshape(grid.rows, grid.cols)
    highest = max(1, int(cells.max()))
    _, labels, stats, _ = cv2.connectedComponentsWithStats((cells >= FAINT * highest).astype(np.uint8), connectivity=8)
    wide, high = size.width_px / grid.cols, size.height_px / grid.rows
    rows = slice(max(0, int(subject.y / high)), math.ceil(subject.bottom / high))
    cols = slice(max(0, int(subject.x / wide)), math.ceil(subject.right / wide))
    its = np.unique(labels[rows, cols][cells[rows, cols] >= CLEAR * highest])
    blobs = [[float(side) for side in stats[label][:4]] for label in its]
    return hull([subject, *(Box(x * wide, y * high, w * wide, h * high) for x, y, w, h in blobs)])
