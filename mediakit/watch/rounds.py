"""The batch, round after round, in a thread of its own, so that the daemon goes on looking while clips are rendered.

A round plans everything that is whole, claims what is due (committed before it is begun), makes it in the batch's own worker
processes, and writes the report. It is the same batch that `process` runs: a round that dies is finished by the next.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mediakit.api import Result, Settled, plan_shoot, with_platforms
from mediakit.batch.execute import execute
from mediakit.batch.ledger import Ledger
from mediakit.batch.outfolder import ledger_path
from mediakit.batch.plan import Plan
from mediakit.batch.post_values import Post
from mediakit.batch.shoot import Refusal, Shoot
from mediakit.batch.workers import running_on
from mediakit.errors import Fault
from mediakit.model import Note, Outcome, Problem, Source
from mediakit.platforms.schema import Target
from mediakit.presets.load import LoadedPreset
from mediakit.report.write import write_report
from mediakit.watch.book import Book
from mediakit.watch.posting import Posting, asked_for
from mediakit.watch.quarantine import drop_note, judge, write_note
from mediakit.watch.settle import Waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is wanted of whatever arrives below `root`."""

    root: Path
    out: Path
    preset: LoadedPreset
    targets: tuple[Target, ...]
    targets_said: bool = False
    """Somebody named the targets: posts get no others."""
    jobs: int | None = None
    cluster: str | None = None
    """The scheduler of the machines that do the work; None: this one does."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What there is at the start of a round: whole sources, what was refused at sight, and what is not whole yet."""

    sources: tuple[Source, ...]
    refused: tuple[Refusal, ...] = ()
    waiting: tuple[Waiting, ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """One source is through."""

    outcome: Outcome
    seconds: float


@dataclass(frozen=True, slots=True)
class RoundOver:
    """A round is over. `error`: it ended early, because of this; the next one makes up for it."""

    error: Exception | None = None
    posts: tuple[Post, ...] = ()
    """Every post there is now."""
    notes: tuple[Note, ...] = ()
    """What posts wait for, and which post.toml cannot be used."""


class Rounds:
    """Runs one round at a time. What happens is told through `news`; `wake` is called for each piece of it."""

    def __init__(self, order: Order, book: Book, *, keep_going: Callable[[], bool], wake: Callable[[], None]) -> None:
        self.news: queue.SimpleQueue[Made | RoundOver] = queue.SimpleQueue()
        self._order, self._book, self._keep_going, self._wake = order, book, keep_going, wake
        self._thread: threading.Thread | None = None
        self._settled: dict[str, Settled] = {}
        self._posting = Posting()

    @property
    def busy(self) -> bool:
        """A round is running."""
        return self._thread is not None and self._thread.is_alive()

    def start(self, seen: Seen) -> None:
        """Begin a round; only where none is running."""
        self._thread = threading.Thread(target=self._run, args=[seen], name="round")
        self._thread.start()

    def join(self, seconds: float | None) -> bool:
        """Wait for the running round; False where it is not over by then."""
        if self._thread is not None:
            self._thread.join(seconds)
        return not self.busy

    def _run(self, seen: Seen) -> None:
        try:
            with running_on(self._order.cluster):
                over = self._round(seen)
        except Exception as trouble:  # told to the loop, which says so and tries again
            over = RoundOver(trouble)
        self.tell(over)

    def tell(self, news: Made | RoundOver) -> None:
        """Pass a piece of news to the loop."""
        self.news.put(news)
        self._wake()

    def _round(self, seen: Seen) -> RoundOver:
        order = self._order
        shoot = Shoot(order.root, (order.root,), seen.sources, seen.refused)
        refused = {refusal.rel for refusal in seen.refused}
        awaited = [waiting.rel for waiting in seen.waiting if waiting.rel not in refused]
        asked = asked_for(shoot, order.preset.preset.post.each, awaited)
        listener = _Listener(self)
        with Ledger(ledger_path(order.out)) as ledger:
            plan = plan_shoot(
                shoot,
                order.preset,
                with_platforms(order.targets, asked.posts, fixed=order.targets_said),
                order.out,
                ledger,
                force=False,
                jobs=order.jobs,
                settled=self._settled,
                posts=bool(asked.posts),
            )
            claimed = self._book.claim(job.source.rel for job in plan.to_do)
            chosen = set(claimed)
            jobs = tuple(job for job in plan.jobs if job.is_done or job.source.rel in chosen)
            plan = replace(plan, jobs=jobs)
            try:
                outcomes = execute(plan, ledger, listener, jobs=order.jobs, keep_going=self._keep_going)
            finally:
                self._book.move([rel for rel in claimed if rel not in listener.told], "ready", "not begun")
        for outcome in outcomes:
            if outcome.rel not in listener.told:
                self.settle(outcome)
            if (
                outcome.problem is None
            ):  # may be posted by now: what joins its scene later is developed to it, not it anew
                self._settled[outcome.rel] = (outcome.sha256, plan.shared.anchors.get(outcome.rel))
        posts, notes = self._posting.make(plan, outcomes, asked, Result(plan, ()).verdict_of)
        self._report(plan, outcomes, seen, posts, notes)
        return RoundOver(None, posts, notes)

    def settle(self, outcome: Outcome, *, tried: bool = False) -> None:
        """Enter what follows from an outcome. Files that are as they were get no new line in the log."""
        if tried:
            self._book.tried(outcome.rel)
        arrival = self._book.get(outcome.rel)
        if arrival is None:
            return
        verdict = judge(outcome, arrival.attempts)
        if verdict.problem is None:
            self._book.move([outcome.rel], "published", quiet=arrival.state == "published")
            drop_note(self._order.out, outcome.rel)
            return
        why, code = verdict.problem.message, verdict.problem.code
        if verdict.wait_s is not None:
            self._book.move([outcome.rel], "retry-wait", why, code=code, wait_s=verdict.wait_s)
        elif arrival.state != "quarantined":
            write_note(self._order.out, self._order.root, arrival, verdict.problem, self._order.preset.preset.name)
            self._book.move([outcome.rel], "quarantined", why, code=code)

    def _report(
        self, plan: Plan, outcomes: Sequence[Outcome], seen: Seen, posts: tuple[Post, ...], notes: tuple[Note, ...]
    ) -> None:
        """The report over everything that is there, also what waits for its next try or for its other half."""
        told = {outcome.rel for outcome in outcomes}
        late = [_held_back(source, self._book) for source in seen.sources if source.rel not in told]
        kinds = {refusal.rel: refusal.kind for refusal in seen.refused}
        halves = [_half(waiting) for waiting in seen.waiting if waiting.looked_into and waiting.rel not in kinds]
        everything = sorted((*outcomes, *late, *halves), key=lambda outcome: outcome.rel)
        write_report(Result(plan, tuple(everything), posts, notes).manifest(), self._order.out)


class _Listener:
    """Enters every outcome the moment it is there."""

    def __init__(self, rounds: Rounds) -> None:
        self._rounds = rounds
        self.told: set[str] = set()

    def planned(self, plan: Plan) -> None:
        """Nothing to do."""

    def finished(self, outcome: Outcome, seconds: float) -> None:
        """Enter it, and tell the loop."""
        self._rounds.settle(outcome, tried=True)
        self.told.add(outcome.rel)
        self._rounds.tell(Made(outcome, seconds))

    def done(self) -> None:
        """Nothing to do."""


def _held_back(source: Source, book: Book) -> Outcome:
    arrival = book.get(source.rel)
    if arrival is None or arrival.state in ("ready", "claimed", "settling"):
        problem = Problem(Fault.INCOMPLETE, f"{source.rel} was not worked on yet.", "It is next.")
    else:
        again = "It is tried again by itself." if arrival.state == "retry-wait" else "Mend it, then run mediakit retry."
        problem = Problem(arrival.code, arrival.why, again)
    return Outcome(rel=source.rel, sha256="", kind=source.kind, problem=problem)


def _half(waiting: Waiting) -> Outcome:
    problem = Problem(Fault.INCOMPLETE, f"{waiting.rel}: {waiting.why}.", "It is taken up as soon as it is whole.")
    return Outcome(rel=waiting.rel, sha256="", kind=waiting.kind, problem=problem)
