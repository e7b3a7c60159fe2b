"""A model that is missing or changed is an incomplete installation, said so, never a silent answer."""

from __future__ import annotations

import pytest

from mediakit.errors import MissingPartError
from mediakit.vision import weights


@pytest.mark.parametrize("name", sorted(weights.SHA256))
def test_every_model_named_is_there_and_unchanged(name):
    assert len(weights.model_bytes(name)) > 1000


def test_a_damaged_model_is_named(monkeypatch):
    monkeypatch.setitem(weights.SHA256, "subject_head.npz", "0" * 64)
    with pytest.raises(MissingPartError, match="damaged") as problem:
        weights.model_bytes("subject_head.npz")
    assert "Install" in problem.value.hint


def test_a_missing_model_is_named(monkeypatch):
    monkeypatch.setitem(weights.SHA256, "gone.onnx", "0" * 64)
    with pytest.raises(MissingPartError, match=r"gone\.onnx"):
        weights.model_bytes("gone.onnx")
