"""A daemon as a process, for tests: started, waited for, stopped, killed."""

from __future__ import annotations

import json
import os
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from shoots import save_photo_at

from mediakit.batch.outfolder import TEMPORARY
from mediakit.model import Outcome, Verdict
from mediakit.watch.book import read_arrivals
from mediakit.watch.daemon import Daemon
from mediakit.watch.habits import Habits
from mediakit.watch.order import order_for

COMMAND = [sys.executable, "-m", "mediakit", "watch"]
PATIENCE_S = 150.0
TARGET = "xiaohongshu.image"
DONE = ("published", "duplicate", "quarantined")
PLAIN = """
schema = 1
name = "plain"
version = "1"
title = "Plain"
extends = "base"
[develop]
white_balance = 0.0
auto_tone = 0.0
local_light = 0.0
share_scene = false
[retouch]
skin = 0.0
denoise = 0.0
sharpen = 0.0
[frame]
straighten = false
[score]
measure = false
[marks]
find = "off"
"""


def plain_preset(folder: Path) -> Path:
    """A preset that only crops and sizes: the cheapest a photo can be."""
    preset = folder / "plain"
    preset.mkdir(parents=True, exist_ok=True)
    (preset / "preset.toml").write_text(PLAIN)
    return preset


@contextmanager
def running(
    inbox: Path, out: Path, *options: str, env: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """A daemon that is killed with -9, workers and all, on leaving."""
    with (out.parent / "daemon.log").open("a") as log:
        arguments = ["--to", TARGET, "--out", str(out), "--jobs", "1"]
        arguments += [] if "--settle" in options else ["--settle", "0.6"]
        daemon = subprocess.Popen(
            [*COMMAND, str(inbox), *arguments, *options],
            stdout=subprocess.DEVNULL,
            stderr=log,
            text=True,
            start_new_session=True,
            env={**os.environ, **(env or {})},
        )
        try:
            yield daemon
        finally:
            if daemon.poll() is None:
                os.killpg(daemon.pid, signal.SIGKILL)
            daemon.wait()


def until(what: Callable[[], object], seconds: float = PATIENCE_S) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


def live_still(path: Path, *, seed: int = 0, tag: int = 17) -> Path:
    """A photo with Apple's maker note: an identifier of 36 letters under tag 17, as the still of a Live Photo has."""
    note = b"Apple iOS\x00\x00\x01MM" + struct.pack(">HHHIII", 1, tag, 2, 37, 32, 0) + b"A1B2C3D4-" * 4 + b"\x00"
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x927C] = note
    return save_photo_at(path, seed=seed, exif=exif)


def made(out: Path) -> list[str]:
    folder = out / TARGET
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*.jpg") if not p.name.startswith("."))


def states(out: Path) -> dict[str, str]:
    return {a.rel: a.state for a in read_arrivals(out)} if (out / ".mediakit/ledger.sqlite").exists() else {}


def reasons(out: Path) -> dict[str, str]:
    return {a.rel: a.code for a in read_arrivals(out)} if (out / ".mediakit/ledger.sqlite").exists() else {}


def temporaries(out: Path) -> list[Path]:
    return [path for path in out.rglob("*") if path.name.startswith(TEMPORARY)]


def beat(out: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((out / ".mediakit/heartbeat.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def journal(out: Path) -> list[dict[str, Any]]:
    path = out / ".mediakit/watch.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def stop(daemon: subprocess.Popen[str], seconds: float = PATIENCE_S) -> int:
    daemon.send_signal(signal.SIGTERM)
    return daemon.wait(timeout=seconds)


class Heard:
    """A `Voice` that remembers."""

    def __init__(self) -> None:
        self.scores: list[tuple[str, float]] = []
        self.outcomes: list[Outcome] = []
        self.remarks: list[str] = []

    def scored(self, outcome: Outcome, verdict: Verdict | None) -> None:
        self.scores.append((outcome.rel, time.monotonic()))

    def made(self, outcome: Outcome, seconds: float, verdict: Verdict | None) -> None:
        self.outcomes.append(outcome)

    def remark(self, words: str) -> None:
        self.remarks.append(words)


@contextmanager
def inside(
    inbox: Path, out: Path, *, preset: Path | None = None, to: str = TARGET, least_free_bytes: int = 0, **habits: Any
) -> Iterator[tuple[Daemon, Heard]]:
    """A daemon in a thread of this process, so that a test can take things away from it. Drains on leaving."""
    heard = Heard()
    order = order_for(inbox, preset=preset or plain_preset(out.parent), to=[to], out=out, jobs=1)
    said = Habits(**{"settle_s": 0.3, "grace_s": 100.0, "least_free_bytes": least_free_bytes, **habits})
    daemon = Daemon(order, said, heard)
    thread = threading.Thread(target=daemon.run)
    thread.start()
    try:
        yield daemon, heard
    finally:
        daemon.stop()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()
