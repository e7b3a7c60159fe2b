"""A painted wall is no light; the same wall in true coloured light, with other grey things about, is."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediakit.look.cast import Cast, adaptation
from mediakit.look.features import log_ratios
from mediakit.look.measure import measure
from mediakit.look.wall import LEAST, believed
from mediakit.pixels.light import linear_from_srgb, srgb_from_linear

SIZE = (120, 160)


def before(wall, share=0.7, seed=0):
    """A patchwork of many colours in the middle of a wall that holds so much of the picture."""
    rng = np.random.default_rng(seed)
    patches = cv2.resize(rng.integers(20, 230, (9, 12, 3), np.uint8), SIZE[::-1], interpolation=cv2.INTER_NEAREST)
    picture = np.full((*SIZE, 3), wall, np.uint8)
    edge = np.sqrt(1 - share)
    top, left = (int(side * (1 - edge) / 2) for side in SIZE)
    inside = np.s_[top : SIZE[0] - top, left : SIZE[1] - left]
    picture[inside] = patches[inside]
    return picture


def cast_of(colour):
    warm, magenta = log_ratios(linear_from_srgb(np.uint8([[colour]]))[0])[0]
    return Cast(float(warm), float(magenta))


def test_a_cast_that_makes_nothing_grey_but_the_wall_is_hardly_believed():
    wall = (150, 153, 166)
    assert believed(before(wall), cast_of(wall)) == pytest.approx(LEAST, abs=0.02)


def test_a_wall_that_stays_coloured_says_nothing():
    assert believed(before((190, 90, 80)), Cast(-0.3, 0.2)) == 1.0


def test_a_small_wall_and_a_grey_one_leave_the_cast_alone():
    assert believed(before((150, 153, 166), share=0.15), cast_of((150, 153, 166))) == 1.0
    assert believed(before((150, 150, 150)), Cast(0.05, 0.0)) == 1.0


def test_white_paper_in_coloured_light_is_believed():
    assert believed(before((250, 240, 215)), cast_of((250, 240, 215))) == 1.0


def test_a_painted_wall_keeps_more_of_its_colour_than_a_lit_one():
    wall = (150, 153, 166)
    painted = measure(before(wall))
    light = np.linalg.inv(adaptation(cast_of(wall).white)).astype(np.float32)
    lit = measure(
        srgb_from_linear((linear_from_srgb(before((155, 155, 155))).reshape(-1, 3) @ light.T).reshape(*SIZE, 3))
    )
    assert abs(painted.cast.warm) < 0.5 * abs(cast_of(wall).warm)
    assert abs(painted.cast.warm) <= abs(lit.cast.warm)


@settings(max_examples=25, deadline=None)
@given(st.tuples(*[st.integers(0, 255)] * 3), st.floats(-1, 1), st.floats(-0.5, 0.5), st.floats(0, 1))
def test_it_is_a_share(colour, warm, magenta, share):
    assert LEAST <= believed(before(colour, share), Cast(warm, magenta)) <= 1.0


def test_tiny_pictures_have_an_answer():
    for shape in ((1, 1), (1, 9), (3, 2)):
        assert LEAST <= believed(np.full((*shape, 3), 99, np.uint8), Cast(0.2, 0.1)) <= 1.0
