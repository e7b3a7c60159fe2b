"""A disk that really fills up, results that really cannot be written to, under all of the daemon: ledger, log, workers.

Needs the rights to mount a small disk in memory and to make files immutable (root, outside most containers); skipped without.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from shoots import photo_shoot
from watch_kit import TARGET, made, plain_preset, running, states, stop, temporaries, until

DISK_MB = 48
OPTIONS = ["--min-free", "1"]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own, mounted for the length of a test."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if _run("mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "none", str(folder)):
        pytest.skip("no right to mount a disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def _run(*command: str) -> int:
    if shutil.which(command[0]) is None:
        return 1
    return subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode


def fill(disk: Path) -> Path:
    """Take every byte that is left."""
    balloon = disk / "somebody else's"
    with balloon.open("wb", buffering=0) as stream:
        for piece in (1 << 20, 1 << 12, 1):
            with contextlib.suppress(OSError):
                while True:
                    stream.write(b"\0" * piece)
    return balloon


def test_a_full_disk_ends_nothing_and_spoils_nothing(tmp_path: Path, disk: Path) -> None:
    """Filled to the last byte while photos are made: the ledger cannot commit either. All is made when there is room."""
    inbox, out = tmp_path / "inbox", disk / "out"
    photo_shoot(inbox, 3)
    with running(inbox, out, "--preset", str(plain_preset(tmp_path)), *OPTIONS) as daemon:
        until(lambda: made(out))
        balloon = fill(disk)
        photo_shoot(inbox, 9)
        time.sleep(8)
        assert daemon.poll() is None
        balloon.unlink()
        until(lambda: all_published(out, 9))
        assert stop(daemon) == 0
    assert_nothing_is_spoilt(out)


def test_results_that_nobody_may_write_to_any_more_are_waited_for(tmp_path: Path) -> None:
    """Folders and files, ledger included, refuse even root: nothing is lost, nothing is concluded from it."""
    inbox, out = tmp_path / "inbox", tmp_path / "out"
    photo_shoot(inbox, 3)
    with running(inbox, out, "--preset", str(plain_preset(tmp_path)), *OPTIONS) as daemon:
        until(lambda: all_published(out, 3))
        try:
            if _run("chattr", "-R", "+i", str(out)):
                pytest.skip("no right to make files immutable, or a file system that knows nothing of it")
            photo_shoot(inbox, 6)
            until(lambda: "Nothing is made at present" in (tmp_path / "daemon.log").read_text(encoding="utf-8"))
            time.sleep(5)
            assert daemon.poll() is None
            assert len(made(out)) == 3
        finally:
            _run("chattr", "-R", "-i", str(out))
        until(lambda: all_published(out, 6))
        assert stop(daemon) == 0
    assert_nothing_is_spoilt(out)


def all_published(out: Path, count: int) -> bool:
    return list(states(out).values()) == ["published"] * count


def assert_nothing_is_spoilt(out: Path) -> None:
    assert len(made(out)) == len(states(out))
    assert not temporaries(out)
    assert not (out / ".mediakit/ledger.damaged.sqlite").exists()  # it was sound all the time
    for name in made(out):
        with Image.open(out / TARGET / name) as picture:
            picture.load()
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert len(manifest["sources"]) == len(made(out))
