"""The same bytes under two names are made once: what one of them became is copied for the others.

Copied is only what would come out the same: a deliverable of the same recipe, whose file is still as it was made. Photos are
copied, since somebody may edit one of them; a clip is many times as large and shares its blocks on disk: cloned where the
file system can do that, else a hard link, else copied. Nothing is copied for a source that needs anything its twin has not.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from mediakit.batch.ledger import Ledger
from mediakit.batch.marks_in import knows
from mediakit.batch.names import split_ending
from mediakit.batch.outfolder import published
from mediakit.batch.plan import PLANNED_NOTES, Job, Wanted
from mediakit.errors import FileError
from mediakit.model import Delivered, Kind, Note, Outcome

DUPLICATE = "duplicate"
"""The note on a source that has a twin."""
SAME_AS = "same_as"
"""The fact that names the twin, by its `rel`."""
_CLONE = 0x40049409
"""FICLONE of linux/fs.h."""


def parted(jobs: Sequence[Job]) -> tuple[list[Job], list[Job]]:
    """(the first job of each content, those that have the same bytes as an earlier one)."""
    seen: set[str] = set()
    first: list[Job] = []
    repeats: list[Job] = []
    for job in jobs:
        (repeats if job.sha256 in seen else first).append(job)
        seen.add(job.sha256)
    return first, repeats


def copied(job: Job, ledger: Ledger) -> Outcome | None:
    """The outcome of a job by copying what a source of the same bytes became; None where it has to be made."""
    for known in ledger.twins(job.source.rel, job.sha256, job.settings):
        if not _serves(job, known):
            continue
        found = [(item, _made_of(job, item, ledger)) for item in job.wanted]
        items = [(item, like) for item, like in found if like is not None]
        if len(items) == len(found):
            with contextlib.suppress(FileError, OSError):  # then it is made, and says itself what is the matter
                return _as_twin(job, known, tuple(_copy(job, item, like) for item, like in items))
    return None


def _serves(job: Job, known: Outcome) -> bool:
    """A name decides what a file is taken for, so only a twin with the same ending was looked at as this one would be."""
    same_ending = _ending(known.rel) == _ending(job.source.rel)
    single = all(sum(made.target == item.target for made in known.delivered) == 1 for item in job.wanted)
    return (
        known.problem is None and known.kind is job.source.kind and same_ending and single and knows(known, job.marks)
    )


def _made_of(job: Job, item: Wanted, ledger: Ledger) -> Delivered | None:
    assert job.out is not None  # a plan's jobs always write
    found = ledger.alike(job.out, item.target, job.sha256, item.fingerprint)
    return None if found is None or _ending(found.path) != _ending(item.path) else found


def _copy(job: Job, item: Wanted, like: Delivered) -> Delivered:
    assert job.out is not None
    with published(job.out / item.path, flush_folder=False) as temporary:
        _duplicate(job.out / like.path, temporary, share=job.source.kind is Kind.CLIP)
    return replace(like, path=item.path, status="made", facts={**like.facts, SAME_AS: like.path})


def _duplicate(source: Path, target: Path, *, share: bool) -> None:
    if share and (_cloned(source, target) or _linked(source, target)):
        return
    shutil.copyfile(source, target)


def _cloned(source: Path, target: Path) -> bool:
    try:
        import fcntl

        with source.open("rb") as old, target.open("wb") as new:
            fcntl.ioctl(new.fileno(), _CLONE, old.fileno())
    except (ImportError, OSError):  # not on this system, or not on this file system
        target.unlink(missing_ok=True)
        return False
    return True


def _linked(source: Path, target: Path) -> bool:
    try:
        os.link(source, target)
    except OSError:
        return False
    return True


def _as_twin(job: Job, known: Outcome, delivered: tuple[Delivered, ...]) -> Outcome:
    told = Note(DUPLICATE, f"The same bytes as {known.rel}: what became of it was copied.")
    own = tuple(note for note in known.notes if note.code not in PLANNED_NOTES and note.code != DUPLICATE)
    facts = {**known.facts, SAME_AS: known.rel}
    return replace(known, rel=job.source.rel, delivered=delivered, notes=(*job.notes, *own, told), facts=facts)


def _ending(path: str) -> str:
    return split_ending(path)[1].lower()
