"""What makes one position of a crop better than another, once the main faces are safe.

A crop of a fixed ratio that is as large as the picture allows can only slide along one side, so everything here is about
intervals on a line: where the window begins (`starts`), what it loses, what its edges cut through, where it puts the
eyes. Costs are dimensionless, 0 is perfect, and about 1 is a picture somebody would complain about. Mirroring the picture
mirrors the costs: nothing here prefers left or right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mediakit.model import Box, Face, Findings, Mark, Saliency, Size
from mediakit.platforms.schema import SafeZone

Costs = NDArray[np.float64]

EYE_LINE = 0.40  # from the top: between the upper third and the middle
MIDDLE_SHARE = 0.25  # of all that stands out, given to the picture's middle
LEVELS = (0.2, 0.35, 0.5, 0.65, 0.8)  # of the map's highest value, at which blobs are taken for things
LEAST_BLOB = 0.002  # of the picture
READ_AT_A_GLANCE = 0.06  # height of lettering, of the picture's short side
LOOK_ROOM = 0.06  # how far a face in profile is moved from the middle, so that it looks into the picture


@dataclass(frozen=True, slots=True)
class Line:
    """The side a window of `window_px` slides along. `upright` says it is the height."""

    length_px: int
    window_px: int
    upright: bool

    def span(self, box: Box) -> tuple[float, float]:
        """From where to where a box reaches on this line, cut to the picture."""
        start, end = (box.y, box.bottom) if self.upright else (box.x, box.right)
        return min(max(start, 0.0), self.length_px), min(max(end, 0.0), self.length_px)


def costs(starts: Costs, line: Line, findings: Findings, headroom: float, zone: SafeZone | None) -> Costs:
    """The cost of beginning the window at each of `starts` (px along the line)."""
    main = findings.main_faces
    total = 0.25 * _off_centre(starts, line, findings)
    total += (2.0 if main else 4.0) * _things_cut(starts, line, things(findings))
    if findings.saliency is not None:
        density = profile(findings, line)
        total += (0.5 if main else 1.0) * mass_outside(starts, line, _with_middle(density))
        total += 0.4 * _edges_cut(starts, line, density)
    total += (1.0 if main else 2.0) * _marks_cut(starts, line, findings)
    others = [face for face in findings.faces if face not in main]
    total += 1.5 * _others_cut(starts, line, others, main)
    if main and line.upright:
        total += _head_too_high(starts, line, main, headroom)
    if zone is not None:
        hidden = [face.box for face in main] or ([findings.subject] if findings.subject else [])
        total += 1.5 * _under_zone(starts, line, hidden, zone)
    return total


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that should stay whole, and how much it matters: the weights of a picture's things sum to 1."""

    box: Box
    weight: float


def things(findings: Findings) -> tuple[Thing, ...]:
    """What stands out, as boxes: the blobs of the map above each of several levels, weighed by what lies in them.

    A blob that stays one at every level is one thing with all its weight; two that meet only faintly are kept together
    where a window can hold both and otherwise compete. Without a map the subject is the one thing.
    """
    if findings.saliency is None:
        return (Thing(findings.subject, 1.0),) if findings.subject is not None else ()
    return _blobs(findings.saliency, findings.size)


@lru_cache(maxsize=8)
def _blobs(grid: Saliency, size: Size) -> tuple[Thing, ...]:
    import cv2  # not at the top: a clip whose picture is left alone has a Framing, and no need of this

    cells = np.frombuffer(grid.cells, np.uint8).reshape(grid.rows, grid.cols)
    across, down = size.width_px / grid.cols, size.height_px / grid.rows
    found = []
    for level in LEVELS:
        above = (cells >= max(1.0, level * float(cells.max()))).astype(np.uint8)
        count, labels, stats, _ = cv2.connectedComponentsWithStats(above, connectivity=8)
        weights = np.bincount(labels.ravel(), weights=cells.ravel(), minlength=count)
        total = float(weights[1:].sum())
        found += [
            Thing(Box(x * across, y * down, w * across, h * down), float(weights[index]) / total / len(LEVELS))
            for index, (x, y, w, h, area) in enumerate(stats.tolist())
            if index and area >= LEAST_BLOB * cells.size
        ]
    return tuple(found)


def _things_cut(starts: Costs, line: Line, whole: Sequence[Thing]) -> Costs:
    """Which share of the things, by weight, is not whole; a third missing is as bad as all of it.

    Of one that is longer than the window only what could be held counts, and half as much.
    """
    cost = np.zeros_like(starts)
    for thing in whole:
        begin, end = line.span(thing.box)
        lost = _lost(starts, line, thing.box)
        cost += thing.weight * (np.minimum(1.0, 3.0 * lost) if end - begin <= line.window_px else 0.5 * lost)
    return cost


def profile(findings: Findings, line: Line) -> Costs:
    """How much stands out along the line: sums to 1, one number a pixel of the saliency grid's side."""
    grid = findings.saliency
    assert grid is not None
    cells = np.frombuffer(grid.cells, np.uint8).reshape(grid.rows, grid.cols)
    density = cells.sum(axis=1 if line.upright else 0, dtype=np.float64)
    total = float(density.sum())
    shares: Costs = density / total if total > 0 else np.full(density.size, 1.0 / density.size)
    return shares


def _with_middle(density: Costs) -> Costs:
    """A little of it moved to the middle: where little stands out, the middle is the best guess."""
    across = np.linspace(-1.0, 1.0, density.size + 2)[1:-1]
    bump = 1.0 - np.square(across)
    mixed: Costs = (1.0 - MIDDLE_SHARE) * density + MIDDLE_SHARE * bump / bump.sum()
    return mixed


def _lost(starts: Costs, line: Line, box: Box) -> Costs:
    """Which share of a box lies outside, as far as a window of this size could hold it at all."""
    begin, end = line.span(box)
    holdable = min(end - begin, line.window_px)
    if holdable <= 0:
        return np.zeros_like(starts)
    inside = np.minimum(starts + line.window_px, end) - np.maximum(starts, begin)
    return np.asarray(1.0 - np.clip(inside, 0.0, holdable) / holdable, np.float64)


def mass_outside(starts: Costs, line: Line, density: Costs) -> Costs:
    """Which share of all that stands out lies outside the window."""
    marks = np.linspace(0.0, line.length_px, density.size + 1)
    below = np.concatenate([[0.0], np.cumsum(density)])
    held = np.interp(starts + line.window_px, marks, below) - np.interp(starts, marks, below)
    return np.asarray(1.0 - held, np.float64)


def _edges_cut(starts: Costs, line: Line, density: Costs) -> Costs:
    """How busy the picture is where the window's edges cut it; an edge on the picture's own edge cuts nothing."""
    middles = (np.arange(density.size) + 0.5) * line.length_px / density.size
    busy = density / max(float(density.max()), 1e-9)
    first = np.where(starts > 0, np.interp(starts, middles, busy), 0.0)
    ends = starts + line.window_px
    last = np.where(ends < line.length_px, np.interp(ends, middles, busy), 0.0)
    return np.asarray((first + last) / 2, np.float64)


def _others_cut(starts: Costs, line: Line, others: Sequence[Face], main: Sequence[Face]) -> Costs:
    """Faces in the background: left out whole is a small loss, cut in two is worse; weighed by size, 1 together at most."""
    if not others:
        return np.zeros_like(starts)
    largest = max(face.box.area for face in [*main, *others])
    weights = [face.confidence * (face.box.area / largest) ** 0.5 for face in others]
    cost = np.zeros_like(starts)
    for face, weight in zip(others, weights, strict=True):
        outside = _lost(starts, line, face.box)
        cost += weight * (0.4 * outside + 2.4 * outside * (1.0 - outside))
    return np.asarray(cost / max(1.0, sum(weights)), np.float64)


def _marks_cut(starts: Costs, line: Line, findings: Findings) -> Costs:
    """Codes and lines of words: left out whole is a small loss, cut in two is worse; small lettering counts for less."""
    weights = [_mark_weight(mark, findings.size) for mark in findings.marks]
    cost = np.zeros_like(starts)
    for mark, weight in zip(findings.marks, weights, strict=True):
        begin, end = line.span(mark.box)
        outside = _lost(starts, line, mark.box)
        too_long = end - begin > line.window_px
        cost += weight * (
            outside if too_long else 0.3 * outside + 0.7 * np.minimum(1.0, 8.0 * outside * (1.0 - outside))
        )
    return np.asarray(cost / max(1.0, sum(weights)), np.float64)


def _mark_weight(mark: Mark, picture: Size) -> float:
    """1 for a code, which is no code when cut, and for lettering that is read at a glance; 0 for the finest print."""
    if mark.kind == "code":
        return 1.0
    height = min(mark.box.w, mark.box.h) / picture.short_side_px
    return mark.confidence * min(1.0, height / READ_AT_A_GLANCE)


def _off_centre(starts: Costs, line: Line, findings: Findings) -> Costs:
    """How far what the picture is about lies from where the eye expects it, in windows."""
    point, wanted = _focus(line, findings)
    return np.asarray(4.0 * np.square((point - starts) / line.window_px - wanted), np.float64)


def _focus(line: Line, findings: Findings) -> tuple[float, float]:
    """The point on the line the picture is about, and where in the window (0..1) it belongs."""
    main = findings.main_faces
    if main:
        weights = np.array([face.box.area for face in main])
        points = np.array([_eyes(face)[1 if line.upright else 0] for face in main])
        turned = 0.0 if line.upright else float(np.average([_turned(face) for face in main], weights=weights))
        wanted = EYE_LINE if line.upright else 0.5 - LOOK_ROOM * turned
        return float(np.average(points, weights=weights)), wanted
    spots = []
    if findings.saliency is not None:
        density = _with_middle(profile(findings, line))
        spots.append(float((density * (np.arange(density.size) + 0.5)).sum() * line.length_px / density.size))
    if findings.subject is not None:
        spots.append(sum(line.span(findings.subject)) / 2)
    return (sum(spots) / len(spots) if spots else line.length_px / 2), 0.5


def _eyes(face: Face) -> tuple[float, float]:
    """The middle between the eyes; where there are no points, the middle of the box a little up."""
    if len(face.points) < 2:
        return face.box.centre[0], face.box.y + 0.4 * face.box.h
    (x0, y0), (x1, y1) = face.points[:2]
    return (x0 + x1) / 2, (y0 + y1) / 2


def _turned(face: Face) -> float:
    """-1 looks to the picture's left, 0 into the camera, +1 to its right: where the nose is against the eyes."""
    if len(face.points) < 3:
        return 0.0
    apart = abs(face.points[0][0] - face.points[1][0])
    if apart < 1e-6:
        return 0.0
    return float(np.clip((face.points[2][0] - _eyes(face)[0]) / apart, -1.0, 1.0))


def _head_too_high(starts: Costs, line: Line, main: Sequence[Face], headroom: float) -> Costs:
    """How much of the wanted free space above the highest head is missing, 1 when all of it."""
    top = min(face.box.y - HAIR * face.box.h for face in main)
    wanted = min(headroom * line.window_px, max(top, 0.0))  # no more than the picture has
    if wanted <= 0:
        return np.zeros_like(starts)
    return np.clip((wanted - (top - starts)) / wanted, 0.0, 1.0)


HAIR = 0.4  # how far hair reaches above the detector's box, in heights of the box


def _under_zone(starts: Costs, line: Line, boxes: Sequence[Box | None], zone: SafeZone) -> Costs:
    """Which share of the boxes lies where the app draws its own buttons and words."""
    canvas = zone.canvas_px[1 if line.upright else 0]
    near, far = (zone.top, zone.bottom) if line.upright else (zone.left, zone.right)
    begin = starts + line.window_px * near / canvas
    end = starts + line.window_px * (1.0 - far / canvas)
    spans = [line.span(box) for box in boxes if box is not None]
    length = sum(b - a for a, b in spans)
    if length <= 0:
        return np.zeros_like(starts)
    free = sum(np.clip(np.minimum(end, b) - np.maximum(begin, a), 0.0, None) for a, b in spans)
    return np.asarray(1.0 - free / length, np.float64)
