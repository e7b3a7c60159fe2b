"""Turning a leaning picture back: no empty corners, and findings that move with it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediakit.frame.level import level_findings, level_pixels, level_size, should_level
from mediakit.model import Box, Face, Findings, Saliency, Size

sizes = st.builds(Size, st.integers(16, 4000), st.integers(16, 4000))
leans = st.floats(-8, 8)


@given(sizes, leans)
def test_the_levelled_corners_lie_in_the_source(size, lean):
    out = level_size(size, lean)
    angle = np.radians(lean)
    for x in (-out.width_px / 2, out.width_px / 2):
        for y in (-out.height_px / 2, out.height_px / 2):
            back_x, back_y = x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle)
            assert abs(back_x) <= size.width_px / 2 + 1e-6
            assert abs(back_y) <= size.height_px / 2 + 1e-6


def test_a_leaning_post_stands_upright_again():
    picture = np.full((400, 600, 3), 220, np.uint8)
    lean = np.tan(np.radians(5))  # clockwise: the top lies to the right
    cv2.line(picture, (round(300 + 190 * lean), 10), (round(300 - 190 * lean), 390), (20, 20, 20), 9)
    level = level_pixels(picture, 5.0)
    middles = [np.average(np.arange(level.shape[1]), weights=255.0 - row[:, 0]) for row in (level[40], level[-40])]
    assert abs(middles[0] - middles[1]) < 3
    assert level.shape[:2] == (level_size(Size(600, 400), 5.0).height_px, level_size(Size(600, 400), 5.0).width_px)


def test_findings_follow_the_picture():
    dot = (430, 120)
    picture = np.zeros((400, 600, 3), np.uint8)
    cv2.circle(picture, dot, 8, (255, 255, 255), cv2.FILLED)
    cells = np.zeros((40, 60), np.uint8)
    cells[12, 43] = 255
    seen = Findings(
        Size(600, 400),
        (Face(Box(420, 110, 20, 20), 0.9, (dot,)),),
        Box(400, 100, 60, 40),
        Saliency(40, 60, cells.tobytes()),
        -6.0,
    )
    level, moved = level_pixels(picture, -6.0), level_findings(seen)
    rows, cols = np.nonzero(level[..., 0] > 128)
    x, y = cols.mean(), rows.mean()
    assert moved.size == Size(level.shape[1], level.shape[0])
    assert moved.tilt_deg == 0.0
    assert moved.faces[0].points[0] == pytest.approx((x, y), abs=1.0)
    assert moved.faces[0].box.centre == pytest.approx((x, y), abs=1.5)
    assert moved.subject.x <= x <= moved.subject.right
    assert moved.subject.y <= y <= moved.subject.bottom
    grid = np.frombuffer(moved.saliency.cells, np.uint8).reshape(40, 60)
    row, col = np.unravel_index(grid.argmax(), grid.shape)
    assert (col + 0.5) * moved.size.width_px / 60 == pytest.approx(x, abs=15)
    assert (row + 0.5) * moved.size.height_px / 40 == pytest.approx(y, abs=15)


@pytest.mark.parametrize(("lean", "wanted"), [(None, False), (0.0, False), (0.4, False), (-2.0, True), (11.0, False)])
def test_small_and_meant_leans_are_left_alone(lean, wanted):
    assert should_level(Findings(Size(100, 100), tilt_deg=lean)) is wanted


def test_an_unknown_lean_is_refused():
    with pytest.raises(ValueError, match="unknown"):
        level_findings(Findings(Size(100, 100)))
