"""However a file arrives, whatever happens to it meanwhile: one result of its final bytes."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest
from clip_maker import encode, picture
from PIL import Image
from shoots import save_photo_at
from watch_kit import TARGET, beat, inside, journal, live_still, made, states, temporaries, until

from mediakit.errors import Fault
from mediakit.model import Kind, Source
from mediakit.presets.schema import Limits
from mediakit.watch import rounds, settle
from mediakit.watch.book import read_arrivals
from mediakit.watch.whole import what_is_missing


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def published(out: Path) -> list[str]:
    """What was published, in order, once for each time."""
    return [line["path"] for line in journal(out) if line.get("state") in ("published", "duplicate")]


def test_a_file_that_is_touched_opened_and_chmodded_while_it_is_made_is_made_once(
    inbox: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ordinary = rounds.execute

    def execute(plan, ledger, listener, **how):
        for _ in range(3):
            (inbox / "a.jpg").chmod(0o600)
            with (inbox / "a.jpg").open("r+b"):
                pass
            os.utime(inbox / "a.jpg", ns=(1, plan.jobs[0].source.mtime_ns))  # what a NAS does to its metadata
            time.sleep(0.1)
        return ordinary(plan, ledger, listener, **how)

    monkeypatch.setattr(rounds, "execute", execute)
    save_photo_at(inbox / "a.jpg")
    with inside(inbox, out):
        until(lambda: states(out) == {"a.jpg": "published"})
        scanned = beat(out)["last_scan"]
        until(lambda: beat(out)["last_scan"] > scanned + 1 and not beat(out)["making"])
    assert published(out) == ["a.jpg"]


def test_a_scanner_that_closes_reopens_and_appends_gives_one_result_of_the_final_bytes(inbox: Path, out: Path) -> None:
    final = save_photo_at(out.parent / "x.jpg", seed=3).read_bytes()
    with inside(inbox, out, settle_s=1.0):
        for end in range(1, 6):
            with (inbox / "scan.jpg").open("wb" if end == 1 else "ab") as stream:
                stream.write(final[(end - 1) * len(final) // 5 : end * len(final) // 5])
            time.sleep(0.4)
        until(lambda: states(out) == {"scan.jpg": "published"})
    assert published(out) == ["scan.jpg"]
    with Image.open(out / TARGET / "scan.jpg") as picture_made:
        picture_made.load()


def test_a_file_that_moves_across_folders_is_known_by_its_bytes(inbox: Path, out: Path) -> None:
    (inbox / "from").mkdir()
    (inbox / "to").mkdir()
    save_photo_at(inbox / "from/a.jpg")
    with inside(inbox, out):
        until(lambda: states(out).get("from/a.jpg") == "published")
        (inbox / "from/a.jpg").rename(inbox / "to/b.jpg")
        until(lambda: states(out).get("to/b.jpg") == "duplicate")
    first, second = (out / TARGET / name for name in ("from/a.jpg", "to/b.jpg"))
    assert first.read_bytes() == second.read_bytes()


def test_same_bytes_under_two_names_and_other_bytes_under_one_name(inbox: Path, out: Path) -> None:
    save_photo_at(inbox / "a.jpg", seed=1)
    shutil.copy(inbox / "a.jpg", inbox / "b.jpg")
    with inside(inbox, out):
        until(lambda: states(out) == {"a.jpg": "published", "b.jpg": "duplicate"})
        assert (out / TARGET / "a.jpg").read_bytes() == (out / TARGET / "b.jpg").read_bytes()
        for seed in (2, 3):
            before = (out / TARGET / "b.jpg").read_bytes()
            save_photo_at(out.parent / "new.jpg", seed=seed)
            shutil.copy(out.parent / "new.jpg", inbox / "b.jpg")
            until(lambda before=before: (out / TARGET / "b.jpg").read_bytes() != before)
            until(lambda: states(out)["b.jpg"] == "published")
    assert made(out) == ["a.jpg", "b.jpg"]
    assert not temporaries(out)


@pytest.mark.parametrize("index_in_front", [True, False])
def test_a_truncated_clip_is_not_whole_wherever_its_index_is(tmp_path: Path, index_in_front: bool) -> None:
    options = ("-movflags", "+faststart") if index_in_front else ()
    whole = encode(*picture(w=640, h=360, seconds=3.0), to=tmp_path / "whole.mp4", options=options).read_bytes()
    for share in (0.95, 0.6, 0.2):
        cut = tmp_path / "cut.mp4"
        cut.write_bytes(whole[: int(len(whole) * share)])
        source = Source(tmp_path, "cut.mp4", Kind.CLIP, cut.stat().st_size, cut.stat().st_mtime_ns)
        assert what_is_missing(source, Limits()), share
    cut.write_bytes(whole)
    assert not what_is_missing(Source(tmp_path, "cut.mp4", Kind.CLIP, len(whole), 1), Limits())


@pytest.mark.parametrize("share", [0.0, 0.6])
def test_a_photo_that_is_cut_off_is_not_whole(tmp_path: Path, share: float) -> None:
    whole = save_photo_at(tmp_path / "a.jpg").read_bytes()
    (tmp_path / "a.jpg").write_bytes(whole[: int(len(whole) * share)])
    assert what_is_missing(Source(tmp_path, "a.jpg", Kind.PHOTO, int(len(whole) * share), 1), Limits())


def test_what_never_gets_whole_is_quarantined_in_the_end_with_its_reason(
    inbox: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settle, "GIVE_UP_S", {Kind.PHOTO: 1.0, Kind.CLIP: 1.0})
    whole = save_photo_at(out.parent / "x.jpg").read_bytes()
    (inbox / "cut.jpg").write_bytes(whole[: len(whole) * 6 // 10])
    (inbox / "empty.jpg").write_bytes(b"")
    with inside(inbox, out):
        until(lambda: states(out) == {"cut.jpg": "quarantined", "empty.jpg": "quarantined"})
    assert {line["path"] for line in journal(out) if line.get("state") == "quarantined"} == {"cut.jpg", "empty.jpg"}
    assert (out / "quarantine/cut.jpg.json").read_text().count(Fault.TRUNCATED)


def test_a_live_photo_whose_clip_comes_late_is_one_unit(
    inbox: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The still waits and says for what; both are taken up together, once. (By the minute: tests/unit/watch.)"""
    monkeypatch.setattr(settle, "PAIR_WAIT_S", 60.0)
    live_still(inbox / "IMG_1.jpg")
    with inside(inbox, out):
        until(lambda: any("waits for the clip of this Live Photo" in w["why"] for w in beat(out).get("waiting", [])))
        assert made(out) == []
        encode(*picture(w=360, h=640, seconds=1.0), to=inbox / "IMG_1.MOV", fmt="mov")
        until(lambda: set(states(out)) == {"IMG_1.jpg", "IMG_1.MOV"})
        until(lambda: states(out)["IMG_1.jpg"] == "published")
    claimed = [line["path"] for line in journal(out) if line.get("state") == "claimed"]
    assert claimed.count("IMG_1.jpg") == 1


def test_a_round_writes_nothing_about_files_that_are_as_they_were(inbox: Path, out: Path) -> None:
    """With thousands of them each write waits for the disk: rounds over a large folder took minutes for nothing."""
    for seed in range(3):
        save_photo_at(inbox / f"{seed}.jpg", seed=seed)
    with inside(inbox, out):
        until(lambda: list(states(out).values()) == ["published"] * 3)
        until(lambda: not beat(out).get("making", True))
        before = read_arrivals(out)
        save_photo_at(inbox / "late.jpg", seed=9)
        until(lambda: states(out).get("late.jpg") == "published")
        until(lambda: not beat(out).get("making", True))
    assert [arrival for arrival in read_arrivals(out) if arrival.rel != "late.jpg"] == before


def test_what_is_left_alone_is_said_with_the_pattern_and_made_once_it_has_its_name(inbox: Path, out: Path) -> None:
    save_photo_at(inbox / "draft 1.jpg", seed=1)
    save_photo_at(inbox / "a.jpg", seed=2).rename(inbox / "a.jpg.crdownload")
    with inside(inbox, out, ignore=("draft*",)):
        until(lambda: {one["path"] for one in beat(out).get("ignored", [])} == {"draft 1.jpg", "a.jpg.crdownload"})
        assert states(out) == {}
        (inbox / "a.jpg.crdownload").rename(inbox / "a.jpg")
        until(lambda: states(out) == {"a.jpg": "published"})
        until(lambda: beat(out)["ignored"] == [{"path": "draft 1.jpg", "why": "its name is like draft*"}])
