"""From a plan to files: run what is not there yet, remember each source the moment it is through.

The ledger is written by this process alone, after the worker has checked and renamed its files; so a row never speaks of
a file that is not there, and a run killed between the two only makes that one source again.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from mediakit.batch.executor import Finished
from mediakit.batch.ledger import Known, Ledger
from mediakit.batch.listen import Listener
from mediakit.batch.outcomes import IN_MEMORY, Outcomes, Stored, tally, with_kept
from mediakit.batch.outfolder import file_hash, flush_folders
from mediakit.batch.plan import Job, Plan
from mediakit.batch.repeats import copied, parted
from mediakit.batch.shoot import Refusal
from mediakit.batch.workers import KeepGoing, always, run_jobs, workers_for
from mediakit.errors import ExitCode, Fault
from mediakit.model import Kind, Outcome, Problem, Source

TRANSIENT = frozenset(
    {Fault.TIMED_OUT, Fault.OUT_OF_MEMORY, Fault.CRASHED, Fault.DISK_FULL, Fault.NOT_WRITABLE, Fault.MISSING_PART}
    | {Fault.PRESET_ASSET, Fault.CHANGED, Fault.INTERNAL, Fault.UNREADABLE, Fault.CHECK_FAILED}
)
"""Faults that another run may not meet again; the others stay with the bytes and are not tried twice."""


def hash_sources(
    sources: Sequence[Source], ledger: Ledger
) -> tuple[dict[str, str], list[tuple[Source, str]], tuple[Refusal, ...]]:
    """SHA-256 of every source by `rel`, from the ledger where the file has not changed.

    Returns (hashes, those newly computed, what could not be read). The caller decides whether to remember the new ones.
    """
    hashes: dict[str, str] = {}
    fresh: list[tuple[Source, str]] = []
    refused: list[Refusal] = []
    for source in sources:
        known = ledger.known_hash(source)
        if known is None:
            try:
                known = _hashed_meanwhile(source) if len(sources) == 1 else file_hash(source.place)
            except OSError as error:
                refused.append(_unreadable(source, error))
                continue
            fresh.append((source, known))
        hashes[source.rel] = known
    return hashes, fresh, tuple(refused)


def _hashed_meanwhile(source: Source) -> str:
    """The hash of a lone source. A clip may well be made in this process (`run_jobs`): what that takes is loaded beside."""
    with ThreadPoolExecutor(1) as beside:
        hashing = beside.submit(file_hash, source.path)
        if source.kind is Kind.CLIP:
            import av  # noqa: F401

            import mediakit.batch.make_clip  # noqa: F401
        return hashing.result()


def execute(
    plan: Plan,
    ledger: Ledger,
    listener: Listener,
    *,
    jobs: int | None = None,
    keep_going: KeepGoing = always,
    anew: bool = False,
) -> Sequence[Outcome]:
    """Make what the plan wants and the ledger does not know. Returns every source's outcome, by name.

    `jobs` is the number of worker processes; None takes one a core. Once `keep_going` says no, nothing more is begun; what
    was not begun has no outcome. Sources of the same bytes are made once and copied; with `anew` nothing is copied that an
    earlier run made.
    """
    entries: dict[str, Outcome | Stored] = {job.source.rel: Stored(job) for job in plan.jobs if job.is_done}
    few = len(plan.jobs) <= IN_MEMORY
    for finished in _through(plan.to_do, ledger, jobs, keep_going, anew):
        outcome = with_kept(finished.outcome, finished.job, ledger)
        held = _remember(ledger, outcome, finished.job)
        entries[outcome.rel] = _stored(outcome, finished.job) if held and not few else outcome
        listener.finished(outcome, finished.seconds)
    entries.update({refusal.rel: _as_refused(refusal) for refusal in plan.refused})
    outcomes = Outcomes(plan.out, entries)
    return tuple(outcomes) if few else outcomes


def _through(
    to_do: Sequence[Job], ledger: Ledger, jobs: int | None, keep_going: KeepGoing, anew: bool
) -> Iterator[Finished]:
    """Every job, made or copied. Whoever takes what comes enters it in the ledger before asking for more."""
    first, repeats = parted(to_do)
    left: list[Job] = []
    yield from _copied(() if anew else first, ledger, keep_going, left)
    yield from _run(first if anew else left, jobs, keep_going)
    left = []
    yield from _copied(repeats, ledger, keep_going, left)
    yield from _run(left, jobs, keep_going)


def _copied(to_do: Sequence[Job], ledger: Ledger, keep_going: KeepGoing, left: list[Job]) -> Iterator[Finished]:
    """The jobs that a copy is enough for; the others are put into `left`."""
    for job in to_do:
        start = time.monotonic()
        outcome = copied(job, ledger) if keep_going() else None
        if outcome is None:
            left.append(job)
        else:
            yield Finished(job, outcome, time.monotonic() - start)


def _run(to_do: Sequence[Job], jobs: int | None, keep_going: KeepGoing) -> Iterator[Finished]:
    if to_do and keep_going():
        processes, threads = workers_for(jobs, len(to_do))
        yield from run_jobs(to_do, processes=processes, threads=threads, keep_going=keep_going)


def exit_code(outcomes: Sequence[Outcome]) -> ExitCode:
    """0 where every source became all it should, 1 where something failed."""
    counts = tally(outcomes)
    failed = counts.refused or counts.statuses.get("failed")
    return ExitCode.SOME_FAILED if failed else ExitCode.OK


def _remember(ledger: Ledger, outcome: Outcome, job: Job) -> bool:
    """Enter an outcome that another run would come to as well. False where it is not to be kept."""
    if job.out is None or (outcome.problem is not None and outcome.problem.code in TRANSIENT):
        return False
    flush_folders(job.out / made.path for made in outcome.delivered if made.status == "made")
    ledger.record(outcome, job.settings, job.out)
    return True


def _stored(outcome: Outcome, job: Job) -> Outcome | Stored:
    """What is enough to read an outcome from the ledger again; itself, where some of it is not in there."""
    made = {item.path: item for item in job.wanted}
    rest = tuple(item for item in outcome.delivered if item.status not in ("made", "kept"))
    if any(item.status == "failed" for item in rest):
        return outcome
    own = tuple(item for item in rest if item not in job.skipped)
    known = Known(outcome.problem, "")
    return Stored(
        replace(job, wanted=(), known=known),
        tuple(made[item.path] for item in outcome.delivered if item.status == "made"),
        own,
    )


def _as_refused(refusal: Refusal) -> Outcome:
    return Outcome(rel=refusal.rel, sha256="", kind=refusal.kind, problem=refusal.problem)


def _unreadable(source: Source, error: OSError) -> Refusal:
    words = f"{source.rel} cannot be read ({error.strerror})."
    return Refusal(source.rel, source.kind, Problem(Fault.UNREADABLE, words, "Check its permissions and run again."))
