"""What stands beside a photo: read with its line when it is wrong."""

from __future__ import annotations

import pytest

from mediakit.errors import DataError
from mediakit.presets.sidecar import focus_beside


def beside(folder, text):
    photo = folder / "IMG_1.jpg"
    photo.with_name("IMG_1.jpg.toml").write_text(text, encoding="utf-8")
    return photo


def test_without_a_sidecar_there_is_no_focus(tmp_path):
    assert focus_beside(tmp_path / "IMG_1.jpg") == ()


@pytest.mark.parametrize(
    ("text", "focus"),
    [
        ("[focus]\npoint = [0.25, 0.5]\n", (0.25, 0.5)),
        ("[focus]\nbox = [0.1, 0.2, 0.4, 0.5]\n", (0.1, 0.2, 0.4, 0.5)),
        ("focus.point = [0, 1]\n", (0.0, 1.0)),
        ("", ()),
    ],
)
def test_a_point_or_a_box(tmp_path, text, focus):
    assert focus_beside(beside(tmp_path, text)) == focus


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[focus]\npoint = [0.25, 1.5]\n", 2),
        ("[focus]\n\nbox = [0.5, 0.2, 0.6, 0.5]\n", 3),
        ("[focus]\nbox = [0.5, 0.2]\n", 2),
        ("[focus]\npoint = [0.1, 0.2]\nbox = [0.1, 0.2, 0.3, 0.3]\n", 3),
        ("[focus]\npiont = [0.1, 0.2]\n", 2),
        ("[focus]\npoint = [0.1 0.2]\n", 2),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path, text, line):
    with pytest.raises(DataError, match=rf"IMG_1\.jpg\.toml:{line}"):
        focus_beside(beside(tmp_path, text))


def test_a_name_too_long_for_a_sidecar_has_none(tmp_path):
    assert focus_beside(tmp_path / ("x" * 251 + ".jpg")) == ()
