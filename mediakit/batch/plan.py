"""What will be made: a pure value, decided before anything is written.

`plan_batch` turns sources and a preset into jobs; `without_done` takes away what the ledger knows to be there already.
A job is one source with everything its deliverables need, so that the source is decoded once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from mediakit.batch.ledger import Known, Ledger
from mediakit.batch.marks_in import covers, what_to_find
from mediakit.batch.names import PART, clear_of_parts, distinct_paths, part_path
from mediakit.batch.shoot import Refusal, Shoot
from mediakit.errors import DataError
from mediakit.marks.find import What
from mediakit.model import Anchor, Delivered, Kind, Note, Size, Source
from mediakit.platforms.load import surface
from mediakit.platforms.schema import ClipSpec, Target
from mediakit.platforms.targets import takes
from mediakit.presets.beds import NOT_LICENSED, WITH_BEDS, bed_notes, seconds_of
from mediakit.presets.load import LoadedPreset
from mediakit.presets.recipe import Recipe
from mediakit.presets.recipes import recipe_for
from mediakit.presets.schema import Limits
from mediakit.presets.sidecar import focus_beside

FOCUS_IGNORED = "focus-ignored"
"""The note on a source whose sidecar cannot be read."""
PLANNED_NOTES = frozenset({FOCUS_IGNORED, "clip-not-blurred", "colour-checker", "scene-left-out"})
"""Notes that planning makes, of a source among others; the rest is about its bytes alone."""

LOOKING = 12
"""Raised when a change of code changes findings or scores: sources are then looked at again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One deliverable to make. `path` is relative to OUT; `cover_of` names the clip target that a cover belongs to."""

    target: str
    path: str
    recipe: Recipe
    fingerprint: str
    cover_of: str | None = None

    def settled(self, shown: Size) -> Wanted:
        """The same deliverable with the ratio that suits a source of `shown` pixels, where its surface follows the source."""
        return replace(self, recipe=self.recipe.settled(shown))


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One source and what to make of it. Picklable: it may run inline, in another process, or on another machine.

    `kept` is what is there already (the ledger holds how it came out), `skipped` what this source cannot become.
    """

    source: Source
    sha256: str
    out: Path | None
    """None: only look, write nothing."""
    limits: Limits
    settings: str
    wanted: tuple[Wanted, ...] = ()
    kept: tuple[Wanted, ...] = ()
    skipped: tuple[Delivered, ...] = ()
    known: Known | None = None
    """What planning knows of an earlier run's look at the source; None: it has to be looked at."""
    notes: tuple[Note, ...] = ()
    """What planning has to say about the source."""
    marks: What = "off"
    """What to look for of codes and words."""
    scored: bool = True
    """False for a photo of which only the crop and size matter: it is looked at no more than they need."""

    @property
    def only_sound(self) -> bool:
        """The picture stays as it was shot, so it is neither looked at nor scored."""
        return bool(self.wanted) and all(item.recipe.leaves_picture for item in self.wanted)

    @property
    def is_done(self) -> bool:
        """Nothing to make, and nothing to look at: also true for a source that is known to be broken."""
        if self.known is None:
            return False
        return not self.wanted or self.known.problem is not None


@dataclass(frozen=True, slots=True)
class Shared:
    """What the photos of a shoot are developed to, by `rel`; and what a person should know about it."""

    anchors: Mapping[str, Anchor] = field(default_factory=dict)
    notes: Mapping[str, tuple[Note, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All jobs of one run, in the order of the shoot."""

    shoot: Shoot
    out: Path
    jobs: tuple[Job, ...]
    refused: tuple[Refusal, ...]
    preset: LoadedPreset
    targets: tuple[Target, ...]
    shared: Shared = field(default_factory=Shared)

    @property
    def to_do(self) -> tuple[Job, ...]:
        """Jobs that need work."""
        return tuple(job for job in self.jobs if not job.is_done)


NOTHING_SHARED = Shared()


def plan_batch(
    shoot: Shoot,
    preset: LoadedPreset,
    targets: Sequence[Target],
    out: Path,
    *,
    hashes: Mapping[str, str],
    shared: Shared = NOTHING_SHARED,
    posts: bool = False,
) -> Plan:
    """Decide every deliverable of a shoot. `hashes` maps a source's `rel` to its SHA-256; one without is left out.

    `shared` is what photos are developed to because of their scenes (see `scenes.py`); `posts` says that posts are made.
    Raises ClashError where two sources would share one output even after renaming.
    """
    scored = preset.preset.score.measure
    settings = settings_fingerprint(preset.preset.limits, scored=scored)
    fingerprints = _Fingerprints()
    jobs = []
    paths = distinct_paths(shoot.sources)
    if preset.preset.clip.too_long == "parts":
        paths = clear_of_parts(paths, shoot.sources)
    for source in shoot.sources:
        if source.rel not in hashes:
            continue
        sha256 = hashes[source.rel]
        anchor = shared.anchors.get(source.rel)
        focus, unfit = _focus(source)
        wanted = tuple(
            item
            for target in targets
            for item in _wanted(source, target, preset, sha256, paths[source.rel], anchor, focus, fingerprints)
        )
        jobs.append(
            Job(
                source=source,
                sha256=sha256,
                out=out,
                limits=preset.preset.limits,
                settings=settings,
                wanted=wanted,
                skipped=_skipped(source.kind, targets),
                notes=(*shared.notes.get(source.rel, ()), *unfit, *_beds_passed_over(source, targets, preset)),
                marks=what_to_find(preset.preset.marks, posts=posts) if scored else "off",
                scored=scored,
            )
        )
    return Plan(
        shoot=shoot,
        out=out,
        jobs=tuple(jobs),
        refused=shoot.refused,
        preset=preset,
        targets=tuple(targets),
        shared=shared,
    )


def without_done(plan: Plan, ledger: Ledger) -> Plan:
    """The same plan with everything taken out that an earlier run already made and that is still there."""
    return replace(plan, jobs=tuple(_less_done(job, ledger) for job in plan.jobs))


def settings_fingerprint(limits: Limits, *, scored: bool = True) -> str:
    """16 hex digits of everything besides the bytes that decides what is found out about a source."""
    text = json.dumps({"limits": limits.model_dump(mode="json"), "looking": LOOKING, "scored": scored}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _less_done(job: Job, ledger: Ledger) -> Job:
    assert job.out is not None  # a plan's jobs always write
    known = ledger.known(job.source.rel, job.sha256, job.settings)
    if known is not None and known.problem is None and not covers(known.looked_for, job.marks):
        known = None
    kept: list[Wanted] = []
    left: list[Wanted] = []
    for item in job.wanted:
        there = _there(item, job, job.out, ledger)
        kept += there
        left += [] if there else [item]
    return replace(job, wanted=tuple(left), kept=tuple(kept), known=known)


def _there(item: Wanted, job: Job, out: Path, ledger: Ledger) -> tuple[Wanted, ...]:
    """The deliverable where it is there already, or all of its parts; nothing where one of them is missing."""
    if ledger.is_there(out, item.path, job.sha256, item.fingerprint):
        return (item,)
    if item.recipe.clip is None or item.recipe.clip.too_long != "parts":
        return ()
    first = ledger.output(out, part_path(item.path, 1), job.sha256, item.fingerprint)
    said = first.facts.get(PART) if first is not None else None
    if not isinstance(said, dict):
        return ()
    parts = tuple(replace(item, path=part_path(item.path, n)) for n in range(1, int(said["of"]) + 1))
    return parts if all(ledger.is_there(out, one.path, job.sha256, one.fingerprint) for one in parts) else ()


class _Fingerprints:
    """Of recipes, each reckoned once: those of a shoot share a few, unless a scene or a person says otherwise."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Recipe, str]] = {}

    def of(self, recipe: Recipe, *, shared: bool) -> str:
        """The fingerprint. shared: the very same recipe may be asked for again, and is kept for that."""
        if not shared:
            return recipe.fingerprint()
        known = self._known.get(id(recipe))
        if known is None:
            known = self._known[id(recipe)] = (recipe, recipe.fingerprint())
        return known[1]


def _wanted(  # noqa: PLR0913, PLR0917 - a source, what is wanted of it, and what is known of both
    source: Source,
    target: Target,
    preset: LoadedPreset,
    sha256: str,
    stem: str,
    anchor: Anchor | None,
    focus: tuple[float, ...],
    fingerprints: _Fingerprints,
) -> list[Wanted]:
    if not takes(target, source.kind):
        return []
    spec = target.surface.spec(source.kind)
    common = recipe_for(preset, target, source.kind, bed_seed=sha256, duration_s=_length_for_bed(source, preset))
    kept = preset.preset.privacy.keep_faces.get(source.rel, ())
    recipe = common.anchored(anchor).keeping(kept).focused(focus)
    suffix = ".mp4" if source.kind is Kind.CLIP else ".jpg"
    path = f"{target.folder}/{stem}{suffix}"
    fingerprint = fingerprints.of(recipe, shared=recipe is common)
    wanted = [Wanted(target=target.name, path=path, recipe=recipe, fingerprint=fingerprint)]
    if isinstance(spec, ClipSpec) and spec.cover is not None:
        cover = Target(surface=surface(spec.cover))
        cover_recipe = recipe_for(preset, cover, Kind.PHOTO, bed_seed=sha256)
        path = f"{target.folder}/{stem}.cover.jpg"
        fingerprint = fingerprints.of(cover_recipe, shared=True)
        item = Wanted(target=cover.name, path=path, recipe=cover_recipe, fingerprint=fingerprint)
        wanted.append(replace(item, cover_of=target.name))
    return wanted


def _beds_passed_over(source: Source, targets: Sequence[Target], preset: LoadedPreset) -> tuple[Note, ...]:
    """Which beds a clip could not have, each said once; that one has no licence is said where it is used."""
    if source.kind is not Kind.CLIP or preset.preset.sound.mode not in WITH_BEDS:
        return ()
    found = (note for target in targets if takes(target, source.kind) for note in bed_notes(preset, target))
    return tuple(dict.fromkeys(note for note in found if note.code == NOT_LICENSED))


def _length_for_bed(source: Source, preset: LoadedPreset) -> float | None:
    """How long a clip is, by its header, where the preset chooses beds by that."""
    sound = preset.preset.sound
    if source.kind is not Kind.CLIP or sound.choose != "length" or not sound.beds:
        return None
    return seconds_of(source.path) or None


def _focus(source: Source) -> tuple[tuple[float, ...], tuple[Note, ...]]:
    """What the sidecar beside a source asks for. One that cannot be read is named, and the source framed without it."""
    try:
        return focus_beside(source.path), ()
    except DataError as error:
        return (), (Note(FOCUS_IGNORED, f"{error.message} The crop was chosen without it. {error.hint}"),)


def _skipped(kind: Kind, targets: Sequence[Target]) -> tuple[Delivered, ...]:
    """Targets that do not take this kind, unless the same platform was also asked for a surface that does."""
    served = {target.surface.platform for target in targets if takes(target, kind)}
    return tuple(
        Delivered(target=t.name, path="", status="skipped", fingerprint="", why=f"{t.name} takes no {kind}s")
        for t in targets
        if not takes(t, kind) and t.surface.platform not in served
    )
