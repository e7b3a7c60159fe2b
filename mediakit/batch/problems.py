"""Errors as values: what went wrong with a source, or with one of its deliverables."""

from __future__ import annotations

from mediakit.batch.plan import Job, Wanted
from mediakit.errors import Fault, FileError
from mediakit.model import Check, Delivered, Outcome, Problem
from mediakit.platforms.check import conforms


def refused(job: Job, problem: Problem) -> Outcome:
    """The outcome of a source that could not be used."""
    return Outcome(rel=job.source.rel, sha256=job.sha256, kind=job.source.kind, problem=problem)


def problem_of(error: FileError) -> Problem:
    """An error as a value."""
    return Problem(str(error.code), error.message, error.hint)


def failed(item: Wanted, error: FileError) -> Delivered:
    """A deliverable that could not be made, with the reason."""
    return Delivered(
        target=item.target,
        path=item.path,
        status="failed",
        fingerprint=item.fingerprint,
        why=error.message,
        problem=problem_of(error),
    )


def refuse_unfit(item: Wanted, checks: tuple[Check, ...]) -> None:
    """Raise CHECK_FAILED where a written file does not conform to its surface: it must not get its final name."""
    if conforms(checks):
        return
    broken = ", ".join(
        f"{c.rule} is {c.measured}, allowed {c.limit}" for c in checks if not c.ok and c.severity == "block"
    )
    raise FileError(Fault.CHECK_FAILED, f"{item.path} would not conform to {item.target}: {broken}.", "See the report.")
