"""One shoot, one look: which photos of a shoot belong together, and what each is developed to because of it.

    glimpse every photo of a folder (small, in the workers) -> link those that show the same -> agree on light and exposure

All of it happens before anything is rendered, and what a photo gets (its `Anchor`) is part of its recipe's fingerprint. So
the result does not depend on the number of workers or on where a run was killed, a second run finds everything in the
ledger, and a photo that is changed, added or taken away makes exactly its own scene anew.

A photo that cannot be glimpsed is developed on its own. Folders with one photo are never glimpsed.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from mediakit.batch.ledger import Ledger
from mediakit.batch.plan import NOTHING_SHARED, Job, Shared, settings_fingerprint
from mediakit.batch.problems import problem_of, refused
from mediakit.batch.values import read_value, to_json
from mediakit.batch.workers import run_jobs, workers_for
from mediakit.errors import Fault, FileError
from mediakit.model import Anchor, Kind, Note, Outcome, Problem, Size, Source
from mediakit.platforms.schema import Target
from mediakit.platforms.targets import takes
from mediakit.presets.assets import reference
from mediakit.presets.load import LoadedPreset

if TYPE_CHECKING:
    from mediakit.look.belong import Allowed, Seen

GLIMPSING = 3
"""Raised when a change of code changes glimpses: every photo is then glimpsed again."""
SHARING = 3
"""Raised when a change of code changes what scenes agree on: every folder is then thought over again."""
GLIMPSE_EDGE_PX = 480
PASSING = frozenset(
    {Fault.TIMED_OUT, Fault.OUT_OF_MEMORY, Fault.CRASHED, Fault.CHANGED, Fault.UNREADABLE, Fault.INTERNAL}
)
"""Faults that another run may not meet again."""


@dataclass(frozen=True, slots=True)
class _Shoot:
    """What every step needs to know."""

    hashes: Mapping[str, str]
    preset: LoadedPreset
    settings: str
    ledger: Ledger
    jobs: int | None


def shared_looks(
    sources: Sequence[Source],
    preset: LoadedPreset,
    targets: Sequence[Target],
    ledger: Ledger,
    *,
    hashes: Mapping[str, str],
    jobs: int | None = None,
) -> Shared:
    """Find the scenes of a shoot and what their photos agree on, from the ledger where nothing changed.

    With a read-only ledger (a dry run) nothing is written.
    """
    if not _is_asked(preset, targets):
        return NOTHING_SHARED
    shoot = _Shoot(hashes, preset, settings_fingerprint(preset.preset.limits), ledger, jobs)
    anchors: dict[str, Anchor] = {}
    new = []
    for folder in _folders(sources, hashes):
        known = ledger.found(_folder_key(shoot, folder))
        if known is None:
            new.append(folder)
        else:
            anchors.update({rel: read_value(Anchor, data) for rel, data in known.items()})
    seen, failed = _glimpsed(shoot, [source for folder in new for source in folder])
    for folder in new:
        anchors.update(_thought_over(shoot, folder, seen, failed))
    charts = Counter(anchor.chart for anchor in anchors.values() if anchor.chart)
    notes = {rel: (_left_out(why),) for rel, why in failed.items() if why.code == Fault.INTERNAL}
    notes |= {rel: (_is_chart(count),) for rel, count in charts.items()}
    return Shared(anchors, notes)


def _thought_over(
    shoot: _Shoot, folder: Sequence[Source], seen: Mapping[str, Seen], failed: Mapping[str, Problem]
) -> dict[str, Anchor]:
    """What the photos of one folder agree on, kept for the next run unless another run may know more."""
    from mediakit.look.belong import agreed

    found = agreed([seen[source.rel] for source in folder if source.rel in seen], _allowed(shoot.preset))
    passing = any(failed[source.rel].code in PASSING for source in folder if source.rel in failed)
    if not (passing or shoot.ledger.read_only):
        shoot.ledger.keep({_folder_key(shoot, folder): to_json(found)})
    return found


def _allowed(preset: LoadedPreset) -> Allowed | None:
    """How far a photo lets the preset's look go, None where it has none."""
    from mediakit.look.develop import look_strength
    from mediakit.pixels.cube import read_cube

    develop = preset.preset.develop
    if not _has_look(preset):
        return None
    look = read_cube(preset.assets["develop.look"])
    return lambda tone, anchor: look_strength(tone, develop, look, anchor)


def _has_look(preset: LoadedPreset) -> bool:
    return preset.preset.develop.look is not None and preset.preset.develop.look_strength > 0


def glimpse_photo(job: Job, threads: int) -> Outcome:  # noqa: ARG001 - what every worker is handed
    """What a worker runs: the glimpse and the clock of one photo, in the outcome's facts. Writes nothing."""
    from mediakit.look.glimpse import glimpse
    from mediakit.photo.open import admit, decoded, facts_of
    from mediakit.vision.faces import find_faces

    try:
        admitted = admit(job.source.path, job.limits)
        facts = facts_of(admitted)
        scale = min(1.0, GLIMPSE_EDGE_PX / max(facts.shown.width_px, facts.shown.height_px))
        least = Size(max(1, round(facts.shown.width_px * scale)), max(1, round(facts.shown.height_px * scale)))
        photo = decoded(admitted, at_least=least)
        to_small = photo.pixels.shape[1] / photo.shown.width_px
        faces = find_faces(photo.pixels, shown=photo.shown)
        found = glimpse(photo.pixels, skin_boxes=[face.box.scaled(to_small) for face in faces])
    except FileError as error:
        return refused(job, problem_of(error))
    except Exception as error:  # a photo that cannot be compared is still a photo; the note says what happened
        return refused(job, Problem(Fault.INTERNAL, f"{type(error).__name__}: {error}", ""))
    told = {"glimpse": to_json(found), "captured_at": facts.captured_at}
    return Outcome(rel=job.source.rel, sha256=job.sha256, kind=Kind.PHOTO, facts=told)


def _is_asked(preset: LoadedPreset, targets: Sequence[Target]) -> bool:
    develop = preset.preset.develop
    asked = develop.share_scene and (develop.white_balance > 0 or develop.auto_tone > 0)
    return asked and any(takes(target, Kind.PHOTO) for target in targets)


def _folders(sources: Sequence[Source], hashes: Mapping[str, str]) -> list[list[Source]]:
    """The photos of each folder that holds more than one."""
    folders: dict[str, list[Source]] = {}
    for source in sources:
        if source.kind is Kind.PHOTO and source.rel in hashes:
            folders.setdefault(str(PurePosixPath(source.rel).parent), []).append(source)
    return [photos for photos in folders.values() if len(photos) > 1]


def _folder_key(shoot: _Shoot, folder: Sequence[Source]) -> str:
    members = sorted((ascii(source.rel), shoot.hashes[source.rel]) for source in folder)
    look = ""
    if _has_look(shoot.preset):
        bytes_of = reference(shoot.preset.assets["develop.look"]).sha256
        look = f"{bytes_of} {shoot.preset.preset.develop.model_dump_json()}"
    text = json.dumps([members, shoot.settings, look, GLIMPSING, SHARING])
    return f"scenes {hashlib.sha256(text.encode()).hexdigest()}"


def _photo_key(shoot: _Shoot, rel: str) -> str:
    return f"glimpse {shoot.hashes[rel]} {shoot.settings} {GLIMPSING}"


def _glimpsed(shoot: _Shoot, sources: Sequence[Source]) -> tuple[dict[str, Seen], dict[str, Problem]]:
    """Glimpses by `rel`, from the ledger or made now; and what could not be glimpsed."""
    known = {source.rel: shoot.ledger.found(_photo_key(shoot, source.rel)) for source in sources}
    failed: dict[str, Problem] = {}
    for outcome in _run(shoot, [source for source in sources if known[source.rel] is None]):
        if outcome.problem is not None:
            failed[outcome.rel] = outcome.problem
            continue
        known[outcome.rel] = outcome.facts
        if not shoot.ledger.read_only:
            shoot.ledger.keep({_photo_key(shoot, outcome.rel): outcome.facts})
    return {rel: _seen(rel, facts) for rel, facts in known.items() if facts is not None}, failed


def _run(shoot: _Shoot, sources: Sequence[Source]) -> Iterator[Outcome]:
    limits = shoot.preset.preset.limits
    jobs = [
        Job(source=source, sha256=shoot.hashes[source.rel], out=None, limits=limits, settings=shoot.settings)
        for source in sources
    ]
    if jobs:
        processes, threads = workers_for(shoot.jobs, len(jobs))
        yield from (f.outcome for f in run_jobs(jobs, processes=processes, threads=threads, work=glimpse_photo))


def _seen(rel: str, facts: Any) -> Seen:
    from mediakit.look.belong import Seen
    from mediakit.look.glimpse import Glimpse

    return Seen(rel, _clock(facts["captured_at"]), read_value(Glimpse, facts["glimpse"]))


def _clock(captured_at: str) -> float | None:
    """Seconds, of which only differences count: EXIF names no zone."""
    try:
        return datetime.strptime(captured_at + " +0000", "%Y:%m:%d %H:%M:%S %z").timestamp()
    except ValueError:
        return None


def _is_chart(count: int) -> Note:
    others = (
        f"those of {count - 1} photos after it are"
        if count > 2
        else "those of the photo after it are"
        if count == 2
        else "those of no other are"
    )
    return Note(
        "colour-checker", f"A colour checker was found in this photo: its colours and {others} calibrated by it."
    )


def _left_out(why: Problem) -> Note:
    words = f"It could not be compared with the other photos ({why.message}), so its colours were judged alone."
    return Note("scene-left-out", words)
