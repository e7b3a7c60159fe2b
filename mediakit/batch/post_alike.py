"""Whether two pictures of a post show nearly the same: the second tap of the shutter, a burst, a crop of one's own.

Small grey copies are laid over each other at every shift of a few percent and compared by normalised correlation, for
the whole picture and, since a still shelf looks alike behind two different people, in each ninth of it.
Limits: previews alone are read, so a change smaller than some 2 % of the side is not seen.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.model import Delivered

SIDE_PX = 72
REACH_PX = 6
"""How far one picture may be shifted against the other: 8 % of the side."""
ALIKE = 0.90
"""Correlation of the whole from which two pictures are one and the same scene ..."""
EVERYWHERE = 0.55
"""... and of the worst but one of its ninths."""
_FLAT = 2.5
"""Standard deviation of a ninth, in code values, under which there is nothing to compare."""

Glance = NDArray[np.float32]


def glance(out: Path, item: Delivered) -> Glance | None:
    """A small grey copy of a finished file, from its preview below `out`; None where there is none to read."""
    rel = item.facts.get("preview")
    if not isinstance(rel, str) or ".." in PurePosixPath(rel).parts:
        return None
    try:
        raw = (out / rel).read_bytes()
    except OSError:
        return None
    grey = cv2.imdecode(np.frombuffer(raw, np.uint8), cv2.IMREAD_GRAYSCALE) if raw else None
    return None if grey is None else glance_of(np.asarray(grey, np.uint8))


def glance_of(grey: NDArray[np.uint8]) -> Glance:
    """The same of a (H, W) uint8 picture."""
    small = cv2.resize(grey, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(small, (0, 0), 1.2), np.float32)


def alike(one: Glance | None, other: Glance | None) -> bool:
    """Whether two pictures show nearly the same; False where one cannot be read."""
    if one is None or other is None:
        return False
    inner = one[REACH_PX:-REACH_PX, REACH_PX:-REACH_PX]
    agreement = cv2.matchTemplate(other, inner, cv2.TM_CCOEFF_NORMED)
    _, best, _, (x, y) = cv2.minMaxLoc(agreement)
    if best < ALIKE:
        return False
    laid = other[y : y + inner.shape[0], x : x + inner.shape[1]]
    ninths = sorted(_agreement(a, b) for a, b in zip(_ninths(inner), _ninths(laid), strict=True))
    return ninths[1] >= EVERYWHERE


def _ninths(plane: Glance) -> list[Glance]:
    step = plane.shape[0] // 3
    return [plane[r * step : (r + 1) * step, c * step : (c + 1) * step] for r in range(3) for c in range(3)]


def _agreement(one: Glance, other: Glance) -> float:
    spread = float(one.std()), float(other.std())
    if max(spread) < _FLAT:
        return 1.0
    if min(spread) < 1e-6:
        return 0.0
    return float(((one - one.mean()) * (other - other.mean())).mean() / (spread[0] * spread[1]))
