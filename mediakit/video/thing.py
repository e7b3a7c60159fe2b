"""The thing a clip without faces is about, followed between the looks that found it.

At each full look the subject's box is known; from there its corner points are followed by sparse optical flow (Lucas and
Kanade, 1981, in the pyramid of Bouguet, 2001), checked there and back, and the box moves by their median ("Forward-backward
error", Kalal, Mikolajczyk and Matas, ICPR 2010). Where what arrives at the next look is not what that look sees, the looks
do not speak of one thing, and nothing is said: a camera that wanders over a still life is worse than one that stays.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.model import Box
from mediakit.pixels.light import luma
from mediakit.video.clip import ClipInfo
from mediakit.video.look import ClipLook
from mediakit.vision.faces import overlap

Pixels = NDArray[np.uint8]

MOST_POINTS = 60
LEAST_POINTS = 6
BACK_PX = 1.0
"""How far from where it began a point may arrive when it is followed back."""
AGREED = 0.4
"""Least overlap (intersection over union) of the followed box and what the next look sees, in three looks of four."""


@dataclass(slots=True)
class ThingTracker:
    """Fed the looked-at frames in turn."""

    info: ClipInfo
    looks: list[tuple[float, Box | None]]
    boxes: list[tuple[float, Box]] = field(default_factory=list)
    met: list[tuple[float, float]] = field(default_factory=list)
    """At each look: when, and how well what was followed agrees with what was seen."""
    _box: Box | None = None
    _before: Pixels | None = None

    @classmethod
    def of(cls, look: ClipLook, info: ClipInfo) -> ThingTracker:
        """For a clip that was looked at."""
        looks = [(sample.t_s, seen.subject) for sample, seen in zip(look.samples, look.seen, strict=True)]
        return cls(info, looks)

    def look(self, rgb: Pixels, t_s: float) -> None:
        """One more frame, at any size."""
        grey: Pixels = np.ascontiguousarray(luma(rgb), dtype=np.uint8)
        to_shown = self.info.size.width_px / rgb.shape[1]
        if self._box is not None and self._before is not None:
            moved = followed_box(self._before, grey, self._box.scaled(1 / to_shown))
            self._box = moved.scaled(to_shown) if moved is not None else None
        while self.looks and self.looks[0][0] <= t_s + 0.1:
            _, seen = self.looks.pop(0)
            if self._box is not None and seen is not None:
                self.met.append((t_s, overlap(self._box, seen)))
            self._box = seen
        if self._box is not None:
            self.boxes.append((t_s, self._box))
        self._before = grey

    def boxes_in(self, begin_s: float, end_s: float) -> tuple[tuple[float, Box], ...]:
        """Where the thing is through one shot; nothing where the looks do not agree on one."""
        met = [agreed for t_s, agreed in self.met if begin_s < t_s < end_s]
        if not met or float(np.percentile(met, 25)) < AGREED:
            return ()
        return tuple((t_s, box) for t_s, box in self.boxes if begin_s - 1e-6 <= t_s < end_s)


def followed_box(before: Pixels, after: Pixels, box: Box) -> Box | None:
    """The box moved and grown as its points were; None where too few can be followed."""
    inside = np.zeros(before.shape, np.uint8)
    left, top = max(0, int(box.x)), max(0, int(box.y))
    inside[top : max(top, int(box.bottom)), left : max(left, int(box.right))] = 255
    points = cv2.goodFeaturesToTrack(before, MOST_POINTS, 0.01, 5, mask=inside)
    if points is None or len(points) < LEAST_POINTS:
        return None
    there, _, _ = cv2.calcOpticalFlowPyrLK(before, after, points, None)
    back, _, _ = cv2.calcOpticalFlowPyrLK(after, before, there, None)
    good = np.abs(back - points).reshape(-1, 2).max(axis=1) < BACK_PX
    if good.sum() < LEAST_POINTS:
        return None
    dx, dy = np.median((there - points).reshape(-1, 2)[good], axis=0)
    return Box(box.x + float(dx), box.y + float(dy), box.w, box.h)
