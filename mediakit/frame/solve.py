"""The crop solver: which part of a picture a surface shows, and why.

First what must hold: every main face lies inside, with its hair and chin; the space around it shrinks to nothing before
a border is added. Then what should: the subject whole, little cut, eyes where they belong (`taste`). The crop is the
largest of its ratio, so it slides along one side and never enlarges the picture. Only where no crop can hold the main
faces (or hold most of the subject) is the picture fitted into a border, and `why` says so.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mediakit.frame import taste
from mediakit.frame.extent import full_extent
from mediakit.frame.geometry import hull, largest_crop
from mediakit.frame.reason import described, given_up
from mediakit.frame.taste import HAIR, Line
from mediakit.model import Box, Crop, Face, Findings, Fit, Size
from mediakit.platforms.schema import SafeZone, Shape
from mediakit.presets.schema import Frame

CHIN = 0.2  # below the detector's box, in heights of it
EARS = 0.3  # to each side, in widths of it
MARGINS = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0)
SLACK = 0.04  # of a face's box on each side may lie outside: two detectors differ by more (0.07, benchmarks/faces.py)
SCENE_SHARE = 0.7  # of a subject that fills half of a picture without a plain ground is enough: that is a scene
SCENE_AREA = 0.5
ALONE_SHARE = 0.9  # of one that stands on a plain ground: its box has some air, up to a tenth of it
CLEAR_SHARE = 0.7  # of all that stands out lies in a clear subject's box
CLEAR_LEVEL = 110  # and this is how strongly its box stands out on average, 0..255
BORDER_WINDOWS = 1.25  # a bordered part is at least this much longer than the crop it replaces
LEAST_SHOWN = 0.35  # of all that stands out; a crop of a panorama that shows less tells too little
POSITIONS = 400


@dataclass(frozen=True, slots=True)
class Framing:
    """Which part of the source is shown, whether a border is added, and the reason in plain words."""

    crop: Crop
    fit: Fit
    why: str
    continued: bool = False
    """Its blurred border is the plain ground of a clip's shot, continued (a photo's own pixels say so when it is drawn)."""


def solve(findings: Findings, shape: Shape, options: Frame, *, safe_zone: SafeZone | None = None) -> Framing:
    """The framing of a picture for one shape.

    With fit "crop" the crop has the shape's ratio, to the nearest pixel of its shorter side; with "pad" and "blur" it
    is the part to be fitted, whole, into the shape. Same input, same answer. `safe_zone` is where the app covers the
    picture: faces are kept clear of it as far as the picture allows.
    """
    ratio = shape.value
    if ratio is None:
        return Framing(Crop.whole(findings.size), "crop", "whole picture: the surface takes any ratio")
    window = largest_crop(findings.size, ratio)
    focus = findings.focus or focus_box(options.focus, findings.size)
    if window == findings.size:
        return Framing(Crop.whole(findings.size), "crop", f"whole picture: it is {shape.ratio} already")
    if options.fit != "crop":
        return Framing(Crop.whole(findings.size), options.fit, "whole picture with a border, as the preset asks")
    if focus is not None:
        return _focused(findings, focus, window, shape.ratio, options)
    return _cropped(findings, window, shape.ratio, options, safe_zone)


def middle(picture: Size, shape: Shape) -> Framing:
    """The largest crop of the shape's ratio from the picture's middle: what is left to do where nothing can be judged."""
    window = picture if shape.value is None else largest_crop(picture, shape.value)
    x, y = (picture.width_px - window.width_px) // 2, (picture.height_px - window.height_px) // 2
    return Framing(Crop(x, y, window.width_px, window.height_px), "crop", "the middle of the picture")


def focus_box(numbers: Sequence[float], size: Size) -> Box | None:
    """A focus in shares of a picture as a box in its pixels, of no size for a point; None where none is given."""
    if not numbers:
        return None
    x, y, w, h = (*numbers, 0.0, 0.0)[:4]
    return Box(x * size.width_px, y * size.height_px, w * size.width_px, h * size.height_px)


def _focused(findings: Findings, focus: Box, window: Size, ratio: str, options: Frame) -> Framing:
    """Centred on what a person asked for, as far as the picture goes; a border where it cannot be held."""
    line = _line(findings.size, window)
    begin, end = line.span(focus)
    if end - begin > line.window_px + 1:
        asked = replace(findings, faces=(), subject=focus, saliency=None)
        return _bordered(asked, line, options.fallback, f"no {ratio} crop can hold the focus that was given")
    last = line.length_px - line.window_px
    start = min(last, max(0, round((begin + end - line.window_px) / 2)))
    crop = _at(line, start, window)
    return Framing(crop, "crop", f"centred on the focus that was given; {given_up(findings.size, crop)}")


def _cropped(findings: Findings, window: Size, ratio: str, options: Frame, zone: SafeZone | None) -> Framing:
    """The best crop of that size, or a border and the reason for it."""
    line = _line(findings.size, window)
    allowed = _allowed_starts(line, findings.main_faces)
    if allowed is None:
        return _bordered(findings, line, options.fallback, f"no {ratio} crop can hold {_who(findings)}")
    if _cuts_clear_subject(line, findings):
        return _bordered(findings, line, options.fallback, f"a {ratio} crop would cut the subject")
    start = _best_start(line, allowed, findings, options.headroom, zone)
    if _shows_too_little(line, start, findings):
        return _bordered(findings, line, options.fallback, f"a {ratio} crop would show only a small part")
    crop = _at(line, start, window)
    return Framing(crop, "crop", described(findings, crop))


def _line(picture: Size, window: Size) -> Line:
    if window.width_px < picture.width_px:
        return Line(picture.width_px, window.width_px, upright=False)
    return Line(picture.height_px, window.height_px, upright=True)


def _at(line: Line, start: int, window: Size) -> Crop:
    x, y = (0, start) if line.upright else (start, 0)
    return Crop(x, y, window.width_px, window.height_px)


def with_margin(face: Face, share: float) -> Box:
    """A face's box with `share` of the space for hair, chin and ears around it."""
    box = face.box
    side, above, below = share * EARS * box.w, share * HAIR * box.h, share * CHIN * box.h
    return Box(box.x - side, box.y - above, box.w + 2 * side, box.h + above + below)


def _shrunk(box: Box, share: float) -> Box:
    return Box(box.x + share * box.w, box.y + share * box.h, (1 - 2 * share) * box.w, (1 - 2 * share) * box.h)


def _allowed_starts(line: Line, main: Sequence[Face]) -> tuple[int, int] | None:
    """First and last start that keep every main face inside with as much margin as fits; None where none does."""
    last = line.length_px - line.window_px
    if not main:
        return 0, last
    for share in MARGINS:
        begin, end = line.span(hull([with_margin(face, share) for face in main]))
        earliest, latest = max(0, math.ceil(end - line.window_px)), min(last, math.floor(begin))
        if earliest <= latest:
            return earliest, latest
    begin, end = line.span(hull([_shrunk(face.box, SLACK) for face in main]))
    if end - begin > line.window_px:
        return None
    between = min(last, max(0, round((begin + end - line.window_px) / 2)))
    return between, between


def _best_start(
    line: Line, allowed: tuple[int, int], findings: Findings, headroom: float, zone: SafeZone | None
) -> int:
    """The start with the lowest cost, to the pixel."""
    earliest, latest = allowed
    while latest - earliest >= POSITIONS:  # coarse first, then pixel by pixel around the best
        step = (latest - earliest) / (POSITIONS - 1)
        start = _cheapest(np.round(np.linspace(earliest, latest, POSITIONS)), line, findings, headroom, zone)
        earliest, latest = max(earliest, math.floor(start - step)), min(latest, math.ceil(start + step))
    return _cheapest(np.arange(earliest, latest + 1, dtype=np.float64), line, findings, headroom, zone)


def _cheapest(starts: taste.Costs, line: Line, findings: Findings, headroom: float, zone: SafeZone | None) -> int:
    """Of these starts the one with the lowest cost; of equals the one nearest to the middle of them."""
    cost = taste.costs(starts, line, findings, headroom, zone)
    equals = starts[cost <= cost.min() + 1e-9]
    return int(equals[np.argmin(np.abs(equals - (starts[0] + starts[-1]) / 2))])


def _cuts_clear_subject(line: Line, findings: Findings) -> bool:
    """Whether a thing that clearly is the subject would be cut in two. With faces the picture is about them."""
    if findings.subject is None or findings.main_faces or not _is_clear(findings.subject, findings):
        return False
    begin, end = line.span(findings.subject)
    is_large = findings.subject.area > SCENE_AREA * findings.size.pixels
    enough = (ALONE_SHARE if findings.stands_alone else SCENE_SHARE) if is_large else 1.0
    return line.window_px < enough * (end - begin)


def _is_clear(subject: Box, findings: Findings) -> bool:
    """Whether the box stands out strongly and little else does. Without a map the box is taken at its word."""
    grid = findings.saliency
    if grid is None:
        return True
    cells = np.frombuffer(grid.cells, np.uint8).reshape(grid.rows, grid.cols)
    across, down = grid.cols / findings.size.width_px, grid.rows / findings.size.height_px
    left, right = math.floor(max(subject.x, 0) * across), math.ceil(subject.right * across)
    top, bottom = math.floor(max(subject.y, 0) * down), math.ceil(subject.bottom * down)
    inside = cells[top:bottom, left:right]
    if inside.size == 0:
        return False
    return bool(inside.mean() >= CLEAR_LEVEL and inside.sum() >= CLEAR_SHARE * cells.sum(dtype=np.int64))


def _shows_too_little(line: Line, start: int, findings: Findings) -> bool:
    """Whether most of what there is to see would be lost, as in a narrow crop of a panorama without people."""
    if findings.main_faces or findings.saliency is None:
        return False
    outside = taste.mass_outside(np.array([float(start)]), line, taste.profile(findings, line))
    return bool(1.0 - outside[0] < LEAST_SHOWN)


def _bordered(findings: Findings, line: Line, fit: Fit, reason: str) -> Framing:
    """The part that matters, as little wider than the crop would be as possible, to be fitted into a border."""
    keep = [with_margin(face, 1.0) for face in findings.main_faces]
    if findings.subject is not None:
        keep.append(full_extent(findings.subject, findings.saliency, findings.size))
    if not keep:
        return Framing(Crop.whole(findings.size), fit, f"{reason}, so it is fitted into a border")
    begin, end = line.span(hull(keep))
    length = min(line.length_px, max(math.ceil(end - begin) + 1, round(BORDER_WINDOWS * line.window_px)))
    start = min(line.length_px - length, max(0, math.floor((begin + end - length) / 2)))
    upright = Crop(0, start, findings.size.width_px, length)
    crop = upright if line.upright else Crop(start, 0, length, findings.size.height_px)
    return Framing(crop, fit, f"{reason}, so it is fitted into a border")


def _who(findings: Findings) -> str:
    count = len(findings.main_faces)
    return "the face" if count == 1 else f"all {count} faces"
