"""What runs jobs, wherever they run: one protocol, with this process, a pool of processes and a cluster behind it.

An executor is handed tasks and gives back how each ended. It keeps no state that matters: the ledger is the truth, and
everything an executor was given can be given to another one. At least once is enough, since making a thing twice makes the
same bytes and takes the same name by one rename.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from mediakit.batch.plan import Job
from mediakit.model import Outcome

Work = Callable[[Job, int], Outcome]
"""What is done to a job, with so many threads: importable by name, since it runs in another process."""


@dataclass(frozen=True, slots=True)
class Task:
    """One job, what to do to it, and how many threads its encoder may have."""

    job: Job
    threads: int
    work: Work


@dataclass(frozen=True, slots=True)
class Finished:
    """One job's outcome and how long it took. died: it took its worker with it, which may not have been its fault."""

    job: Job
    outcome: Outcome
    seconds: float
    died: bool = False


class Executor(Protocol):
    """Runs tasks. Used from one thread."""

    @property
    def capacity(self) -> int:
        """How many tasks run side by side at present."""
        ...

    def submit(self, task: Task) -> None:
        """Take a task. Raises a MediakitError where there is nobody to do it."""
        ...

    def as_completed(self) -> Iterator[Finished]:
        """What was submitted, as it ends; more may be submitted meanwhile. Ends when nothing is left.

        Raises a MediakitError where whoever does the work is gone: what was given back until then is done.
        """
        ...

    def cancel(self) -> None:
        """Forget what has not begun; what runs may finish."""
        ...

    def shutdown(self) -> None:
        """Stop, where it stands. Nothing is half-written: files get their names last."""
        ...


class Inline:
    """In this very process, one after the other: for a lone quick job, and to look at what happens."""

    capacity = 1

    def __init__(self) -> None:
        self._waiting: deque[Task] = deque()

    def submit(self, task: Task) -> None:
        """Put it at the end."""
        self._waiting.append(task)

    def as_completed(self) -> Iterator[Finished]:
        """Do them now."""
        while self._waiting:
            task = self._waiting.popleft()
            start = time.monotonic()
            yield Finished(task.job, task.work(task.job, task.threads), time.monotonic() - start)

    def cancel(self) -> None:
        """Forget what was not done."""
        self._waiting.clear()

    def shutdown(self) -> None:
        """Nothing is left running."""
        self._waiting.clear()
