"""One look: all findings together, and what happens when a detector fails."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from mediakit.errors import FileError, MissingPartError
from mediakit.model import Size
from mediakit.vision import look, subject, yunet
from mediakit.vision.look import look_at

PICTURE = np.random.default_rng(0).integers(0, 255, (120, 160, 3), dtype=np.uint8)
SHOWN = Size(1600, 1200)


def test_findings_are_in_the_shown_pictures_pixels():
    findings, notes = look_at(PICTURE, SHOWN)
    assert findings.size == SHOWN
    assert findings.saliency is not None
    assert notes == ()


def test_a_detector_that_fails_leaves_a_note_and_the_rest(monkeypatch):
    def broken(*_args, **_kwargs):
        raise cv2.error("line segments: out of luck")

    monkeypatch.setattr(look, "lean_of", broken)
    findings, notes = look_at(PICTURE, SHOWN)
    assert findings.tilt_deg is None
    assert findings.saliency is not None
    assert [note.code for note in notes] == ["tilt-unknown"]
    assert "out of luck" in notes[0].message


def test_a_face_network_that_fails_on_one_picture_leaves_a_note(monkeypatch):
    class Broken:
        def run(self, *_):
            raise RuntimeError("bad layer")

    monkeypatch.setattr(yunet, "_session", Broken)
    findings, notes = look_at(PICTURE, SHOWN)
    assert findings.faces == ()
    assert [note.code for note in notes] == ["faces-unknown"]


def test_a_missing_model_is_no_property_of_a_photo(monkeypatch):
    def missing(_):
        raise MissingPartError("The model is not in this installation.")

    monkeypatch.setattr(subject, "model_bytes", missing)
    subject._head.cache_clear()
    with pytest.raises(MissingPartError):
        look_at(PICTURE, SHOWN)


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((10, 10), np.uint8),
        np.zeros((10, 10, 4), np.uint8),
        np.zeros((10, 10, 3), np.float32),
        np.zeros((0, 10, 3), np.uint8),
    ],
)
def test_what_is_no_picture_is_refused(array):
    with pytest.raises(FileError, match="8-bit RGB"):
        look_at(array, SHOWN)


def test_same_picture_same_findings():
    assert look_at(PICTURE, SHOWN) == look_at(PICTURE.copy(), SHOWN)
