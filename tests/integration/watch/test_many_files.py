"""Many files at once. Long: start them with `pytest -m soak`; results in docs/WATCH.md."""

from __future__ import annotations

import os
import time
from collections import Counter
from pathlib import Path

import pytest
from shoots import save_photo_at
from test_soak import MemoryLog, small_photo
from watch_kit import TARGET, beat, journal, plain_preset, running, states, stop, until

from mediakit.batch.shoot import find_sources

FILES = int(os.environ.get("MEDIAKIT_SOAK_FILES", "10000"))
REMOUNTED = int(os.environ.get("MEDIAKIT_SOAK_REMOUNTED", "1000"))


def fill(inbox: Path, count: int) -> None:
    for number in range(count):
        path = inbox / f"{number // 1000:03}" / f"IMG_{number:05}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(small_photo(number))


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_all_of_many_files_dropped_at_once_are_made(tmp_path: Path) -> None:
    inbox, out = tmp_path / "inbox", tmp_path / "out"
    fill(tmp_path / "elsewhere", FILES)
    inbox.mkdir()
    memory_log, begun_s = MemoryLog(tmp_path / "memory.tsv"), time.monotonic()
    with running(inbox, out, "--preset", str(plain_preset(tmp_path))) as daemon:
        memory_log.pid = daemon.pid
        until(lambda: beat(out))
        for folder in (tmp_path / "elsewhere").iterdir():
            folder.rename(inbox / folder.name)

        def all_made() -> bool:
            time.sleep(2)
            return Counter(states(out).values())["published"] == FILES

        until(all_made, 4 * 3600)
        assert stop(daemon, 3600) == 0
    assert set(states(out)) == {source.rel for source in find_sources([inbox]).sources}
    memory = memory_log.of_pid[daemon.pid]
    print(f"\n{FILES} at once in {time.monotonic() - begun_s:.0f} s: memory at most {max(memory):.0f} MB")
    assert max(memory) < 600


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_a_root_of_many_files_that_goes_and_comes_back_runs_nothing_again(tmp_path: Path) -> None:
    inbox, out, away = tmp_path / "inbox", tmp_path / "out", tmp_path / "away"
    fill(inbox, REMOUNTED)
    with running(inbox, out, "--preset", str(plain_preset(tmp_path)), "--mode", "poll") as daemon:
        until(lambda: Counter(states(out).values())["published"] == REMOUNTED, 3600)
        before = {path: path.stat().st_mtime_ns for path in (out / TARGET).rglob("*.jpg")}
        for _ in range(3):
            inbox.rename(away)
            inbox.mkdir()  # the empty mount point
            until(lambda: beat(out).get("online") is False)
            inbox.rmdir()
            away.rename(inbox)
            until(lambda: beat(out).get("online") is True)
            back = beat(out)["last_scan"]
            until(lambda back=back: beat(out)["last_scan"] > back + 6)
        save_photo_at(inbox / "last.jpg")
        until(lambda: states(out).get("last.jpg") == "published")
        assert stop(daemon) == 0
    claimed = Counter(line["path"] for line in journal(out) if line.get("state") == "claimed")
    assert set(claimed.values()) == {1}
    assert len(claimed) == REMOUNTED + 1
    assert {path: path.stat().st_mtime_ns for path in before} == before
