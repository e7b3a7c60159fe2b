"""Covers of a clip: sharp, well-exposed frames with the best face and open eyes, in full size; the best and two more.

Candidates are the frames that were looked at anyway, without the very beginning and end (a thumb on the button, a phone
being lowered) where there are others. The best of them is looked for once more among its neighbours, because in hand-held
footage one frame in three is blurred by motion.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.model import Box, Findings
from mediakit.pixels.light import luma
from mediakit.video.clip import ClipInfo
from mediakit.video.look import ClipLook
from mediakit.video.sample import Sample, grab_frame, sample_at

Pixels = NDArray[np.uint8]

EDGE_SHARE = 0.04
"""Of the clip's length at either end that is passed over where there are other candidates."""
AROUND_S = 0.25
NEIGHBOURS = 6
FACE_WEIGHT = 1.0
OFFERED = 3
LOOKED_CLOSER = 5
CLOSER_WEIGHT = 0.25
"""What a frame is worth beside its neighbours, against its score as a photo (0..1)."""
APART_S = 1.0
EYES_FULLY = 0.8
"""Of the widest look in the clip, from which on eyes count as open."""
LEAST_FACE_PX = 48
SMALL_FACE, LARGE_FACE = 0.06, 0.22
"""A main face this high (share of the picture) counts nothing, this high in full."""


@dataclass(frozen=True, slots=True)
class Cover:
    """A frame in full size, (H, W, 3) uint8 sRGB as shown, and when it is shown."""

    t_s: float
    rgb: Pixels


Scorer = Callable[[Pixels, Findings], float]
Candidate = tuple[Sample, Findings, float]
"""A frame, what it shows, and what it is worth as a cover."""


def best_covers(path: Path, info: ClipInfo, look: ClipLook, score: Scorer, *, count: int = OFFERED) -> list[Cover]:
    """The frames that show the clip best, best first, never two of one moment. Raises FileError(corrupt).

    score: how good a picture is as a photo, 0..100, of a frame (H, W, 3) uint8 sRGB and what it shows. Asked only for
    the frames that are sharp, lit and awake beside their neighbours.
    """
    duration_s = float(info.duration)
    candidates = _candidates(look, duration_s)[:LOOKED_CLOSER]
    found: list[tuple[float, float]] = []
    for (sample, findings, worth), t_s in zip(candidates, _sharpest_near(path, info, candidates), strict=True):
        found.append((score(sample.rgb, findings) / 100 + CLOSER_WEIGHT * worth, t_s))
    chosen: list[float] = []
    for _, t_s in sorted(found, reverse=True):
        if all(abs(t_s - other) >= min(APART_S, duration_s / (2 * count)) for other in chosen):
            chosen.append(t_s)
    frames = sample_at(path, info, chosen[:count], long_edge_px=None) or [Sample(0.0, grab_frame(path, info, 0.0))]
    nearest = [min(frames, key=lambda frame: abs(frame.t_s - t_s)) for t_s in chosen[:count]]
    return [Cover(t_s, frame.rgb) for t_s, frame in zip(chosen, nearest, strict=False)]


def _candidates(look: ClipLook, duration_s: float) -> list[Candidate]:
    """Looked-at frames with what each is worth as a cover, 0..about 4, best first."""
    every = list(zip(look.samples, look.seen, strict=True))
    inside = [one for one in every if EDGE_SHARE * duration_s <= one[0].t_s <= (1 - EDGE_SHARE) * duration_s]
    candidates = inside or every
    sharp = [sharpness(sample.rgb, _focus(findings)) for sample, findings in candidates]
    awake = [eyes_open(sample.rgb, findings) for sample, findings in candidates]
    most, widest = max(sharp) or 1.0, max((one for one in awake if one is not None), default=0.0)
    ranked = []
    for (sample, findings), edge, eyes in zip(candidates, sharp, awake, strict=True):
        # Where no frame shows dark eyes (sunglasses, a shadow), they tell the frames not apart.
        opened = 1.0 if eyes is None or widest <= 0 else min(1.0, eyes / widest / EYES_FULLY)
        worth = edge / most + exposure(sample.rgb) + FACE_WEIGHT * face_worth(findings) * opened + opened
        ranked.append((sample, findings, worth))
    return sorted(ranked, key=lambda one: -one[2])


def eyes_open(rgb: Pixels, findings: Findings) -> float | None:
    """How far the main face's eyes are open, to be held against other frames of the same person; None where unknown.

    An open eye is a dark disc, a closed one a dark line: what is measured is how high the dark reaches, in distances of
    the eyes, the less open eye deciding.
    """
    faces = [face for face in findings.main_faces[:1] if len(face.points) >= 2]
    scale = rgb.shape[1] / findings.size.width_px
    if not faces or faces[0].box.w * scale < LEAST_FACE_PX:
        return None
    grey = luma(rgb).astype(np.float32)
    points = np.array(faces[0].points[:2]) * scale
    across = float(np.hypot(*(points[1] - points[0])))
    if across < LEAST_FACE_PX / 4:
        return None
    side = max(5, round(0.42 * across))
    return min(_dark_height(cv2.getRectSubPix(grey, (side, side), (float(x), float(y)))) for x, y in points) / across


def _dark_height(eye: NDArray[np.float32]) -> float:
    """Standard deviation of the rows in which an eye is darker than its skin, weighted by how much."""
    dark = np.maximum(np.median(eye) - eye - 8, 0)
    rows, total = dark.sum(axis=1), float(dark.sum())
    if total <= 0:
        return 0.0
    place = np.arange(len(rows))
    middle = float((rows * place).sum()) / total
    return float(np.sqrt((rows * (place - middle) ** 2).sum() / total))


def _sharpest_near(path: Path, info: ClipInfo, candidates: Sequence[Candidate]) -> list[float]:
    """When the sharpest frame around each of these is shown; all are decoded in one go."""
    steps = np.linspace(-AROUND_S, AROUND_S, NEIGHBOURS)
    last_s = float(info.duration)
    around = [min(max(0.0, best.t_s + float(step)), last_s) for best, _, _ in candidates for step in steps]
    near = sample_at(path, info, around)
    found = []
    for best, findings, _ in candidates:
        beside = [sample for sample in near if abs(sample.t_s - best.t_s) <= AROUND_S + 1 / float(info.fps)]
        sharpest = max(beside, key=lambda one: sharpness(one.rgb, _focus(findings)), default=best)
        found.append(sharpest.t_s)
    return found


def _focus(findings: Findings) -> Box | None:
    """What has to be sharp, as shares of the picture: the largest face, else the subject, else everything."""
    faces: Sequence[Box] = [face.box for face in findings.main_faces[:1]]
    box = faces[0] if faces else findings.subject
    if box is None:
        return None
    width, height = findings.size.width_px, findings.size.height_px
    return Box(box.x / width, box.y / height, box.w / width, box.h / height)


def sharpness(rgb: Pixels, focus: Box | None = None) -> float:
    """Energy of the finest detail (Laplacian) against the contrast there is, in the focus: 0 for none.

    The variance-of-Laplacian measure of Pech-Pacheco et al., ICPR 2000, made independent of contrast.
    """
    grey = luma(rgb)
    if focus is not None:
        height, width = grey.shape
        x0, y0 = max(0, int(focus.x * width)), max(0, int(focus.y * height))
        part = grey[y0 : max(y0 + 8, int(focus.bottom * height)), x0 : max(x0 + 8, int(focus.right * width))]
        grey = part if min(part.shape) >= 8 else grey
    detail = cv2.Laplacian(grey, cv2.CV_32F)
    return float(detail.std() / (grey.std() + 4.0))


def exposure(rgb: Pixels) -> float:
    """1.0 for a well-lit picture, towards 0 for one that is black, white or mostly clipped."""
    grey = luma(rgb)
    middle = float(np.median(grey)) / 255
    clipped = float(((grey <= 4) | (grey >= 251)).mean())
    contrast = min(1.0, float(grey.std()) / 30)
    return max(0.0, 1.0 - 2.2 * abs(middle - 0.47)) * max(0.0, 1.0 - 1.5 * clipped) * contrast


def face_worth(findings: Findings) -> float:
    """0 without a main face, towards 1.0 for one that is large, surely found, and turned to the camera."""
    if not findings.main_faces:
        return 0.0
    face = findings.main_faces[0]
    height = face.box.h / findings.size.height_px
    size = min(1.0, max(0.0, (height - SMALL_FACE) / (LARGE_FACE - SMALL_FACE)))
    return (0.3 + 0.7 * size) * face.confidence * _turned_to_us(face.points)


def _turned_to_us(points: tuple[tuple[float, float], ...]) -> float:
    """1.0 where the nose lies midway between the eyes, 0.4 in profile; 0.8 where the points are not known."""
    if len(points) < 3:
        return 0.8
    (right, _), (left, _), (nose, _) = points[:3]
    span = abs(left - right)
    if span < 1e-6:
        return 0.4
    off = abs(nose - (left + right) / 2) / span
    return max(0.4, 1.0 - off)
