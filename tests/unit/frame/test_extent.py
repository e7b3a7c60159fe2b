"""A subject that is fitted into a border is taken at its full extent, and what lies elsewhere is not taken along."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mediakit.frame.extent import full_extent
from mediakit.frame.solve import solve
from mediakit.model import Box, Findings, Saliency, Size
from mediakit.platforms.schema import Shape
from mediakit.presets.schema import Frame

PICTURE = Size(960, 720)


def jar(faint_until: int = 75) -> Saliency:
    """A jar from column 20, clear up to 55, its shaded side as far as is said; something else far away."""
    cells = np.zeros((72, 96), np.uint8)
    cells[20:50, 20:55] = 230
    cells[20:50, 55:faint_until] = 70
    cells[60:70, 85:95] = 120
    return Saliency(72, 96, cells.tobytes())


def test_the_shaded_side_belongs_to_the_jar():
    assert full_extent(Box(200, 200, 350, 300), jar(), PICTURE) == Box(200, 200, 550, 300)


def test_without_a_map_the_box_is_taken_at_its_word():
    assert full_extent(Box(10, 20, 30, 40), None, PICTURE) == Box(10, 20, 30, 40)


@given(st.integers(0, 90), st.integers(0, 66), st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_an_extent_holds_the_box(x, y, w, h, seed):
    cells = np.random.default_rng(seed).integers(0, 256, (72, 96), dtype=np.uint8)
    box = Box(10.0 * x, 10.0 * y, 10.0 * w, 10.0 * h)
    found = full_extent(box, Saliency(72, 96, cells.tobytes()), PICTURE)
    assert found.x <= box.x
    assert found.y <= box.y
    assert found.right >= box.right
    assert found.bottom >= box.bottom


def test_a_clear_subject_longer_than_the_window_is_laid_whole_into_a_border():
    subject = Box(180, 200, 545, 300)  # five pixels longer than a 3:4 window
    framing = solve(Findings(PICTURE, subject=subject, saliency=jar()), Shape(ratio="3:4"), Frame())
    assert framing.fit == "blur"
    assert framing.crop.x_px <= 180
    assert framing.crop.x_px + framing.crop.w_px >= 750
