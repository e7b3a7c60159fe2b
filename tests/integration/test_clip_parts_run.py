"""A clip that is too long for its surface, as several finished files; a second run knows them all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from clip_maker import encode, ffprobe, picture, tone

import mediakit

PARTS = {"clip.too_long": "parts", "surfaces": {"wechat-moments.video": {"max_duration_s": 2.0}}}
"""A limit of two seconds, so that the clips can be short."""


def run(source: Path, out: Path) -> list[mediakit.Delivered]:
    result = mediakit.process(source, to=["wechat-moments.video"], out=out, overrides=PARTS)
    return list(result.outcomes[0].delivered)


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, list[mediakit.Delivered]]:
    folder = tmp_path_factory.mktemp("parts")
    source = encode(*picture(w=160, h=90, fps="10", seconds=5), *tone(5), to=folder / "long.mp4")
    return source, folder / "out", run(source, folder / "out")


def test_each_part_is_a_deliverable_of_its_own_and_within_the_limit(parts):
    _, out, made = parts
    assert [one.path for one in made] == [f"wechat-moments.video/long-{n}.mp4" for n in (1, 2, 3)]
    assert all(one.status == "made" and one.duration_s <= 2.0 for one in made)
    assert sum(one.duration_s for one in made) == pytest.approx(5.0, abs=0.1)
    assert [one.facts["part"] for one in made] == [{"number": n, "of": 3} for n in (1, 2, 3)]
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    rows = manifest["sources"][0]["deliverables"]
    assert [Path(row["path"]).name for row in rows] == ["long-1.mp4", "long-2.mp4", "long-3.mp4"]


def test_picture_and_sound_of_each_part_are_equally_long(parts):
    _, out, made = parts
    for one in made:
        probed = ffprobe(out / one.path)
        lengths = [float(stream["duration"]) for stream in probed["streams"]]
        assert len(lengths) == 2
        assert max(lengths) - min(lengths) <= 1 / 19


def test_a_second_run_makes_nothing_and_a_lost_part_is_made_again(parts):
    source, out, first = parts
    assert [one.status for one in run(source, out)] == ["kept"] * 3
    (out / first[1].path).unlink()
    again = run(source, out)
    assert [one.status for one in again] == ["made"] * 3
    assert [one.sha256 for one in again] == [one.sha256 for one in first]


def test_a_clip_within_the_limit_stays_one(tmp_path: Path):
    source = encode(*picture(w=160, h=90, fps="10", seconds=1), to=tmp_path / "short.mp4")
    assert [one.path for one in run(source, tmp_path / "out")] == ["wechat-moments.video/short.mp4"]
