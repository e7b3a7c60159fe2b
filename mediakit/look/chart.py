"""Finding a colour checker: the classic chart of 24 patches in four rows of six, on a dark card.

    even four-sided patches -> those that lie on one lattice -> a homography -> 24 samples -> are they the chart's colours?

The shape proposes, the colours decide: a window front or a shelf of boxes may make a lattice, but not one whose last row is a
grey scale and whose 24 colours all fit after one matrix. Limits: the chart must span about a fifth of the picture, and be
seen no more than about 40 degrees from the side.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.look.calibrate import COLUMNS, ROWS, Calibration, calibrate
from mediakit.pixels.light import Float, Rgb8, linear_from_srgb

LEAST_PATCH_PX = 7.0
LEAST_PATCHES = 11
"""Found by themselves; dark or washed-out ones are then sampled where they must be."""
_STEPS = (10, 18)
"""Contrast, in code values, at which patches part from their card."""
_EVEN = 14.0
"""Standard deviation of a patch's inside, in code values, at most."""


@dataclass(frozen=True, slots=True, eq=False)
class _Patch:
    centre: Float
    across: Float
    down: Float
    """Half-axes of its parallelogram, px, as vectors."""

    @property
    def side_px(self) -> float:
        return float(np.sqrt(4 * abs(self.across[0] * self.down[1] - self.across[1] * self.down[0])))


def find_chart(rgb: Rgb8) -> Calibration | None:
    """The calibration by a chart in the picture (H, W, 3) uint8 sRGB of about 500 px, None where there is none."""
    patches = _patches(rgb)
    if len(patches) < LEAST_PATCHES:
        return None
    best: Calibration | None = None
    for homography in _lattices(patches):
        for corners in _placements(homography):
            samples = _samples(rgb, corners)
            found = None if samples is None else calibrate(samples)
            if found is not None and (best is None or found.after < best.after):
                best = found
        if best is not None:
            return best
    return None


def _patches(rgb: Rgb8) -> list[_Patch]:
    """Even, convex, four-sided regions, each once."""
    found: list[_Patch] = []
    edges = _edges(rgb)
    for step in _STEPS:
        _, flat = cv2.threshold(edges, step, 1, cv2.THRESH_BINARY_INV)
        outlines, _ = cv2.findContours(flat, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
        for outline in outlines:
            if len(outline) < 4:  # most are specks
                continue
            patch = _patch(outline, rgb.shape[0] * rgb.shape[1])
            if patch is None or not _is_even(rgb, patch.centre):
                continue
            if all(np.hypot(*(patch.centre - other.centre)) > 0.5 * other.side_px for other in found):
                found.append(patch)
    return found


def _edges(rgb: Rgb8) -> NDArray[np.uint8]:
    """The largest difference between neighbours in any channel, after a little smoothing against noise."""
    smooth = cv2.GaussianBlur(rgb, (3, 3), 0)
    steps = cv2.morphologyEx(smooth, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    red, green, blue = cv2.split(steps)
    strongest: NDArray[np.uint8] = cv2.max(cv2.max(red, green), blue)
    return strongest


def _is_even(rgb: Rgb8, centre: Float) -> bool:
    x, y = (int(v) for v in centre)
    part = rgb[max(y - 2, 0) : y + 3, max(x - 2, 0) : x + 3].reshape(-1, 3)
    return bool(part.std(axis=0).max() <= _EVEN)


def _patch(outline: NDArray[np.int32], pixels: int) -> _Patch | None:
    area = cv2.contourArea(outline)
    if area < LEAST_PATCH_PX**2 * 0.5 or area > pixels / 30:
        return None
    hull = cv2.convexHull(outline)
    if area < 0.8 * cv2.contourArea(hull):
        return None
    corners = cv2.approxPolyDP(hull, 0.08 * cv2.arcLength(hull, True), True).reshape(-1, 2).astype(np.float32)
    if len(corners) != 4:
        return None
    first, second = corners[1] - corners[0], corners[2] - corners[1]
    sides = np.array([np.hypot(*(corners[(i + 1) % 4] - corners[i])) for i in range(4)])
    if sides.min() < LEAST_PATCH_PX * 0.6 or sides.max() > 2.2 * sides.min():
        return None
    # The half-axis nearer to the horizontal is called across.
    first, second = (first - (corners[3] - corners[2])) / 4, (second - (corners[0] - corners[3])) / 4
    across, down = (first, second) if abs(first[0]) >= abs(second[0]) else (second, first)
    across, down = across * np.sign(across[0] or 1), down * np.sign(down[1] or 1)
    return _Patch(corners.mean(axis=0), across, down)


def _lattices(patches: list[_Patch]) -> Iterator[NDArray[np.float64]]:
    """Homographies from lattice cells (0, 0), (1, 0).. to pixels, for each group of patches that lies on one lattice."""
    left = set(range(len(patches)))
    centres = np.array([patch.centre for patch in patches])
    while len(left) >= LEAST_PATCHES:
        cells = _grown(max(left, key=lambda i: patches[i].side_px), patches, centres, left)
        left -= set(cells)
        if len(cells) < LEAST_PATCHES:
            continue
        places = np.array(list(cells.values()), np.float64)
        span = np.ptp(places, axis=0) + 1
        if sorted(span) > [ROWS, COLUMNS] and (min(span) > COLUMNS or max(span) > COLUMNS + 2):
            continue
        homography, kept = cv2.findHomography(places - places.min(axis=0), centres[list(cells)], cv2.RANSAC, 4.0)
        if homography is not None and kept.sum() >= LEAST_PATCHES:
            yield np.asarray(homography, np.float64)


def _grown(start: int, patches: list[_Patch], centres: Float, left: set[int]) -> dict[int, tuple[int, int]]:
    """The lattice cell of every patch that is reached from `start` by steps of one cell."""
    cells = {start: (0, 0)}
    taken = {(0, 0)}
    queue = [start]
    while queue:
        index = queue.pop(0)
        patch = patches[index]
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            cell = (cells[index][0] + dx, cells[index][1] + dy)
            neighbour = _neighbour(patch, dx, dy, patches, centres, left - set(cells))
            if cell not in taken and neighbour is not None:
                cells[neighbour] = cell
                taken.add(cell)
                queue.append(neighbour)
    return cells


def _neighbour(patch: _Patch, dx: int, dy: int, patches: list[_Patch], centres: Float, free: set[int]) -> int | None:
    """The patch one cell away: about 1.2 patches (1.05 to 1.6), of about the same size."""
    if not free:
        return None
    axis = 2 * (dx * patch.across + dy * patch.down)
    length = float(np.hypot(*axis))
    if length == 0:
        return None
    candidates = np.array(sorted(free))
    way = centres[candidates] - patch.centre
    along = way @ (axis / length) / length
    aside = np.abs(way @ np.array([-axis[1], axis[0]]) / length) / length
    fits = (along > 1.0) & (along < 1.75) & (aside < 0.3)
    for index in candidates[fits][np.argsort(along[fits] + aside[fits])]:
        if 0.55 < patches[index].side_px / patch.side_px < 1.8:
            return int(index)
    return None


def _placements(homography: NDArray[np.float64]) -> Iterator[NDArray[np.float64]]:
    """The pixel places (24, 2) of the chart's patches for each way the chart may lie on the lattice."""
    cells = np.array([(x, y) for y in range(ROWS) for x in range(COLUMNS)], np.float64)
    turned = (
        cells,
        np.array([COLUMNS - 1, ROWS - 1]) - cells,
        np.stack([ROWS - 1 - cells[:, 1], cells[:, 0]], axis=1),
        np.stack([cells[:, 1], COLUMNS - 1 - cells[:, 0]], axis=1),
    )
    for dy in (0, -1, 1, -2, 2):
        for dx in (0, -1, 1, -2, 2):
            for way in turned:
                moved = (way + np.array([dx, dy], np.float64))[None]
                yield np.asarray(cv2.perspectiveTransform(moved, homography)[0], np.float64)


def _samples(rgb: Rgb8, centres: NDArray[np.float64]) -> Float | None:
    """Median light of the middle of each patch, (24, 3); None where one lies outside the picture."""
    grid = centres.reshape(ROWS, COLUMNS, 2)
    gap = min(
        float(np.linalg.norm(np.diff(grid, axis=1), axis=2).min()),
        float(np.linalg.norm(np.diff(grid, axis=0), axis=2).min()),
    )
    reach = max(int(gap * 0.18), 1)
    height, width = rgb.shape[:2]
    if not (centres.min() >= reach and (centres.max(axis=0) < np.array([width, height]) - reach - 1).all()):
        return None
    found = []
    for x, y in np.rint(centres).astype(int):
        part = rgb[y - reach : y + reach + 1, x - reach : x + reach + 1].reshape(-1, 3)
        found.append(np.median(part, axis=0))
    samples: Float = linear_from_srgb(np.array(found, np.uint8)[None])[0]
    return samples
