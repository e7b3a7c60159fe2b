"""Where a picture has the texture of a code: black and white at close quarters, pixel by pixel.

A few boxes instead of the whole picture: on those, readers that are slow or want more pixels can take their time. Lettering,
foliage and chequered cloth have that texture too, so a box is an invitation to read and says nothing by itself.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Grey8 = NDArray[np.uint8]
Part = tuple[int, int, int, int]
"""x, y, width, height in pixels of the picture that was looked at."""
CELL_PX = 16
CONTRAST = 70
"""Code values between the darkest and the brightest of nine neighbours, from which they belong to an edge."""
DENSE = 0.35
"""Share of a cell's pixels that belong to edges. In codes with modules of two to four pixels nearly all do."""
_SMALLEST_CELLS = 2


def code_like(grey: Grey8) -> list[Part]:
    """The boxes around what looks like a code in (H, W) uint8, with a rim for its quiet zone; the largest first.

    Modules of some two to five pixels are found; larger ones in a smaller copy of the picture.
    """
    height, width = grey.shape
    across, down = width // CELL_PX, height // CELL_PX
    if min(across, down) < _SMALLEST_CELLS:
        return []
    spread = cv2.morphologyEx(grey, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    edges = cv2.threshold(spread, CONTRAST, 255, cv2.THRESH_BINARY)[1]
    share = cv2.resize(edges[: down * CELL_PX, : across * CELL_PX], (across, down), interpolation=cv2.INTER_AREA)
    dense = cv2.threshold(share, 255 * DENSE, 1, cv2.THRESH_BINARY)[1]
    count, _, boxes, _ = cv2.connectedComponentsWithStats(dense, connectivity=8)
    found = [_with_rim(boxes[n], width, height) for n in range(1, count) if boxes[n][cv2.CC_STAT_AREA] >= 3]
    return sorted(_merged(found), key=lambda part: -part[2] * part[3])


def _with_rim(cells: NDArray[np.int32], width: int, height: int) -> Part:
    x, y, w, h = (int(number) * CELL_PX for number in cells[:4])
    rim = CELL_PX
    left, top = max(0, x - rim), max(0, y - rim)
    return left, top, min(width, x + w + rim) - left, min(height, y + h + rim) - top


def _merged(parts: list[Part]) -> list[Part]:
    """Boxes that overlap by half of the smaller one as one, so that nothing is read twice."""
    kept: list[Part] = []
    for part in sorted(parts, key=lambda part: -part[2] * part[3]):
        if not any(_covered(part, other) > 0.5 for other in kept):
            kept.append(part)
    return kept


def _covered(part: Part, other: Part) -> float:
    """The share of `part` that lies inside `other`."""
    across = min(part[0] + part[2], other[0] + other[2]) - max(part[0], other[0])
    down = min(part[1] + part[3], other[1] + other[3]) - max(part[1], other[1])
    return max(0, across) * max(0, down) / (part[2] * part[3])
