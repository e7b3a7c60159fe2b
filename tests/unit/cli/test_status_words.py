"""`mediakit status`: why each file is not made, in plain words, and not thousands of lines of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mediakit.batch.outfolder import home
from mediakit.cli.app import run
from mediakit.cli.status import FEW_TOLD
from mediakit.model import Kind, Source
from mediakit.watch.book import Book


def source(rel: str) -> Source:
    return Source(Path("/inbox"), rel, Kind.PHOTO, 5, 1, 7)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    home(tmp_path).mkdir()
    with Book(tmp_path) as book:
        book.arrive([source(f"{number:03}.jpg") for number in range(100)])
        book.arrive([source(rel) for rel in ("clip.mp4", "broken.jpg", "made.jpg", "busy.jpg")])
        book.move(["clip.mp4"], "retry-wait", "clip.mp4: There is no ffmpeg.", code="missing-part", wait_s=40)
        book.move(["broken.jpg"], "quarantined", "The end of the picture is missing.", code="truncated")
        book.move(["made.jpg"], "published")
        book.claim(["busy.jpg"])
    return tmp_path


def test_every_state_has_its_words_and_what_a_person_must_know_comes_first(
    out: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert run(["status", str(out)]) == 0
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert lines[:2] == [
        "No daemon is at work here.",
        "1 claimed, 1 published, 1 quarantined, 100 ready, 1 retry-wait",
    ]
    assert lines[2] == "quarantined  broken.jpg: The end of the picture is missing."
    assert lines[3].startswith("retry-wait   clip.mp4: There is no ffmpeg. Tried again by itself in ")
    assert lines[4:6] == [
        "claimed      busy.jpg: is being made, or is next",
        "ready        000.jpg: whole, waits for its turn",
    ]
    assert lines[-1] == f"ready        and {100 - FEW_TOLD} more; --json names all that are known."
    assert len(lines) == 5 + FEW_TOLD + 1
