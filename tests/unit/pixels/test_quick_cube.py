"""The quick way through a cube: what exact interpolation gives, within a code value or two."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediakit.pixels.cube import LARGE_PIXELS, Cube, interpolate
from mediakit.pixels.quick_cube import split

SHARES = st.floats(0.85, 1.15)


def exact(cube: Cube, rgb: np.ndarray) -> np.ndarray:
    return np.rint(interpolate(cube.table, rgb.astype(np.float32) / 255).clip(0, 1) * 255)


def all_colours(width=600, height=500):
    return np.random.default_rng(3).integers(0, 256, (height, width, 3), dtype=np.uint8)


def graded(red, green, blue, curve, chroma):
    """White balance, an S-curve and saturation, mixed so that channels depend on each other."""

    def change(rgb):
        balanced = np.clip(rgb * np.array([red, green, blue], np.float32), 0, 1)
        toned = balanced + curve * np.sin(2 * np.pi * balanced).astype(np.float32)
        grey = toned @ np.array([[0.3], [0.59], [0.11]], np.float32)
        return np.clip(grey + chroma * (toned - grey), 0, 1)

    return Cube.from_function(change)


@settings(max_examples=12, deadline=None)
@given(SHARES, SHARES, SHARES, st.floats(-0.05, 0.05), st.floats(0.7, 1.3))
def test_a_grade_is_what_interpolation_gives(red, green, blue, curve, chroma):
    cube = graded(red, green, blue, curve, chroma)
    quick = split(cube.table)
    assert quick is not None
    off = np.abs(quick.apply(all_colours()) - exact(cube, all_colours()))
    assert off.mean() < 0.45
    assert off.max() <= 3


def test_large_pictures_take_the_quick_way_and_look_the_same():
    cube = graded(1.1, 1.0, 0.9, 0.04, 1.1)
    large = all_colours()
    assert large.shape[0] * large.shape[1] >= LARGE_PIXELS
    quick, slow = cube.apply(large)[:200].astype(int), cube.apply(large[:200]).astype(int)
    assert 0 < np.abs(quick - slow).mean() < 0.45
    assert not np.shares_memory(cube.apply(large), large)


def test_curves_alone_are_exact():
    inverted = Cube.from_function(lambda rgb: 1 - rgb)
    quick = split(inverted.table)
    assert quick is not None
    assert np.array_equal(quick.apply(all_colours()), 255 - all_colours())


def test_a_cube_with_steps_is_not_split():
    posterised = Cube.from_function(lambda rgb: np.rint(rgb[..., [1, 2, 0]] * 2) / 2)
    assert split(posterised.table) is None
    large = all_colours()
    assert np.abs(posterised.apply(large) - exact(posterised, large)).max() <= 1


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 5000, 3), (700, 3, 3)])
def test_pictures_of_any_proportion(shape):
    quick = split(Cube.identity().table)
    assert quick is not None
    picture = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
    assert np.abs(quick.apply(picture).astype(int) - picture).max() <= 1


def test_a_part_of_a_picture_may_be_a_view():
    quick = split(Cube.identity().table)
    assert quick is not None
    whole = all_colours()
    assert np.abs(quick.apply(whole[10:400, 20:500]).astype(int) - whole[10:400, 20:500]).max() <= 1


def test_a_panorama_wider_than_opencv_looks_up_is_coloured_too():
    cube = graded(1.1, 1.0, 0.9, 0.04, 1.1)
    wide = np.random.default_rng(2).integers(0, 256, (8, 33_000, 3), dtype=np.uint8)
    assert np.abs(cube.apply(wide) - exact(cube, wide)).max() <= 1
