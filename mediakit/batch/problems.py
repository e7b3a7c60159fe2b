"""Errors as values: what went wrong with a source, or with one of its deliverables."""

from __future__ import annotations

from mediakit.batch.plan import Job, Wanted
from mediakit.errors import FileError
from mediakit.model import Delivered, Outcome, Problem


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
