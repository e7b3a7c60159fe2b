"""The cover of a clip: the sharpest well-exposed frame with the best face, in full size.

Candidates are the frames that were looked at anyway, without the very beginning and end (a thumb on the button, a phone
being lowered) where there are others. The best of them is looked for once more among its neighbours, because in hand-held
footage one frame in three is blurred by motion.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.model import Box, Findings
from mediakit.pixels.light import luma
from mediakit.video.clip import ClipInfo
from mediakit.video.look import ClipLook
from mediakit.video.sample import Sample, grab_frame, sample_between

Pixels = NDArray[np.uint8]

EDGE_SHARE = 0.04
"""Of the clip's length at either end that is passed over where there are other candidates."""
AROUND_S = 0.25
NEIGHBOURS = 6
FACE_WEIGHT = 1.0
SMALL_FACE, LARGE_FACE = 0.06, 0.22
"""A main face this high (share of the picture) counts nothing, this high in full."""


@dataclass(frozen=True, slots=True)
class Cover:
    """A frame in full size, (H, W, 3) uint8 sRGB as shown, and when it is shown."""

    t_s: float
    rgb: Pixels


def best_cover(path: Path, info: ClipInfo, look: ClipLook) -> Cover:
    """The frame that shows the clip best. Raises FileError(corrupt) where it does not decode."""
    best = _best_sample(look, float(info.duration))
    sharpest = _sharpest_near(path, info, best, look.seen[look.samples.index(best)])
    return Cover(sharpest, grab_frame(path, info, sharpest))


def _best_sample(look: ClipLook, duration_s: float) -> Sample:
    inside = [
        (sample, findings)
        for sample, findings in zip(look.samples, look.seen, strict=True)
        if EDGE_SHARE * duration_s <= sample.t_s <= (1 - EDGE_SHARE) * duration_s
    ]
    candidates = inside or list(zip(look.samples, look.seen, strict=True))
    sharp = [sharpness(sample.rgb, _focus(findings)) for sample, findings in candidates]
    most = max(sharp) or 1.0
    worth = [
        one / most + exposure(sample.rgb) + FACE_WEIGHT * face_worth(findings)
        for (sample, findings), one in zip(candidates, sharp, strict=True)
    ]
    return candidates[int(np.argmax(worth))][0]


def _sharpest_near(path: Path, info: ClipInfo, best: Sample, findings: Findings) -> float:
    near = sample_between(path, info, best.t_s - AROUND_S, best.t_s + AROUND_S, count=NEIGHBOURS)
    sharp = [sharpness(sample.rgb, _focus(findings)) for sample in near]
    return near[int(np.argmax(sharp))].t_s if near else best.t_s


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
