"""How a clip moves: shake, flicker, frozen and black stretches, from short runs of neighbouring frames.

A run is a sequence of consecutive frames, (H, W) float32 luma 0..255, small (about 240 px): camera shake is a property of
the whole frame and needs no detail.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.float32]

FROZEN_LEVELS = 0.02
BLACK_LEVEL = 18.0
LEAST_RESPONSE = 0.05
"""Of a phase correlation's peak."""
SMALL_STEP = 0.001
"""Of the width: taken as it was found, since too little hangs on it."""
MATCH = 0.8
"""Square difference after a step over that after the opposite one, up to which the step is believed: noise alone gives
0.95 and more, a step of a pixel in a textured picture 0.1 to 0.6."""


@dataclass(frozen=True, slots=True)
class Motion:
    """`shake` is how far the frame jumps against its own smooth path, in thousandths of its width a frame (median).

    `flicker` is the jump of mean brightness between neighbours in levels of 255; `frozen` and `black` are shares of runs.
    """

    shake: float
    flicker: float
    frozen: float
    black: float


def measure_motion(runs: Sequence[Sequence[Grey]]) -> Motion | None:
    """The motion of a clip; None where no run has the four frames that a second difference over a path needs."""
    usable = [run for run in runs if len(run) >= 4]
    if not usable:
        return None
    shakes = [_shake(run) for run in usable]
    means = [np.array([frame.mean() for frame in run]) for run in usable]
    return Motion(
        shake=float(np.median(shakes)),
        flicker=float(np.median([np.abs(np.diff(m, n=2)).mean() / 2 for m in means])),
        frozen=float(np.mean([_is_frozen(run) for run in usable])),
        black=float(np.mean([m.mean() < BLACK_LEVEL for m in means])),
    )


def _shake(run: Sequence[Grey]) -> float:
    """Mean second difference of the camera's path, over neighbouring steps that are known: a smooth pan has none, however
    fast it is, and a picture too plain or too noisy to tell a step by has none either."""
    steps = [_step(before, after) for before, after in itertools.pairwise(run)]
    known = [(a, b) for a, b in itertools.pairwise(steps) if a is not None and b is not None]
    if len(known) < 2:
        return 0.0
    jumps = [math.hypot(b[0] - a[0], b[1] - a[1]) for a, b in known]
    return float(sum(jumps) / len(jumps) / run[0].shape[1] * 1000)


def _step(before: Grey, after: Grey) -> tuple[float, float] | None:
    """How far the whole picture moved, in px; None where that cannot be told.

    Found by phase correlation (Kuglin and Hines, 1975), which moving people disturb little; a jump of over a quarter of
    the frame is a cut, not a movement. The peak of two frames of noise lies anywhere, so a step counts only where it makes
    the frames match, or where it is too small to matter.
    """
    window = cv2.createHanningWindow(before.shape[::-1], cv2.CV_32F)
    # Copies: where a frame has a size that suits its transform, OpenCV multiplies the window into it in place.
    (dx, dy), response = cv2.phaseCorrelate(before.copy(), after.copy(), window)
    if response <= LEAST_RESPONSE or abs(dx) >= before.shape[1] / 4 or abs(dy) >= before.shape[0] / 4:
        return None
    is_small = math.hypot(dx, dy) <= SMALL_STEP * before.shape[1]
    return (dx, dy) if is_small or _is_of_the_camera(before, after, dx, dy) else None


def _is_of_the_camera(before: Grey, after: Grey, dx: float, dy: float) -> bool:
    """Whether the step makes the frames match, in the whole picture and in more of its quarters than stood still.

    Held against the step in the opposite direction, which smooths noise just as much and matches nothing.
    """
    edge = math.ceil(max(abs(dx), abs(dy))) + 1
    inside = (slice(edge, -edge or None), slice(edge, -edge or None))
    with_it, still, against = (
        ((_moved(after, sign * dx, sign * dy) - before)[inside] ** 2).astype(np.float32) for sign in (1, 0, -1)
    )
    if with_it.mean() > MATCH * against.mean():
        return False
    moved = stood = 0
    for step, stay, back in zip(_quarters(with_it), _quarters(still), _quarters(against), strict=True):
        moved += bool(step < MATCH * back)
        stood += bool(stay < MATCH * step)
    return moved > stood


def _moved(frame: Grey, dx: float, dy: float) -> Grey:
    """The frame as it looks from `dx`, `dy` further on."""
    shift = np.array([[1, 0, dx], [0, 1, dy]], np.float32)
    return np.asarray(
        cv2.warpAffine(frame, shift, frame.shape[::-1], flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP), np.float32
    )


def _quarters(apart: Grey) -> list[float]:
    """The mean of each quarter of the picture."""
    rows, cols = apart.shape[0] // 2, apart.shape[1] // 2
    return [float(part.mean()) for half in (apart[:rows], apart[rows:]) for part in (half[:, :cols], half[:, cols:])]


def _is_frozen(run: Sequence[Grey]) -> bool:
    return all(float(np.abs(b - a).mean()) < FROZEN_LEVELS for a, b in itertools.pairwise(run))
