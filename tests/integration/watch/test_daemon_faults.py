"""What is taken away from a daemon while it works: disk, permission, source, worker, ledger, clock, ffmpeg, good luck."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import sqlite3
import time
from collections import namedtuple
from pathlib import Path

import pytest
from clip_maker import encode, picture, tone
from shoots import photo_shoot, save_photo_at
from watch_kit import (
    TARGET,
    Heard,
    beat,
    inside,
    made,
    plain_preset,
    reasons,
    running,
    states,
    stop,
    temporaries,
    until,
)

from mediakit.batch.outfolder import ledger_path
from mediakit.watch import means, quarantine
from mediakit.watch.reception import Reception

FAULTY = str(Path(__file__).parent / "faulty")
Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def all_published(out: Path, count: int) -> bool:
    return list(states(out).values()) == ["published"] * count


def test_a_disk_that_fills_up_stops_the_work_and_loses_no_try(
    inbox: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = [10**8]
    monkeypatch.setattr(means.shutil, "disk_usage", lambda _: Usage(10**12, 0, free[0]))
    photo_shoot(inbox, 2)
    with inside(inbox, out, least_free_bytes=5 * 10**8) as (_, heard):
        until(lambda: beat(out).get("obstacle"))
        until(lambda: sorted(states(out).values()) == ["ready", "ready"])
        assert "100 MB free, 500 MB are wanted" in beat(out)["obstacle"]
        assert any("Nothing is made at present" in words for words in heard.remarks)
        time.sleep(1)
        assert made(out) == []
        free[0] = 10**12
        until(lambda: all_published(out, 2))
    assert any("There is room again" in words for words in heard.remarks)


def test_a_write_that_finds_the_disk_full_leaves_nothing_and_is_made_when_there_is_room(
    inbox: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = out.parent / "full"
    full.touch()
    monkeypatch.setenv("MEDIAKIT_TEST_FULL", str(full))
    monkeypatch.setenv("PYTHONPATH", FAULTY)
    monkeypatch.setattr(quarantine, "FIRST_WAIT_S", 0.3)
    save_photo_at(inbox / "a.jpg")
    with inside(inbox, out):
        until(lambda: states(out).get("a.jpg") == "retry-wait")
        assert reasons(out)["a.jpg"] == "disk-full"
        until(lambda: not temporaries(out))  # the round may just be writing its manifest
        full.unlink()
        until(lambda: all_published(out, 1))


def test_a_target_folder_that_cannot_be_written_to_is_tried_again_and_then_named(
    inbox: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quarantine, "FIRST_WAIT_S", 0.1)
    save_photo_at(inbox / "a.jpg")
    out.mkdir()
    (out / TARGET).write_bytes(b"a file where the folder should be")
    with inside(inbox, out):
        until(lambda: states(out).get("a.jpg") == "quarantined", 280)
    note = json.loads((out / "quarantine/a.jpg.json").read_text(encoding="utf-8"))
    assert (note["code"], note["attempts"]) == ("not-writable", 5)


def test_an_output_folder_that_becomes_read_only_is_waited_for(
    inbox: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = [True]
    ordinary = Path.write_bytes

    def write_bytes(self: Path, data: bytes) -> int:
        if refused[0] and self.name == "room.new":
            raise OSError(errno.EROFS, "Read-only file system")
        return ordinary(self, data)

    monkeypatch.setattr(Path, "write_bytes", write_bytes)
    save_photo_at(inbox / "a.jpg")
    with inside(inbox, out):
        until(lambda: "cannot be written to (Read-only file system)" in beat(out).get("obstacle", ""))
        refused[0] = False
        until(lambda: all_published(out, 1))


def test_a_source_that_is_deleted_midway_holds_nobody_up(
    inbox: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mediakit.watch import rounds

    photo_shoot(inbox, 2)
    ordinary = rounds.execute

    def execute(plan, ledger, listener, **how):
        (inbox / "IMG_0000.jpg").unlink(missing_ok=True)
        return ordinary(plan, ledger, listener, **how)

    monkeypatch.setattr(rounds, "execute", execute)
    with inside(inbox, out):
        until(lambda: states(out).get("IMG_0001.jpg") == "published")
        until(lambda: states(out).get("IMG_0000.jpg") == "retry-wait")
    assert reasons(out)["IMG_0000.jpg"] == "unreadable"
    assert made(out) == ["IMG_0001.jpg"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_permission_that_is_lost_is_said_and_given_back_is_made(inbox: Path, out: Path) -> None:
    save_photo_at(inbox / "a.jpg").chmod(0)
    with inside(inbox, out):
        until(lambda: beat(out).get("waiting"))
        (inbox / "a.jpg").chmod(0o600)
        until(lambda: all_published(out, 1))


def test_a_root_that_may_not_be_read_any_more_is_offline(
    inbox: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ordinary, refused = os.access, [False]
    monkeypatch.setattr(os, "access", lambda path, mode: not (refused[0] and path == inbox) and ordinary(path, mode))
    save_photo_at(inbox / "a.jpg")
    with inside(inbox, out, mode="poll"):
        until(lambda: all_published(out, 1))
        refused[0] = True
        until(lambda: beat(out).get("online") is False)
        assert states(out) == {"a.jpg": "published"}
        refused[0] = False
        until(lambda: beat(out).get("online") is True)


def test_a_worker_that_dies_of_one_file_takes_none_of_the_others_along(
    inbox: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """1 of 20 kills its worker every time: the 19 are made, it is tried again and then put into quarantine."""
    monkeypatch.setenv("MEDIAKIT_TEST_DEADLY", "IMG_0007.jpg")
    monkeypatch.setenv("PYTHONPATH", FAULTY)
    monkeypatch.setattr(quarantine, "FIRST_WAIT_S", 0.2)
    photo_shoot(inbox, 20)
    with inside(inbox, out):
        until(lambda: states(out).get("IMG_0007.jpg") == "quarantined", 280)
        found = states(out)
    assert found.pop("IMG_0007.jpg") == "quarantined"
    assert set(found.values()) == {"published"}
    assert len(found) == 19
    assert reasons(out)["IMG_0007.jpg"] == "out-of-memory"
    assert (out / "quarantine/IMG_0007.jpg.json").is_file()


def test_a_mistake_of_our_own_is_said_and_the_next_file_is_made(
    inbox: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ordinary, failed = Reception.look_into, []

    def look_into(self, *how):
        if not failed:
            failed.append(1)
            raise KeyError("nobody thought of this")
        ordinary(self, *how)

    monkeypatch.setattr(Reception, "look_into", look_into)
    save_photo_at(inbox / "a.jpg")
    with inside(inbox, out) as (_, heard):
        until(lambda: all_published(out, 1))
    assert any("KeyError" in words for words in heard.remarks)


def test_a_locked_ledger_is_waited_for(inbox: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ordinary = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: ordinary(*a, **{**k, "timeout": 0.2}))
    with inside(inbox, out) as (_, heard):
        until(lambda: beat(out))
        other = ordinary(ledger_path(out), check_same_thread=False)
        other.execute("BEGIN EXCLUSIVE")
        save_photo_at(inbox / "a.jpg")
        until(lambda: any("The ledger cannot be used" in words for words in heard.remarks))
        other.rollback()
        other.close()
        until(lambda: all_published(out, 1))


def test_a_ledger_that_breaks_under_way_is_built_anew(inbox: Path, out: Path) -> None:
    photo_shoot(inbox, 2)
    with inside(inbox, out) as (_, heard):
        until(lambda: all_published(out, 2))
        before = {name: (out / TARGET / name).read_bytes() for name in made(out)}
        until(lambda: not beat(out).get("making"))
        ledger_path(out).write_bytes(b"noise" * 10_000)
        save_photo_at(inbox / "z.jpg", seed=9)
        until(lambda: _built_anew(heard) and _states_if_readable(out) == ["published"] * 3)
    assert {name: (out / TARGET / name).read_bytes() for name in made(out) if name != "z.jpg"} == before
    assert len(made(out)) == 3


def test_a_clock_that_jumps_stops_nothing(inbox: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time of day goes back an hour and on by a day while files settle: waits are measured by a clock that does not."""
    shift, ordinary = [0.0], time.time
    monkeypatch.setattr(time, "time", lambda: ordinary() + shift[0])
    photo_shoot(inbox, 1)
    with inside(inbox, out, settle_s=2.0):
        until(lambda: all_published(out, 1))
        for jump in (-3600.0, 86400.0):
            name = f"after {jump}.jpg"
            save_photo_at(inbox / name, seed=int(abs(jump)))
            os.utime(inbox / name, (0, ordinary() + 10 * 86400))  # a camera of next week
            until(lambda name=name: name in {waiting["path"] for waiting in beat(out).get("waiting", [])})
            shift[0] = jump
            until(lambda name=name: states(out).get(name) == "published")
    assert set(states(out).values()) == {"published"}


def test_ffmpeg_that_vanishes_keeps_clips_waiting_and_photos_going(
    inbox: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is there, a clip is made with it, it goes, and it comes back: the daemon runs all the time."""
    from mediakit.tools.ffmpeg import find_ffmpeg

    monkeypatch.setattr(quarantine, "FIRST_WAIT_S", 0.5)
    ffmpeg, real = out.parent / "ffmpeg", find_ffmpeg()
    ffmpeg.symlink_to(real)
    clip = encode(*picture(w=360, h=640, seconds=3.0), *tone(3.0), to=out.parent / "clip.mp4", options=("-c:a", "aac"))
    monkeypatch.setenv("MEDIAKIT_FFMPEG", str(ffmpeg))
    with inside(inbox, out, to="xiaohongshu"):
        shutil.copy(clip, inbox / "first.mp4")
        until(lambda: states(out).get("first.mp4") == "published", 280)
        ffmpeg.unlink()
        (inbox / "second.mp4").write_bytes(clip.read_bytes() + b"\0\0\0\x08free")  # other bytes, the same clip
        until(lambda: states(out).get("second.mp4") == "retry-wait")
        assert reasons(out)["second.mp4"] == "missing-part"
        save_photo_at(inbox / "a.jpg")
        until(lambda: states(out).get("a.jpg") == "published")
        ffmpeg.symlink_to(real)
        until(lambda: states(out).get("second.mp4") == "published", 280)


def test_sigterm_lets_what_is_being_made_finish_and_a_second_one_does_not(
    tmp_path: Path, inbox: Path, out: Path
) -> None:
    photo_shoot(inbox, 30)
    options = ["--preset", str(plain_preset(tmp_path))]
    with running(inbox, out, *options) as daemon:
        until(lambda: made(out))
        assert stop(daemon) == 0
    begun = len(made(out))
    assert 0 < begun <= 30
    assert not temporaries(out)
    assert "claimed" not in states(out).values()
    with running(inbox, out, *options) as daemon:
        until(lambda: len(made(out)) > begun or begun == 30)
        daemon.send_signal(signal.SIGTERM)
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(timeout=30) in (0, 130)
    assert not temporaries(out)


def _built_anew(heard: Heard) -> bool:
    return any("built anew" in words for words in heard.remarks)


def _states_if_readable(out: Path) -> list[str]:
    try:
        return list(states(out).values())
    except sqlite3.DatabaseError:
        return []
