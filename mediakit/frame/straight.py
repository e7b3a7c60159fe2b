"""Set a leaning picture upright: turned back, uprights made parallel, cut to the largest upright part of its proportions.

A photo taken with a tilted camera is a view through a turned lens; `Straight` is the view that an upright one would have
had (Hartley and Zisserman, "Multiple View Geometry", 2004, section 8.4: a rotating camera is a homography). What the
picture shows is moved with it, so nothing is looked for twice. Done with restraint: small leans cost more sharpness than
they are worth, large ones are meant, and no face, subject or border is given for a straight line.

Coordinates here run from edge to edge: the first pixel's middle is (0.5, 0.5).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.frame.geometry import shared
from mediakit.frame.solve import Framing, solve
from mediakit.model import Box, Crop, Face, Findings, Saliency, Size
from mediakit.platforms.schema import SafeZone, Shape
from mediakit.presets.schema import Frame

LEAST_DEG = 0.5  # less is seen by nobody
MOST_DEG = 6.0  # more is meant
LEAST_CONVERGENCE_DEG = 1.0
MOST_CONVERGENCE_DEG = 6.0  # between the left and the right edge; a tower seen from below shall stay one
FOCAL_LENGTH = 0.75  # of the longer side: a phone's main camera, 26 to 28 mm on the small-picture scale
LEAST_KEPT = 0.95  # of the subject's area

Matrix = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Straight:
    """How a picture of size `source` becomes an upright one of size `size`.

    `rows` is the homography from source to upright coordinates, row by row; `turned_deg` is by how much it was turned
    anticlockwise, `converged_deg` how far uprights at the two edges leaned towards each other.
    """

    source: Size
    size: Size
    rows: tuple[float, ...]
    turned_deg: float
    converged_deg: float

    @property
    def matrix(self) -> Matrix:
        """(3, 3), source to upright."""
        return np.array(self.rows).reshape(3, 3)

    def corners(self, crop: Crop) -> tuple[tuple[float, float], ...]:
        """Where a part of the upright picture lies in the source: its corners, clockwise from the top left."""
        right, bottom = crop.x_px + crop.w_px, crop.y_px + crop.h_px
        points = [(crop.x_px, crop.y_px), (right, crop.y_px), (right, bottom), (crop.x_px, bottom)]
        return tuple(_moved(np.linalg.inv(self.matrix), x, y) for x, y in points)

    def bounds(self, crop: Crop) -> Crop:
        """The smallest upright rectangle of the source around a part of the upright picture, in whole pixels."""
        corners = np.array(self.corners(crop))
        left, top = np.clip(np.floor(corners.min(axis=0) + 1e-6), 0, None).astype(int)
        ends = np.ceil(corners.max(axis=0) - 1e-6).astype(int)
        right, bottom = min(self.source.width_px, int(ends[0])), min(self.source.height_px, int(ends[1]))
        return Crop(int(left), int(top), right - int(left), bottom - int(top))


@dataclass(frozen=True, slots=True)
class View:
    """A framing and what it was solved on: the picture as shown, or made straight (`straight` is None or says how).

    The framing's crop is in pixels of that picture; `source_crop` is in the source's shown pixels either way.
    """

    framing: Framing
    findings: Findings
    straight: Straight | None = None

    @property
    def source_crop(self) -> Crop:
        """The part of the source that is used; of a turned picture the upright rectangle around it."""
        return self.straight.bounds(self.framing.crop) if self.straight else self.framing.crop

    def facts(self) -> dict[str, object]:
        """What the report should know of it: nothing where nothing was turned."""
        if self.straight is None:
            return {}
        corners = [[round(x, 1), round(y, 1)] for x, y in self.straight.corners(self.framing.crop)]
        told: dict[str, object] = {"turned_deg": self.straight.turned_deg, "corners_px": corners}
        if self.straight.converged_deg:
            told["converged_deg"] = self.straight.converged_deg
        return {"straightened": told}


def solve_straight(findings: Findings, shape: Shape, options: Frame, *, safe_zone: SafeZone | None = None) -> View:
    """The framing of a picture, set upright first where it leans, the preset wants it and nothing is lost by it."""
    plain = View(solve(findings, shape, options, safe_zone=safe_zone), findings)
    straight = straightening(findings) if options.straighten and plain.framing.fit == "crop" else None
    if straight is None or not _keeps(straight, findings):
        return plain
    moved = straightened_findings(findings, straight)
    framing = solve(moved, shape, options, safe_zone=safe_zone)
    if framing.fit != "crop":
        return plain
    return View(replace(framing, why=f"{framing.why}; {_said(straight)}"), moved, straight)


def _said(straight: Straight) -> str:
    words = []
    if straight.turned_deg:
        way = "anticlockwise" if straight.turned_deg > 0 else "clockwise"
        words.append(f"turned {abs(straight.turned_deg):.1f} degrees {way}")
    if straight.converged_deg:
        words.append("uprights made parallel")
    return " and ".join(words)


def straightening(findings: Findings) -> Straight | None:
    """How to set the picture upright; None where it is upright, where nobody knows, or where it leans on purpose."""
    tilt, convergence = findings.tilt_deg, findings.convergence_deg
    if tilt is None or abs(tilt) > MOST_DEG:
        return None
    if not LEAST_CONVERGENCE_DEG <= abs(convergence) <= MOST_CONVERGENCE_DEG:
        convergence = 0.0
    if abs(tilt) < LEAST_DEG:
        tilt = 0.0
    return upright_view(findings.size, tilt, convergence) if tilt or convergence else None


def upright_view(size: Size, tilt_deg: float, convergence_deg: float = 0.0) -> Straight:
    """The view of a picture that leans `tilt_deg` clockwise and whose uprights meet, from edge to edge, by the other."""
    focal = FOCAL_LENGTH * max(size.width_px, size.height_px)
    pitch = math.radians(convergence_deg) * focal / size.width_px
    roll = math.radians(tilt_deg)
    camera = np.array([[focal, 0, size.width_px / 2], [0, focal, size.height_px / 2], [0, 0, 1.0]])
    # y points down: turning anticlockwise as seen takes x to cos x + sin y
    turn = np.array([[math.cos(roll), math.sin(roll), 0], [-math.sin(roll), math.cos(roll), 0], [0, 0, 1.0]])
    nod = np.array([[1, 0, 0], [0, math.cos(pitch), -math.sin(pitch)], [0, math.sin(pitch), math.cos(pitch)]])
    view = camera @ nod @ turn @ np.linalg.inv(camera)
    middle = _moved(view, size.width_px / 2, size.height_px / 2)
    scale = _largest_scale(view, size, middle)
    out = Size(max(1, math.floor(size.width_px * scale)), max(1, math.floor(size.height_px * scale)))
    shift = np.array([[1, 0, out.width_px / 2 - middle[0]], [0, 1, out.height_px / 2 - middle[1]], [0, 0, 1.0]])
    rows = tuple(float(value) for value in (shift @ view).ravel())
    return Straight(size, out, rows, round(tilt_deg, 2), round(convergence_deg, 2))


def straightened_findings(findings: Findings, straight: Straight) -> Findings:
    """What the upright picture shows: boxes grow to hold what they held, points and map move, nothing leans any more."""
    matrix, out = straight.matrix, straight.size
    faces = tuple(
        Face(_face_box(matrix, face.box), face.confidence, tuple(_moved(matrix, x, y) for x, y in face.points))
        for face in findings.faces
    )
    subject = None if findings.subject is None else _cut(_hull(matrix, findings.subject), out)
    saliency = None if findings.saliency is None else _map(matrix, findings.saliency, findings.size, out)
    focus = None if findings.focus is None else _hull(matrix, findings.focus)
    marks = tuple(
        replace(mark, box=_hull(matrix, mark.box), corners=tuple(_moved(matrix, x, y) for x, y in mark.corners))
        for mark in findings.marks
    )
    return Findings(
        out, faces, subject, saliency, tilt_deg=0.0, focus=focus, marks=marks, stands_alone=findings.stands_alone
    )


def _keeps(straight: Straight, findings: Findings) -> bool:
    """Whether the upright picture still shows every main face, and the subject, as far as the source does."""
    faces = [face.box for face in findings.main_faces]
    kept = [_kept(straight, box) >= 0.99 for box in faces]
    return all(kept) and (findings.subject is None or _kept(straight, findings.subject) >= LEAST_KEPT)


def _kept(straight: Straight, box: Box) -> float:
    """Which share of what the source shows of a box is in the upright picture."""
    seen = shared(box, Crop.whole(straight.source).as_box())
    if seen is None:
        return 1.0
    corners = [(x, y) for y in (seen.y, seen.bottom) for x in (seen.x, seen.right)]
    corners[2], corners[3] = corners[3], corners[2]
    moved = np.array([_moved(straight.matrix, x, y) for x, y in corners], np.float32)
    width, height = straight.size.width_px, straight.size.height_px
    frame = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    inside, _ = cv2.intersectConvexConvex(moved, frame)
    return float(inside) / max(float(cv2.contourArea(moved)), 1e-9)


def _largest_scale(view: Matrix, size: Size, middle: tuple[float, float]) -> float:
    """How large a part of the same proportions around `middle` lies in the view, by halving."""
    back = np.linalg.inv(view)
    low, high = 0.0, 1.2
    for _ in range(40):
        scale = (low + high) / 2
        half_w, half_h = scale * size.width_px / 2, scale * size.height_px / 2
        corners = [_moved(back, middle[0] + x, middle[1] + y) for x in (-half_w, half_w) for y in (-half_h, half_h)]
        fits = all(0 <= x <= size.width_px and 0 <= y <= size.height_px for x, y in corners)
        low, high = (scale, high) if fits else (low, scale)
    return low


def _moved(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    moved = matrix @ np.array([x, y, 1.0])
    return float(moved[0] / moved[2]), float(moved[1] / moved[2])


def _face_box(matrix: Matrix, box: Box) -> Box:
    """The same size around the moved middle: a head is round, so turning it does not make it larger."""
    x, y = _moved(matrix, *box.centre)
    return Box(x - box.w / 2, y - box.h / 2, box.w, box.h)


def _hull(matrix: Matrix, box: Box) -> Box:
    corners = [_moved(matrix, x, y) for x in (box.x, box.right) for y in (box.y, box.bottom)]
    left, top = min(x for x, _ in corners), min(y for _, y in corners)
    return Box(left, top, max(x for x, _ in corners) - left, max(y for _, y in corners) - top)


def _cut(box: Box, size: Size) -> Box | None:
    return shared(box, Crop.whole(size).as_box())


def _map(matrix: Matrix, grid: Saliency, size: Size, out: Size) -> Saliency:
    """The coarse map, moved in its own cells."""
    cells = np.frombuffer(grid.cells, np.uint8).reshape(grid.rows, grid.cols)
    to_cells = np.diag([grid.cols / out.width_px, grid.rows / out.height_px, 1.0])
    to_pixels = np.diag([size.width_px / grid.cols, size.height_px / grid.rows, 1.0])
    index, back = _by_half(0.5), _by_half(-0.5)
    moved = cv2.warpPerspective(
        cells,
        back @ to_cells @ matrix @ to_pixels @ index,
        (grid.cols, grid.rows),
        borderMode=cv2.BORDER_REPLICATE,
    )
    return Saliency(grid.rows, grid.cols, moved.tobytes())


def _by_half(step: float) -> Matrix:
    """Between indices of cells and coordinates from edge to edge."""
    return np.array([[1.0, 0, step], [0, 1.0, step], [0, 0, 1.0]])
