"""What the terminal shows while a batch runs: a bar with the time left, or plain lines where nobody is looking."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from mediakit.cli.console import MANNERS, err, one_line, say

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from mediakit.batch.plan import Plan
    from mediakit.model import Outcome


class Terminal:
    """A `Listener` for people."""

    def __init__(self) -> None:
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._total = 0
        self._finished = 0

    def planned(self, plan: Plan) -> None:
        """Say what there is to do and start the bar."""
        self._total = len(plan.to_do)
        there = len(plan.jobs) - self._total
        say(
            f"{len(plan.jobs)} sources, {self._total} to make, {there} already done, {len(plan.refused)} refused at sight."
        )
        if self._total and not MANNERS.quiet and sys.stderr.isatty() and err().is_terminal:
            self._progress = _bar()
            self._task = self._progress.add_task("making", total=self._total)
            self._progress.start()

    def finished(self, outcome: Outcome, seconds: float) -> None:
        """One line for a failure (or for everything, off the terminal), and one step of the bar."""
        self._finished += 1
        line = _line(outcome, seconds)
        if self._progress is not None and self._task is not None:
            self._progress.advance(self._task)
            if outcome.problem is not None or MANNERS.verbose:
                self._progress.console.print(one_line(line), markup=False)
        else:
            say(f"[{self._finished}/{self._total}] {line}")

    def done(self) -> None:
        """Take the bar away."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None


def _bar() -> Progress:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=err(), transient=True)


def _line(outcome: Outcome, seconds: float) -> str:
    if outcome.problem is not None:
        return f"{outcome.rel}: {outcome.problem.code}: {outcome.problem.message} {outcome.problem.hint}"
    made = sum(item.status == "made" for item in outcome.delivered)
    failed = [item for item in outcome.delivered if item.status == "failed"]
    why = "".join(f"; {item.target} failed: {item.why}" for item in failed)
    return f"{outcome.rel}: {made} made in {seconds:.1f} s{why}"
