"""Looking without making: the sources of some paths with their scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mediakit.batch.plan import Job, settings_fingerprint
from mediakit.batch.shoot import find_sources
from mediakit.batch.workers import run_jobs, workers_for
from mediakit.errors import NothingToDoError
from mediakit.model import Kind, Outcome, Problem, Score, Verdict
from mediakit.presets.load import load_preset
from mediakit.quality.verdict import verdict


@dataclass(frozen=True, slots=True)
class Looked:
    """One source, its score and the preset's verdict, or why it has none."""

    rel: str
    kind: Kind
    score: Score | None
    verdict: Verdict | None
    problem: Problem | None


def look_at_all(paths: Sequence[Path], *, preset: str | Path | None = None, jobs: int | None = None) -> list[Looked]:
    """Score everything at or below `paths`, in the order of the shoot. Nothing is written anywhere.

    Raises a SetupError where there is nothing to look at.
    """
    shoot = find_sources(paths)
    loaded = load_preset(preset or "base").preset
    if not shoot.sources and not shoot.refused:
        raise NothingToDoError(f"No photo and no clip in {shoot.root}.", "Name the folder that holds the shoot.")
    settings = settings_fingerprint(loaded.limits)
    todo = [
        Job(source=source, sha256="", out=None, limits=loaded.limits, settings=settings) for source in shoot.sources
    ]
    processes, threads = workers_for(jobs, len(todo))
    found = [item.outcome for item in run_jobs(todo, processes=processes, threads=threads)] if todo else []
    found += [Outcome(rel=r.rel, sha256="", kind=r.kind, problem=r.problem) for r in shoot.refused]
    return [
        Looked(o.rel, o.kind, o.score, None if o.score is None else verdict(o.score, loaded.score), o.problem)
        for o in sorted(found, key=lambda outcome: outcome.rel)
    ]
