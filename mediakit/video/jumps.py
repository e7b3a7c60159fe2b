"""What the steadying pass found, read back: is it the camera that jumps, and would taking it back help?

Promise: of a file `steady.find_jumps` wrote, how far the picture jumps over the whole clip, how sure that is, and how much of
it would be left. The camera's step from frame to frame is the median of its local motions; they have to agree on it. What is
left is foretold by smoothing the path as vid.stab does (a Gaussian over its window) within the room that is cropped for it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SURE = 3.0
"""How many times its own standard error a shake has to be."""
AGREED = 0.5
"""Share of the local motions that have to be the camera's, in the median frame."""
LEFT = 0.6
"""What steadying may leave of a shake for the sake of which the picture is cropped."""
LEAST_FIELDS = 5
_NEAR_PX = 1.5
_NEAR_SHARE = 0.25
_FIELD = re.compile(r"\(LM (-?\d+) (-?\d+) ")

Path2 = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Jumps:
    """`shake` and `left` are mean second differences of the camera's path, before and after, in thousandths of the width;
    `error` is the standard error of a single one, `agreed` the share of local motions that follow the camera's."""

    shake: float
    error: float
    agreed: float
    left: float

    @property
    def is_worth_it(self) -> bool:
        """Whether the camera shakes, for sure, and would shake much less."""
        return self.shake > SURE * self.error and self.agreed >= AGREED and self.left <= LEFT * self.shake


def read_jumps(path: Path, width_px: int, *, room_px: int, smoothed_frames: int) -> Jumps | None:
    """What `path` (ASCII, written by vid.stab) says of a clip `width_px` wide; None where no three steps are known in a row.

    `room_px` is how far a frame may be moved back, `smoothed_frames` how many on each side its path is smoothed over.
    """
    steps, errors, agreed = [], [], []
    for moves in _frames(path):
        known = len(moves) >= LEAST_FIELDS
        step = np.median(moves, axis=0) if known else np.full(2, np.nan)
        steps.append(step)
        if known:
            away = np.hypot(*(moves - step).T)
            errors.append(1.4826 * float(np.median(away)) / math.sqrt(len(moves)))
            agreed.append(float((away <= max(_NEAR_PX, _NEAR_SHARE * math.hypot(*step))).mean()))
    path_px = np.array(steps[1:]).reshape(-1, 2)  # the first frame has no step
    before = np.hypot(*np.diff(path_px, axis=0).T)
    before = before[np.isfinite(before)]
    if len(before) < 2:
        return None
    after = np.hypot(*np.diff(_left_over(path_px, room_px, smoothed_frames), axis=0).T)
    to_mille = 1000 / width_px
    return Jumps(
        shake=float(before.mean()) * to_mille,
        error=math.sqrt(2) * float(np.mean(errors)) * to_mille,
        agreed=float(np.median(agreed)),
        left=float(np.mean(after[np.isfinite(after)])) * to_mille,
    )


def _frames(path: Path) -> Iterator[Path2]:
    """The local motions of each frame, (n, 2) in px."""
    with path.open(encoding="ascii", errors="replace") as lines:
        for line in lines:
            if line.startswith("Frame"):
                yield np.array(_FIELD.findall(line), np.float64).reshape(-1, 2)


def _left_over(steps: Path2, room_px: int, reach: int) -> Path2:
    """The steps of the path once it is steadied; unknown ones stay unknown."""
    path = np.cumsum(np.nan_to_num(steps), axis=0)
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / (reach / 2)) ** 2)
    padded = np.pad(path, ((reach, reach), (0, 0)), mode="edge")
    smooth = np.stack([np.convolve(padded[:, n], weights / weights.sum(), "valid") for n in (0, 1)], axis=1)
    steadied = path + np.clip(smooth - path, -room_px, room_px)
    left: Path2 = np.diff(steadied, axis=0, prepend=steadied[:1])
    left[~np.isfinite(steps).all(axis=1)] = np.nan
    return left
