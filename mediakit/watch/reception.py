"""Receives what arrives: a verdict as soon as a photo seems to be there, an entry in the book as soon as it surely is.

Settling -> glance -> Feedback          a moment after the last change: a verdict that may still be corrected
Settling -> what_is_missing -> Book     after the settling time, once the file and what belongs with it are whole
"""

from __future__ import annotations

from collections.abc import Callable

from mediakit.model import Outcome, Source
from mediakit.presets.schema import Limits
from mediakit.watch.book import Book
from mediakit.watch.feedback import Feedback
from mediakit.watch.halves import awaited_half
from mediakit.watch.settle import Settling
from mediakit.watch.whole import what_is_missing

AT_ONCE = 200
"""Files that are entered in one transaction."""


class Reception:
    """Used by the loop's thread. `meanwhile` is called often: a long row of files must not look like a dead daemon."""

    def __init__(
        self, settling: Settling, book: Book, feedback: Feedback, limits: Limits, *, wake: Callable[[], None]
    ) -> None:
        self._settling, self._book, self._feedback, self._limits, self._wake = settling, book, feedback, limits, wake

    def glance(self, now_s: float) -> None:
        """Have photos scored that seem to be there; those that cannot be answered in good time are left to the batch."""
        for source in self._settling.to_glance(now_s):
            if not self._feedback.has_room:
                return
            known = self._book.knows(source)
            if known is not None and known.state != "ready":
                self._settling.glanced(source.rel)  # it was dealt with before this daemon started
            elif not what_is_missing(source, self._limits):
                self._feedback.look(source, self._wake)
                self._settling.glanced(source.rel)
            else:
                self._settling.glanced(source.rel)

    def look_into(
        self, clock: Callable[[], float], goes_on: Callable[[], bool], meanwhile: Callable[[], object]
    ) -> None:
        """Look into what has been quiet for long enough, and enter what is whole."""
        whole: list[Source] = []
        for source in self._settling.quiet(clock()):
            if not goes_on():
                break
            if self._is_whole(source, clock()):
                whole.append(source)
            if len(whole) >= AT_ONCE:
                self._enter(whole)
                whole = []
            meanwhile()
        self._enter(whole)

    def _is_whole(self, source: Source, now_s: float) -> bool:
        if self._book.knows(source) is not None:
            return True  # this very file was found whole before: a restart does not open thousands of them anew
        missing = what_is_missing(source, self._limits)
        if missing:  # one that never gets whole is entered in the end: the batch says what is wrong with it
            return not self._settling.is_not_whole(source.rel, missing, now_s)
        half = awaited_half(source, self._limits)
        return not (half and self._settling.waits_for_half(source.rel, half, now_s))

    def _enter(self, sources: list[Source]) -> None:
        """In the book before it counts as whole: what is in no row is not worked on."""
        self._book.arrive(sources)
        for source in sources:
            self._settling.is_whole(source.rel)

    def results(self) -> list[Outcome]:
        """Photos that were scored since it was last asked."""
        return self._feedback.results()
