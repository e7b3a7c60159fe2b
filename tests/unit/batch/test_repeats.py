"""The same bytes under two names are made once and copied."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from shoots import save_photo_at

import mediakit
from mediakit.batch import execute as execute_room
from mediakit.batch.repeats import DUPLICATE, _duplicate

TARGET = ["xiaohongshu.image"]


@pytest.fixture
def shoot(tmp_path: Path) -> Path:
    folder = tmp_path / "shoot"
    save_photo_at(folder / "a.jpg", seed=1)
    shutil.copy(folder / "a.jpg", folder / "b.jpg")
    return folder


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sources that were really made."""
    names: list[str] = []
    ordinary = execute_room.run_jobs

    def noted(jobs, **how):
        names.extend(job.source.rel for job in jobs)
        return ordinary(jobs, **how)

    monkeypatch.setattr(execute_room, "run_jobs", noted)
    return names


def test_the_second_of_two_names_is_a_copy_and_says_so(shoot: Path, tmp_path: Path, rendered: list[str]) -> None:
    result = mediakit.process(shoot, to=TARGET, out=tmp_path / "out", jobs=1)
    assert rendered == ["a.jpg"]
    first, second = (outcome for outcome in result.outcomes)
    assert [d.status for d in second.delivered] == ["made"]
    one, other = (tmp_path / "out" / o.delivered[0].path for o in (first, second))
    assert one != other
    assert one.read_bytes() == other.read_bytes()
    assert one.stat().st_ino != other.stat().st_ino  # a person may edit one of them
    assert [n.code for n in second.notes] == [*(n.code for n in first.notes), DUPLICATE]
    assert second.score == first.score

    again = mediakit.process(shoot, to=TARGET, out=tmp_path / "out", jobs=1)
    assert {d.status for o in again.outcomes for d in o.delivered} == {"kept"}
    assert DUPLICATE in {n.code for n in again.outcomes[1].notes}

    shutil.copy(shoot / "a.jpg", shoot / "c.jpg")
    save_photo_at(shoot / "d.png", seed=3)
    shutil.copy(shoot / "a.jpg", shoot / "lies.png")  # refused for its name: nothing is copied for it
    third = mediakit.process(shoot, to=TARGET, out=tmp_path / "out", jobs=1)
    found = {o.rel: o for o in third.outcomes}
    assert found["c.jpg"].delivered[0].status == "made"
    assert found["lies.png"].problem is not None


def test_what_is_forced_is_made_anew_once(shoot: Path, tmp_path: Path, rendered: list[str]) -> None:
    mediakit.process(shoot, to=TARGET, out=tmp_path / "out", jobs=1, overrides={"develop.share_scene": False})
    rendered.clear()
    mediakit.process(
        shoot, to=TARGET, out=tmp_path / "out", jobs=1, force=True, overrides={"develop.share_scene": False}
    )
    assert rendered == ["a.jpg"]


def test_a_copy_that_was_edited_is_not_copied_from(shoot: Path, tmp_path: Path, rendered: list[str]) -> None:
    out = tmp_path / "out"
    mediakit.process(shoot / "a.jpg", to=TARGET, out=out, jobs=1)
    (out / TARGET[0] / "a.jpg").write_bytes(b"edited")
    rendered.clear()
    mediakit.process(shoot / "b.jpg", to=TARGET, out=out, jobs=1)
    assert rendered == ["b.jpg"]
    assert (out / TARGET[0] / "b.jpg").read_bytes() != b"edited"


@pytest.mark.parametrize("share", [True, False])
def test_clips_share_their_blocks_where_that_can_be_had(tmp_path: Path, share: bool) -> None:
    source = tmp_path / "a.mp4"
    source.write_bytes(b"film" * 1000)
    _duplicate(source, tmp_path / "b.mp4", share=share)
    assert (tmp_path / "b.mp4").read_bytes() == source.read_bytes()
