"""What one more look at a face is worth: more evidence for what was seen before, small faces, and no large phantoms."""

from __future__ import annotations

import numpy as np
import pytest

from mediakit.model import Box, Face, Size
from mediakit.video import heads
from mediakit.vision.faces import Candidate

SHOWN = Size(640, 360)
PICTURE = np.zeros((720, 1280, 3), np.uint8)


def row(x: float, y: float, side: float, score: float) -> np.ndarray:
    """One row of the network's answer, in pixels of PICTURE."""
    return np.array([[x, y, side, side, *([x] * 10), score]], np.float32)


def candidates(monkeypatch: pytest.MonkeyPatch, near: tuple[Candidate, ...], far: np.ndarray, **options: float):
    monkeypatch.setattr(heads, "find_candidates", lambda _rgb, shown: near)
    monkeypatch.setattr(heads.yunet, "detect", lambda _rgb, _score: far)
    return heads.candidates_near_and_far(PICTURE, SHOWN, **options)


def test_a_doubtful_face_that_is_clear_from_near_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    doubtful = Candidate(Face(Box(100, 100, 20, 20), 0.4), (0.4, 0.0, 0.0), 20)
    (found,) = candidates(monkeypatch, (doubtful,), row(202, 200, 38, 0.88))
    assert not doubtful.is_face and found.is_face
    assert found.face.box == Box(101, 100, 19, 19), "the surer box, in pixels as shown"


def test_a_small_face_is_found_and_a_large_one_that_only_one_size_sees_is_not_believed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    small, large = row(50, 50, 24, 0.9), row(600, 300, 180, 0.9)
    found = candidates(monkeypatch, (), np.concatenate([small, large]), widest_px=64)
    assert [one.face.box.w for one in found] == [12]
    assert len(candidates(monkeypatch, (), np.concatenate([small, large]))) == 2, "nobody may be missed"


def test_small_pictures_are_enlarged_at_most_twice() -> None:
    assert heads.enlarged(np.zeros((360, 640, 3), np.uint8)).shape == (720, 1280, 3)
    assert heads.enlarged(np.zeros((100, 200, 3), np.uint8)).shape == (200, 400, 3)
    assert heads.enlarged(PICTURE) is PICTURE
