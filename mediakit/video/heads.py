"""Faces of a moving picture, also the small ones: those who must not be known, and those who stand far from the camera.

The usual look (`vision.faces`) sees heads from about 10 px of 640 on, in profile larger ones. Here one more look is taken
at the frame's own 1280 px, which finds heads half as large; about 25 ms a look. What is found feeds the same tracks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.model import Box, Face, Size
from mediakit.vision import yunet
from mediakit.vision.faces import Candidate, find_candidates, overlap

LOOKING_EDGE_PX = 1280
LOOKS_A_SECOND = 8.0
WEAK = 0.45
"""The network's score from which on something may continue a track."""
SAME = 0.25
PORTRAIT_PX, PORTRAIT_ROOM = 160, 0.4
"""How large somebody's portrait is at most, and the room around the face, in its widths."""
FORGOTTEN_S = 2.0
LARGER = 1.4

Pixels = NDArray[np.uint8]


def candidates_near_and_far(rgb: Pixels, shown: Size, *, widest_px: float = math.inf) -> tuple[Candidate, ...]:
    """Everything that looks like a face in (H, W, 3) uint8 sRGB, at the usual sizes and once at its own; in px of `shown`.

    widest_px: how wide in `rgb` a face may be that is seen at its own size alone. A larger one would have been seen at the
    usual sizes too, so it is none; where nobody may be missed it counts all the same.
    """
    found = list(find_candidates(rgb, shown=shown))
    to_shown = shown.width_px / rgb.shape[1]
    for row in yunet.detect(np.ascontiguousarray(rgb), WEAK):
        x, y, width, height = (float(v) for v in row[:4])
        if width <= 0 or height <= 0:
            continue
        points = tuple((float(row[n]) * to_shown, float(row[n + 1]) * to_shown) for n in range(4, 14, 2))
        face = Face(Box(x, y, width, height).scaled(to_shown), min(1.0, float(row[14])), points)
        near = max(range(len(found)), key=lambda n: overlap(face.box, found[n].face.box), default=None)
        if near is not None and overlap(face.box, found[near].face.box) > SAME:
            found[near] = _seen_again(found[near], face)
        elif width <= widest_px:
            found.append(Candidate(face, (face.confidence,), width))
    return tuple(found)


def _seen_again(known: Candidate, face: Face) -> Candidate:
    """The same place at one more size: more evidence, and the surer box."""
    best = face if face.confidence > max(known.seen) else known.face
    return replace(known, face=best, seen=(*known.seen, face.confidence))


def enlarged(rgb: Pixels) -> Pixels:
    """(H, W, 3) uint8 brought to LOOKING_EDGE_PX, at most to twice its size: small clips have small faces too."""
    scale = min(2.0, LOOKING_EDGE_PX / max(rgb.shape[:2]))
    if scale <= 1.0:
        return rgb
    size = (round(rgb.shape[1] * scale), round(rgb.shape[0] * scale))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_CUBIC), np.uint8)


@dataclass(slots=True)
class Portraits:
    """Takes a picture of everybody when first seen and whenever they are much larger than in the last one: few are held."""

    _known: list[tuple[float, Box, float]] = field(default_factory=list)
    """When somebody was last seen, where, and how large their portrait is."""

    def of(self, rgb: Pixels, face: Face, t_s: float, to_rgb: float) -> Pixels | None:
        """The face cut out of (H, W, 3) uint8 sRGB, at most PORTRAIT_PX wide; None where there is one as good already.

        `to_rgb` leads from the face's pixels to those of `rgb`.
        """
        self._known = [one for one in self._known if t_s - one[0] <= FORGOTTEN_S]
        near = max(self._known, key=lambda one: overlap(one[1], face.box), default=None)
        if near is not None and overlap(near[1], face.box) > SAME:
            self._known.remove(near)
            is_better = face.box.area > LARGER * near[2]
            self._known.append((t_s, face.box, face.box.area if is_better else near[2]))
            return _cut_out(rgb, face.box.scaled(to_rgb)) if is_better else None
        self._known.append((t_s, face.box, face.box.area))
        return _cut_out(rgb, face.box.scaled(to_rgb))


def _cut_out(rgb: Pixels, box: Box) -> Pixels:
    room = PORTRAIT_ROOM * box.w
    left, top = max(0, int(box.x - room)), max(0, int(box.y - room))
    part = rgb[top : max(top + 1, int(box.bottom + room)), left : max(left + 1, int(box.right + room))]
    scale = min(1.0, PORTRAIT_PX / max(part.shape[:2]))
    size = (max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale)))
    return np.array(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)
