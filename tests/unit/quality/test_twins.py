"""Takes of one photo and different photos of one shelf."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from mediakit.quality.twins import TWINS, groups, likeness, packed, take_print, unpacked


def shelf(seed: int, *, product: int | None = None, width: int = 900, height: int = 700) -> np.ndarray:
    """Boxes and bottles on boards, in front of which stands a product."""
    rng = np.random.default_rng(seed)
    picture = np.full((height, width, 3), 190, np.uint8)
    for row in range(4):
        base = 160 + row * 165
        cv2.rectangle(picture, (0, base), (width, base + 14), (120, 90, 70), -1)
        x = 10
        while x < width - 40:
            w, h = int(rng.integers(30, 90)), int(rng.integers(60, 130))
            colour = tuple(int(c) for c in rng.integers(20, 235, 3))
            cv2.rectangle(picture, (x, base - h), (x + w, base), colour, -1)
            cv2.putText(
                picture, chr(65 + int(rng.integers(26))) * 3, (x + 4, base - h // 2), 0, 0.7, (250, 250, 250), 2
            )
            x += w + int(rng.integers(4, 20))
    if product is not None:
        front = np.random.default_rng(product)
        colour = tuple(int(c) for c in front.integers(20, 235, 3))
        cv2.rectangle(picture, (300, 200), (600, 640), colour, -1)
        for line in range(9):
            word = "".join(chr(65 + int(c)) for c in front.integers(0, 26, 7))
            cv2.putText(
                picture, word, (310, 250 + 45 * line), 0, 1.3, tuple(int(c) for c in front.integers(0, 255, 3)), 3
            )
    noise = np.random.default_rng(seed + 1).normal(0, 3, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def saved(rgb: np.ndarray, quality: int) -> np.ndarray:
    buffer = io.BytesIO()
    Image.fromarray(rgb).save(buffer, "JPEG", quality=quality)
    return np.asarray(Image.open(buffer).convert("RGB"))


EDITS = {
    "half the size": lambda rgb: cv2.resize(rgb, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA),
    "saved badly": lambda rgb: saved(rgb, 40),
    "re-framed": lambda rgb: rgb[50:680, 60:],
    "darker": lambda rgb: (rgb * 0.6).astype(np.uint8),
    "warmer": lambda rgb: np.clip(rgb * np.array([1.12, 1.0, 0.86]), 0, 255).astype(np.uint8),
    "soft": lambda rgb: cv2.GaussianBlur(rgb, (0, 0), 2.5),
}


@pytest.mark.parametrize("edit", EDITS)
def test_a_photo_and_its_copies_are_takes_of_one(edit: str) -> None:
    original = shelf(1, product=5)
    assert likeness(take_print(original), take_print(EDITS[edit](original))) >= TWINS


def test_another_shelf_is_another_photo() -> None:
    assert likeness(take_print(shelf(1)), take_print(shelf(2))) < TWINS


def test_two_products_before_one_shelf_are_two_photos() -> None:
    assert likeness(take_print(shelf(1, product=5)), take_print(shelf(1, product=6))) < TWINS


def test_two_ends_of_one_shelf_are_two_photos() -> None:
    wide = shelf(3, width=1600)
    assert likeness(take_print(wide[:, :900]), take_print(wide[:, 600:])) < TWINS


@settings(max_examples=15, deadline=None)
@given(st.integers(20, 900), st.integers(20, 900), st.integers(0, 255))
def test_blank_pictures_of_any_size_do_not_trouble_it(width: int, height: int, level: int) -> None:
    blank = take_print(np.full((height, width, 3), level, np.uint8))
    assert likeness(blank, blank) in (0.0, 1.0)
    assert likeness(blank, take_print(shelf(1))) < TWINS


def test_likeness_is_the_same_from_both_sides_of_the_threshold() -> None:
    one, other = take_print(shelf(1, product=5)), take_print(EDITS["re-framed"](shelf(1, product=5)))
    assert likeness(one, other) >= TWINS
    assert likeness(other, one) >= TWINS


def test_groups_come_from_content_within_a_span_of_time() -> None:
    prints = [take_print(shelf(1)), take_print(shelf(2)), take_print(saved(shelf(1), 60)), take_print(shelf(1))]
    assert groups(prints, [None] * 4, apart_s=60) == [[0, 2, 3]]
    assert groups(prints, [0.0, 1.0, 2.0, 4000.0], apart_s=60) == [[0, 2]]
    assert groups([], [], apart_s=60) == []


def test_a_print_survives_being_written_down() -> None:
    one = take_print(shelf(1))
    again = unpacked(packed(one))
    assert likeness(one, again) == likeness(one, one)
    assert again.size == one.size
