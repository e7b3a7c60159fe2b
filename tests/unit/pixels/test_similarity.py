"""Structural similarity: the published measure, on its known values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediakit.pixels.similarity import ssim


def grain(height, width, seed=1, spread=40):
    return np.random.default_rng(seed).normal(128, spread, (height, width)).clip(0, 255).astype(np.uint8)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 900), st.integers(1, 900))
def test_a_picture_is_like_itself_at_any_size(height, width):
    assert ssim(grain(height, width), grain(height, width)) == pytest.approx(1.0, abs=1e-5)


def test_flat_pictures_differ_by_light_alone():
    # Without structure the measure is (2xy + C1) / (x^2 + y^2 + C1).
    one, other = np.full((300, 300), 100, np.uint8), np.full((300, 300), 120, np.uint8)
    c1 = (0.01 * 255) ** 2
    assert ssim(one, other) == pytest.approx((2 * 100 * 120 + c1) / (100**2 + 120**2 + c1), abs=1e-4)


def test_more_harm_is_less_alike_and_order_does_not_matter():
    picture = grain(500, 1200)
    harmed = [np.clip(picture + np.random.default_rng(2).normal(0, s, picture.shape), 0, 255) for s in (5, 15, 45)]
    values = [ssim(picture, h.astype(np.uint8)) for h in harmed]
    assert 1 > values[0] > values[1] > values[2] > 0
    assert ssim(harmed[0].astype(np.uint8), picture) == pytest.approx(values[0])


def test_unrelated_grain_is_not_alike():
    assert abs(ssim(grain(400, 400, 1), grain(400, 400, 2))) < 0.05


def test_pictures_of_two_sizes_cannot_be_compared():
    with pytest.raises(ValueError, match="cannot be compared"):
        ssim(grain(10, 10), grain(10, 11))
