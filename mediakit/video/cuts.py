"""Where a clip cuts: frames that begin a new shot, told from thumbnails of every frame.

Promise: to the frame. A cut is a jump of the picture that stands far above the jumps around it (the sliding-window rule of
Yeo and Liu, "Rapid Scene Analysis on Compressed Video", 1995) and changes the distribution of brightness or most of the
picture's places; a flash is none, because the picture comes back.
Limits: slow dissolves and wipes are not cuts; shots shorter than LEAST_SHOT_S are taken with their neighbour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

Thumb = NDArray[np.uint8]

LEAST_SHOT_S = 0.4
JUMP = 14.0
"""Mean difference in levels of 255 below which nothing is a cut."""
ABOVE = 2.5
"""How many times the largest of the jumps around it."""
AROUND = 6
"""Frames on either side it is held against."""
MOVED_SHARE = 0.3
"""Of the places that must have changed by a lot."""
MOVED_LEVELS = 24
FULL_CONTRAST, LEAST_CONTRAST = 40.0, 0.25
"""Standard deviation of a well-lit picture's levels; on a dark stage a cut is a smaller jump, down to this share of it."""
BACK = 0.6
"""The frame after a flash is like the one before it: less than this share of the jump away."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """A frame: its thumbnail and the standard deviation of that, in levels of 255."""

    thumb: Thumb
    contrast: float


@dataclass(slots=True)
class CutFinder:
    """Fed every frame in turn; keeps two thumbnails and one number a frame."""

    _times: list[float] = field(default_factory=list)
    _jumps: list[float] = field(default_factory=list)
    _moved: list[float] = field(default_factory=list)
    _over: list[float] = field(default_factory=list)
    """How far each frame is from the last but one."""
    _before: _Seen | None = None
    _earlier: _Seen | None = None

    def add(self, t_s: float, thumb: Thumb) -> None:
        """The next frame."""
        seen = _Seen(thumb, float(cv2.meanStdDev(thumb)[1][0, 0]))
        jump, moved = _apart(self._before, seen)
        self._times.append(t_s)
        self._jumps.append(jump)
        self._moved.append(moved)
        self._over.append(_apart(self._earlier, seen)[0])
        self._earlier, self._before = self._before, seen

    def shots(self, end_s: float) -> tuple[tuple[float, float], ...]:
        """From when to when each shot runs; at least one, without gaps, from 0 to `end_s`."""
        begins = [0.0]
        for n in range(1, len(self._times)):
            if (
                self._is_cut(n)
                and self._times[n] - begins[-1] >= LEAST_SHOT_S
                and end_s - self._times[n] >= LEAST_SHOT_S
            ):
                begins.append(self._times[n])
        return tuple(zip(begins, [*begins[1:], end_s], strict=True))

    def _is_cut(self, n: int) -> bool:
        jump = self._jumps[n]
        if jump < JUMP or self._moved[n] < MOVED_SHARE:
            return False
        around = self._jumps[max(1, n - AROUND) : n] + self._jumps[n + 1 : n + 1 + AROUND]
        if jump < ABOVE * max(around, default=0.0):
            return False
        is_flash = n + 1 < len(self._over) and self._over[n + 1] < BACK * jump
        return not is_flash


def _apart(one: _Seen | None, other: _Seen) -> tuple[float, float]:
    """Mean difference, and the share of places that changed by a lot; both as if the picture were of full contrast."""
    if one is None or one.thumb.shape != other.thumb.shape:
        return 0.0, 0.0
    contrast = (one.contrast + other.contrast) / 2
    of_full = min(1.0, max(LEAST_CONTRAST, contrast / FULL_CONTRAST))
    difference = cv2.absdiff(one.thumb, other.thumb)
    moved = int(np.count_nonzero(difference > MOVED_LEVELS * of_full))
    return float(cv2.mean(difference)[0]) / of_full, moved / difference.size


def shot_of(t_s: float, shots: Sequence[tuple[float, float]]) -> int:
    """The number of the shot that a moment lies in."""
    return max(0, int(np.searchsorted([begin for begin, _ in shots], t_s + 1e-6)) - 1)
