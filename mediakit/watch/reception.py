"""Receives what arrives: a verdict as soon as a photo seems to be there, an entry in the book as soon as it surely is.

Settling -> Doorman -> Feedback     a moment after the last change: a verdict that may still be corrected
Settling -> Doorman -> Book         after the settling time, once the file and what belongs with it are whole
"""

from __future__ import annotations

from collections.abc import Callable

from mediakit.model import Outcome, Source
from mediakit.watch.book import Book
from mediakit.watch.doorman import Doorman, Look
from mediakit.watch.feedback import Feedback
from mediakit.watch.settle import Settling

AT_ONCE = 192
"""Files that are entered in one transaction."""


class Reception:
    """Used by the loop's thread. `meanwhile` is called often: a long row of files must not look like a dead daemon."""

    def __init__(
        self, settling: Settling, book: Book, feedback: Feedback, doorman: Doorman, *, wake: Callable[[], None]
    ) -> None:
        self._settling, self._book, self._feedback, self._doorman, self._wake = settling, book, feedback, doorman, wake

    def glance(self, now_s: float, meanwhile: Callable[[], object]) -> None:
        """Have photos scored that seem to be there; those that cannot be answered in good time are left to the batch."""
        seen: list[Source] = []
        for source in self._settling.to_glance(now_s):
            if len(seen) >= self._feedback.room:
                break
            self._settling.glanced(source.rel)
            known = self._book.knows(source)
            if known is None or known.state == "ready":  # else it was dealt with before this daemon started
                seen.append(source)
        for source, look in self._doorman.look(seen, meanwhile):
            if not look.missing:
                self._feedback.look(source, self._wake)

    def look_into(
        self, clock: Callable[[], float], goes_on: Callable[[], bool], meanwhile: Callable[[], object]
    ) -> None:
        """Look into what has been quiet for long enough, and enter what is whole."""
        new: list[Source] = []
        for source in self._settling.quiet(clock()):
            if self._book.knows(source) is None:
                new.append(source)
            else:  # found whole before: a daemon that starts again does not open thousands of them anew
                self._settling.is_whole(source.rel)
        for first in range(0, len(new), AT_ONCE):
            if not goes_on():
                return
            looks = self._doorman.look(new[first : first + AT_ONCE], meanwhile)
            self._enter([source for source, look in looks if self._is_whole(source, look, clock())])
            meanwhile()

    def _is_whole(self, source: Source, look: Look, now_s: float) -> bool:
        if look.missing:  # one that never gets whole is entered in the end: the batch says what is wrong with it
            return not self._settling.is_not_whole(source.rel, look.missing, now_s)
        return not (look.half and self._settling.waits_for_half(source.rel, look.half, now_s))

    def _enter(self, sources: list[Source]) -> None:
        """In the book before it counts as whole: what is in no row is not worked on."""
        self._book.arrive(sources)
        for source in sources:
            self._settling.is_whole(source.rel)

    def results(self) -> list[Outcome]:
        """Photos that were scored since it was last asked."""
        return self._feedback.results()
