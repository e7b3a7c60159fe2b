"""Whether the reports in OUT say it already: a large run that finds nothing to do does not write them all over again.

After a run of more than `outcomes.IN_MEMORY` sources a note goes into the ledger: what was planned, as a hash, and what
manifest.json looked like. A later run that plans the same, makes nothing and finds that very file only has to turn "made"
into "kept" in it; report.html stays the report of the run that made the files.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from mediakit.batch.ledger import Ledger
from mediakit.batch.outcomes import IN_MEMORY
from mediakit.batch.outfolder import published
from mediakit.batch.plan import Job, Plan
from mediakit.batch.values import to_json
from mediakit.report import html, manifest

_NOTE = "told"
_MADE, _KEPT = b'\n     "status": "made",\n', b'\n     "status": "kept",\n'
"""A line of manifest.json as `manifest.pieces` writes it; no string in it holds a bare new line."""
_PIECE_BYTES = 8 << 20


def is_told(plan: Plan, ledger: Ledger, *, posts: bool) -> bool:
    """True where the reports tell of this very plan, nothing was left to do, and manifest.json now says so."""
    if posts or len(plan.jobs) <= IN_MEMORY or plan.to_do:
        return False
    note = ledger.found(_NOTE)
    path = plan.out / manifest.NAME
    if note is None or note["plan"] != _hash(plan) or note["file"] != _facts(path) or not _is_file(plan.out):
        return False
    if note["made"]:
        _say_kept(path)
        ledger.keep({_NOTE: {**note, "made": False, "file": _facts(path)}})
    return True


def note_told(plan: Plan, ledger: Ledger, *, posts: bool) -> None:
    """The reports were just written for this plan."""
    if posts or len(plan.jobs) <= IN_MEMORY:
        return
    note = {"plan": _hash(plan), "made": bool(plan.to_do), "file": _facts(plan.out / manifest.NAME)}
    ledger.keep({_NOTE: note})


def _is_file(out: Path) -> bool:
    return (out / html.NAME).is_file()


def _facts(path: Path) -> list[int] | None:
    try:
        facts = path.stat()
    except OSError:
        return None
    return [facts.st_size, facts.st_mtime_ns]


def _say_kept(path: Path) -> None:
    """Replace line by line what has the same length; a line that lies across two pieces is met in the overlap."""
    overlap = len(_MADE) - 1
    with published(path) as temporary, path.open("rb") as old, temporary.open("wb") as new:
        held = b""
        while piece := old.read(_PIECE_BYTES):
            held = (held + piece).replace(_MADE, _KEPT)
            new.write(held[:-overlap])
            held = held[-overlap:]
        new.write(held)


def _hash(plan: Plan) -> str:
    """Of everything that the reports are made from, besides what the ledger holds under these very keys."""
    digest = hashlib.sha256(plan.preset.preset.model_dump_json().encode())
    for job in plan.jobs:
        digest.update(json.dumps(_said(job)).encode())
    digest.update(json.dumps([[refusal.rel, to_json(refusal.problem)] for refusal in plan.refused]).encode())
    digest.update(str(plan.out.absolute()).encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _said(job: Job) -> list[Any]:
    files = sorted((item.path, item.fingerprint) for item in (*job.wanted, *job.kept))
    left = [(item.target, item.why) for item in job.skipped]
    return [job.source.rel, job.sha256, job.settings, files, left, [(note.code, note.message) for note in job.notes]]
