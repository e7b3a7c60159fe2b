"""Takes of one: which photos of a shoot show the same, which of them to keep, and why the others lost.

    score and print every photo (in the workers) -> group -> keep the best of each group

A person overrules it with a file `mediakit-keep.txt` in the shoot, one photo a line: what is named there is kept, and what
it was a take of is not. Found values lie in the ledger where there is one, so a second run looks at nothing again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from mediakit.batch.keeping import KEEP_FILE
from mediakit.batch.ledger import Ledger
from mediakit.batch.plan import Job, Plan, settings_fingerprint
from mediakit.batch.preview import write_preview
from mediakit.batch.problems import problem_of, refused
from mediakit.batch.values import read_value, to_json
from mediakit.batch.workers import run_jobs, workers_for
from mediakit.errors import FileError
from mediakit.model import Delivered, Kind, Note, Outcome, Part, Problem, Score, Source
from mediakit.presets.schema import Limits

CULLING = 5
"""Raised when a change of code changes prints or scores: every photo is then looked at again."""
APART_S = 1800.0
"""Photos taken further apart are not takes of one."""
FELT = "impression"
"""The learned part of a score: true, and no reason a person can see."""
CLEARLY = 0.08
"""By so much must a part be worse to be named as a reason."""


@dataclass(frozen=True, slots=True)
class Take:
    """One photo of a group: its score, and why it was not kept (empty for the one that was)."""

    rel: str
    score: Score
    reasons: tuple[str, ...] = ()
    preview: str | None = None
    """A small picture of it, below the output folder; None where there is none."""


@dataclass(frozen=True, slots=True)
class Group:
    """Takes of one, the best first. `keep` is the first's name."""

    keep: str
    why: str
    takes: tuple[Take, ...]
    by_hand: bool = False
    """A person chose what is kept."""


@dataclass(frozen=True, slots=True)
class Culled:
    """What culling came to: groups of two and more, photos that are the only take, and what could not be looked at."""

    groups: tuple[Group, ...]
    alone: tuple[Take, ...]
    failed: tuple[tuple[str, Problem], ...]
    chosen: tuple[str, ...] = ()
    """What a person chose to keep, also where it is in no group."""


def cull(
    sources: Sequence[Source],
    limits: Limits,
    *,
    chosen: Sequence[str] = (),
    ledger: Ledger | None = None,
    hashes: Mapping[str, str] | None = None,
    jobs: int | None = None,
    out: Path | None = None,
) -> Culled:
    """Group the photos among `sources` and choose the best of each group; `chosen` are a person's choices, by `rel`.

    `out` is where small pictures of them go; None: nothing is written.
    """
    from mediakit.quality.twins import groups, unpacked

    photos = [source for source in sources if source.kind is Kind.PHOTO]
    facts, failed = _looked_at(photos, limits, ledger, hashes or {}, jobs, out)
    rels = [source.rel for source in photos if source.rel in facts]
    scores = {rel: read_value(Score, facts[rel]["score"]) for rel in rels}
    prints = [unpacked(facts[rel]["print"]) for rel in rels]
    clocks = [_clock(facts[rel]["captured_at"]) for rel in rels]
    found = [_judged([rels[i] for i in members], scores, chosen) for members in groups(prints, clocks, apart_s=APART_S)]
    found = [replace(group, takes=tuple(_shown(take, facts[take.rel]) for take in group.takes)) for group in found]
    grouped = {take.rel for group in found for take in group.takes}
    alone = tuple(_shown(Take(rel, scores[rel]), facts[rel]) for rel in rels if rel not in grouped)
    return Culled(tuple(found), alone, tuple(sorted(failed.items())), tuple(chosen))


def chosen_anew(culled: Culled, chosen: Sequence[str]) -> Culled:
    """The same groups with other choices of a person; nothing is looked at again."""
    groups = []
    for group in culled.groups:
        scores = {take.rel: take.score for take in group.takes}
        previews = {take.rel: take.preview for take in group.takes}
        judged = _judged(sorted(scores), scores, chosen)
        groups.append(replace(judged, takes=tuple(replace(t, preview=previews[t.rel]) for t in judged.takes)))
    return replace(culled, groups=tuple(groups), chosen=tuple(chosen))


def _shown(take: Take, facts: Mapping[str, Any]) -> Take:
    return replace(take, preview=facts.get("preview"))


def unknown_keeps(culled: Culled) -> tuple[Note, ...]:
    """What `mediakit-keep.txt` names and is not in the shoot: a slip would otherwise keep nothing, and nobody knew."""
    there = {take.rel for group in culled.groups for take in group.takes} | {take.rel for take in culled.alone}
    unknown = sorted(set(culled.chosen) - there - {rel for rel, _ in culled.failed})
    return tuple(Note("keep-unknown", f"{KEEP_FILE} names {rel}, and the shoot has no such photo.") for rel in unknown)


def without_losers(plan: Plan, culled: Culled, keep: int | None) -> Plan:
    """The plan with only the `keep` best takes of each group made; what is left out says for which.

    None: only where a person chose, and then just what was chosen.
    """
    groups = [group for group in culled.groups if keep is not None or group.by_hand]
    losers = {take.rel: group for group in groups for take in group.takes[_kept_of(group, culled, keep) :]}
    jobs = tuple(_left_out(job, losers[job.source.rel]) if job.source.rel in losers else job for job in plan.jobs)
    return replace(plan, jobs=jobs)


def _kept_of(group: Group, culled: Culled, keep: int | None) -> int:
    """How many of a group are made; a person may have named more than one."""
    named = sum(take.rel in culled.chosen for take in group.takes)
    return max(named, keep or 0)


def _left_out(job: Job, group: Group) -> Job:
    why = f"{group.keep} is the better take: {'; '.join(_reasons_of(job.source.rel, group)) or group.why}"
    named = [(i.target, i.path, i.fingerprint) for i in job.wanted] + [
        (i.target, i.path, i.fingerprint) for i in job.kept
    ]
    skipped = tuple(
        Delivered(target=target, path=path, status="skipped", fingerprint=fingerprint, why=why)
        for target, path, fingerprint in named
    )
    return replace(job, wanted=(), kept=(), skipped=(*job.skipped, *skipped))


def _reasons_of(rel: str, group: Group) -> tuple[str, ...]:
    return next(take.reasons for take in group.takes if take.rel == rel)


def _judged(rels: Sequence[str], scores: Mapping[str, Score], chosen: Sequence[str]) -> Group:
    named = [rel for rel in rels if rel in chosen]
    ordered = sorted(rels, key=lambda rel: (rel not in named, -scores[rel].value, rel))
    best = ordered[0]
    takes = [Take(best, scores[best])]
    takes += [Take(rel, scores[rel], _lost_by(scores[rel], scores[best], by_hand=bool(named))) for rel in ordered[1:]]
    why = "chosen by hand" if named else f"the best of {len(rels)} takes, {scores[best].value:.0f} of 100"
    return Group(best, why, tuple(takes), bool(named))


def _lost_by(score: Score, best: Score, *, by_hand: bool) -> tuple[str, ...]:
    """In what it is worse than the best: what can be seen and mended first, what people would merely feel last."""
    kept = {part.name: part for part in best.parts}
    worse = [p for p in score.parts if p.name in kept and kept[p.name].value - p.value > CLEARLY]
    worse.sort(key=lambda part: (part.name == FELT, -_lead(part, kept)))
    found = tuple(f"{part.name}: {part.measured}, the kept one {kept[part.name].measured}" for part in worse[:3])
    if found:
        return found
    return (
        ("another was chosen by hand",) if by_hand else (f"nearly as good: {best.value - score.value:.1f} points less",)
    )


def _lead(part: Part, kept: Mapping[str, Part]) -> float:
    return part.weight * (kept[part.name].value - part.value)


def _looked_at(
    photos: Sequence[Source],
    limits: Limits,
    ledger: Ledger | None,
    hashes: Mapping[str, str],
    jobs: int | None,
    out: Path | None,
) -> tuple[dict[str, Any], dict[str, Problem]]:
    settings = settings_fingerprint(limits)
    facts: dict[str, Any] = {}
    if ledger is not None:
        facts = {s.rel: ledger.found(_key(hashes[s.rel], settings)) for s in photos if s.rel in hashes}
        facts = {rel: found for rel, found in facts.items() if found is not None}
    todo = [
        Job(source=source, sha256=hashes.get(source.rel, ""), out=out, limits=limits, settings=settings)
        for source in photos
        if source.rel not in facts
    ]
    failed: dict[str, Problem] = {}
    if todo:
        processes, threads = workers_for(jobs, len(todo))
        for finished in run_jobs(todo, processes=processes, threads=threads, work=look_to_cull):
            outcome = finished.outcome
            if outcome.problem is not None:
                failed[outcome.rel] = outcome.problem
                continue
            facts[outcome.rel] = outcome.facts
            if ledger is not None and not ledger.read_only and outcome.sha256:
                ledger.keep({_key(outcome.sha256, settings): outcome.facts})
    return facts, failed


def look_to_cull(job: Job, threads: int) -> Outcome:  # noqa: ARG001 - what every worker is handed
    """What a worker runs: the score, the print and the clock of one photo, in the outcome's facts.

    Writes nothing but a small picture of it below `job.out`, where that is said.
    """
    from mediakit.photo.open import open_photo, peek
    from mediakit.photo.render import decode_size, looked_at
    from mediakit.quality.photo import score_photo
    from mediakit.quality.twins import packed, take_print

    try:
        facts = peek(job.source.path, job.limits)
        photo = open_photo(job.source.path, job.limits, at_least=decode_size(facts.shown, ()))
        look = looked_at(photo)
        score = score_photo(photo.pixels, look.findings, shown=photo.shown, encoded_quality=facts.quality_estimate)
        found = packed(take_print(photo.pixels))
        preview = None if job.out is None else write_preview(look.small, job.out, _name(job))
    except FileError as error:
        return refused(job, problem_of(error))
    except OSError as error:
        words = f"{job.source.rel} cannot be read ({error.strerror})."
        return refused(job, Problem("unreadable", words, "Check its permissions."))
    told = {"score": to_json(score), "print": found, "captured_at": facts.captured_at, "preview": preview}
    return Outcome(rel=job.source.rel, sha256=job.sha256, kind=Kind.PHOTO, facts=told)


def _name(job: Job) -> str:
    """What the photo's own preview is called in any run, where its bytes are known."""
    if job.sha256:
        return job.sha256[:24]
    return hashlib.sha256(job.source.rel.encode("utf-8", "backslashreplace")).hexdigest()[:24]


def _key(sha256: str, settings: str) -> str:
    return f"cull {sha256} {settings} {CULLING}"


def _clock(captured_at: str) -> float | None:
    """Seconds, of which only differences count: EXIF names no zone."""
    try:
        return datetime.strptime(captured_at + " +0000", "%Y:%m:%d %H:%M:%S %z").timestamp()
    except ValueError:
        return None
