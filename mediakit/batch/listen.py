"""What the batch tells whoever listens; the terminal draws it, a test collects it, nobody else knows how."""

from __future__ import annotations

from typing import Protocol

from mediakit.batch.plan import Plan
from mediakit.model import Outcome


class Listener(Protocol):
    """Told in this order: `planned` once, `finished` for every job that needed work, `done` once."""

    def planned(self, plan: Plan) -> None:
        """The plan, before anything is written."""

    def finished(self, outcome: Outcome, seconds: float) -> None:
        """One source is through, made or refused."""

    def done(self) -> None:
        """Everything is written, the report included; also called when the run is interrupted."""


class Silent:
    """A listener that says nothing."""

    def planned(self, plan: Plan) -> None:
        """Nothing to say."""

    def finished(self, outcome: Outcome, seconds: float) -> None:
        """Nothing to say."""

    def done(self) -> None:
        """Nothing to say."""
