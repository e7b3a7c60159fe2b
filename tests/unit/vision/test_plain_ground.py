"""What stands on a plain ground is found however thin it is; nights, scenes and patterned grounds are none."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from mediakit.frame.solve import solve
from mediakit.model import Size
from mediakit.platforms.schema import Shape
from mediakit.presets.schema import Frame
from mediakit.vision.look import look_at
from mediakit.vision.plain_ground import on_plain_ground

CARD = (235, 228, 220)


def card(width=960, height=640, words="SPRING SALE", at=(60, 330), size=4.0, ink=(90, 90, 100), colour=CARD):
    """A line of thin lettering on a card that is a little darker to the right."""
    rng = np.random.default_rng(0)
    picture = np.full((height, width, 3), colour, np.float32) - np.linspace(0, 25, width)[None, :, None]
    picture = np.clip(picture + rng.normal(0, 1.5, picture.shape), 0, 255).astype(np.uint8)
    cv2.putText(picture, words, at, cv2.FONT_HERSHEY_SIMPLEX, size, ink, 6, cv2.LINE_AA)
    return picture


def lettering(picture):
    """Left and right end of the dark strokes of `card`, in pixels."""
    dark = (picture.max(axis=2) < 150).any(axis=0)
    return int(np.flatnonzero(dark)[0]), int(np.flatnonzero(dark)[-1])


def test_a_title_is_found_from_end_to_end():
    picture = card()
    content = on_plain_ground(picture)
    assert content is not None
    columns = np.flatnonzero(content.any(axis=0)) * picture.shape[1] / content.shape[1]
    left, right = lettering(picture)
    assert abs(columns[0] - left) < 25
    assert abs(columns[-1] - right) < 25


def test_a_title_wider_than_any_crop_is_never_cut():
    picture = card()
    size = Size(picture.shape[1], picture.shape[0])
    findings, notes = look_at(picture, size)
    assert notes == ()
    framing = solve(findings, Shape(ratio="3:4"), Frame())
    left, right = lettering(picture)
    assert framing.fit != "crop"
    assert framing.crop.x_px <= left
    assert framing.crop.x_px + framing.crop.w_px >= right


def test_a_thing_on_a_plain_ground_is_no_scene_however_much_it_fills():
    picture = card(words="", colour=(250, 250, 250))
    cv2.ellipse(picture, (480, 320), (400, 280), 0, 0, 360, (40, 90, 160), -1)
    findings, _ = look_at(picture, Size(960, 640))
    assert findings.stands_alone
    framing = solve(findings, Shape(ratio="3:4"), Frame())
    assert framing.fit != "crop"
    assert framing.crop.x_px <= 80
    assert framing.crop.x_px + framing.crop.w_px >= 880
    assert solve(replace(findings, stands_alone=False), Shape(ratio="1:1"), Frame()).fit == "crop"


@pytest.mark.parametrize("at", [(20, 150), (520, 600), (300, 330)])
def test_a_short_word_is_kept_whole_wherever_it_stands(at):
    picture = card(words="REVE", size=4.0, at=at)
    findings, _ = look_at(picture, Size(960, 640))
    crop = solve(findings, Shape(ratio="3:4"), Frame()).crop
    left, right = lettering(picture)
    assert crop.x_px <= left
    assert crop.x_px + crop.w_px >= right


def test_a_picture_without_a_plain_ground_has_none():
    rng = np.random.default_rng(1)
    noise = cv2.resize(rng.integers(0, 255, (12, 18, 3)).astype(np.uint8), (480, 320))
    assert on_plain_ground(noise) is None


def test_an_empty_ground_holds_nothing():
    assert on_plain_ground(card(words=" ")) is None


def test_lights_in_a_night_are_no_thing():
    rng = np.random.default_rng(2)
    night = np.clip(rng.normal(9, 4, (320, 480, 3)), 0, 255).astype(np.uint8)
    cv2.circle(night, (150, 120), 50, (250, 240, 200), -1)
    assert on_plain_ground(night) is None


def test_what_reaches_from_side_to_side_is_a_scene():
    sky = np.full((320, 480, 3), (150, 180, 220), np.uint8)
    sky[200:230] = (60, 70, 60)
    assert on_plain_ground(sky) is None


def test_a_line_drawn_around_the_card_is_no_thing_and_the_title_in_it_is_whole():
    picture = card(size=3.6, at=(100, 330))
    cv2.rectangle(picture, (40, 40), (919, 599), (150, 120, 60), 3)
    content = on_plain_ground(picture)
    assert content is not None
    rows = np.flatnonzero(content.any(axis=1)) * picture.shape[0] / content.shape[0]
    assert rows[0] > 150
    assert rows[-1] < 450
    framing = solve(look_at(picture, Size(960, 640))[0], Shape(ratio="3:4"), Frame())
    assert framing.fit != "crop"
    assert framing.crop.x_px <= 100
    assert framing.crop.x_px + framing.crop.w_px >= 850


def bordered(deep: int, colour: tuple[int, int, int]):
    """A card whose rim, so many pixels deep, has another colour; the title in it is wider than a 3:4 crop."""
    picture = card(size=3.6, at=(100, 330))
    rim = np.full_like(picture, colour)
    rim[deep:-deep, deep:-deep] = picture[deep:-deep, deep:-deep]
    return rim


@pytest.mark.parametrize("deep", [6, 18, 40, 70])
def test_a_title_inside_a_band_or_on_a_panel_is_whole(deep):
    picture = bordered(deep, (120, 90, 160))
    assert on_plain_ground(picture) is not None
    framing = solve(look_at(picture, Size(960, 640))[0], Shape(ratio="3:4"), Frame())
    assert framing.fit != "crop"
    assert framing.crop.x_px <= 100
    assert framing.crop.x_px + framing.crop.w_px >= 850


def test_what_lies_around_a_plain_middle_is_no_frame():
    rng = np.random.default_rng(3)
    clutter = cv2.resize(rng.integers(0, 255, (40, 60, 3)).astype(np.uint8), (960, 640))
    picture = card(size=3.6, at=(100, 330))
    clutter[40:-40, 40:-40] = picture[40:-40, 40:-40]
    assert on_plain_ground(clutter) is None
