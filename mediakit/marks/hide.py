"""Marks blurred away for good: each is replaced by the mean colours of a few cells, drawn softly, so nothing can be read.

A blur kernel can be undone; four means across a code cannot. A rim around the mark goes over softly into the picture.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.model import Mark

Rgb8 = NDArray[np.uint8]
ROOM = 0.12
"""How far what is hidden reaches beyond the mark, as a share of its shorter side."""
CELLS_ACROSS = 3
"""Mean colours across the shorter side of a code; of a line of text there is one."""


def hide_marks(rgb: Rgb8, marks: Sequence[Mark], scale: float) -> Rgb8:
    """A copy of (H, W, 3) uint8 sRGB with these marks unreadable; the same array where there are none.

    `scale` is the picture's size as a share of the one the marks' corners are in.
    """
    if not marks:
        return rgb
    hidden = rgb.copy()
    for mark in marks:
        _hide(hidden, mark, scale)
    return hidden


def _hide(rgb: Rgb8, mark: Mark, scale: float) -> None:
    corners = np.array(mark.corners, np.float32) * scale
    (x, y), (w, h), angle = cv2.minAreaRect(corners)
    room = 2 * max(2.0, ROOM * min(w, h))
    outline = cv2.boxPoints(((x, y), (w + room, h + room), angle))
    left, top = np.maximum(np.floor(outline.min(axis=0)).astype(int) - 4, 0)
    right, bottom = np.minimum(np.ceil(outline.max(axis=0)).astype(int) + 5, rgb.shape[1::-1])
    if right <= left or bottom <= top:
        return
    part = rgb[top:bottom, left:right]
    cell = max(2.0, min(w, h) / (CELLS_ACROSS if mark.kind == "code" else 1))
    size = (max(1, round(part.shape[1] / cell)), max(1, round(part.shape[0] / cell)))
    means = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    soft = cv2.resize(means, part.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    mask = np.zeros(part.shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, np.rint(outline - (left, top)).astype(np.int32), 255)
    alpha = cv2.GaussianBlur(mask, (0, 0), max(0.8, room / 8)).astype(np.float32)[..., None] / 255
    alpha = np.maximum(alpha, (mask[..., None] > 0).astype(np.float32))
    part[:] = np.rint(alpha * soft.astype(np.float32) + (1 - alpha) * part).astype(np.uint8)
