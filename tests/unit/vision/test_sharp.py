"""What is in focus is told from what is not, in any picture of any size."""

from __future__ import annotations

import cv2
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mediakit.vision.sharp import sharpness


def test_the_sharp_half_has_more_fine_detail_everywhere():
    picture = np.random.default_rng(0).integers(0, 255, (480, 640, 3), dtype=np.uint8)
    picture = cv2.GaussianBlur(picture, (0, 0), 1.0)
    picture[:, 320:] = cv2.GaussianBlur(picture, (0, 0), 4.0)[:, 320:]
    planes = sharpness(picture, 24, 32)
    for plane in (planes[..., 0], planes[..., 3]):
        assert plane[:, :14].min() > plane[:, 18:].max()


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 900), st.integers(1, 900), st.integers(1, 32), st.integers(1, 32), st.integers(0, 2**32 - 1))
def test_any_size_gives_finite_planes_on_the_grid_asked_for(width, height, rows, cols, seed):
    picture = np.random.default_rng(seed).integers(0, 255, (height, width, 3), dtype=np.uint8)
    planes = sharpness(picture, rows, cols)
    assert planes.shape == (rows, cols, 4)
    assert planes.dtype == np.float32
    assert np.isfinite(planes).all()
