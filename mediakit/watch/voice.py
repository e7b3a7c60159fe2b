"""Who is told what happens: the terminal, the live page, a test."""

from __future__ import annotations

import contextlib
from typing import Protocol

from mediakit.model import Outcome, Verdict


class Voice(Protocol):
    """Who is told, as it happens."""

    def scored(self, outcome: Outcome, verdict: Verdict | None) -> None:
        """A photo has its verdict; it is rendered after."""

    def made(self, outcome: Outcome, seconds: float, verdict: Verdict | None) -> None:
        """A source is through."""

    def remark(self, words: str) -> None:
        """Anything else a person would want to know."""


class Unfailing:
    """A voice that may fail (a terminal that was closed, a pipe nobody reads): what it cannot say is left out."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice

    def scored(self, outcome: Outcome, verdict: Verdict | None) -> None:
        """Say it, if it can be said."""
        with contextlib.suppress(Exception):
            self._voice.scored(outcome, verdict)

    def made(self, outcome: Outcome, seconds: float, verdict: Verdict | None) -> None:
        """Say it, if it can be said."""
        with contextlib.suppress(Exception):
            self._voice.made(outcome, seconds, verdict)

    def remark(self, words: str) -> None:
        """Say it, if it can be said."""
        with contextlib.suppress(Exception):
            self._voice.remark(words)
