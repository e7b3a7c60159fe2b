"""A heap of one kind of thing says little about the light; a picture of many colours says all it can."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediakit.look.cast import Cast, adaptation
from mediakit.look.one_hue import LEAST, believed, one_hue_share
from mediakit.pixels.light import linear_from_srgb, srgb_from_linear

SIZE = (60, 80)
AS_IS, YELLOW = Cast(0.0, 0.0), Cast(0.45, -0.1)


def heap(colour, other=(128, 128, 128), share=1.0, seed=0):
    """Mostly one colour, lighter and darker, the rest another."""
    rng = np.random.default_rng(seed)
    light = rng.uniform(0.5, 1.1, (*SIZE, 1))
    mine = rng.random((*SIZE, 1)) < share
    return np.clip(np.where(mine, np.array(colour), np.array(other)) * light, 0, 255).astype(np.uint8)


def test_a_heap_of_bananas_is_hardly_believed():
    assert believed(heap((215, 180, 60)), AS_IS) == pytest.approx(LEAST)
    assert believed(heap((215, 180, 60)), YELLOW) == pytest.approx(LEAST)


def test_a_strong_light_over_pale_things_is_believed():
    pale = linear_from_srgb(heap((165, 148, 130)))
    lit = srgb_from_linear((pale.reshape(-1, 3) @ np.linalg.inv(adaptation(YELLOW.white)).T).reshape(pale.shape))
    assert one_hue_share(lit, AS_IS) > 0.9
    assert believed(lit, YELLOW) > 0.9


def test_a_grey_room_with_some_bananas_is_believed():
    assert believed(heap((215, 180, 60), share=0.4), AS_IS) == 1.0


def test_a_mild_cast_over_grey_things_is_no_hue():
    assert believed(heap((140, 128, 122)), AS_IS) == 1.0


def test_black_and_white_has_no_hue():
    assert one_hue_share(np.zeros((*SIZE, 3), np.uint8), AS_IS) == 0.0
    assert one_hue_share(heap((128, 128, 128)), AS_IS) == 0.0


@settings(max_examples=30, deadline=None)
@given(st.tuples(*[st.integers(0, 255)] * 3), st.floats(0, 1), st.integers(0, 9))
def test_it_is_a_share(colour, share, seed):
    assert LEAST - 1e-6 <= believed(heap(colour, share=share, seed=seed), YELLOW) <= 1.0
