"""What a person asks for wins over what the picture shows, in every ratio, and is said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediakit.frame.geometry import largest_crop
from mediakit.frame.solve import focus_box, solve
from mediakit.frame.straight import solve_straight
from mediakit.model import Box, Face, Findings, Size
from mediakit.platforms.schema import Shape
from mediakit.presets.schema import Frame

SHAPES = [Shape(ratio=ratio) for ratio in ("3:4", "1:1", "9:16", "2.35:1")]
sizes = st.builds(Size, st.integers(100, 4000), st.integers(100, 4000))
shares = st.floats(0, 1)


@given(sizes, shares, shares, st.sampled_from(SHAPES))
def test_a_point_is_inside_and_as_near_to_the_middle_as_it_goes(size, x, y, shape):
    face = Face(Box(0, 0, size.width_px / 8, size.height_px / 8), 0.99)
    crop = solve(Findings(size, (face,)), shape, Frame(focus=(x, y))).crop
    assert crop.size == largest_crop(size, shape.value)
    for at, length, start, window in (
        (x, size.width_px, crop.x_px, crop.w_px),
        (y, size.height_px, crop.y_px, crop.h_px),
    ):
        wanted = min(max(at * length - window / 2, 0), length - window)
        assert abs(start - wanted) <= 1


@given(sizes, st.floats(0, 0.8), st.floats(0, 0.8), st.floats(0.02, 0.2), st.floats(0.02, 0.2), st.sampled_from(SHAPES))
def test_a_box_is_whole_inside_or_a_border_says_why(size, x, y, w, h, shape):
    framing = solve(Findings(size), shape, Frame(focus=(x, y, w, h)))
    box, crop = focus_box((x, y, w, h), size), framing.crop.as_box()
    assert box.x >= crop.x - 1
    assert box.y >= crop.y - 1
    assert box.right <= crop.right + 1
    assert box.bottom <= crop.bottom + 1
    if framing.fit != "crop":
        assert "focus" in framing.why


def test_the_focus_is_kept_where_the_picture_is_turned():
    size = Size(1200, 900)
    box = Box(1000, 300, 120, 200)
    findings = Findings(size, tilt_deg=4.0, focus=box)
    view = solve_straight(findings, SHAPES[0], Frame())
    assert view.straight is not None
    crop = view.source_crop.as_box()
    assert crop.x <= box.x
    assert crop.right >= box.right


@pytest.mark.parametrize("focus", [(0.5,), (0.1, 0.2, 0.3), (0.5, 0.5, 0.6, 0.2), (0.1, 0.1, 0.0, 0.5), (1.2, 0.5)])
def test_a_focus_that_is_no_place_is_refused(focus):
    with pytest.raises(ValueError, match="focus"):
        Frame(focus=focus)
