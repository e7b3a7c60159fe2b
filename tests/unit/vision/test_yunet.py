"""The face network on our runtime: the answers OpenCV gives for the same file, and errors told apart."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image

from mediakit.errors import MissingPartError
from mediakit.vision import yunet
from mediakit.vision.weights import model_bytes


def by_opencv(rgb, least):
    model = np.frombuffer(model_bytes(yunet.MODEL), np.uint8)
    network = cv2.FaceDetectorYN.create("onnx", model, np.empty(0, np.uint8), (320, 320), least, 0.3, 500)
    network.setInputSize((rgb.shape[1], rgb.shape[0]))
    rows = network.detect(np.ascontiguousarray(rgb[..., ::-1]))[1]
    return np.empty((0, 15), np.float32) if rows is None else rows


@pytest.mark.corpus
@pytest.mark.parametrize("name", ["couple.jpg", "astronaut.png", "img47.jpg"])
@pytest.mark.parametrize("longest", [640, 333])
def test_opencv_sees_the_same(corpus, name, longest):
    with Image.open(corpus / "photos/people" / name) as image:
        shown = image.convert("RGB")
    shown.thumbnail((longest, longest))
    rgb = np.asarray(shown)
    theirs, ours = by_opencv(rgb, 0.3), yunet.detect(rgb, 0.3)
    assert len(theirs) > 0
    assert ours == pytest.approx(theirs, abs=0.01)


def test_noise_answers_in_rows_of_fifteen():
    noise = np.random.default_rng(1).integers(0, 255, (97, 130, 3), dtype=np.uint8)
    rows = yunet.detect(noise, 0.0001)
    assert rows.shape[1] == 15
    assert (np.diff(rows[:, 14]) <= 0).all()


def test_a_missing_model_is_said_to_be_missing(monkeypatch):
    def missing(_):
        raise MissingPartError("The model is not in this installation.")

    monkeypatch.setattr(yunet, "model_bytes", missing)
    yunet._session.cache_clear()
    with pytest.raises(MissingPartError):
        yunet.detect(np.zeros((64, 64, 3), np.uint8), 0.3)
    yunet._session.cache_clear()
