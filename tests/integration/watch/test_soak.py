"""Thousands of files dropped while the daemon is killed again and again: `pytest -m soak`; how and results in docs/WATCH.md.

MEDIAKIT_SOAK_FILES and MEDIAKIT_SOAK_KILLS say how many (10,000 and 50), MEDIAKIT_SOAK_LIFE_S how long a daemon lives at
most before it is killed (14; longer on a busy machine, so that kills meet work and not only starts), MEDIAKIT_SOAK_FOLDER
where (it is kept then, with `memory.tsv`: what every daemon and its workers held, every two seconds).
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import random
import resource
import statistics
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image
from watch_kit import TARGET, plain_preset, running, states, stop, temporaries, until

FILES = int(os.environ.get("MEDIAKIT_SOAK_FILES", "10000"))
KILLS = int(os.environ.get("MEDIAKIT_SOAK_KILLS", "50"))
LIFE_S = float(os.environ.get("MEDIAKIT_SOAK_LIFE_S", "14"))
EDGE_PX = 64


def colour_of(number: int) -> tuple[int, int, int]:
    return number * 37 % 200 + 28, number * 91 % 200 + 28, number * 53 % 200 + 28


def small_photo(number: int) -> bytes:
    """A small JPEG of a colour of its own with some texture, its number in a comment."""
    noise = Image.effect_noise((EDGE_PX, EDGE_PX), 12).convert("RGB")
    picture = Image.blend(Image.new("RGB", (EDGE_PX, EDGE_PX), colour_of(number)), noise, 0.08)
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=90, comment=f"number {number}".encode())
    return stream.getvalue()


def drop(inbox: Path, expected: dict[str, str], ended: threading.Event) -> None:
    """Drop the files: most whole, some in two halves, some twice under two names, some that are no picture."""
    rng = random.Random(7)
    for number in range(FILES):
        name, photo = f"{number // 500:03}/IMG {number:05}.jpg", small_photo(number)
        path = inbox / name
        path.parent.mkdir(exist_ok=True)
        expected[name] = "published"
        match number % 50:
            case 7:  # a repeat
                photo = (inbox / f"{(number - 5) // 500:03}/IMG {number - 5:05}.jpg").read_bytes()
                expected[name] = "twin"
                expected[f"{number // 500:03}/IMG {number - 5:05}.jpg"] = "twin"
            case 11:  # too small to be posted
                stream = io.BytesIO()
                Image.new("RGB", (3, 3), (number % 256, 0, 0)).save(stream, "PNG")
                path, photo = path.with_suffix(".png"), stream.getvalue()
                expected[str(path.relative_to(inbox))] = "quarantined"
                del expected[name]
        if number % 20 == 3:
            with path.open("wb") as slow:
                slow.write(photo[: len(photo) // 2])
                slow.flush()
                time.sleep(rng.uniform(0, 0.3))
                slow.write(photo[len(photo) // 2 :])
        else:
            path.write_bytes(photo)
        if number % 100 == 99:
            time.sleep(0.05)
    ended.set()


def memory_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def workers_memory_mb(daemon_pid: int) -> float:
    """What the daemon's workers hold together: all processes of its session but itself (shared pages count in each)."""
    held = 0.0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != daemon_pid:
            with contextlib.suppress(OSError):  # one that has just ended
                held += memory_mb(int(entry.name)) if os.getsid(int(entry.name)) == daemon_pid else 0.0
    return held


class MemoryLog:
    """Samples the daemon that runs at the moment, from a thread, into a table: seconds, pid, its MB, its workers' MB."""

    def __init__(self, path: Path) -> None:
        self.path, self.pid, self.of_pid = path, 0, dict[int, list[float]]()
        self._begun_s = time.monotonic()
        threading.Thread(target=self._sample_for_ever, daemon=True).start()

    def _sample_for_ever(self) -> None:
        with self.path.open("w", encoding="utf-8", buffering=1) as table:
            while True:
                time.sleep(2)
                with contextlib.suppress(OSError):  # no daemon yet, or just killed
                    held_mb, workers_mb = memory_mb(self.pid), workers_memory_mb(self.pid)
                    if held_mb == 0:  # a zombie
                        continue
                    self.of_pid.setdefault(self.pid, []).append(held_mb)
                    passed_s = time.monotonic() - self._begun_s
                    table.write(f"{passed_s:.0f}\t{self.pid}\t{held_mb:.1f}\t{workers_mb:.1f}\n")


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_thousands_of_files_and_fifty_kills_lose_double_and_break_nothing(tmp_path: Path) -> None:
    folder = Path(os.environ.get("MEDIAKIT_SOAK_FOLDER", tmp_path))
    inbox, out = folder / "inbox", folder / "out"
    inbox.mkdir(parents=True)
    options = ["--preset", str(plain_preset(folder)), "--settle", "0.6", "--grace", "600"]
    expected: dict[str, str] = {}
    ended = threading.Event()
    begun_s, rng = time.monotonic(), random.Random(50)
    memory_log = MemoryLog(folder / "memory.tsv")
    dropping = threading.Thread(target=drop, args=[inbox, expected, ended], daemon=True)
    dropping.start()
    killed_at_work = 0
    for _ in range(KILLS):
        with running(inbox, out, *options) as daemon:
            memory_log.pid = daemon.pid
            time.sleep(rng.uniform(0.5, LIFE_S))
            killed_at_work += "claimed" in states(out).values()  # killed with -9 on leaving
    ended.wait()
    killed_s = time.monotonic() - begun_s
    with running(inbox, out, *options) as daemon:
        memory_log.pid = daemon.pid

        def all_through() -> bool:
            time.sleep(2)
            found = Counter(states(out).values())
            return sum(found[s] for s in ("published", "duplicate", "quarantined")) == len(expected)

        until(all_through, 4 * 3600)
        assert stop(daemon, 3600) == 0
    found = states(out)
    for rel, state in found.items():
        wanted = ("published", "duplicate") if expected[rel] == "twin" else (expected[rel],)
        assert state in wanted, (rel, state)
    assert found.keys() == expected.keys()
    assert_outputs_are_right(inbox, out, expected)
    assert not temporaries(out)
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert sorted(source["path"] for source in manifest["sources"]) == sorted(expected)
    memory = memory_log.of_pid[daemon.pid]
    settled = memory[len(memory) // 4 :]
    early_mb, late_mb = (
        statistics.median(part) for part in (settled[: len(settled) // 3], settled[-len(settled) // 3 :])
    )
    print(
        f"\n{FILES} files, {KILLS} kills, {killed_at_work} with files in the making: {Counter(found.values())}; "
        f"{killed_s:.0f} s of kills, {time.monotonic() - begun_s:.0f} s in all; "
        f"memory of the last daemon {min(settled):.0f} to {max(settled):.0f} MB, "
        f"median of its second quarter {early_mb:.0f} and of its last {late_mb:.0f} MB, "
        f"children's processor time {resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime:.0f} s"
    )
    assert max(settled) < 2 * min(settled) + 50
    assert late_mb < 1.25 * early_mb, "memory grows with the files made"


def assert_outputs_are_right(inbox: Path, out: Path, expected: dict[str, str]) -> None:
    """One file for each source that is no quarantined one, whole, of the right shape, and of the source's own colours."""
    wanted = {rel for rel, state in expected.items() if state != "quarantined"}
    there = {path.relative_to(out / TARGET).as_posix() for path in (out / TARGET).rglob("*") if path.is_file()}
    assert there == wanted
    contents: dict[str, set[str]] = {}
    for rel in wanted:
        with Image.open(inbox / rel) as source, Image.open(out / TARGET / rel) as made:
            made.load()
            assert made.size[0] * 4 == made.size[1] * 3, rel
            colours = [im.convert("RGB").resize((1, 1), Image.Resampling.BOX).getpixel((0, 0)) for im in (source, made)]
        assert max(abs(a - b) for a, b in zip(*colours, strict=True)) < 8, rel
        digest = hashlib.sha256((out / TARGET / rel).read_bytes()).hexdigest()
        contents.setdefault(digest, set()).add(hashlib.sha256((inbox / rel).read_bytes()).hexdigest())
    assert all(len(sources) == 1 for sources in contents.values())
    for rel in expected.keys() - wanted:
        assert json.loads((out / "quarantine" / f"{rel}.json").read_text(encoding="utf-8"))["code"] == "too-small"
