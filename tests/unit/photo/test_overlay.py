"""The logo: right colours, right place, right version, and a bad file is named."""

import numpy as np
import pytest
from PIL import Image

from mediakit.errors import DataError
from mediakit.model import Box
from mediakit.photo.overlay import load_logo
from mediakit.photo.stamps import Stamp, draw_stamps, stamps_for_clip


def stamp(logo, logo_on_dark, box, opacity):
    return Stamp(box, tuple(load_logo(path) for path in (logo, logo_on_dark) if path), opacity)


def draw_logo(picture, logo, logo_on_dark, box, opacity):
    return draw_stamps(picture, [stamp(logo, logo_on_dark, box, opacity)])


def save_logo(path, colour, alpha=255, size=(60, 30)):
    """A disc of one colour; around it, invisible but bright green."""
    y, x = np.mgrid[0 : size[1], 0 : size[0]]
    inside = ((x - size[0] / 2) / (size[0] / 2)) ** 2 + ((y - size[1] / 2) / (size[1] / 2)) ** 2 < 1
    pixels = np.zeros((size[1], size[0], 4), np.uint8)
    pixels[..., :3] = np.where(inside[..., None], colour, (0, 255, 0))
    pixels[..., 3] = inside * alpha
    Image.fromarray(pixels).save(path)
    return path


@pytest.fixture
def dark_logo(tmp_path):
    return save_logo(tmp_path / "logo 'dark', ink: 品牌.png", (20, 10, 10))


@pytest.fixture
def light_logo(tmp_path):
    return save_logo(tmp_path / "-light.png", (250, 245, 240))


def grey(code, shape=(200, 300)):
    return np.full((*shape, 3), code, np.uint8)


def test_opaque_logo_shows_its_own_colour_and_nothing_else_changes(dark_logo):
    picture = grey(180)
    result = draw_logo(picture, dark_logo, None, Box(200, 150, 80, 40), 1.0)
    assert tuple(result[170, 240]) == (20, 10, 10)
    outside = np.ones((200, 300), bool)
    outside[150:190, 200:280] = False
    assert np.array_equal(result[outside], picture[outside])
    assert np.array_equal(picture, grey(180))


def test_opacity_mixes(dark_logo):
    result = draw_logo(grey(180), dark_logo, None, Box(100, 100, 80, 40), 0.5)
    assert tuple(result[120, 140]) == (100, 95, 95)
    assert np.array_equal(draw_logo(grey(180), dark_logo, None, Box(100, 100, 80, 40), 0.0), grey(180))


def test_invisible_pixels_lend_no_colour_to_the_edge(dark_logo):
    result = draw_logo(grey(200), dark_logo, None, Box(10, 10, 33, 17), 1.0).astype(int)
    assert (result[..., 1] - np.maximum(result[..., 0], result[..., 2])).max() <= 2


@pytest.mark.parametrize(("ground", "expected"), [(230, 20), (30, 250)])
def test_the_version_that_stands_out_is_drawn(dark_logo, light_logo, ground, expected):
    result = draw_logo(grey(ground), dark_logo, light_logo, Box(100, 100, 80, 40), 1.0)
    assert result[120, 140, 0] == expected


def test_a_box_over_the_rim_is_pushed_inside(dark_logo):
    result = draw_logo(grey(180), dark_logo, None, Box(290, -10, 80, 40), 1.0)
    assert tuple(result[20, 260]) == (20, 10, 10)
    assert draw_logo(grey(180, (8, 9)), dark_logo, None, Box(0, 0, 80, 40), 1.0).shape == (8, 9, 3)


def test_a_logo_file_is_read_whole(dark_logo):
    assert load_logo(dark_logo).shape == (30, 60, 4)


def test_for_a_clip_it_is_a_png_with_the_opacity_in_it(dark_logo, light_logo, tmp_path):
    whole = Box(0, 0, 40, 20)
    part = stamps_for_clip(grey(20, (20, 40)), [stamp(dark_logo, light_logo, whole, 0.6)], tmp_path / "for clip.png")
    assert part.as_list() == [0, 0, 40, 20]
    with Image.open(tmp_path / "for clip.png") as written:
        assert written.size == (40, 20) and written.mode == "RGBA"
        assert written.getpixel((20, 10)) == (250, 245, 240, 153)
        assert written.getpixel((0, 0))[3] == 0


def test_bad_logo_files_are_data_errors_that_name_the_file(tmp_path):
    text = tmp_path / "text.png"
    text.write_text("not a picture")
    whole = save_logo(tmp_path / "whole.png", (1, 2, 3)).read_bytes()
    cut = tmp_path / "cut.png"
    cut.write_bytes(whole[: len(whole) // 2])
    clear = save_logo(tmp_path / "clear.png", (1, 2, 3), alpha=0)
    for path in (text, cut, clear, tmp_path / "missing.png", tmp_path):
        with pytest.raises(DataError) as caught:
            draw_logo(grey(9), path, None, Box(0, 0, 5, 5), 1.0)
        assert str(path) in caught.value.message and caught.value.hint


def test_a_changed_file_is_read_again(tmp_path):
    path = save_logo(tmp_path / "logo.png", (9, 9, 9))
    assert load_logo(path).shape[1] == 60
    save_logo(path, (9, 9, 9), size=(90, 30))
    assert load_logo(path).shape[1] == 90
