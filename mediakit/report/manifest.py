"""manifest.json: everything a run came to, for programs. Schema 1.

The fields promised are those of `docs/` and `mediakit process --json`; a reader that knows them may ignore the rest.
The document is made of values alone: the same outcomes make the same bytes, so it carries no time of day. Numbers that
JSON has no word for (NaN, infinity) are null.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

from mediakit import __version__
from mediakit.batch.outfolder import published
from mediakit.batch.post_values import Post
from mediakit.batch.values import to_json
from mediakit.model import Check, Delivered, Face, Findings, Mark, Note, Outcome, Part, Problem, Score, Verdict
from mediakit.quality.verdict import advised
from mediakit.report.bystanders import bystanders, people
from mediakit.report.posts import post_json

SCHEMA = 1
NAME = "manifest.json"

Json = dict[str, object]
VerdictOf = Callable[[Score], Verdict]


def manifest(  # noqa: PLR0913 - what a document of a whole run is made of
    outcomes: Iterable[Outcome],
    *,
    preset_name: str,
    preset_fingerprint: str,
    verdict_of: VerdictOf,
    ask_about_bystanders: bool = True,
    keep_faces: Mapping[str, Sequence[int]] | None = None,
    posts: Sequence[Post] = (),
    notes: Sequence[Note] = (),
) -> Json:
    """The document, as dicts, lists and scalars.

    `verdict_of` is the preset's opinion of a score; `ask_about_bystanders` is its `privacy.bystanders = "ask"`, and
    `keep_faces` are the faces that need no asking, by the path of their source. Sources come in the order of `outcomes`.
    """
    vouched = keep_faces or {}
    return {
        **head(preset_name=preset_name, preset_fingerprint=preset_fingerprint, posts=posts, notes=notes),
        "sources": [
            source_json(outcome, verdict_of, ask=ask_about_bystanders, keep=vouched.get(outcome.rel, ()))
            for outcome in outcomes
        ],
    }


def head(
    *,
    preset_name: str,
    preset_fingerprint: str,
    posts: Sequence[Post] = (),
    notes: Sequence[Note] = (),
    takes: Json | None = None,
) -> Json:
    """The document before it has any source. `takes` are the groups of `report.groups`, where photos were culled."""
    return {
        "schema": SCHEMA,
        "mediakit": __version__,
        "preset": {"name": preset_name, "fingerprint": preset_fingerprint},
        "sources": [],
        "posts": _plain([post_json(post) for post in posts]),
        **({} if takes is None else {"takes": _plain(takes)}),
        "notes": [_note(note) for note in notes],
    }


def manifest_bytes(document: Mapping[str, object]) -> bytes:
    """The document as UTF-8 text. A file name that is no text (possible on Linux) is written as JSON escapes."""
    return b"".join(pieces(document, cast("list[object]", document["sources"])))


def pieces(document: Mapping[str, object], sources: Iterable[object]) -> Iterator[bytes]:
    """The text of a document, source by source, so that a hundred thousand of them need no more memory than one.

    `sources` take the place of the document's own.
    """
    head, tail = _encoded({**document, "sources": []}).split(b'\n "sources": []', 1)
    between = b'\n "sources": ['
    yield head
    for source in sources:
        yield between + b"\n  " + _encoded(source).replace(b"\n", b"\n  ")  # no string holds a bare new line
        between = b","
    yield (b'\n "sources": []' if between != b"," else b"\n ]") + tail + b"\n"


def _encoded(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)
    try:
        return text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, ensure_ascii=True, indent=1, allow_nan=False).encode()


def write_manifest(path: Path, document: Mapping[str, object], sources: Iterable[object] | None = None) -> None:
    """Write it whole or not at all: a temporary file beside `path`, flushed, renamed. Raises FileError.

    `sources`, where they are given, take the place of the document's own and are asked for one by one.
    """
    found = cast("list[object]", document["sources"]) if sources is None else sources
    with published(path) as temporary, temporary.open("wb") as stream:
        stream.writelines(pieces(document, found))


def source_json(outcome: Outcome, verdict_of: VerdictOf, *, ask: bool = True, keep: Sequence[int] = ()) -> Json:
    """One source."""
    findings = outcome.findings
    faces = () if findings is None else findings.faces
    main = () if findings is None else findings.main_faces
    subject = None if findings is None or findings.subject is None else findings.subject.as_list()
    found: Json = {
        "path": outcome.rel,
        "sha256": outcome.sha256,
        "kind": str(outcome.kind),
        "size_px": None if outcome.size is None else outcome.size.as_list(),
        "duration_s": _rounded(outcome.duration_s),
        "score": score_json(outcome.score, verdict_of),
        "faces": [_face(face, is_main=face in main) for face in faces],
        "bystanders": people(outcome, ask=ask, keep=keep),
        "subject_px": subject,
        "marks": [] if findings is None else [mark_json(mark) for mark in findings.marks],
        "ai_label": to_json(outcome.facts.get("ai_label")),
        "tilt_deg": None if findings is None else _rounded(findings.tilt_deg),
        "deliverables": [
            delivered_json(_asked(delivered, findings, ask, keep), verdict_of) for delivered in outcome.delivered
        ],
        "notes": [_note(note) for note in outcome.notes],
        "facts": to_json(outcome.facts),
        "error": problem_json(outcome.problem),
    }
    return {key: _plain(value) for key, value in found.items()}


def _asked(delivered: Delivered, findings: Findings | None, ask: bool, keep: Sequence[int]) -> Delivered:
    """The deliverable with a note on the faces in its background, where the preset wants to be asked about them."""
    note = bystanders(findings, delivered, keep=keep) if ask else None
    return delivered if note is None else replace(delivered, notes=(*delivered.notes, note))


def delivered_json(delivered: Delivered, verdict_of: VerdictOf) -> Json:
    """One deliverable; `path` is null where there is no file."""
    return {
        "target": delivered.target,
        "path": delivered.path or None,
        "status": delivered.status,
        "fit": delivered.fit,
        "crop_px": None if delivered.crop is None else delivered.crop.as_list(),
        "why": delivered.why,
        "size_px": None if delivered.size is None else delivered.size.as_list(),
        "bytes": delivered.bytes,
        "duration_s": _rounded(delivered.duration_s),
        "sha256": delivered.sha256 or None,
        "fingerprint": delivered.fingerprint,
        "checks": [_check(check) for check in delivered.checks],
        "score": score_json(delivered.score, verdict_of),
        "notes": [_note(note) for note in delivered.notes],
        "facts": to_json(delivered.facts),
        "error": problem_json(delivered.problem),
    }


def mark_json(mark: Mark) -> Json:
    """A code or a line of words; `at_s` is when a clip shows it."""
    return {
        "kind": mark.kind,
        "text": mark.text,
        "box_px": mark.box.as_list(),
        "corners_px": [[round(x, 1), round(y, 1)] for x, y in mark.corners],
        "confidence": round(mark.confidence, 3),
        "at_s": mark.t_s,
    }


def score_json(score: Score | None, verdict_of: VerdictOf) -> Json | None:
    """A score with its verdict and, worst first, its reasons; a clip's worst moments where there are any."""
    if score is None:
        return None
    verdict = verdict_of(score)
    parts = [_part(part) for part in advised(score, verdict).worst_first()]
    found: Json = {"value": round(score.value, 1), "verdict": verdict, "parts": parts}
    if score.moments:
        found["moments"] = [
            {"time_s": one.time_s, "part": one.part, "measured": one.measured, "value": one.value}
            for one in score.moments
        ]
    return found


def problem_json(problem: Problem | None) -> Json | None:
    """What `error` holds: code, message, hint."""
    return None if problem is None else {"code": problem.code, "message": problem.message, "hint": problem.hint}


def _part(part: Part) -> Json:
    return {
        "name": part.name,
        "value": round(part.value, 3),
        "weight": round(part.weight, 3),
        "measured": part.measured,
        "tip": part.tip,
    }


def _face(face: Face, *, is_main: bool) -> Json:
    return {"box_px": face.box.as_list(), "confidence": round(face.confidence, 3), "main": is_main}


def _check(check: Check) -> Json:
    return {
        "rule": check.rule,
        "ok": check.ok,
        "measured": to_json(check.measured),
        "limit": to_json(check.limit),
        "severity": check.severity,
    }


def _note(note: Note) -> Json:
    return {"code": note.code, "message": note.message}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), 3)


def _plain(value: object) -> object:
    """The same with NaN and infinity as null."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
