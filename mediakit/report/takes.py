"""Takes of one photo, for the manifest and the page: which is kept, why the others are not, and what a person chose."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from mediakit.batch.cull import Culled, Group, Take
from mediakit.batch.keeping import KEEP_FILE
from mediakit.batch.outfolder import published
from mediakit.model import Kind, Outcome, Score, Verdict
from mediakit.report.html import render
from mediakit.report.manifest import head, source_json

Json = dict[str, object]


def takes_json(culled: Culled, verdict_of: Callable[[Score], Verdict]) -> Json:
    """The groups, the better take first; `file` and `named` are the sidecar that overrules them and what it names now."""
    return {
        "file": KEEP_FILE,
        "named": list(culled.chosen),
        "groups": [_group(group, verdict_of) for group in culled.groups],
    }


def write_takes_page(
    page: Path, culled: Culled, out: Path, preset_name: str, verdict_of: Callable[[Score], Verdict]
) -> None:
    """A page of nothing but the takes; their pictures are read below `out` and embedded. Raises FileError."""
    everybody = [take for group in culled.groups for take in group.takes] + list(culled.alone)
    sources = [
        Outcome(take.rel, "", Kind.PHOTO, score=take.score, facts={"preview": take.preview})
        for take in sorted(everybody, key=lambda take: take.rel)
    ]
    failed = [Outcome(rel, "", Kind.PHOTO, problem=problem) for rel, problem in culled.failed]
    document = {
        **head(preset_name=preset_name, preset_fingerprint="", takes=takes_json(culled, verdict_of)),
        "sources": [source_json(outcome, verdict_of) for outcome in (*sources, *failed)],
    }
    text = render(document, out, made_at=datetime.now().astimezone())
    with published(page) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _group(group: Group, verdict_of: Callable[[Score], Verdict]) -> Json:
    members = [_member(take, verdict_of) for take in group.takes]
    return {"keep": group.keep, "why": group.why, "by_hand": group.by_hand, "members": members}


def _member(take: Take, verdict_of: Callable[[Score], Verdict]) -> Json:
    return {
        "path": take.rel,
        "score": round(take.score.value, 1),
        "verdict": verdict_of(take.score),
        "reasons": list(take.reasons),
        "preview": take.preview,
    }
