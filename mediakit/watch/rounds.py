"""The batch, round after round, in a thread of its own, so that the daemon goes on looking while clips are rendered.

A round plans everything that is whole, claims what is due (committed before it is begun), makes it in the batch's own worker
processes, and writes the report. It is the same batch that `process` runs: a round that dies is finished by the next.
"""

from __future__ import annotations

import contextlib
import os
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mediakit.api import Result, Settled, plan_shoot, with_platforms
from mediakit.batch.execute import execute
from mediakit.batch.ledger import Ledger
from mediakit.batch.outcomes import plus
from mediakit.batch.outfolder import ledger_path
from mediakit.batch.plan import Job, Plan
from mediakit.batch.post_values import Post
from mediakit.batch.repeats import SAME_AS
from mediakit.batch.shoot import Refusal, Shoot
from mediakit.batch.values import read_value, to_json
from mediakit.batch.workers import running_on
from mediakit.errors import Fault, FileError
from mediakit.model import Anchor, Note, Outcome, Problem, Source
from mediakit.platforms.schema import Target
from mediakit.presets.load import LoadedPreset
from mediakit.watch.book import DONE, Book, State, text
from mediakit.watch.means import Means
from mediakit.watch.posting import Posting, asked_for
from mediakit.watch.quarantine import drop_note, judge, note_path, write_note
from mediakit.watch.settle import Waiting

REPORT_SHARE = 4.0
STEPS_BACK = 5
"""Of priority ("nice"): a third of what one gets who did not step back, where both want the same core."""
MOST_IN_A_ROUND = 250
"""Files: what arrives while thousands are made waits for a round to end, and not for all of them."""


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

    def __init__(
        self, order: Order, book: Book, means: Means, *, keep_going: Callable[[], bool], wake: Callable[[], None]
    ) -> None:
        self._means = means
        self.news: queue.SimpleQueue[Made | RoundOver] = queue.SimpleQueue()
        self._order, self._book, self._keep_going, self._wake = order, book, keep_going, wake
        self._thread: threading.Thread | None = None
        self._settled: dict[str, Settled] = {
            rel: (sha256, None if anchor is None else read_value(Anchor, anchor))
            for rel, sha256, anchor in ((row["rel"], row["sha256"], row["anchor"]) for row in book.settled())
        }
        self._report_cost_s = 0.0
        self._reported_s = float("-inf")
        self.unfinished = False
        """The last round was full: there may be more to do."""
        self.untold = False
        """Something was made that the report does not tell of yet."""
        self._posting = Posting()

    @property
    def busy(self) -> bool:
        """A round is running."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def is_report_due(self) -> bool:
        """There is something to tell, and the last report was long enough ago."""
        return self.untold and time.monotonic() - self._reported_s >= self._report_cost_s * REPORT_SHARE

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
        step_back()
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
        self._book.unclaim()
        shoot = Shoot(order.root, (order.root,), seen.sources, seen.refused)
        refused = {refusal.rel for refusal in seen.refused}
        awaited = [waiting.rel for waiting in seen.waiting if waiting.rel not in refused]
        asked = asked_for(shoot, order.preset.preset.post.each, awaited)
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
            listener = _Listener(self, plan)
            claimed = self._book.claim(job.source.rel for job in self._due(plan)[:MOST_IN_A_ROUND])
            self.unfinished = len(claimed) >= MOST_IN_A_ROUND
            chosen = set(claimed)
            jobs = tuple(job for job in plan.jobs if job.is_done or job.source.rel in chosen)
            plan = replace(plan, jobs=jobs)
            try:
                outcomes = execute(plan, ledger, listener, jobs=order.jobs, keep_going=self._keep_going)
            finally:
                left = [rel for rel in claimed if rel not in listener.told]
                self._book.move(left, "ready", self._means.obstacle())
        for outcome in outcomes:
            if outcome.rel not in listener.told:
                self.settle(outcome, plan)
        posts, notes = self._posting.make(plan, outcomes, asked, Result(plan, ()).verdict_of)
        self._report(plan, outcomes, seen, posts, notes)
        return RoundOver(None, posts, notes)

    def _due(self, plan: Plan) -> list[Job]:
        """What is to be done now: files that somebody waits for before those that were made to an older recipe."""
        due = self._book.due()
        made = {arrival.rel for arrival in self._book.all() if arrival.state in DONE}
        first = [job for job in plan.to_do if text(job.source.rel) in due]
        return first + [job for job in plan.to_do if text(job.source.rel) in made]

    def settle(self, outcome: Outcome, plan: Plan, *, tried: bool = False) -> None:
        """Enter what follows from an outcome. For a file that is as it was nothing is written: most are, in each round."""
        arrival = self._book.get(outcome.rel)
        if arrival is None:
            return
        counts = tried and not self._means.is_to_blame(outcome)
        verdict = judge(outcome, arrival.attempts + counts)
        if verdict.problem is None:
            twin = outcome.facts.get(SAME_AS)
            state: State = "duplicate" if twin else "published"
            if arrival.state != state:
                self._book.move([outcome.rel], state, f"the same bytes as {twin}" if twin else "", tried=counts)
                drop_note(self._order.out, outcome.rel)
            self._keep_settled(outcome, plan)
            return
        why, code, hint = verdict.problem.message, verdict.problem.code, verdict.problem.hint
        if verdict.wait_s is not None:
            self._book.move([outcome.rel], "retry-wait", why, code=code, hint=hint, wait_s=verdict.wait_s, tried=counts)
        elif arrival.state != "quarantined":
            self._book.move([outcome.rel], "quarantined", why, code=code, hint=hint, tried=counts)
            self.write_missing_notes([outcome.rel])

    def write_missing_notes(self, rels: Iterable[str] | None = None) -> None:
        """A note for each file in quarantine that has none (`rels`: of these). The state comes first, so a note that a full
        disk or a kill prevented is written later."""
        order = self._order
        for arrival in self._book.all() if rels is None else filter(None, map(self._book.get, rels)):
            if arrival.state != "quarantined" or note_path(order.out, arrival.rel).exists():
                continue
            problem = Problem(arrival.code, arrival.why, arrival.hint)
            try:
                write_note(order.out, order.root, arrival, problem, order.preset.preset.name)
            except FileError as error:
                self._book.say("note-not-written", path=text(arrival.rel), why=error.message)

    def _keep_settled(self, outcome: Outcome, plan: Plan) -> None:
        """It may be posted by now: what joins its scene later is developed to it, not it anew; also after a restart."""
        settled = (outcome.sha256, plan.shared.anchors.get(outcome.rel))
        if self._settled.get(outcome.rel) != settled:
            self._settled[outcome.rel] = settled
            anchor = None if settled[1] is None else to_json(settled[1])
            self._book.settle(outcome.rel, {"rel": text(outcome.rel), "sha256": outcome.sha256, "anchor": anchor})

    def _report(
        self, plan: Plan, outcomes: Sequence[Outcome], seen: Seen, posts: tuple[Post, ...], notes: tuple[Note, ...]
    ) -> None:
        """The report over everything that is there, also what waits for its next try or for its other half.

        A long one is not written after every round: it may take one part in `REPORT_SHARE` of the time.
        """
        begun_s = time.monotonic()
        self.untold = begun_s - self._reported_s < self._report_cost_s * REPORT_SHARE and self._keep_going()
        if self.untold:
            return
        told = {outcome.rel for outcome in outcomes}
        late = [_held_back(source, self._book) for source in seen.sources if source.rel not in told]
        kinds = {refusal.rel: refusal.kind for refusal in seen.refused}
        halves = [_half(waiting) for waiting in seen.waiting if waiting.looked_into and waiting.rel not in kinds]
        Result(plan, plus(outcomes, (*late, *halves)), posts, notes).write(self._order.out)
        self._reported_s = time.monotonic()
        self._report_cost_s = self._reported_s - begun_s


def step_back() -> None:
    """Whoever waits for a verdict goes first: this thread, and the workers it starts, get less of a busy core.

    On Linux alone: elsewhere a priority is the whole process's, verdicts and all.
    """
    if sys.platform.startswith("linux"):
        thread = threading.get_native_id()
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + STEPS_BACK)


class _Listener:
    """Enters every outcome the moment it is there."""

    def __init__(self, rounds: Rounds, plan: Plan) -> None:
        self._rounds, self._plan = rounds, plan
        self.told: set[str] = set()

    def planned(self, plan: Plan) -> None:
        """Nothing to do."""

    def finished(self, outcome: Outcome, seconds: float) -> None:
        """Enter it, and tell the loop."""
        self._rounds.settle(outcome, self._plan, tried=True)
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
