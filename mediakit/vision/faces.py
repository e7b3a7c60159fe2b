"""Faces, with the model that travels with the package (YuNet, MIT), looked for at three sizes.

The full working size finds small faces, a half and a quarter of it find faces that fill the picture, which the model
misses at full size. Being seen at more than one size is also the evidence that it is a face: an onion, a mushroom or a
tower may look like one at one size, rarely at two. About 9 ms a photo on one core.

Limits: faces under about 10 px of the working picture, faces turned by more than about 60 degrees, and heads seen from
behind are not found. Very face-like animals and statues are reported as faces.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.model import Box, Face, Size
from mediakit.vision import yunet

WORKING_PIXELS = 640 * 480
LONGEST_SIDE_PX = 1280
STEPS = (1.0, 0.5, 0.25)
LEAST_SIDE_PX = 32
LEAST_INPUT_PX = 64  # with less, what is seen is mostly the border

CONSIDERED = 0.3  # what the network reports at all
HINT = 0.5  # too weak to be called a face, strong enough to be kept in the picture
SURE = 0.85  # on 630 photos: 137 of 140 candidates above this are faces, by another detector and by eye
AGREED = 0.70  # mean of the two best sizes; onions reach 0.69, real faces below it are blurred or half hidden
SMALL_SURE = 0.72  # small faces are seen at full size only; produce that fooled the model was larger
SMALL_PX = 24


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that looks like a face; `seen` holds its score at each of the sizes looked at, 0 where it was not seen."""

    face: Face
    seen: tuple[float, ...]
    working_width_px: float
    """The width of its box in the working picture."""

    @property
    def is_face(self) -> bool:
        """Whether the evidence is enough to call it a face."""
        ranked = sorted(self.seen, reverse=True)
        if ranked[0] >= SURE or sum(ranked[:2]) / 2 >= AGREED:
            return True
        return self.working_width_px < SMALL_PX and ranked[0] >= SMALL_SURE


def find_faces(rgb: NDArray[np.uint8], *, shown: Size) -> tuple[Face, ...]:
    """The faces in a picture, largest first, in pixels of the picture `shown`.

    rgb: (H, W, 3) uint8 sRGB, a copy of the picture at any size (640 to 1300 px on the long side serve best).
    Boxes run from forehead to chin, without hair, and may reach over the picture's edge. Raises MissingPartError when
    the model is not there, FileError when the network fails on this picture.
    """
    return faces_among(find_candidates(rgb, shown=shown))


def faces_among(candidates: tuple[Candidate, ...]) -> tuple[Face, ...]:
    """Those with enough evidence."""
    return tuple(c.face for c in candidates if c.is_face)


def hints_among(candidates: tuple[Candidate, ...]) -> tuple[Face, ...]:
    """Those that may be faces: worth keeping in the picture when it costs nothing."""
    return tuple(c.face for c in candidates if not c.is_face and max(c.seen) >= HINT)


def find_candidates(rgb: NDArray[np.uint8], *, shown: Size) -> tuple[Candidate, ...]:
    """All places that look like a face at one of the sizes, largest first; see `find_faces`."""
    working = _working_copy(rgb)
    to_shown = shown.width_px / working.shape[1]
    candidates: list[Candidate] = []
    for index, step in enumerate(STEPS):
        if index and max(working.shape[:2]) * step < LEAST_SIDE_PX:
            break
        for face in _detect(working, step):
            _add(candidates, face, index)
    in_shown = [replace(c, face=_scaled(c.face, to_shown)) for c in candidates]
    return tuple(sorted(in_shown, key=lambda c: c.face.box.area, reverse=True))


def working_scale(shown: Size) -> float:
    """How far to shrink a picture before looking at it: to the pixels of 640 x 480, so that panoramas keep their height."""
    longest = max(shown.width_px, shown.height_px)
    return float(min(1.0, (WORKING_PIXELS / shown.pixels) ** 0.5, LONGEST_SIDE_PX / longest))


def _working_copy(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    scale = working_scale(Size(rgb.shape[1], rgb.shape[0]))
    return rgb if scale == 1.0 else _resized(rgb, scale)


def _resized(rgb: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    size = (max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale)))
    resized: NDArray[np.uint8] = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    return resized


def _detect(working: NDArray[np.uint8], step: float) -> list[Face]:
    """Faces of the working picture, looked for at `step` times its size."""
    small = working if step == 1.0 else _resized(working, step)
    short_of = [max(0, LEAST_INPUT_PX - side) for side in small.shape[:2]]
    padded = small
    if any(short_of):
        padded = cv2.copyMakeBorder(small, 0, short_of[0], 0, short_of[1], cv2.BORDER_REPLICATE)
    rows = yunet.detect(np.ascontiguousarray(padded), CONSIDERED)
    scale = working.shape[1] / small.shape[1]
    faces = [_as_face(row) for row in rows if _is_plausible(row, small.shape)]
    return [_scaled(face, scale) for face in faces]


def _is_plausible(row: NDArray[np.float32], shape: tuple[int, ...]) -> bool:
    """Whether a box is a number, has an area, and lies with its middle in the picture."""
    x, y, width, height = (float(v) for v in row[:4])
    middle = 0 <= x + width / 2 <= shape[1] and 0 <= y + height / 2 <= shape[0]
    return bool(np.isfinite(row).all()) and width > 0 and height > 0 and middle


def _as_face(row: NDArray[np.float32]) -> Face:
    """One row of the network's answer: x y w h, five points, score."""
    values = [float(v) for v in row]
    points = tuple((values[i], values[i + 1]) for i in range(4, 14, 2))
    return Face(Box(*values[:4]), min(1.0, values[14]), points)


def _scaled(face: Face, factor: float) -> Face:
    return Face(face.box.scaled(factor), face.confidence, tuple((x * factor, y * factor) for x, y in face.points))


def _add(candidates: list[Candidate], face: Face, index: int) -> None:
    """Join a sighting to the candidate it overlaps, keeping the surer box; else open a new one."""
    for position, known in enumerate(candidates):
        if overlap(known.face.box, face.box) > 0.35:
            seen = list(known.seen)
            seen[index] = max(seen[index], face.confidence)
            best = face if face.confidence > known.face.confidence else known.face
            candidates[position] = Candidate(best, tuple(seen), best.box.w)
            return
    seen = [0.0] * len(STEPS)
    seen[index] = face.confidence
    candidates.append(Candidate(face, tuple(seen), face.box.w))


def overlap(one: Box, other: Box) -> float:
    """Intersection over union, 0.0 .. 1.0."""
    width = min(one.right, other.right) - max(one.x, other.x)
    height = min(one.bottom, other.bottom) - max(one.y, other.y)
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (one.area + other.area - shared)
