"""What is looked into when it arrives, and what a daemon that starts again knows already."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from shoots import save_photo_at

from mediakit.batch.shoot import find_sources
from mediakit.presets.schema import Limits
from mediakit.watch import reception as reception_room
from mediakit.watch.book import Book
from mediakit.watch.feedback import Feedback
from mediakit.watch.reception import Reception
from mediakit.watch.settle import Settling


class NoFeedback(Feedback):
    """No verdicts before the batch."""

    def __init__(self) -> None:
        self._running = {}
        self._scored = False


def received(inbox: Path, out: Path) -> list[str]:
    """Start on what is in the inbox as a daemon does; what was found whole."""
    settling = Settling(0.0)
    with Book(out) as book:
        reception = Reception(settling, book, NoFeedback(), Limits(), wake=lambda: None)
        settling.see(find_sources([inbox]).sources, time.monotonic())
        reception.look_into(time.monotonic, lambda: True, lambda: None)
    return [source.rel for source in settling.whole_sources]


def test_a_daemon_that_starts_again_opens_only_what_it_does_not_know(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed with thousands of files ready, it must not look into all of them anew before it makes the first."""
    inbox, out, opened = tmp_path / "inbox", tmp_path / "out", list[str]()
    ordinary = reception_room.what_is_missing
    monkeypatch.setattr(
        reception_room, "what_is_missing", lambda source, limits: opened.append(source.rel) or ordinary(source, limits)
    )
    (out / ".mediakit").mkdir(parents=True)
    save_photo_at(inbox / "a.jpg")
    save_photo_at(inbox / "b.jpg")
    assert received(inbox, out) == ["a.jpg", "b.jpg"]
    save_photo_at(inbox / "b.jpg", size=(320, 240))
    save_photo_at(inbox / "c.jpg")
    opened.clear()
    assert received(inbox, out) == ["a.jpg", "b.jpg", "c.jpg"]
    assert opened == ["b.jpg", "c.jpg"]
