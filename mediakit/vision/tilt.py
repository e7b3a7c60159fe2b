"""How far a picture leans, judged by its long straight lines.

Shelves, door frames and counters are upright or level in the shop; when most of the line length in a picture agrees on one
small angle, the camera was tilted by it. Proposed only when the evidence is strong, because a wrong correction is worse
than none: measured on photographs turned by a known angle, answers are given for few portraits and for most interiors.

Method: line segment detector (von Gioi et al., "LSD: a Fast Line Segment Detector", 2010), a smoothed histogram of
deviations from upright or level, weighted by length.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

WORKING_SIDE_PX = 512
MOST_DEG = 12.0  # beyond this a lean is meant
SHORTEST = 0.05  # segments count from this share of the longer side
BIN_DEG = 0.25
SMOOTHING_BINS = 3
LEAST_SEGMENTS = 8
LEAST_LENGTH = 2.0  # of all counted segments together, in longer sides
AGREEING = 0.5  # share of the line length within a degree of the answer
LEVEL_ONLY_DEG = 4.0  # level lines alone may lean further by perspective: a shelf or a pitch seen from the side
UPRIGHT_SHARE = 0.3  # of the agreeing length, for larger leans
LEAST_DEG = 0.3  # smaller leans are noise, reported as level


def tilt(rgb: NDArray[np.uint8]) -> float | None:
    """Degrees the picture leans clockwise (turn it back by as much to level it); None where there is no evidence.

    rgb: (H, W, 3) uint8; about 512 px on the long side are enough.
    """
    lengths, leans, upright = _segments(_grey(rgb))
    if len(lengths) < LEAST_SEGMENTS or lengths.sum() < LEAST_LENGTH:
        return None
    answer = _peak(lengths, leans)
    near = np.abs(leans - answer) <= 1.0
    if near.sum() < LEAST_SEGMENTS // 2 or lengths[near].sum() < AGREEING * lengths.sum():
        return None
    exact = float(np.average(leans[near], weights=lengths[near] ** 1.5))
    upright_share = lengths[near & upright].sum() / lengths[near].sum()
    if abs(exact) > LEVEL_ONLY_DEG and upright_share < UPRIGHT_SHARE:
        return None
    return 0.0 if abs(exact) < LEAST_DEG else round(exact, 2)


def _grey(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    scale = min(1.0, WORKING_SIDE_PX / max(rgb.shape[:2]))
    size = tuple(max(1, round(side * scale)) for side in rgb.shape[1::-1])
    grey: NDArray[np.uint8] = cv2.cvtColor(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    return grey


Numbers = NDArray[np.float64]


def _segments(grey: NDArray[np.uint8]) -> tuple[Numbers, Numbers, NDArray[np.bool_]]:
    """The long segments near upright or level: lengths (in longer sides), clockwise leans (degrees), which are upright."""
    found = cv2.createLineSegmentDetector(cv2.LSD_REFINE_STD).detect(grey)[0]
    if found is None:
        return np.empty(0), np.empty(0), np.empty(0, np.bool_)
    across, down = (found[:, 0, 2:] - found[:, 0, :2]).astype(np.float64).T
    lengths = np.hypot(across, down) / max(grey.shape)
    angle = np.degrees(np.arctan2(down, across))  # y points down, so a positive angle is clockwise
    leans = (angle + 45.0) % 90.0 - 45.0
    kept = (lengths >= SHORTEST) & (np.abs(leans) <= MOST_DEG)
    return lengths[kept], leans[kept], (np.abs(down) > np.abs(across))[kept]


def _peak(lengths: Numbers, leans: Numbers) -> float:
    """The angle most of the length agrees on; long segments count more than their length."""
    edges = np.arange(-MOST_DEG - BIN_DEG / 2, MOST_DEG + BIN_DEG, BIN_DEG)
    counts, _ = np.histogram(leans, edges, weights=lengths**1.5)
    reach = np.arange(-3 * SMOOTHING_BINS, 3 * SMOOTHING_BINS + 1)
    smooth = np.convolve(counts, np.exp(-0.5 * (reach / SMOOTHING_BINS) ** 2), mode="same")
    return float((edges[:-1] + edges[1:])[int(np.argmax(smooth))] / 2)
