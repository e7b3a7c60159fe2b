"""A reel's row in the ledger of the folder it lies in, so that the same words a second time render nothing.

A reel has many sources and one file. Its identity is the bytes of every photo it may show, in order, and its fingerprint
everything else that can change it: how photos and clips are made for this surface, the preset's say on reels, the music's
bytes. Both are known before a photo is opened.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from mediakit.batch.execute import hash_sources
from mediakit.batch.keeping import person_keeps
from mediakit.batch.ledger import Ledger
from mediakit.batch.outfolder import file_hash, flush_folders
from mediakit.batch.preview import write_preview
from mediakit.batch.reel import Reel
from mediakit.batch.reel_photos import Candidates, reel_recipe
from mediakit.batch.values import to_json
from mediakit.errors import Fault, FileError
from mediakit.model import Delivered, Kind, Outcome, Size
from mediakit.platforms.schema import Target
from mediakit.presets.load import LoadedPreset
from mediakit.presets.recipes import recipe_for
from mediakit.video.sample import grab_frame


def identity(found: Candidates, ledger: Ledger) -> str:
    """SHA-256 over the photos' bytes and names in their order, and what a person chose of them. Raises FileError."""
    hashes, fresh, unreadable = hash_sources(found.photos, ledger)
    if unreadable:
        problem = unreadable[0].problem
        raise FileError(Fault.UNREADABLE, problem.message, problem.hint)
    ledger.remember_hashes(fresh)
    chosen = sorted(person_keeps(found.shoot.root)) if not found.ordered else []
    return _digest([[source.rel, hashes[source.rel]] for source in found.photos], found.ordered, chosen)


def fingerprint(loaded: LoadedPreset, target: Target, music: Path | None) -> str:
    """16 hex digits, made of all that changes a reel besides its photos."""
    preset = loaded.preset
    clip = recipe_for(loaded, target, Kind.CLIP, bed_seed="")
    played = preset.sound.model_dump(mode="json", exclude={"beds", "mode"})
    chosen = [preset.reel.model_dump(mode="json"), preset.score.reject_below, to_json(preset.privacy.keep_faces)]
    heard = None if music is None else file_hash(music)
    return _digest(clip.fingerprint(), reel_recipe(loaded, clip).fingerprint(), played, chosen, heard)[:16]


def recalled(ledger: Ledger, out: Path, photos: str, made_by: str) -> Reel | None:
    """The reel at `out`, where it was made of these photos in this way and is still that file."""
    row = ledger.output(out.parent, out.name, photos, made_by)
    if row is None:
        return None
    told = cast("dict[str, Any]", row.facts["reel"])
    return Reel(
        path=out,
        target=row.target,
        size=cast(Size, row.size),
        duration_s=cast(float, row.duration_s),
        bytes=row.bytes,
        photos=tuple(photo["path"] for photo in told["photos"]),
        why=tuple(photo["why"] for photo in told["photos"]),
        changes_s=tuple(told["changes_s"]),
        on_beats=told["on_beats"],
        bed=told["bed"],
        checks=row.checks,
        notes=row.notes,
        facts={key: value for key, value in row.facts.items() if key not in ("reel", "preview")},
        kept=True,
    )


def record(ledger: Ledger, reel: Reel, photos: str, made_by: str) -> None:
    """Enter a reel that was just published."""
    folder = reel.path.parent
    shown = write_preview(grab_frame(reel.path, None, 0.0), folder, f"{made_by}-{photos[:16]}")
    row = replace(_row(reel, made_by), facts={**_facts(reel), "preview": shown}, sha256=file_hash(reel.path))
    flush_folders([reel.path])
    ledger.record(_outcome(reel, row, photos), made_by, folder)


def outcome(ledger: Ledger, reel: Reel, photos: str, made_by: str) -> Outcome:
    """What the reports tell of it."""
    row = ledger.output(reel.path.parent, reel.path.name, photos, made_by)
    assert row is not None  # it was recorded or recalled just now
    return _outcome(reel, replace(row, status="kept" if reel.kept else "made"), photos)


def _outcome(reel: Reel, row: Delivered, photos: str) -> Outcome:
    facts = {"preview": row.facts["preview"]}
    return Outcome(
        reel.path.name, photos, Kind.CLIP, size=reel.size, duration_s=reel.duration_s, delivered=(row,), facts=facts
    )


def _row(reel: Reel, made_by: str) -> Delivered:
    return Delivered(
        target=reel.target,
        path=reel.path.name,
        status="made",
        fingerprint=made_by,
        why=f"a reel of {len(reel.photos)} photos",
        size=reel.size,
        bytes=reel.bytes,
        duration_s=reel.duration_s,
        checks=reel.checks,
        notes=reel.notes,
    )


def _facts(reel: Reel) -> dict[str, object]:
    shown = [{"path": rel, "why": why} for rel, why in zip(reel.photos, reel.why, strict=True)]
    told = {"photos": shown, "changes_s": list(reel.changes_s), "on_beats": reel.on_beats, "bed": reel.bed}
    return {"reel": told, **reel.facts}


def _digest(*parts: object) -> str:
    text = json.dumps(parts, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
