"""report.html: what happened, for people. One file that opens from disk and asks no network for anything.

The page is a template with its style and script inlined, the run as JSON, and small pictures as data URIs. Nothing a
file name or its metadata says is ever markup: the JSON has no `<`, the script writes text only, and a content security
policy lets run what this module put there (by hash) and nothing else. Pictures lie in blocks of their own, one a source,
that the page reads when the source comes into view, so 500 sources open at once.

Limits: above `EMBED_BYTES` of pictures, the remaining ones (deliverables first) are linked below OUT instead of embedded.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

EMBED_BYTES = 60_000_000
NAME = "report.html"
_SCRIPTS = (
    "words.js",
    "advice.js",
    "parts.js",
    "cards.js",
    "table.js",
    "shoot.js",
    "takes.js",
    "detail.js",
    "clip.js",
    "posts.js",
    "report.js",
)
_STYLES = ("report.css", "posts.css", "shoot.css")
_LEFT_OUT = ("facts", "fingerprint", "sha256")
_TYPES = {".webp": "image/webp", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png"}


def render(document: Mapping[str, Any], out: Path, *, made_at: datetime, seconds: float | None = None) -> str:
    """The page for a manifest document. Previews named in it are read below `out`; one that is gone is left out.

    `seconds` is how long the run took, None where that is not known.
    """
    pictures = _Pictures(out)
    meta = {
        "version": document["mediakit"],
        "preset": document["preset"],
        "made_at": made_at.isoformat(timespec="seconds"),
        "seconds": seconds,
        "left_out": document.get("left_out", 0),
    }
    sources = [_source(source) for source in document["sources"]]
    takes, take_pictures = _takes(document.get("takes"), pictures)
    blocks = _picture_blocks(document["sources"], pictures)
    script = "(() => {\n" + "\n".join(_asset(name) for name in _SCRIPTS) + "})();\n"
    style = "\n".join(_asset(name) for name in _STYLES)
    filled = {
        "policy": _policy(script, style),
        "style": style,
        "script": script,
        "report": _inert(
            {
                "meta": meta,
                "sources": sources,
                "posts": [_post(post) for post in document.get("posts", ())],
                "takes": takes,
                "notes": document.get("notes", ()),
            }
        ),
        "pictures": "\n".join(
            f'<script type="application/json" id="pictures-{index}">{_inert(block)}</script>'
            for index, block in [("takes", take_pictures), *enumerate(blocks)]
        ),
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda found: filled[found[1]], _asset("template.html"))


def _asset(name: str) -> str:
    return files("mediakit.report").joinpath("page", name).read_text("utf-8")


def _inert(value: object) -> str:
    """JSON that cannot end the script element it stands in, nor start anything else."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _policy(script: str, style: str) -> str:
    rules = {
        "default-src": "'none'",
        "img-src": "data: 'self' file:",
        "media-src": "'self' file:",
        "script-src": _hash(script),
        "style-src": _hash(style),
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _source(source: Mapping[str, Any]) -> dict[str, Any]:
    shown = {key: value for key, value in source.items() if key not in _LEFT_OUT}
    shown["deliverables"] = [_delivered(item) for item in source["deliverables"]]
    # Thumbnails come after the source's own picture and those of its deliverables.
    places = iter(range(1 + len(source["deliverables"]), 1_000_000))
    shown["bystanders"] = [
        {"face": each["face"], "state": each["state"], "picture": next(places) if each["preview"] else None}
        for each in source["bystanders"]
    ]
    shown["covers"] = [
        {"time_s": time_s, "picture": number if number is not None else next(places)}
        for time_s, number, _ in _covers(source)
    ]
    return shown


def _covers(source: Mapping[str, Any]) -> list[tuple[float, int | None, Mapping[str, Any]]]:
    """The frames that would do as a clip's cover: when, the number of its picture where it was made, and its facts."""
    for number, item in enumerate(source["deliverables"], start=1):
        facts = item["facts"]
        if "other_frames" in facts:
            others = [(other["frame_s"], None, other) for other in facts["other_frames"]]
            return [(facts["frame_s"], number, facts), *others]
    return []


def _takes(
    takes: Mapping[str, Any] | None, pictures: _Pictures
) -> tuple[Mapping[str, Any] | None, list[list[str | None]]]:
    """Takes of one photo without the paths of their pictures, and these: one list a group, one picture a take."""
    if takes is None:
        return None, []
    shown = [[pictures.of(member) for member in group["members"]] for group in takes["groups"]]
    groups = [
        {**group, "members": [{**member, "preview": None} for member in group["members"]]} for group in takes["groups"]
    ]
    return {**takes, "groups": groups}, shown


def _post(post: Mapping[str, Any]) -> dict[str, Any]:
    return {**post, "archive_href": link(post["archive"])}


def _delivered(item: Mapping[str, Any]) -> dict[str, Any]:
    shown = {key: value for key, value in item.items() if key not in _LEFT_OUT}
    written = item["path"] is not None and item["status"] in ("made", "kept")
    shown["href"] = link(item["path"]) if written else None
    shown["clip"] = written and item["path"].lower().endswith((".mp4", ".mov", ".m4v"))
    shown["skin"] = _skin(item["facts"])
    shown["corners_px"] = _corners(item["facts"])
    shown["begin_s"] = _begin(item["facts"])
    return shown


def _begin(facts: Mapping[str, Any]) -> float | None:
    """Where in the source a clip begins that shows a stretch of it."""
    stretch = facts.get("stretch")
    return stretch.get("begin_s") if isinstance(stretch, Mapping) else None


def _corners(facts: Mapping[str, Any]) -> list[list[float]] | None:
    """Where the part that was set upright lies in the original; None where nothing was turned."""
    told = facts.get("straightened")
    return told.get("corners_px") if isinstance(told, Mapping) else None


def _skin(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the retouch did to each face, in the numbers that the preset's ceilings are about."""
    retouched = facts.get("retouch")
    faces = retouched.get("faces") if isinstance(retouched, Mapping) else None
    wanted = ("asked", "amount", "texture_kept", "lightness_change", "hue_change_deg")
    return [{key: face.get(key) for key in wanted} for face in faces or () if isinstance(face, Mapping)]


def link(path: str) -> str:
    """A path below OUT as an address relative to the report: whatever the name holds, it stays a path."""
    return "./" + quote(os.fsencode(path), safe="/")


def _picture_blocks(sources: list[Mapping[str, Any]], pictures: _Pictures) -> list[list[str | None]]:
    """For each source its own picture, one a deliverable, a bystander, a further cover. Originals are embedded first."""
    blocks: list[list[str | None]] = [[pictures.of(source["facts"])] for source in sources]
    for source, block in zip(sources, blocks, strict=True):
        block.extend(pictures.of(item["facts"]) for item in source["deliverables"])
        block.extend(pictures.of(each) for each in source["bystanders"] if each["preview"])
        block.extend(pictures.of(facts) for _, number, facts in _covers(source) if number is None)
    return blocks


class _Pictures:
    """Reads previews below OUT, embeds them while there is room, and links them after that."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._left = EMBED_BYTES

    def of(self, facts: Mapping[str, Any]) -> str | None:
        rel = facts.get("preview") or facts.get("poster")
        if not isinstance(rel, str) or ".." in PurePosixPath(rel).parts or PurePosixPath(rel).is_absolute():
            return None
        mime = _TYPES.get(PurePosixPath(rel).suffix.lower())
        try:
            size = (self._out / rel).stat().st_size
            if mime is None or size == 0:
                return None
            if size > self._left:
                return link(rel)
            self._left -= size
            return f"data:{mime};base64,{base64.b64encode((self._out / rel).read_bytes()).decode('ascii')}"
        except OSError:
            return None
