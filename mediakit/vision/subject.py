"""What a picture is about: a map of how much each part stands out, and a box around the thing.

What a trained network sees in a small copy (`trunk`), classical cues (`cues`) and focus (`sharp`) go cell by cell through a
small head of our own, which was taught to agree with an open salient-object network on 550 phone photographs that may be used
for anything, and on pictures made of two of them (`benchmarks/learn_subject.py`). About 20 ms a photo on one core.

Limits: it answers "what stands out", not "what is it". Where nothing does (a wall of the same fruit), the box is None.
A stronger map only has to replace `likelihood`; everything below it stays.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.model import Box, Face, Saliency, Size
from mediakit.vision.cues import Plane, all_cues, heads, small_copy
from mediakit.vision.sharp import sharpness
from mediakit.vision.trunk import activations
from mediakit.vision.weights import model_bytes

HEAD = "subject_head.npz"
GRID_LONG_SIDE = 96
MOST_SPREADS = 6.0  # an input further from its mean than this counts as this far

FACE_LEVEL = 0.9  # a face stands out, whatever its colours
CONTENT_LEVEL = 0.75  # what stands on a plain ground stands out, pale or thin as it may be
DENSE, BETWEEN = 0.25, 0.8  # content that fills so much of its box is one; how much its gaps count
CONTENT_AIR = 0.02  # around it, of the longer side: serifs and thin ends are paler than the rest
GROUND_LEFT = 0.05  # of what the map makes of the ground itself: it likes a panel that a title stands on
HINT_LEVEL = 0.45  # what may be a face is worth keeping, but is no subject by itself
MOST_HINTS = 2  # more of them and no face: that is a heap of round things
SEED = 0.5  # a subject has a core at least this likely
EXTENT = 0.3  # and reaches out to here
LEAST_AREA = 0.01  # of the picture
MOST_AREA = 0.85
LEAST_CONTRAST = 0.25  # mean inside the box's blobs minus mean outside
COMPANION = 0.3  # a second thing belongs to the subject when it holds this much of the first one's weight


@dataclass(frozen=True, slots=True)
class Head:
    """A small network: standardise and clip, then dense layers with ReLU between them and a sigmoid at the end."""

    mean: Plane
    spread: Plane
    layers: tuple[tuple[Plane, Plane], ...]

    def __call__(self, cues: Plane) -> Plane:
        """(H, W, K) cues to (H, W) float32, 0..1."""
        values = self.standardised(cues.reshape(-1, cues.shape[-1]))
        for index, (weights, bias) in enumerate(self.layers):
            # OpenCV multiplies on as many threads as it was told; OpenBLAS would wake all of them for this
            active = values if index == 0 else np.maximum(values, 0)
            values = np.asarray(cv2.gemm(active, weights, 1.0, None, 0.0) + bias, np.float32)
        answer = np.asarray(1.0 / (1.0 + np.exp(-values[:, 0])), np.float32)
        return answer.reshape(cues.shape[:2])

    def standardised(self, values: Plane) -> Plane:
        """Each input as distance from its mean, in spreads, at most 6."""
        scaled: Plane = values - self.mean
        scaled /= self.spread
        return np.clip(scaled, -MOST_SPREADS, MOST_SPREADS, out=scaled)


def likelihood(rgb: NDArray[np.uint8], faces: Sequence[Face] = (), hints: Sequence[Face] = (), *, shown: Size) -> Plane:
    """How likely each cell of a 96 px copy belongs to the subject: (H, W) float32, 0..1.

    rgb: (H, W, 3) uint8 sRGB at any size. faces, hints: in pixels of the picture `shown`.
    """
    small = small_copy(rgb)
    across, down = small.shape[1] / shown.width_px, small.shape[0] / shown.height_px
    boxes = [[_squeezed(face.box, across, down) for face in group] for group in (faces, hints)]
    found = _head()(inputs(rgb, all_cues(small, *boxes)))
    likely: Plane = cv2.resize(found, (small.shape[1], small.shape[0]), interpolation=cv2.INTER_CUBIC)
    likely = np.clip(likely, 0.0, 1.0)
    if not faces and len(hints) > MOST_HINTS:
        boxes[1] = []
    for group, least in zip(boxes, (FACE_LEVEL, HINT_LEVEL), strict=True):
        likely = np.maximum(likely, least * heads(likely.shape, group))
    return likely


def with_content(likely: Plane, content: Plane) -> Plane:
    """A map of a picture with a plain ground: what stands on it (`plain_ground`) stands out, the ground does not."""
    left, top, right, bottom = _content_edges(content)
    there = content.copy()
    box = there[math.floor(top) : math.ceil(bottom), math.floor(left) : math.ceil(right)]
    if box.mean() >= DENSE:  # one thing, or lines that belong together: the gaps are part of it
        np.maximum(box, BETWEEN, out=box)
    stands = cv2.resize(there, likely.shape[1::-1], interpolation=cv2.INTER_AREA)
    ground = likely * (GROUND_LEFT + (1 - GROUND_LEFT) * stands)
    return np.asarray(np.maximum(ground, CONTENT_LEVEL * stands), np.float32)


def content_box(content: Plane, *, shown: Size) -> Box:
    """The box around all that stands on a plain ground, with some air, in pixels of the picture `shown`."""
    left, top, right, bottom = _content_edges(content)
    across, down = shown.width_px / content.shape[1], shown.height_px / content.shape[0]
    return Box(left * across, top * down, (right - left) * across, (bottom - top) * down)


def _content_edges(content: Plane) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of all content, with some air, in cells."""
    rows, cols = np.flatnonzero(content.any(axis=1)), np.flatnonzero(content.any(axis=0))
    air = CONTENT_AIR * max(content.shape)
    left, top = max(0.0, float(cols[0]) - air), max(0.0, float(rows[0]) - air)
    right, bottom = float(cols[-1]) + 1 + air, float(rows[-1]) + 1 + air
    return left, top, min(float(content.shape[1]), right), min(float(content.shape[0]), bottom)


def inputs(rgb: NDArray[np.uint8], cues: Plane) -> Plane:
    """What the head is given: (h, w, K) float32 on the network's grid: activations, the cues' means, what is in focus."""
    seen = activations(rgb)
    goal = seen.shape[1::-1]
    groups = [cues[..., start : start + 4] for start in range(0, cues.shape[-1], 4)]  # OpenCV takes four at once
    shrunk = [cv2.resize(np.ascontiguousarray(group), goal, interpolation=cv2.INTER_AREA) for group in groups]
    planes = [plane.reshape(*seen.shape[:2], -1) for plane in shrunk]
    return np.concatenate([seen, *planes, sharpness(rgb, *seen.shape[:2])], axis=-1)


def _squeezed(box: Box, across: float, down: float) -> Box:
    return Box(box.x * across, box.y * down, box.w * across, box.h * down)


@lru_cache(maxsize=1)
def _head() -> Head:
    """The trained head. Raises MissingPartError when the file is not there or not the one that was tested."""
    with np.load(io.BytesIO(model_bytes(HEAD)), allow_pickle=False) as stored:
        arrays = {name: stored[name].astype(np.float32) for name in stored.files}
    depth = sum(1 for name in arrays if name.startswith("weights"))
    return Head(
        arrays["mean"], arrays["spread"], tuple((arrays[f"weights{i}"], arrays[f"bias{i}"]) for i in range(depth))
    )


def saliency(likely: Plane) -> Saliency:
    """The map as a coarse grid of bytes, at most 96 cells long, for the crop solver and the report."""
    scale = min(1.0, GRID_LONG_SIDE / max(likely.shape))
    rows, cols = (max(1, round(side * scale)) for side in likely.shape)
    grid = cv2.resize(likely, (cols, rows), interpolation=cv2.INTER_AREA)
    return Saliency(rows, cols, np.clip(np.rint(grid * 255), 0, 255).astype(np.uint8).tobytes())


def subject_box(likely: Plane, *, shown: Size) -> Box | None:
    """The box around what stands out, in pixels of the picture `shown`; None where nothing clearly does."""
    reach = (likely >= EXTENT).astype(np.uint8)
    count, labels = cv2.connectedComponents(reach, connectivity=8)
    weights = np.bincount(labels.ravel(), weights=likely.ravel(), minlength=count)
    cores = [int(i) for i in range(1, count) if likely[labels == i].max() >= SEED]
    if not cores:
        return None
    heaviest = max(weights[i] for i in cores)
    kept = np.isin(labels, [i for i in cores if weights[i] >= COMPANION * heaviest])
    area = float(kept.mean())
    if not LEAST_AREA <= area <= MOST_AREA or likely[kept].mean() - likely[~kept].mean() < LEAST_CONTRAST:
        return None
    return _trimmed_box(kept * likely, shown)


def _trimmed_box(weight: Plane, shown: Size) -> Box:
    """The box that leaves out 2 % of the weight on each side: thin tails are not the thing."""
    left, right = _between(weight.sum(axis=0))
    top, bottom = _between(weight.sum(axis=1))
    across, down = shown.width_px / weight.shape[1], shown.height_px / weight.shape[0]
    return Box(left * across, top * down, (right - left) * across, (bottom - top) * down)


def _between(density: Plane) -> tuple[float, float]:
    below = np.concatenate([[0.0], np.cumsum(density, dtype=np.float64)])
    below /= below[-1]
    first = int(np.searchsorted(below, 0.02, side="right")) - 1
    last = int(np.searchsorted(below, 0.98, side="left"))
    return float(first), float(min(last, below.size - 1))
