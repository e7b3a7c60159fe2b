"""Bystanders: who on a photo is not its subject, and how their heads are blurred so that nobody can be known.

A head is replaced by the mean colours of four patches across it, drawn as a soft blur with the picture's own grain: it
looks like a head far out of focus, and holds so few numbers that neither a person nor a program tells whose it is. A blur
kernel can be undone; a mean over half a face cannot. Then the detector is asked again, and where it still sees a face the
patches get coarser, down to one. The picture around, beyond a soft rim, is not touched.

Who is a bystander is a guess that a person may overrule (`keep`): a face that is much smaller than the largest one, or small
on the picture and outside what the picture is about. Heads seen from behind, and faces the detector misses, are left.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import cv2
import numpy as np

from mediakit.model import Box, Face, Findings, Size
from mediakit.pixels.filters import gaussian_blur, smoothstep
from mediakit.pixels.light import Float, Rgb8
from mediakit.pixels.noise import measure_noise
from mediakit.vision.faces import HINT, find_candidates, find_faces, overlap

STRENGTHS = ((4, 1.0), (3, 0.7), (3, 0.4), (2, 0.3), (1, 0.1))
"""Mean colours across a head, and how much of their differences is kept: the next where a face is still seen."""
SUBJECT_HEIGHT = 0.06
"""A face lower than this share of the picture is its subject only inside what the picture is about."""
_HEAD = (0.82, 0.86)
"""Radii of the oval that is wholly replaced, in widths and heights of the face's box: hair, ears and chin too."""
_UP = 0.10
"""How far the head's middle lies above the face's, in heights of the face."""
_RIM = 1.32
"""Where the soft rim ends, in radii."""
_STEPS_A_CELL = 8
_TILE_OVERLAP = 0.25
_SURE_IN_TILE = 0.8


def bystanders(findings: Findings, *, keep: Collection[int] = ()) -> tuple[tuple[int, Face], ...]:
    """Faces the picture is not about, each with its number: 1 for the first (largest) of `findings.faces`.

    `keep` are the numbers of faces that somebody vouched for.
    """
    subjects = [face for face in findings.main_faces if _is_subject(face, findings)]
    return tuple(
        (number, face)
        for number, face in enumerate(findings.faces, start=1)
        if face not in subjects and number not in keep
    )


def small_faces(rgb: Rgb8, findings: Findings) -> tuple[Face, ...]:
    """Faces too small to be found in a look at the whole, in pixels of the picture `findings` speak of.

    rgb: (H, W, 3) uint8 sRGB at any size. The picture is looked at in six overlapping parts, at about twice the
    resolution: 60 ms. Only sure ones count, since nothing but its surroundings says that a small patch is a face.
    """
    to_shown = findings.size.width_px / rgb.shape[1]
    found: list[Face] = []
    for left, top, part in _parts(rgb):
        for face in find_faces(part, shown=Size(part.shape[1], part.shape[0])):
            whole = _moved(face, left, top, to_shown)
            known = [*findings.faces, *found]
            if face.confidence >= _SURE_IN_TILE and not any(overlap(whole.box, each.box) > 0.2 for each in known):
                found.append(whole)
    return tuple(found)


def hide_heads(rgb: Rgb8, faces: Sequence[Face]) -> Rgb8:
    """A copy of an (H, W, 3) uint8 sRGB picture with these heads blurred away; the same array where there are none.

    Faces are in pixels of `rgb` and may reach over its edge.
    """
    if not faces:
        return rgb
    hidden = rgb.copy()
    grain = measure_noise(rgb).luma
    left = list(faces)
    for strength in STRENGTHS:
        for face in left:
            _hide(hidden, rgb, face.box, grain, strength)
        left = _still_seen(hidden, left)
        if not left:
            break
    return hidden


def _still_seen(rgb: Rgb8, faces: Sequence[Face]) -> list[Face]:
    """Those of the faces where something still looks like one, even weakly."""
    size = Size(rgb.shape[1], rgb.shape[0])
    seen = [c.face.box for c in find_candidates(rgb, shown=size) if max(c.seen) >= HINT]
    return [face for face in faces if any(overlap(box, face.box) > 0.2 for box in seen)]


def head_box(face: Box) -> Box:
    """The box around the oval that is wholly replaced."""
    width, height = 2 * _HEAD[0] * face.w, 2 * _HEAD[1] * face.h
    x, y = face.centre
    return Box(x - width / 2, y - _UP * face.h - height / 2, width, height)


def _is_subject(face: Face, findings: Findings) -> bool:
    if face.box.h >= SUBJECT_HEIGHT * findings.size.height_px:
        return True
    about, (x, y) = findings.subject, face.box.centre
    return about is not None and about.x <= x <= about.right and about.y <= y <= about.bottom


def _parts(rgb: Rgb8) -> list[tuple[int, int, Rgb8]]:
    """Overlapping parts of a picture, three along its longer side and two across, with their left and top edges."""
    height, width = rgb.shape[:2]
    rows, cols = (3, 2) if height >= width else (2, 3)
    parts = []
    for top, bottom in _spans(height, rows):
        for left, right in _spans(width, cols):
            parts.append((left, top, np.ascontiguousarray(rgb[top:bottom, left:right])))
    return parts


def _spans(length: int, count: int) -> list[tuple[int, int]]:
    part = min(length, round(length * (1 + _TILE_OVERLAP) / count))
    return [(start, start + part) for start in (round(i * (length - part) / (count - 1)) for i in range(count))]


def _moved(face: Face, left: int, top: int, scale: float) -> Face:
    box = face.box
    points = tuple(((x + left) * scale, (y + top) * scale) for x, y in face.points)
    return Face(
        Box((box.x + left) * scale, (box.y + top) * scale, box.w * scale, box.h * scale), face.confidence, points
    )


def _hide(picture: Rgb8, original: Rgb8, face: Box, grain: float, strength: tuple[int, float]) -> None:
    """Blur one head in place. `original` is where the colours come from; what was blurred before is blurred anew."""
    head = head_box(face)
    (x, y), reach = head.centre, (_RIM * head.w / 2 + 1, _RIM * head.h / 2 + 1)
    left, top = max(int(x - reach[0]), 0), max(int(y - reach[1]), 0)
    right, bottom = min(int(x + reach[0]) + 1, picture.shape[1]), min(int(y + reach[1]) + 1, picture.shape[0])
    if right <= left or bottom <= top:
        return
    part = picture[top:bottom, left:right]
    cells, contrast = strength
    blurred = _averaged(original[top:bottom, left:right], head.w / cells, contrast)
    blurred += _grain(part.shape[:2], grain, seed=(left, top))
    alpha = _oval(part.shape[:2], x - left, y - top, head)[..., None]
    part[:] = cv2.convertScaleAbs(np.maximum(alpha * blurred + (1 - alpha) * part, 0))


def _averaged(part: Rgb8, cell_px: float, contrast: float) -> Float:
    """The part from the means of its cells alone, without a cell's edges showing."""
    size = (max(round(part.shape[1] / cell_px), 1), max(round(part.shape[0] / cell_px), 1))
    cells = cv2.resize(part, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    mean = cells.mean(axis=(0, 1))
    grown = cv2.resize(cells, None, fx=_STEPS_A_CELL, fy=_STEPS_A_CELL, interpolation=cv2.INTER_LINEAR)
    soft = mean + np.float32(contrast) * (gaussian_blur(grown, _STEPS_A_CELL / 2) - mean)
    large: Float = cv2.resize(soft, part.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    return large


def _grain(shape: tuple[int, ...], sigma: float, *, seed: tuple[int, int]) -> Float:
    """Noise like the picture's, the same in every run: a patch without it looks pasted in."""
    random = np.random.default_rng(seed)
    grain: Float = random.standard_normal((*shape, 1), dtype=np.float32) * np.float32(sigma)
    return grain


def _oval(shape: tuple[int, ...], x: float, y: float, head: Box) -> Float:
    """1 inside the head, 0 beyond the rim."""
    across = (np.arange(shape[1], dtype=np.float32)[None, :] - np.float32(x)) / np.float32(head.w / 2)
    down = (np.arange(shape[0], dtype=np.float32)[:, None] - np.float32(y)) / np.float32(head.h / 2)
    return 1 - smoothstep(np.sqrt(across * across + down * down), 1.0, _RIM)
