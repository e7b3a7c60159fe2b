"""A person overrules the crop: only what is cropped is made again, and a sidecar that cannot be read is named."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from mediakit import process


@pytest.fixture
def shoot(tmp_path):
    folder = tmp_path / "shoot"
    folder.mkdir()
    across = np.linspace(0, 255, 1200, dtype=np.uint8)
    for name in ("a.jpg", "b.jpg"):
        picture = np.stack(
            [np.tile(across, (900, 1)), np.full((900, 1200), 90, np.uint8), np.tile(across[::-1], (900, 1))]
        )
        Image.fromarray(np.moveaxis(picture, 0, -1)).save(folder / name, quality=90)
    return folder


def run(shoot, out):
    result = process(shoot, to=["xiaohongshu.image", "wechat-article.inline"], out=out, jobs=1)
    return {
        (o.rel, d.target): (d.status, d.crop.as_list() if d.crop else None)
        for o in result.outcomes
        for d in o.delivered
    }, {o.rel: o.notes for o in result.outcomes}


def test_only_what_the_focus_changes_is_made_again(shoot, tmp_path):
    out = tmp_path / "out"
    before, _ = run(shoot, out)
    assert {status for status, _ in before.values()} == {"made"}
    (shoot / "a.jpg.toml").write_text("[focus]\npoint = [0.0, 0.5]\n")
    after, _ = run(shoot, out)
    made = {key for key, (status, _) in after.items() if status == "made"}
    assert made == {("a.jpg", "xiaohongshu.image")}
    assert after["a.jpg", "xiaohongshu.image"][1][0] == 0
    assert after["a.jpg", "xiaohongshu.image"][1] != before["a.jpg", "xiaohongshu.image"][1]
    (shoot / "a.jpg.toml").unlink()
    again, _ = run(shoot, out)
    assert again["a.jpg", "xiaohongshu.image"][1] == before["a.jpg", "xiaohongshu.image"][1]


def test_a_sidecar_that_cannot_be_read_is_named_with_its_line_until_it_is_mended(shoot, tmp_path):
    out = tmp_path / "out"
    run(shoot, out)
    (shoot / "a.jpg.toml").write_text("[focus]\npiont = [0.1, 0.5]\n")
    after, notes = run(shoot, out)
    assert {status for status, _ in after.values()} == {"kept"}
    said = [note.message for note in notes["a.jpg"] if note.code == "focus-ignored"]
    assert len(said) == 1
    assert "a.jpg.toml:2" in said[0]
    assert "point" in said[0]
    (shoot / "a.jpg.toml").unlink()
    _, notes = run(shoot, out)
    assert not [note for note in notes["a.jpg"] if note.code == "focus-ignored"]
