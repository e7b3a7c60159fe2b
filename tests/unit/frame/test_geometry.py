"""Boxes land in the output where the picture does."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediakit.frame.geometry import hull, largest_crop, picture_area, shared, to_output
from mediakit.model import Box, Crop, Size

sides = st.integers(1, 5000)
sizes = st.builds(Size, sides, sides)


@given(sizes, st.fractions(Fraction(1, 10), Fraction(10)))
def test_the_largest_crop_touches_two_sides_and_fits(picture, ratio):
    crop = largest_crop(picture, ratio)
    assert crop.width_px <= picture.width_px
    assert crop.height_px <= picture.height_px
    assert crop.width_px == picture.width_px or crop.height_px == picture.height_px


@pytest.mark.parametrize(
    ("picture", "ratio", "expected"),
    [
        (Size(4000, 3000), Fraction(3, 4), Size(2250, 3000)),
        (Size(3000, 4000), Fraction(3, 4), Size(3000, 4000)),
        (Size(1080, 1920), Fraction(1), Size(1080, 1080)),
        (Size(900, 383), Fraction(235, 100), Size(900, 383)),
        (Size(16, 5000), Fraction(235, 100), Size(16, 7)),
    ],
)
def test_known_crops(picture, ratio, expected):
    assert largest_crop(picture, ratio) == expected


@given(sizes, sizes, st.sampled_from(["pad", "blur"]))
def test_a_bordered_picture_is_whole_centred_and_touches_a_side(shown, output, fit):
    area = picture_area(shown, output, fit)
    assert area.x_px >= 0
    assert area.y_px >= 0
    assert area.w_px == output.width_px or area.h_px == output.height_px
    assert abs((output.width_px - area.w_px) - 2 * area.x_px) <= 1
    assert abs((output.height_px - area.h_px) - 2 * area.y_px) <= 1


def test_a_box_follows_the_crop_and_the_scale():
    (landed,) = to_output([Box(150, 50, 100, 100)], Crop(100, 0, 200, 400), Size(100, 200), "crop")
    assert landed == Box(25, 25, 50, 50)


def test_a_box_follows_the_picture_into_its_border():
    (landed,) = to_output([Box(0, 0, 200, 100)], Crop(0, 0, 200, 100), Size(100, 100), "blur")
    assert landed == Box(0, 25, 100, 50)


def test_what_the_crop_leaves_out_does_not_land():
    assert to_output([Box(0, 0, 50, 50)], Crop(100, 0, 200, 400), Size(100, 200), "crop") == ()


def test_common_and_enclosing_boxes():
    one, other = Box(0, 0, 10, 10), Box(5, 5, 10, 10)
    assert shared(one, other) == Box(5, 5, 5, 5)
    assert shared(one, Box(10, 0, 5, 5)) is None
    assert hull([one, other]) == Box(0, 0, 15, 15)
