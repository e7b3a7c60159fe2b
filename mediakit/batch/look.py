"""Looking without making: the sources of some paths with their scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mediakit.batch.outfolder import file_hash
from mediakit.batch.plan import Job, settings_fingerprint
from mediakit.batch.shoot import find_sources
from mediakit.batch.workers import run_jobs, workers_for
from mediakit.errors import NothingToDoError, UsageError
from mediakit.model import Kind, Outcome, Problem, Score, Verdict
from mediakit.presets.approved import Approved, percentile, read_approved, write_approved
from mediakit.presets.load import load_preset
from mediakit.presets.schema import Scoring
from mediakit.quality.verdict import advised, verdict


@dataclass(frozen=True, slots=True)
class Looked:
    """One source, its score and the preset's verdict, or why it has none."""

    rel: str
    kind: Kind
    score: Score | None
    verdict: Verdict | None
    problem: Problem | None
    among_approved: int | None = None
    """Percentile of a photo among the posts that the brand approved; None where it named none."""


def look_at_all(paths: Sequence[Path], *, preset: str | Path | None = None, jobs: int | None = None) -> list[Looked]:
    """Score everything at or below `paths`, in the order of the shoot. Nothing is written anywhere.

    Raises a SetupError where there is nothing to look at.
    """
    shoot = find_sources(paths)
    found_preset = load_preset(preset or "base")
    loaded, approved = found_preset.preset, read_approved(found_preset.folder)
    if not shoot.sources and not shoot.refused:
        raise NothingToDoError(f"No photo and no clip in {shoot.root}.", "Name the folder that holds the shoot.")
    settings = settings_fingerprint(loaded.limits)
    todo = [
        Job(source=source, sha256="", out=None, limits=loaded.limits, settings=settings) for source in shoot.sources
    ]
    processes, threads = workers_for(jobs, len(todo))
    found = [item.outcome for item in run_jobs(todo, processes=processes, threads=threads)] if todo else []
    found += [Outcome(rel=r.rel, sha256="", kind=r.kind, problem=r.problem) for r in shoot.refused]
    return [_looked(o, loaded.score, approved) for o in sorted(found, key=lambda outcome: outcome.rel)]


def approve(paths: Sequence[Path], *, preset: str | Path, jobs: int | None = None) -> tuple[Path, list[Approved]]:
    """Keep how these photos scored as posts that the brand approves; the file that was written and all that are in it.

    Raises a SetupError where one of them has no score: an approved post has to be readable.
    """
    folder = load_preset(preset).folder
    known = read_approved(folder)
    where = {source.rel: source.path for source in find_sources(paths).sources}
    new = []
    for item in look_at_all(paths, preset=preset, jobs=jobs):
        if item.score is None or item.kind is not Kind.PHOTO:
            why = item.problem.message if item.problem else "only photos are compared"
            raise UsageError(f"{item.rel} cannot be approved: {why}", "Name photos that mediakit can read.")
        parts = {part.name: round(part.value, 3) for part in item.score.parts}
        new.append(Approved(where[item.rel].name, file_hash(where[item.rel]), item.score.value, parts))
    return write_approved(folder, [*known, *new]), list(read_approved(folder))


def _looked(outcome: Outcome, scoring: Scoring, approved: tuple[Approved, ...]) -> Looked:
    score = outcome.score
    if score is None:
        return Looked(outcome.rel, outcome.kind, None, None, outcome.problem)
    among = percentile(score.value, approved) if outcome.kind is Kind.PHOTO else None
    said = verdict(score, scoring)
    return Looked(outcome.rel, outcome.kind, advised(score, said), said, outcome.problem, among)
