"""Resizing: exact sizes, no shift, no aliasing, flat stays flat; frames hold the whole picture."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from mediakit.model import Crop, Size
from mediakit.pixels.resample import crop, ends_plainly, fit_blur, fit_pad, placed, resize, shrink_to_pixels, size_of

sides = st.integers(1, 90)


@given(sides, sides, sides, sides, st.integers(0, 255))
@settings(max_examples=80, deadline=None)
def test_any_size_to_any_size_and_a_flat_picture_stays_flat(w, h, to_w, to_h, code):
    picture = np.full((h, w, 3), code, np.uint8)
    result = resize(picture, Size(to_w, to_h))
    assert size_of(result) == Size(to_w, to_h)
    assert np.abs(result.astype(int) - code).max() <= 1


def test_the_same_size_is_the_same_array():
    picture = np.zeros((10, 20, 3), np.uint8)
    assert resize(picture, Size(20, 10)) is picture


def soft_picture(w, h):
    y, x = np.mgrid[0:h, 0:w]
    plane = 127 + 60 * np.sin(x / w * 9) + 60 * np.cos(y / h * 7)
    return np.stack([plane, plane[::-1], 255 - plane], axis=-1).astype(np.uint8)


@pytest.mark.parametrize("factor", [0.5, 1.1, 1.4, 1.9, 2.0, 2.7, 3.3, 6.1])
def test_nothing_shifts_against_an_independent_resize(factor):
    picture = soft_picture(900, 700)
    size = Size(round(900 / factor), round(700 / factor))
    theirs = np.asarray(Image.fromarray(picture).resize((size.width_px, size.height_px), Image.Resampling.LANCZOS))
    ours = resize(picture, size)
    assert np.abs(ours.astype(int) - theirs)[3:-3, 3:-3].max() <= 3


@pytest.mark.parametrize("factor", [1.6, 2.4, 3.5])
def test_stripes_finer_than_a_pixel_turn_grey_not_moire(factor):
    x = np.arange(800)
    stripes = (127 + 127 * np.cos(np.pi * x * 0.97)).astype(np.uint8)
    picture = np.broadcast_to(stripes[None, :, None], (200, 800, 3)).copy()
    result = resize(picture, Size(round(800 / factor), 200))
    naive = picture[:, np.round(np.arange(result.shape[1]) * factor).astype(int).clip(0, 799)]
    assert result[:, 5:-5].std() < 0.4 * naive.std()


def test_crop_is_a_view_and_outside_is_refused():
    picture = soft_picture(60, 40)
    assert np.shares_memory(crop(picture, Crop(10, 5, 20, 30)), picture)
    for outside in (Crop(-1, 0, 10, 10), Crop(50, 0, 11, 10), Crop(0, 31, 10, 10)):
        with pytest.raises(ValueError, match="inside"):
            crop(picture, outside)


@given(sides, sides, sides, sides)
@settings(max_examples=80, deadline=None)
def test_a_placed_picture_is_inside_and_touches_two_edges(w, h, frame_w, frame_h):
    at = placed(Size(w, h), Size(frame_w, frame_h))
    assert at.x_px >= 0 and at.y_px >= 0
    assert at.x_px + at.w_px <= frame_w and at.y_px + at.h_px <= frame_h
    assert at.w_px == frame_w or at.h_px == frame_h


def test_pad_shows_everything_on_the_colour():
    result = fit_pad(soft_picture(200, 100), Size(120, 160), "#f0e0d0")
    assert result.shape == (160, 120, 3)
    assert tuple(result[0, 0]) == (0xF0, 0xE0, 0xD0) == tuple(result[-1, -1])
    assert np.abs(result[50:110].astype(int) - resize(soft_picture(200, 100), Size(120, 60))).max() == 0


@given(sides, sides, sides, sides)
@settings(max_examples=40, deadline=None)
def test_blurred_fill_has_the_size_and_the_picture_unharmed(w, h, frame_w, frame_h):
    picture = soft_picture(w, h)
    result = fit_blur(picture, Crop(0, 0, w, h), Size(frame_w, frame_h))
    assert result.shape == (frame_h, frame_w, 3)
    at = placed(Size(w, h), Size(frame_w, frame_h))
    assert np.array_equal(crop(result, at), resize(picture, at.size))


def test_the_backdrop_has_no_detail():
    rng = np.random.default_rng(1)
    noisy = rng.integers(0, 255, (400, 400, 3), np.uint8)
    result = fit_blur(noisy, Crop(0, 0, 400, 400), Size(300, 600)).astype(int)
    assert np.abs(np.diff(result[:140], axis=1)).max() <= 2


def test_a_copy_for_measuring_is_small_enough_and_says_its_scale():
    picture = soft_picture(400, 300)
    small, scale = shrink_to_pixels(picture, 30_000)
    assert small.shape[0] * small.shape[1] <= 30_300
    assert scale == pytest.approx(0.5, abs=0.01)
    assert shrink_to_pixels(picture, 10**6) == (pytest.approx(picture), 1.0)


@given(
    colour=st.tuples(*[st.integers(0, 255)] * 3),
    to=st.sampled_from([Size(90, 160), Size(160, 90), Size(120, 160)]),
    noise=st.sampled_from([0, 2]),
)
@settings(max_examples=40, deadline=None)
def test_a_plain_ground_goes_on_without_a_seam(colour, to, noise):
    picture = np.full((300, 300, 3), colour, np.uint8)
    picture[60:240, 60:240] = 255 - picture[60:240, 60:240]
    grain = np.random.default_rng(1).normal(0, noise, picture.shape)
    picture = np.clip(picture + np.rint(grain), 0, 255).astype(np.uint8)
    result, at = fit_blur(picture, Crop(0, 0, 300, 300), to).astype(int), placed(Size(300, 300), to)
    assert ends_plainly(picture, to)
    if at.x_px:
        result, at = result.swapaxes(0, 1), Crop(at.y_px, at.x_px, at.h_px, at.w_px)
    for border, inside in (
        (result[: at.y_px], result[at.y_px]),
        (result[at.y_px + at.h_px :], result[at.y_px + at.h_px - 1]),
    ):
        assert np.abs(border.mean(axis=(0, 1)) - inside.mean(axis=0)).max() <= 2
        assert np.abs(border - colour).max() <= 2


def test_a_shaded_ground_keeps_its_shading():
    x = np.linspace(180, 205, 300)
    picture = np.broadcast_to(x[None, :, None], (300, 300, 3)).astype(np.uint8)
    result = fit_blur(picture, Crop(0, 0, 300, 300), Size(300, 500)).astype(int)
    assert np.abs(result - picture[0]).max() <= 2


def test_what_reaches_the_border_is_not_drawn_out():
    size, ground = Size(90, 160), np.full((300, 300, 3), 240, np.uint8)
    cut_off, two_grounds = ground.copy(), ground.copy()
    cut_off[:200, 100:200] = 60
    two_grounds[150:] = 40
    for picture in (cut_off, two_grounds, soft_picture(300, 300)):
        assert not ends_plainly(picture, size)
        assert fit_blur(picture, Crop(0, 0, 300, 300), size)[:30].max() < 0.85 * picture.max()
    assert ends_plainly(cut_off, Size(160, 90))  # a border to the left and right does not touch it
