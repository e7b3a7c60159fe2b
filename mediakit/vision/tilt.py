"""How far a picture leans, and how far its uprights meet, judged by its long straight lines.

Posts, door frames and shelf ends are upright in the shop. Where the camera was turned they all lean by one angle; where
it looked up or down they lean towards each other, more the further they stand from the middle. Both are fitted at once,
since one without the other mistakes a wall at the left for a tilted camera. Level lines say less: a shelf seen from the
side slopes without anything being tilted. They are asked only where uprights are few and do not speak against it.

No answer where the evidence is weak: a wrong correction is worse than none. Measured by `benchmarks/straighten.py`.

Method: line segment detector (von Gioi et al., "LSD: a Fast Line Segment Detector", 2010), a vote over angle and
convergence weighted by length, then weighted least squares on what agrees. About 12 ms a photo.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

WORKING_SIDE_PX = 416
MOST_DEG = 14.0  # segments further from upright or level are neither
SHORTEST = 0.04  # segments count from this share of the longer side
BIN_DEG = 0.25
SMOOTHING_DEG = 0.8
CONVERGENCES_DEG = tuple(range(-10, 11, 2))  # tried, from the left edge to the right
UNLIKELY = 0.02  # of its votes a fit loses for each degree of convergence: most walls are looked at straight
TOLERANCE_DEG = 1.0  # from the fit, for a segment to agree with it
SOFTNESS_DEG = 0.7
AGREEING_UPRIGHT, AGREEING_LEVEL = 0.5, 0.6  # of their length must agree
AGREEING_BOTH = 0.3  # of the uprights' length, where level lines say the same: bottles have sides too
LENGTH_UPRIGHT, LENGTH_LEVEL = 1.0, 2.0  # of those that agree, together, in longer sides
COUNT_UPRIGHT, COUNT_LEVEL = 6, 8
LEAST_SPREAD = 0.2  # of the width: uprights side by side cannot tell a lean from a convergence
MOST_CONVERGENCE_DEG = 8.0
LEVEL_ONLY_DEG = 4.0  # level lines alone may lean further by perspective: a shelf or a pitch seen from the side
APART_DEG = 1.5  # further apart, uprights and level lines do not say the same
CONTRADICTING_LENGTH = 0.4  # of uprights that say otherwise than level lines

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Lean:
    """`tilt_deg`: how far the picture leans clockwise; turn it back by as much to level it.

    `convergence_deg`: how far an upright at the left edge leans clockwise of one at the right edge: above 0 where they
    meet above the picture, as when looking up.
    """

    tilt_deg: float
    convergence_deg: float


@dataclass(frozen=True, slots=True)
class _Fit:
    tilt: float
    convergence: float
    share: float
    """Of the segments' length that agrees."""
    length: float
    count: int
    spread: float

    def is_clear(self, share: float, length: float, count: int) -> bool:
        return self.share >= share and self.length >= length and self.count >= count


def lean_of(rgb: NDArray[np.uint8]) -> Lean | None:
    """How a picture leans; None where its lines do not say.

    rgb: (H, W, 3) uint8; about 416 px on the long side are enough.
    """
    lengths, leans, upright, places = _segments(_grey(rgb))
    posts = _fitted(lengths[upright], leans[upright], places[upright], CONVERGENCES_DEG)
    level = ~upright
    shelves = _fitted(lengths[level], leans[level], np.zeros(int(level.sum())), (0,))
    is_level = shelves is not None and shelves.is_clear(AGREEING_LEVEL, LENGTH_LEVEL, COUNT_LEVEL)
    agreed = posts is not None and shelves is not None and abs(posts.tilt - shelves.tilt) <= APART_DEG
    needed = AGREEING_BOTH if is_level and agreed else AGREEING_UPRIGHT
    if posts and posts.is_clear(needed, LENGTH_UPRIGHT, COUNT_UPRIGHT) and posts.spread >= LEAST_SPREAD:
        return _lean(posts) if abs(posts.convergence) <= MOST_CONVERGENCE_DEG else None
    if shelves is None or not is_level or abs(shelves.tilt) > LEVEL_ONLY_DEG:
        return None
    doubted = posts is not None and posts.length >= CONTRADICTING_LENGTH and not agreed
    return None if doubted else _lean(shelves)


def tilt(rgb: NDArray[np.uint8]) -> float | None:
    """Degrees the picture leans clockwise; None where there is no evidence."""
    lean = lean_of(rgb)
    return None if lean is None else lean.tilt_deg


def _lean(fit: _Fit) -> Lean:
    return Lean(round(fit.tilt, 2), round(fit.convergence, 2))


def _grey(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    scale = min(1.0, WORKING_SIDE_PX / max(rgb.shape[:2]))
    size = tuple(max(1, round(side * scale)) for side in rgb.shape[1::-1])
    grey: NDArray[np.uint8] = cv2.cvtColor(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    return grey


def _segments(grey: NDArray[np.uint8]) -> tuple[Numbers, Numbers, Flags, Numbers]:
    """Segments near upright or level: lengths (longer sides), clockwise leans (degrees), which are upright, and where.

    Where: the middle's place across the picture, -0.5 at the left edge .. 0.5 at the right.
    """
    found = cv2.createLineSegmentDetector(cv2.LSD_REFINE_STD).detect(grey)[0]
    if found is None:
        return np.empty(0), np.empty(0), np.empty(0, np.bool_), np.empty(0)
    ends = found[:, 0].astype(np.float64)
    across, down = (ends[:, 2:] - ends[:, :2]).T
    lengths = np.hypot(across, down) / max(grey.shape)
    angle = np.degrees(np.arctan2(down, across))  # y points down, so a positive angle is clockwise
    leans = (angle + 45.0) % 90.0 - 45.0
    places = (ends[:, 0] + ends[:, 2]) / 2 / grey.shape[1] - 0.5
    kept = (lengths >= SHORTEST) & (np.abs(leans) <= MOST_DEG)
    return lengths[kept], leans[kept], (np.abs(down) > np.abs(across))[kept], places[kept]


def _fitted(lengths: Numbers, leans: Numbers, places: Numbers, convergences: tuple[int, ...]) -> _Fit | None:
    """The tilt and convergence most of the length agrees on: lean = tilt - convergence * place."""
    if len(lengths) < 3:
        return None
    weights = lengths**1.5  # long segments are exact, short ones are often something else
    angle, converging = _most_voted(weights, leans, places, convergences)
    free = len(convergences) > 1
    for _ in range(4):
        near = weights * np.exp(-0.5 * np.square((leans + converging * places - angle) / SOFTNESS_DEG))
        angle, converging = _least_squares(near, leans, places, free=free)
    agreeing = np.abs(leans + converging * places - angle) <= TOLERANCE_DEG
    length, count = float(lengths[agreeing].sum()), int(agreeing.sum())
    low, high = np.quantile(places[agreeing], (0.1, 0.9)) if count > 2 else (0.0, 0.0)
    return _Fit(angle, converging, length / float(lengths.sum()), length, count, float(high - low))


def _most_voted(
    weights: Numbers, leans: Numbers, places: Numbers, convergences: tuple[int, ...]
) -> tuple[float, float]:
    """The best of a coarse grid of angles and convergences."""
    bins = 2 * round(MOST_DEG / BIN_DEG) + 1
    votes = np.zeros((len(convergences), bins))
    for row, converging in enumerate(convergences):
        index = np.rint((leans + converging * places + MOST_DEG) / BIN_DEG).astype(int)
        votes[row] = np.bincount(np.clip(index, 0, bins - 1), weights=weights, minlength=bins)
        votes[row] *= 1.0 - UNLIKELY * abs(converging)
    smooth = cv2.GaussianBlur(
        votes, (0, 0), sigmaX=SMOOTHING_DEG / BIN_DEG, sigmaY=0.01, borderType=cv2.BORDER_CONSTANT
    )
    best, column = np.unravel_index(int(np.argmax(smooth)), smooth.shape)
    return float(column * BIN_DEG - MOST_DEG), float(convergences[int(best)])


def _least_squares(weights: Numbers, leans: Numbers, places: Numbers, *, free: bool) -> tuple[float, float]:
    """Weighted fit of tilt and, where it is free, convergence, the latter held back a little towards none."""
    total = float(weights.sum())
    if total <= 0:
        return 0.0, 0.0
    if not free:
        return float(np.average(leans, weights=weights)), 0.0
    sides = np.stack([np.ones_like(places), -places], axis=1)
    normal = sides.T @ (weights[:, None] * sides) + np.diag([0.0, 1e-3 * total])
    angle, converging = np.linalg.solve(normal, sides.T @ (weights * leans))
    return float(angle), float(converging)
