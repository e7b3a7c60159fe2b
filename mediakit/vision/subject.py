"""What a picture is about: a map of how much each part stands out, and a box around the thing.

Classical cues (`cues`) on a 96 px copy go through a small trained head, twice: the second time with what the first pass
found (its smoothed map, and how well each colour fits what was found against the rest). The head has a few thousand
weights of our own; it was trained to agree with an open salient-object network on 550 phone photographs that may be used
for anything (`benchmarks/learn_subject.py`). About 8 ms a photo on one core.

Limits: it answers "what stands out", not "what is it". Where nothing does (a wall of the same fruit), the box is None.
A stronger map only has to replace `likelihood`; everything below it stays.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.model import Box, Face, Saliency, Size
from mediakit.vision.cues import Plane, all_cues, blurred, heads, lab_of, small_copy
from mediakit.vision.weights import model_bytes

HEAD = "subject_head.npz"
GRID_LONG_SIDE = 48
ROWS_AT_ONCE = 128  # small enough that OpenBLAS does not wake its threads: a worker has one core
COLOUR_BINS = 10

FACE_LEVEL = 0.9  # a face stands out, whatever its colours
HINT_LEVEL = 0.45  # what may be a face is worth keeping, but is no subject by itself
SEED = 0.5  # a subject has a core at least this likely
EXTENT = 0.3  # and reaches out to here
LEAST_AREA = 0.01  # of the picture
MOST_AREA = 0.85
LEAST_CONTRAST = 0.25  # mean inside the box's blobs minus mean outside
COMPANION = 0.3  # a second thing belongs to the subject when it holds this much of the first one's weight


@dataclass(frozen=True, slots=True)
class Head:
    """A small network: standardise, then dense layers with ReLU between them and a sigmoid at the end."""

    mean: Plane
    spread: Plane
    layers: tuple[tuple[Plane, Plane], ...]

    def __call__(self, cues: Plane) -> Plane:
        """(H, W, K) cues to (H, W) float32, 0..1."""
        values = np.asarray((cues.reshape(-1, cues.shape[-1]) - self.mean) / self.spread, np.float32)
        odds = [self._odds(values[begin : begin + ROWS_AT_ONCE]) for begin in range(0, len(values), ROWS_AT_ONCE)]
        answer = np.asarray(1.0 / (1.0 + np.exp(-np.concatenate(odds))), np.float32)
        return answer.reshape(cues.shape[:2])

    def _odds(self, values: Plane) -> Plane:
        for index, (weights, bias) in enumerate(self.layers):
            values = (values if index == 0 else np.maximum(values, 0)) @ weights + bias
        return values[:, 0]


def likelihood(rgb: NDArray[np.uint8], faces: Sequence[Face] = (), hints: Sequence[Face] = (), *, shown: Size) -> Plane:
    """How likely each cell of a 96 px copy belongs to the subject: (H, W) float32, 0..1.

    rgb: (H, W, 3) uint8 sRGB at any size. faces, hints: in pixels of the picture `shown`.
    """
    small = small_copy(rgb)
    across, down = small.shape[1] / shown.width_px, small.shape[0] / shown.height_px
    boxes = [[_squeezed(face.box, across, down) for face in group] for group in (faces, hints)]
    cues = all_cues(small, *boxes)
    first, second = _heads()
    found = first(cues)
    likely = second(np.concatenate([cues, context(lab_of(small), found)], axis=-1))
    for group, least in zip(boxes, (FACE_LEVEL, HINT_LEVEL), strict=True):
        likely = np.maximum(likely, least * heads(likely.shape, group))
    return likely


def context(lab: Plane, found: Plane) -> Plane:
    """What the first pass's map says about the whole picture: (H, W, 12) float32 cues for the second pass."""
    fits = _colour_fit(lab, found)
    rows, cols = np.indices(found.shape, np.float32)
    weight = found * found + 1e-6
    x, y = float((cols * weight).sum() / weight.sum()), float((rows * weight).sum() / weight.sum())
    planes = [
        found,
        found / max(float(found.max()), 1e-6),
        *(blurred(found, share) for share in (0.02, 0.05, 0.12, 0.25)),
        fits,
        blurred(fits, 0.02),
        np.clip((_gaussian_fit(lab, found) - _gaussian_fit(lab, 1 - found)) / 6, -2, 2),
        np.hypot(cols - x, rows - y) / max(found.shape),
        np.full_like(found, found.mean()),
        np.full_like(found, found.max()),
    ]
    return np.stack(planes, axis=-1).astype(np.float32, copy=False)


def _colour_fit(lab: Plane, found: Plane) -> Plane:
    """Share of each colour's pixels that were found, by a coarse colour histogram."""
    scaled = lab * np.array([COLOUR_BINS - 2, COLOUR_BINS, COLOUR_BINS], np.float32) + np.array([0, 5, 5], np.float32)
    bins = np.clip(scaled, 0, COLOUR_BINS - 0.01).astype(np.intp)
    index = (bins[..., 0] * COLOUR_BINS + bins[..., 1]) * COLOUR_BINS + bins[..., 2]
    share = float(found.mean())
    inside = np.bincount(index.ravel(), weights=found.ravel(), minlength=COLOUR_BINS**3) + 0.5 * share
    outside = np.bincount(index.ravel(), weights=1 - found.ravel(), minlength=COLOUR_BINS**3) + 0.5 * (1 - share)
    fit: Plane = (inside / (inside + outside))[index].astype(np.float32)
    return fit


def _gaussian_fit(lab: Plane, weight: Plane) -> Plane:
    """Log-likelihood of each colour under one Gaussian fitted to the weighted picture."""
    colours = lab.reshape(-1, 3).astype(np.float64)
    share = weight.ravel().astype(np.float64) ** 2 + 1e-4
    share /= share.sum()
    apart = colours - share @ colours
    spread = (share[:, None] * apart).T @ apart + np.eye(3) * 0.003
    squared = ((apart @ np.linalg.inv(spread)) * apart).sum(axis=1)
    fit: Plane = (-0.5 * squared - 0.5 * np.log(np.linalg.det(spread))).astype(np.float32)
    return fit.reshape(weight.shape)


def _squeezed(box: Box, across: float, down: float) -> Box:
    return Box(box.x * across, box.y * down, box.w * across, box.h * down)


@lru_cache(maxsize=1)
def _heads() -> tuple[Head, Head]:
    """The two trained heads. Raises MissingPartError when the file is not there or not the one that was tested."""
    with np.load(io.BytesIO(model_bytes(HEAD)), allow_pickle=False) as stored:
        return _head(stored, "first"), _head(stored, "second")


def _head(stored: np.lib.npyio.NpzFile, name: str) -> Head:
    depth = sum(1 for key in stored.files if key.startswith(f"{name}.weights"))
    layers = tuple((stored[f"{name}.weights{i}"], stored[f"{name}.bias{i}"]) for i in range(depth))
    return Head(stored[f"{name}.mean"], stored[f"{name}.spread"], layers)


def saliency(likely: Plane) -> Saliency:
    """The map as a coarse grid of bytes, at most 48 cells long, for the crop solver and the report."""
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
