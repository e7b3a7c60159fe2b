"""What stands out, on pictures made so that the answer is known."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediakit.model import Box, Size
from mediakit.vision.cues import LONG_SIDE_PX, all_cues, small_copy
from mediakit.vision.faces import overlap
from mediakit.vision.look import look_at
from mediakit.vision.subject import likelihood, saliency, subject_box


def scene(width: int, height: int, thing: Box, colour=(200, 40, 60), ground=(190, 185, 175), seed: int = 0):
    """A coloured thing with an edge and a highlight on a softly varying, slightly noisy ground."""
    chance = np.random.default_rng(seed)
    picture = np.empty((height, width, 3), np.float32)
    picture[:] = ground
    picture += np.linspace(-12, 12, width)[None, :, None]
    x, y, right, bottom = (round(v) for v in (thing.x, thing.y, thing.right, thing.bottom))
    cv2.rectangle(picture, (x, y), (right, bottom), colour, cv2.FILLED)
    cv2.rectangle(picture, (x, y), (right, bottom), tuple(c * 0.6 for c in colour), max(2, width // 150))
    cv2.rectangle(picture, (x + (right - x) // 5, y), (x + (right - x) // 3, bottom), (235, 200, 205), cv2.FILLED)
    picture += chance.normal(0, 3, picture.shape)
    return np.clip(picture, 0, 255).astype(np.uint8)


THINGS = [Box(250, 150, 120, 240), Box(80, 120, 140, 220), Box(430, 200, 120, 200), Box(200, 180, 240, 140)]


@pytest.mark.parametrize("thing", THINGS)
@pytest.mark.parametrize("colour", [(200, 40, 60), (40, 60, 160), (30, 30, 34)])
def test_a_thing_on_a_quiet_ground_is_found(thing, colour):
    picture = scene(640, 480, thing, colour)
    found = subject_box(likelihood(picture, shown=Size(640, 480)), shown=Size(640, 480))
    assert found is not None
    assert overlap(found, thing) > 0.6


def test_the_box_is_in_the_shown_pictures_pixels():
    thing = Box(250, 150, 120, 240)
    picture, shown = scene(640, 480, thing), Size(2560, 1920)
    assert overlap(subject_box(likelihood(picture, shown=shown), shown=shown), thing.scaled(4)) > 0.6


@pytest.mark.parametrize("level", [0, 128, 255])
def test_nothing_stands_out_of_a_flat_picture(level):
    flat = np.full((300, 400, 3), level, np.uint8)
    assert subject_box(likelihood(flat, shown=Size(400, 300)), shown=Size(400, 300)) is None


def test_nothing_stands_out_of_noise():
    noise = np.random.default_rng(0).integers(0, 255, (300, 400, 3), dtype=np.uint8)
    assert subject_box(likelihood(noise, shown=Size(400, 300)), shown=Size(400, 300)) is None


def test_a_mirrored_picture_gives_the_mirrored_map():
    picture = scene(640, 480, Box(80, 120, 140, 220))
    size = Size(640, 480)
    there, mirrored = likelihood(picture, shown=size), likelihood(np.ascontiguousarray(picture[:, ::-1]), shown=size)
    assert np.abs(there - mirrored[:, ::-1]).mean() < 0.03


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 700), st.integers(1, 700), st.integers(0, 2**32 - 1))
def test_any_size_gives_a_map_of_shares(width, height, seed):
    picture = np.random.default_rng(seed).integers(0, 255, (height, width, 3), dtype=np.uint8)
    likely = likelihood(picture, shown=Size(width, height))
    assert likely.dtype == np.float32
    assert np.isfinite(likely).all()
    assert 0.0 <= likely.min() <= likely.max() <= 1.0
    grid = saliency(likely)
    assert len(grid.cells) == grid.rows * grid.cols
    assert max(grid.rows, grid.cols) <= 96
    box = subject_box(likely, shown=Size(width, height))
    assert box is None or (box.x >= 0 and box.y >= 0 and box.right <= width + 1e-3 and box.bottom <= height + 1e-3)


def test_cues_are_finite_and_small():
    small = small_copy(scene(640, 480, THINGS[0]))
    assert small.shape == (72, LONG_SIDE_PX, 3)
    cues = all_cues(small, [Box(10, 10, 8, 10)], [Box(50, 20, 500, 500)])
    assert cues.dtype == np.float32
    assert np.isfinite(cues).all()
    assert np.abs(cues).max() < 20


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("name", "thing"),
    [  # drawn by hand around the thing, as shares of the picture: x, y, w, h
        ("retail/Arla-Ecological-Medium-Fat-Milk_001.jpg", (0.34, 0.13, 0.42, 0.78)),
        ("retail/Vine-Tomato_Iconic.jpg", (0.05, 0.24, 0.9, 0.52)),
        ("retail/Granny-Smith.jpg", (0.23, 0.25, 0.47, 0.47)),
        ("products/coffee.png", (0.2, 0.03, 0.58, 0.92)),
        ("crop/65171835.jpg", (0.2, 0.02, 0.4, 0.95)),
        ("crop/65131509.jpg", (0.15, 0.1, 0.65, 0.9)),
    ],
)
def test_known_things(corpus, name, thing):
    picture = cv2.cvtColor(cv2.imread(str(corpus / "photos" / name)), cv2.COLOR_BGR2RGB)
    height, width = picture.shape[:2]
    wanted = Box(thing[0] * width, thing[1] * height, thing[2] * width, thing[3] * height)
    size = Size(width, height)
    found = look_at(picture, size)[0].subject
    assert found is not None
    assert overlap(found, wanted) > 0.4
