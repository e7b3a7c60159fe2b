"""Straighten a picture that leans: turn it back and keep the largest upright part of the same proportions.

A preset asks for it (`frame.straighten`); what the picture shows is turned with it, so nothing is looked for twice. Small
leans are left alone because turning costs sharpness and edges, large ones because they are meant.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.model import Box, Face, Findings, Saliency, Size

LEAST_DEG = 0.5
MOST_DEG = 8.0

Matrix = NDArray[np.float64]


def should_level(findings: Findings) -> bool:
    """Whether there is a lean worth turning back."""
    return findings.tilt_deg is not None and LEAST_DEG <= abs(findings.tilt_deg) <= MOST_DEG


def level_size(size: Size, tilt_deg: float) -> Size:
    """The largest upright size of the same proportions inside a picture turned by that much, in whole pixels."""
    scale = _scale(size, tilt_deg)
    return Size(max(1, math.floor(size.width_px * scale)), max(1, math.floor(size.height_px * scale)))


def level_pixels(rgb: NDArray[np.uint8], tilt_deg: float) -> NDArray[np.uint8]:
    """The picture turned back by `tilt_deg` (degrees it leans clockwise), cut to `level_size`.

    rgb: (H, W, 3) uint8 sRGB. Cubic interpolation; no pixel from outside the picture is needed.
    """
    size = Size(rgb.shape[1], rgb.shape[0])
    out = level_size(size, tilt_deg)
    levelled: NDArray[np.uint8] = cv2.warpAffine(
        rgb,
        _matrix(size, out, tilt_deg),
        (out.width_px, out.height_px),
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return levelled


def level_findings(findings: Findings) -> Findings:
    """What the levelled picture shows: boxes grow to hold what they held, points and map are turned, the lean is 0.

    Raises ValueError where the lean is unknown.
    """
    if findings.tilt_deg is None:
        raise ValueError("a picture whose lean is unknown cannot be levelled")
    out = level_size(findings.size, findings.tilt_deg)
    matrix = _matrix(findings.size, out, findings.tilt_deg)
    faces = tuple(
        Face(_face_box(matrix, face.box), face.confidence, tuple(_turned(matrix, x, y) for x, y in face.points))
        for face in findings.faces
    )
    subject = None if findings.subject is None else _subject_box(matrix, findings.subject, out)
    saliency = None if findings.saliency is None else _map(matrix, findings.saliency, findings.size, out)
    return Findings(out, faces, subject, saliency, 0.0)


def _scale(size: Size, tilt_deg: float) -> float:
    angle = math.radians(abs(tilt_deg))
    longer = max(size.width_px / size.height_px, size.height_px / size.width_px)
    return 1.0 / (math.cos(angle) + math.sin(angle) * longer)


def _matrix(size: Size, out: Size, tilt_deg: float) -> Matrix:
    """Source pixels to levelled pixels: turn anticlockwise by the lean about the middle, then move to the new middle."""
    angle = math.radians(tilt_deg)
    cos, sin = math.cos(angle), math.sin(angle)
    turn = np.array([[cos, sin], [-sin, cos]])  # y points down
    middle = np.array([(size.width_px - 1) / 2, (size.height_px - 1) / 2])
    new_middle = np.array([(out.width_px - 1) / 2, (out.height_px - 1) / 2])
    return np.column_stack([turn, new_middle - turn @ middle])


def _turned(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    moved = matrix @ np.array([x, y, 1.0])
    return float(moved[0]), float(moved[1])


def _face_box(matrix: Matrix, box: Box) -> Box:
    """The same size around the moved middle: a head is round, so turning it does not make it larger."""
    x, y = _turned(matrix, *box.centre)
    return Box(x - box.w / 2, y - box.h / 2, box.w, box.h)


def _subject_box(matrix: Matrix, box: Box, out: Size) -> Box | None:
    """The box around the moved corners, cut to the levelled picture; None where nothing is left of it."""
    corners = [_turned(matrix, x, y) for x in (box.x, box.right) for y in (box.y, box.bottom)]
    left, right = max(0.0, min(x for x, _ in corners)), min(float(out.width_px), max(x for x, _ in corners))
    top, bottom = max(0.0, min(y for _, y in corners)), min(float(out.height_px), max(y for _, y in corners))
    return Box(left, top, right - left, bottom - top) if right > left and bottom > top else None


def _map(matrix: Matrix, grid: Saliency, size: Size, out: Size) -> Saliency:
    """The coarse map, turned in its own cells."""
    cells = np.frombuffer(grid.cells, np.uint8).reshape(grid.rows, grid.cols)
    to_cells = np.diag([grid.cols / out.width_px, grid.rows / out.height_px])
    to_pixels = np.diag([size.width_px / grid.cols, size.height_px / grid.rows, 1.0])
    turned = cv2.warpAffine(
        cells, to_cells @ matrix @ to_pixels, (grid.cols, grid.rows), borderMode=cv2.BORDER_REPLICATE
    )
    return Saliency(grid.rows, grid.cols, turned.tobytes())
