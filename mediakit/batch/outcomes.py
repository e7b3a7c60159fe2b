"""What became of every source of a run: in memory where that is little, read from the ledger where it is much.

An outcome of a photo takes some 40 kB of memory. Up to `IN_MEMORY` sources a run's outcomes are a plain tuple; above that
only what the ledger does not hold is kept, and the rest is read, one at a time, whenever somebody goes through them. So a
run over a hundred thousand files needs no more memory than one over a thousand.

Limit: what is read later is read from the ledger as it is then; another run over the same OUT may have changed it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import overload

from mediakit.batch.ledger import Ledger
from mediakit.batch.outfolder import ledger_path
from mediakit.batch.plan import FOCUS_IGNORED, Job, Wanted
from mediakit.model import Delivered, Outcome, Status

IN_MEMORY = 2000
"""Sources."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many deliverables came to what, and how many sources were refused."""

    statuses: Mapping[str, int]
    refused: int


@dataclass(frozen=True, slots=True)
class Stored:
    """A source that the ledger holds: what it was planned to become, and which of that this run made."""

    job: Job
    made: tuple[Wanted, ...] = ()
    skipped: tuple[Delivered, ...] = ()
    """What its own outcome left out: the ledger holds no file for it."""

    @property
    def refused(self) -> bool:
        """It was found to be broken."""
        return self.job.known is not None and self.job.known.problem is not None


class Outcomes(Sequence[Outcome]):
    """Outcomes by name, most of them still in the ledger of `out`. Each pass through them reads it again."""

    def __init__(self, out: Path, entries: Mapping[str, Outcome | Stored]) -> None:
        self._out = out
        self._entries = {rel: entries[rel] for rel in sorted(entries)}

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Outcome]:
        with Ledger(ledger_path(self._out), read_only=True) as ledger:
            for entry in self._entries.values():
                yield entry if isinstance(entry, Outcome) else recall(entry, ledger)

    @overload
    def __getitem__(self, index: int) -> Outcome: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Outcome, ...]: ...
    def __getitem__(self, index: int | slice) -> Outcome | tuple[Outcome, ...]:
        rels = list(self._entries)[index]
        chosen = [rels] if isinstance(rels, str) else rels
        found = tuple(Outcomes(self._out, {rel: self._entries[rel] for rel in chosen}))
        return found[0] if isinstance(index, int) else found

    def plus(self, others: Sequence[Outcome]) -> Outcomes:
        """These and others."""
        return Outcomes(self._out, {**self._entries, **{outcome.rel: outcome for outcome in others}})

    def tally(self) -> Tally:
        """The counts, without reading anything."""
        statuses: Counter[str] = Counter()
        refused = 0
        for entry in self._entries.values():
            if isinstance(entry, Outcome):
                statuses.update(item.status for item in entry.delivered)
                refused += entry.problem is not None
            else:
                statuses["made"] += len(entry.made)
                statuses["kept"] += len(entry.job.kept)
                statuses["skipped"] += len(entry.job.skipped) + len(entry.skipped)
                refused += entry.refused
        return Tally(+statuses, refused)


def tally(outcomes: Sequence[Outcome]) -> Tally:
    """The counts of a run."""
    if isinstance(outcomes, Outcomes):
        return outcomes.tally()
    statuses: Counter[str] = Counter(item.status for outcome in outcomes for item in outcome.delivered)
    return Tally(statuses, sum(outcome.problem is not None for outcome in outcomes))


def plus(outcomes: Sequence[Outcome], others: Sequence[Outcome]) -> Sequence[Outcome]:
    """The outcomes of a run and others, by name."""
    if isinstance(outcomes, Outcomes):
        return outcomes.plus(others)
    return tuple(sorted((*outcomes, *others), key=lambda outcome: outcome.rel))


def recall(stored: Stored, ledger: Ledger) -> Outcome:
    """The outcome of a source that the ledger holds, with its deliverables as they are on disk now.

    What planning has to say of a sidecar is of today.
    """
    job = stored.job
    known = ledger.outcome(job.source.rel, job.sha256, job.settings)
    assert known is not None, "planned from this very row"
    kept = _delivered(job, job.kept, "kept", ledger)
    made = _delivered(job, stored.made, "made", ledger)
    before = tuple(note for note in known.notes if note.code != FOCUS_IGNORED)
    today = tuple(note for note in job.notes if note.code == FOCUS_IGNORED)
    return replace(known, delivered=(*kept, *made, *stored.skipped, *job.skipped), notes=(*before, *today))


def with_kept(outcome: Outcome, job: Job, ledger: Ledger) -> Outcome:
    """A fresh outcome with what was there before, and with what its source cannot become."""
    kept = _delivered(job, job.kept, "kept", ledger)
    return replace(outcome, delivered=(*kept, *outcome.delivered, *job.skipped))


def _delivered(job: Job, items: Sequence[Wanted], status: Status, ledger: Ledger) -> list[Delivered]:
    assert job.out is not None  # a plan's jobs always write
    found = [ledger.output(job.out, item.path, job.sha256, item.fingerprint) for item in items]
    return [replace(item, status=status) for item in found if item is not None]
