"""Writes what a run came to into OUT: manifest.json for programs, report.html for people; each whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from mediakit.batch.outfolder import published
from mediakit.report import html, manifest


def write_report(document: Mapping[str, Any], out: Path, *, seconds: float | None = None) -> None:
    """Write both below `out`. `document` is `manifest.manifest(...)`, `seconds` how long the run took. Raises FileError."""
    manifest.write_manifest(out / manifest.NAME, document)
    page = html.render(document, out, made_at=datetime.now().astimezone(), seconds=seconds)
    with published(out / html.NAME) as temporary:
        temporary.write_text(page, encoding="utf-8")
