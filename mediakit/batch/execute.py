"""From a plan to files: run what is not there yet, remember each source the moment it is through.

The ledger is written by this process alone, after the worker has checked and renamed its files; so a row never speaks of
a file that is not there, and a run killed between the two only makes that one source again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from mediakit.batch.ledger import Ledger
from mediakit.batch.listen import Listener
from mediakit.batch.outfolder import file_hash, flush_folders
from mediakit.batch.plan import FOCUS_IGNORED, Job, Plan
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
    with ThreadPoolExecutor(1) as beside:
        for source in sources:
            known = ledger.known_hash(source)
            if known is None:
                hashing = beside.submit(file_hash, source.path)
                _load_rooms(sources)
                try:
                    known = hashing.result()
                except OSError as error:
                    refused.append(_unreadable(source, error))
                    continue
                fresh.append((source, known))
            hashes[source.rel] = known
    return hashes, fresh, tuple(refused)


def _load_rooms(sources: Sequence[Source]) -> None:
    """A lone clip may well be made in this process (`run_jobs`): load what that takes, since hashing leaves us idle."""
    if len(sources) == 1 and sources[0].kind is Kind.CLIP:
        import av  # noqa: F401

        import mediakit.batch.make_clip  # noqa: F401


def execute(
    plan: Plan, ledger: Ledger, listener: Listener, *, jobs: int | None = None, keep_going: KeepGoing = always
) -> tuple[Outcome, ...]:
    """Make what the plan wants and the ledger does not know. Returns every source's outcome in the plan's order.

    `jobs` is the number of worker processes; None takes one a core. Once `keep_going` says no, nothing more is begun; what
    was not begun has no outcome.
    """
    outcomes = {job.source.rel: _as_known(job) for job in plan.jobs if job.is_done}
    to_do = plan.to_do
    if to_do:
        processes, threads = workers_for(jobs, len(to_do))
        for finished in run_jobs(to_do, processes=processes, threads=threads, keep_going=keep_going):
            outcome = _with_kept(finished.outcome, finished.job)
            _remember(ledger, outcome, finished.job)
            outcomes[outcome.rel] = outcome
            listener.finished(outcome, finished.seconds)
    outcomes.update({refusal.rel: _as_refused(refusal) for refusal in plan.refused})
    return tuple(outcomes[rel] for rel in sorted(outcomes))


def exit_code(outcomes: Iterable[Outcome]) -> ExitCode:
    """0 where every source became all it should, 1 where something failed."""
    failed = any(o.problem is not None or any(d.status == "failed" for d in o.delivered) for o in outcomes)
    return ExitCode.SOME_FAILED if failed else ExitCode.OK


def _remember(ledger: Ledger, outcome: Outcome, job: Job) -> None:
    if job.out is not None and (outcome.problem is None or outcome.problem.code not in TRANSIENT):
        flush_folders(job.out / made.path for made in outcome.delivered if made.status == "made")
        ledger.record(outcome, job.settings, job.out)


def _as_known(job: Job) -> Outcome:
    """A source that needs no work: what was found out before, with its deliverables as they are.

    What planning has to say of a sidecar is of today.
    """
    assert job.known is not None
    before = tuple(note for note in job.known.notes if note.code != FOCUS_IGNORED)
    today = tuple(note for note in job.notes if note.code == FOCUS_IGNORED)
    return replace(job.known, delivered=(*job.kept, *job.skipped), notes=(*before, *today))


def _with_kept(outcome: Outcome, job: Job) -> Outcome:
    return replace(outcome, delivered=(*job.kept, *outcome.delivered, *job.skipped))


def _as_refused(refusal: Refusal) -> Outcome:
    return Outcome(rel=refusal.rel, sha256="", kind=refusal.kind, problem=refusal.problem)


def _unreadable(source: Source, error: OSError) -> Refusal:
    words = f"{source.rel} cannot be read ({error.strerror})."
    return Refusal(source.rel, source.kind, Problem(Fault.UNREADABLE, words, "Check its permissions and run again."))
