"""Tells people and programs what becomes of what arrived: the terminal and the live page, sidecars, the log.

A verdict is told as soon as it is there, and again with what was made of the file. What stays as it is, is not told twice.
"""

from __future__ import annotations

from dataclasses import replace

from mediakit.batch.post_values import Post
from mediakit.errors import FileError
from mediakit.model import Note, Outcome, Verdict
from mediakit.quality.verdict import advised, verdict
from mediakit.watch.book import Book, text
from mediakit.watch.posting import FAULT
from mediakit.watch.rounds import Order
from mediakit.watch.sidecar import write_sidecar
from mediakit.watch.voice import Voice


class Teller:
    """Used by the loop's thread. `failed`: something that was told of did not come out as it should."""

    def __init__(self, order: Order, book: Book, voice: Voice) -> None:
        self._order, self._book, self._voice = order, book, voice
        self._told: frozenset[str] = frozenset()
        self._blocked = False
        self._missed = False

    @property
    def failed(self) -> bool:
        """A file or a round failed, or a post must not go out as it is."""
        return self._missed or self._blocked

    def scored(self, outcome: Outcome) -> None:
        """A photo has its verdict; it is made after."""
        outcome, said = self._judged(outcome)
        self._write_sidecar(outcome, said)
        self._voice.scored(outcome, said)

    def made(self, outcome: Outcome, seconds: float) -> None:
        """A source is through."""
        outcome, said = self._judged(outcome)
        self._write_sidecar(outcome, said)
        self._voice.made(outcome, seconds, said)
        self._missed |= outcome.problem is not None or any(d.status == "failed" for d in outcome.delivered)

    def posts(self, posts: tuple[Post, ...], notes: tuple[Note, ...]) -> None:
        """Each post once for each verdict; what waits, once for each reason."""
        lines = [
            f"Post {post.name} on {post.target}: {post.verdict}, {self._order.out / post.folder}" for post in posts
        ]
        lines += [note.message for note in notes]
        for line in lines:
            if line not in self._told:
                self.all(line, "post")
        self._told = frozenset(lines)
        self._blocked = any(post.verdict == "block" for post in posts) or any(note.code == FAULT for note in notes)

    def round_failed(self, error: Exception) -> None:
        """A round ended early."""
        self._missed = True
        self.all(f"A round ended early and is begun again: {error}", "round-failed")

    def all(self, words: str, event: str) -> None:
        """In words to people, and into the log."""
        self._voice.remark(words)
        self._book.say(event, words=words)

    def _write_sidecar(self, outcome: Outcome, said: Verdict | None) -> None:
        try:
            write_sidecar(self._order.out, outcome, said)
        except FileError as error:
            self._book.say("sidecar-not-written", path=text(outcome.rel), why=error.message)

    def _judged(self, outcome: Outcome) -> tuple[Outcome, Verdict | None]:
        """With the brand's verdict, and what to do about it."""
        if outcome.score is None:
            return outcome, None
        said = verdict(outcome.score, self._order.preset.preset.score)
        return replace(outcome, score=advised(outcome.score, said)), said
