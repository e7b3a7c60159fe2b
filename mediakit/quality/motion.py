"""How a clip moves: shake, flicker, frozen and black stretches, from short runs of neighbouring frames.

A run is a sequence of consecutive frames, (H, W) float32 luma 0..255, small (about 240 px): camera shake is a property of
the whole frame and needs no detail.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.float32]

FROZEN_LEVELS = 0.02
BLACK_LEVEL = 18.0


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
    """Mean second difference of the camera's path: a smooth pan has none, however fast it is.

    The path is summed up from phase correlations of neighbours (Kuglin and Hines, 1975), which cuts and moving people
    disturb little; a jump of over a quarter of the frame is a cut, not a movement.
    """
    window = cv2.createHanningWindow(run[0].shape[::-1], cv2.CV_32F)
    steps = []
    for before, after in itertools.pairwise(run):
        # Copies: where a frame has a size that suits its transform, OpenCV multiplies the window into it in place.
        (dx, dy), response = cv2.phaseCorrelate(before.copy(), after.copy(), window)
        if response > 0.05 and abs(dx) < before.shape[1] / 4 and abs(dy) < before.shape[0] / 4:
            steps.append((dx, dy))
    if len(steps) < 3:
        return 0.0
    jumps = np.diff(np.array(steps), axis=0)
    return float(np.hypot(jumps[:, 0], jumps[:, 1]).mean() / run[0].shape[1] * 1000)


def _is_frozen(run: Sequence[Grey]) -> bool:
    return all(float(np.abs(b - a).mean()) < FROZEN_LEVELS for a, b in itertools.pairwise(run))
