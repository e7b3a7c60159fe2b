"""A leaning picture set upright: no empty corners, uprights upright, findings and crop that follow, and restraint."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediakit.frame.geometry import largest_crop
from mediakit.frame.straight import (
    MOST_DEG,
    View,
    solve_straight,
    straightened_findings,
    straightening,
    upright_view,
)
from mediakit.model import Box, Crop, Face, Findings, Saliency, Size
from mediakit.photo.render import viewed
from mediakit.platforms.schema import Shape
from mediakit.presets.schema import Frame

sizes = st.builds(Size, st.integers(64, 4000), st.integers(64, 4000))
leans = st.floats(-MOST_DEG, MOST_DEG)
convergences = st.floats(-6, 6)
SHAPES = [Shape(ratio=ratio) for ratio in ("3:4", "1:1", "9:16", "2.35:1", "any")]


def whole(picture, straight):
    framing = solve_straight(Findings(straight.source), Shape(ratio="any"), Frame()).framing
    view = View(
        framing=type(framing)(Crop.whole(straight.size), "crop", ""),
        findings=Findings(straight.size),
        straight=straight,
    )
    return viewed(picture, view, straight.size, "#ffffff")


@given(sizes, leans, convergences)
def test_all_of_the_upright_picture_lies_in_the_source(size, lean, convergence):
    straight = upright_view(size, lean, convergence)
    for x, y in straight.corners(Crop.whole(straight.size)):
        assert -0.01 <= x <= size.width_px + 0.01
        assert -0.01 <= y <= size.height_px + 0.01


@given(sizes, leans, convergences, st.sampled_from(SHAPES))
def test_the_crop_lies_in_the_source_and_has_its_ratio(size, lean, convergence, shape):
    findings = Findings(size, tilt_deg=lean, convergence_deg=convergence)
    view = solve_straight(findings, shape, Frame())
    crop = view.source_crop
    assert crop.x_px >= 0
    assert crop.y_px >= 0
    assert crop.x_px + crop.w_px <= size.width_px
    assert crop.y_px + crop.h_px <= size.height_px
    inner = view.framing.crop
    assert inner.x_px + inner.w_px <= view.findings.size.width_px
    assert inner.y_px + inner.h_px <= view.findings.size.height_px
    if shape.value is not None:
        assert inner.size == largest_crop(view.findings.size, shape.value)


@given(sizes, st.floats(-0.49, 0.49), st.floats(-0.9, 0.9))
def test_what_hardly_leans_is_left_alone(size, lean, convergence):
    findings = Findings(size, tilt_deg=lean, convergence_deg=convergence)
    assert straightening(findings) is None
    assert solve_straight(findings, SHAPES[0], Frame()).facts() == {}


@pytest.mark.parametrize("lean", [None, 7.0, -20.0])
def test_what_is_not_known_or_meant_is_left_alone(lean):
    assert straightening(Findings(Size(400, 300), tilt_deg=lean)) is None


@pytest.mark.parametrize("lean", [-6.0, -2.0, 3.0, 6.0])
def test_a_leaning_post_stands_upright_again(lean):
    picture = np.full((400, 600, 3), 220, np.uint8)
    slope = np.tan(np.radians(lean))  # clockwise: the top lies to the right
    cv2.line(picture, (round(300 + 190 * slope), 10), (round(300 - 190 * slope), 390), (20, 20, 20), 9)
    upright = whole(picture, upright_view(Size(600, 400), lean))
    middles = [
        np.average(np.arange(upright.shape[1]), weights=255.0 - row[:, 0]) for row in (upright[30], upright[-30])
    ]
    assert abs(middles[0] - middles[1]) < 1.5


@pytest.mark.parametrize("convergence", [-5.0, 3.0, 6.0])
def test_converging_posts_become_parallel(convergence):
    picture = np.full((400, 600, 3), 220, np.uint8)
    for x in (100, 500):
        slope = np.tan(np.radians(-convergence * (x / 600 - 0.5)))
        cv2.line(picture, (round(x + 190 * slope), 10), (round(x - 190 * slope), 390), (20, 20, 20), 7)
    upright = whole(picture, upright_view(Size(600, 400), 0.0, convergence))
    half = upright.shape[1] // 2
    for part in (upright[:, :half], upright[:, half:]):
        ends = [np.average(np.arange(part.shape[1]), weights=255.0 - row[:, 0] - 30) for row in (part[40], part[-40])]
        assert abs(ends[0] - ends[1]) < 3.0


def test_findings_follow_the_picture():
    dot = (430.5, 120.5)
    picture = np.zeros((400, 600, 3), np.uint8)
    cv2.circle(picture, (430, 120), 8, (255, 255, 255), cv2.FILLED)
    cells = np.zeros((40, 60), np.uint8)
    cells[12, 43] = 255
    seen = Findings(
        Size(600, 400),
        (Face(Box(420, 110, 20, 20), 0.9, (dot,)),),
        Box(400, 100, 60, 40),
        Saliency(40, 60, cells.tobytes()),
        -6.0,
        2.0,
    )
    straight = straightening(seen)
    upright, moved = whole(picture, straight), straightened_findings(seen, straight)
    rows, cols = np.nonzero(upright[..., 0] > 128)
    x, y = cols.mean() + 0.5, rows.mean() + 0.5
    assert moved.size == Size(upright.shape[1], upright.shape[0])
    assert moved.tilt_deg == 0.0
    assert moved.faces[0].points[0] == pytest.approx((x, y), abs=0.7)
    assert moved.faces[0].box.centre == pytest.approx((x, y), abs=1.5)
    assert moved.subject.x <= x <= moved.subject.right
    assert moved.subject.y <= y <= moved.subject.bottom
    grid = np.frombuffer(moved.saliency.cells, np.uint8).reshape(40, 60)
    row, col = np.unravel_index(grid.argmax(), grid.shape)
    assert abs((col + 0.5) * upright.shape[1] / 60 - x) < 12
    assert abs((row + 0.5) * upright.shape[0] / 40 - y) < 12


def test_a_face_at_the_edge_is_worth_more_than_a_level_shelf():
    face = Face(Box(2, 2, 80, 90), 0.95)
    findings = Findings(Size(800, 600), (face,), tilt_deg=4.0)
    assert solve_straight(findings, Shape(ratio="any"), Frame()).straight is None
    assert solve_straight(Findings(Size(800, 600), tilt_deg=4.0), Shape(ratio="any"), Frame()).straight is not None


def test_a_preset_can_leave_photos_as_they_lean():
    findings = Findings(Size(800, 600), tilt_deg=4.0)
    assert solve_straight(findings, SHAPES[1], Frame(straighten=False)).straight is None


def test_the_report_is_told():
    view = solve_straight(Findings(Size(800, 600), tilt_deg=4.0), SHAPES[1], Frame())
    told = view.facts()["straightened"]
    assert told["turned_deg"] == 4.0
    assert len(told["corners_px"]) == 4
    assert "turned 4.0 degrees anticlockwise" in view.framing.why


@pytest.mark.parametrize("scale", [1.0, 2.7, 5.0])
def test_turning_there_and_looking_back_changes_little(scale):
    """One interpolation: against the same scene drawn upright at the goal's size."""

    def scene(size, lean, at):
        picture = np.full((round(size[1]), round(size[0]), 3), 235, np.uint8)
        turn = cv2.getRotationMatrix2D((size[0] / 2, size[1] / 2), -lean, 1.0)
        for x in range(-300, 900, 60):
            for y in range(-300, 700, 60):
                corners = np.array([(x, y), (x + 30, y), (x + 30, y + 30), (x, y + 30)], float) * at
                moved = corners @ turn[:, :2].T + turn[:, 2]
                cv2.fillPoly(picture, [np.rint(moved * 16).astype(np.int32)], (60, 40, 90), cv2.LINE_AA, 4)
        return picture

    large = (600 * scale, 400 * scale)
    straight = upright_view(Size(round(large[0]), round(large[1])), 3.0)
    got = whole(scene(large, 3.0, scale), straight)
    want = scene(large, 0.0, scale)
    y, x = (want.shape[0] - got.shape[0]) // 2, (want.shape[1] - got.shape[1]) // 2
    want = want[y : y + got.shape[0], x : x + got.shape[1]]
    assert np.abs(got.astype(float) - want).mean() < 4.0
