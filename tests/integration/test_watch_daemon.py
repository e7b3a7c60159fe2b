"""The daemon as a process, and what happens to it: slow writers, kills, vanishing roots, a second daemon, broken files."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image
from shoots import photo_shoot, save_photo_at

from mediakit.batch.outfolder import TEMPORARY
from mediakit.watch.book import read_arrivals

COMMAND = [sys.executable, "-m", "mediakit", "watch"]
PATIENCE_S = 90.0
TARGET = "xiaohongshu.image"


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


def start(inbox: Path, out: Path, *options: str) -> subprocess.Popen[str]:
    arguments = ["--to", TARGET, "--out", str(out), "--jobs", "1", "--settle", "0.6", *options]
    return subprocess.Popen(
        [*COMMAND, str(inbox), *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@contextmanager
def running(inbox: Path, out: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    daemon = start(inbox, out, *options)
    try:
        yield daemon
    finally:
        if daemon.poll() is None:
            os.killpg(daemon.pid, signal.SIGKILL)
        daemon.communicate()


def until(what: Callable[[], object], seconds: float = PATIENCE_S) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


def made(out: Path) -> list[str]:
    folder = out / TARGET
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*.jpg") if not p.name.startswith("."))


def states(out: Path) -> dict[str, str]:
    return {a.rel: a.state for a in read_arrivals(out)} if (out / ".mediakit/ledger.sqlite").exists() else {}


def temporaries(out: Path) -> list[Path]:
    return [path for path in out.rglob("*") if path.name.startswith(TEMPORARY)]


def stop(daemon: subprocess.Popen[str]) -> int:
    daemon.send_signal(signal.SIGTERM)
    return daemon.wait(timeout=PATIENCE_S)


def test_however_a_file_arrives_it_is_made_once_from_its_final_bytes(tmp_path: Path, inbox: Path) -> None:
    """Slow writers, appended and renamed files, folders moved in whole; then SIGTERM, and nothing is half-written."""
    out = tmp_path / "out"
    whole, other, third = (save_photo_at(tmp_path / f"{seed}.jpg", seed=seed).read_bytes() for seed in (10, 11, 12))
    growing = inbox / "growing at the start.jpg"
    growing.write_bytes(other[: len(other) // 3])
    with running(inbox, out) as daemon:
        with (inbox / "slow.jpg").open("wb") as slow, growing.open("ab") as late:
            for at in range(0, len(whole), len(whole) // 3 + 1):  # every pause is longer than the settling time
                slow.write(whole[at : at + len(whole) // 3 + 1])
                slow.flush()
                time.sleep(0.9)
            late.write(other[len(other) // 3 :])
        hidden = inbox / ".arriving.part"
        hidden.write_bytes(third)
        hidden.rename(inbox / "renamed 改名.jpg")
        photo_shoot(tmp_path / "moved", 2)
        (tmp_path / "moved").rename(inbox / "moved in")
        expected = [
            "growing at the start.jpg",
            "moved in/IMG_0000.jpg",
            "moved in/IMG_0001.jpg",
            "renamed 改名.jpg",
            "slow.jpg",
        ]
        until(lambda: made(out) == expected)
        until(lambda: set(states(out).values()) == {"published"})
        assert stop(daemon) == 0
    log = [json.loads(line) for line in (out / ".mediakit/watch.jsonl").read_text(encoding="utf-8").splitlines()]
    published = [line["path"] for line in log if line.get("state") == "published"]
    assert sorted(published) == sorted(set(published))
    for rel in expected:
        with Image.open(out / TARGET / rel) as picture:
            picture.load()
            assert picture.size[0] * 4 == picture.size[1] * 3
    assert not temporaries(out)
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert [s["path"] for s in manifest["sources"]] == expected
    assert not any(s["error"] for s in manifest["sources"])


def test_a_daemon_that_is_killed_again_and_again_loses_and_doubles_nothing(tmp_path: Path, inbox: Path) -> None:
    out = tmp_path / "out"
    photo_shoot(inbox, 12)
    for pause in (1.2, 2.0, 2.8):
        with running(inbox, out):
            time.sleep(pause)
    with running(inbox, out) as daemon:
        until(lambda: len(made(out)) == 12)
        until(lambda: set(states(out).values()) == {"published"})
        assert stop(daemon) == 0
    assert not temporaries(out)
    assert len(made(out)) == 12


def test_a_broken_file_waits_then_is_named_and_holds_nobody_up(tmp_path: Path, inbox: Path) -> None:
    out = tmp_path / "out"
    whole = save_photo_at(inbox / "good.jpg").read_bytes()
    (inbox / "half.jpg").write_bytes(whole[: len(whole) * 6 // 10])
    (inbox / "empty.jpg").write_bytes(b"")
    Image.new("RGB", (3, 3)).save(inbox / "tiny.jpg")
    with running(inbox, out) as daemon:
        until(lambda: states(out) == {"good.jpg": "published", "tiny.jpg": "quarantined"})
        assert stop(daemon) == 0
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    errors = {s["path"]: s["error"]["code"] for s in manifest["sources"] if s["error"]}
    assert errors["tiny.jpg"] == "too-small"
    assert errors["half.jpg"] == "incomplete"
    note = json.loads((out / "quarantine/tiny.jpg.json").read_text(encoding="utf-8"))
    assert note["code"] == "too-small"
    status = subprocess.run(
        [sys.executable, "-m", "mediakit", "status", str(out), "--json"], capture_output=True, text=True, check=True
    )
    found = json.loads(status.stdout)
    assert found["counts"] == {"published": 1, "quarantined": 1}
    assert not found["daemon"]["alive"]


def test_a_root_that_goes_away_and_comes_back_makes_nothing_again(tmp_path: Path, inbox: Path) -> None:
    out = tmp_path / "out"
    photo_shoot(inbox, 4)
    with running(inbox, out, "--mode", "poll") as daemon:
        until(lambda: len(made(out)) == 4)
        until(lambda: set(states(out).values()) == {"published"})
        before = {p: p.stat().st_mtime_ns for p in (out / TARGET).iterdir()}
        inbox.rename(tmp_path / "away")
        inbox.mkdir()  # the empty mount point
        beat = out / ".mediakit/heartbeat.json"
        until(lambda: json.loads(beat.read_text())["online"] is False)
        assert len(states(out)) == 4
        inbox.rmdir()
        (tmp_path / "away").rename(inbox)
        until(lambda: json.loads(beat.read_text())["online"] is True)
        back = json.loads(beat.read_text())["last_scan"]
        until(
            lambda: json.loads(beat.read_text())["last_scan"] > back + 4 and not json.loads(beat.read_text())["making"]
        )
        assert stop(daemon) == 0
    assert {p: p.stat().st_mtime_ns for p in before} == before


def test_a_second_daemon_on_the_same_results_is_refused_and_the_first_goes_on(tmp_path: Path, inbox: Path) -> None:
    out = tmp_path / "out"
    with running(inbox, out) as first:
        until((out / ".mediakit/heartbeat.json").exists)
        second = start(inbox, out)
        _, words = second.communicate(timeout=PATIENCE_S)
        assert second.returncode == 5
        assert "Another mediakit is working" in words
        save_photo_at(inbox / "a.jpg")
        until(lambda: made(out) == ["a.jpg"])
        assert stop(first) == 0


def test_once_takes_what_is_there_and_ends_and_retry_takes_it_again(tmp_path: Path, inbox: Path) -> None:
    out = tmp_path / "out"
    save_photo_at(inbox / "a.jpg")
    with running(inbox, out, "--once") as daemon:
        assert daemon.wait(timeout=PATIENCE_S) == 0
    first = (out / TARGET / "a.jpg").stat().st_mtime_ns
    with running(inbox, out, "--once") as daemon:
        assert daemon.wait(timeout=PATIENCE_S) == 0
    assert (out / TARGET / "a.jpg").stat().st_mtime_ns == first
    subprocess.run([sys.executable, "-m", "mediakit", "retry", str(out), "a.jpg"], check=True, capture_output=True)
    with running(inbox, out, "--once") as daemon:
        assert daemon.wait(timeout=PATIENCE_S) == 0
    assert (out / TARGET / "a.jpg").stat().st_mtime_ns > first
    unknown = subprocess.run(
        [sys.executable, "-m", "mediakit", "retry", str(out), "b.jpg"], capture_output=True, text=True, check=False
    )
    assert unknown.returncode == 2


@pytest.mark.parametrize("where", ["inside", "around"])
def test_results_and_originals_never_overlap(tmp_path: Path, inbox: Path, where: str) -> None:
    out = inbox / "out" if where == "inside" else inbox
    with running(inbox, out) as daemon:
        assert daemon.wait(timeout=PATIENCE_S) == 5


def test_a_changed_file_replaces_what_was_made_of_it(tmp_path: Path, inbox: Path) -> None:
    out = tmp_path / "out"
    save_photo_at(inbox / "a.jpg", seed=1)
    with running(inbox, out) as daemon:
        until(lambda: states(out) == {"a.jpg": "published"})
        before = (out / TARGET / "a.jpg").read_bytes()
        (inbox / "a.jpg").touch()
        (inbox / "a.jpg").chmod(0o600)
        save_photo_at(tmp_path / "new.jpg", seed=2)
        shutil.copy(tmp_path / "new.jpg", inbox / "a.jpg")
        until(lambda: (out / TARGET / "a.jpg").read_bytes() != before)
        until(lambda: states(out) == {"a.jpg": "published"})
        assert stop(daemon) == 0
    assert made(out) == ["a.jpg"]
