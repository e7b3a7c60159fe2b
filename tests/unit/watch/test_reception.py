"""What is looked into when it arrives, and what a daemon that starts again knows already."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from shoots import save_photo_at

from mediakit.batch.shoot import find_sources
from mediakit.model import Source
from mediakit.presets.schema import Limits
from mediakit.watch.book import Book
from mediakit.watch.doorman import Doorman, Look, look_into
from mediakit.watch.feedback import Feedback
from mediakit.watch.reception import Reception
from mediakit.watch.settle import Settling


class NoFeedback(Feedback):
    """No verdicts before the batch."""

    def __init__(self) -> None:
        self._running = {}
        self._scored = False


class OpenDoor(Doorman):
    """Looks in this process, and remembers at what."""

    def __init__(self) -> None:
        self.opened: list[str] = []

    def look(self, sources: Sequence[Source], meanwhile: Callable[[], object]) -> Iterator[tuple[Source, Look]]:
        self.opened += [source.rel for source in sources]
        return zip(sources, look_into(sources, Limits()), strict=True)


def received(inbox: Path, out: Path) -> tuple[list[str], list[str]]:
    """Start on what is in the inbox as a daemon does: what was found whole, and what was opened for it."""
    settling, doorman = Settling(0.0), OpenDoor()
    with Book(out) as book:
        reception = Reception(settling, book, NoFeedback(), doorman, wake=lambda: None)
        settling.see(find_sources([inbox]).sources, time.monotonic())
        reception.look_into(time.monotonic, lambda: True, lambda: None)
    return [source.rel for source in settling.whole_sources], doorman.opened


def test_a_daemon_that_starts_again_opens_only_what_it_does_not_know(tmp_path: Path) -> None:
    """Killed with thousands of files ready, it must not look into all of them anew before it makes the first."""
    inbox, out = tmp_path / "inbox", tmp_path / "out"
    (out / ".mediakit").mkdir(parents=True)
    save_photo_at(inbox / "a.jpg")
    save_photo_at(inbox / "b.jpg")
    assert received(inbox, out) == (["a.jpg", "b.jpg"], ["a.jpg", "b.jpg"])
    save_photo_at(inbox / "b.jpg", size=(320, 240))
    save_photo_at(inbox / "c.jpg")
    assert received(inbox, out) == (["a.jpg", "b.jpg", "c.jpg"], ["b.jpg", "c.jpg"])


def test_what_is_not_whole_waits(tmp_path: Path) -> None:
    inbox, out = tmp_path / "inbox", tmp_path / "out"
    (out / ".mediakit").mkdir(parents=True)
    whole = save_photo_at(inbox / "a.jpg").read_bytes()
    (inbox / "half.jpg").write_bytes(whole[: len(whole) // 2])
    assert received(inbox, out)[0] == ["a.jpg"]
    (inbox / "half.jpg").write_bytes(whole)
    assert received(inbox, out)[0] == ["a.jpg", "half.jpg"]
