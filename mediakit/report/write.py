"""Writes what a run came to into OUT: manifest.json for programs, report.html for people; each whole or not at all.

A run of many sources is written as its outcomes are read, so its size needs no memory; no browser opens a page of a
hundred thousand pictures, so the page then shows `MOST_SHOWN` sources, those that somebody should look at before the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

from mediakit.batch.outfolder import published
from mediakit.report import html, manifest

MOST_SHOWN = 2000
"""Sources on one page."""


def write_report(
    document: Mapping[str, Any],
    out: Path,
    *,
    seconds: float | None = None,
    sources: Iterable[Mapping[str, Any]] | None = None,
) -> None:
    """Write both below `out`. `document` is `manifest.manifest(...)`, `seconds` how long the run took. Raises FileError.

    sources: they take the place of the document's own, and are gone through once.
    """
    shown = _Shown()
    manifest.write_manifest(out / manifest.NAME, document, shown.passing(sources or document["sources"]))
    document = {**document, "sources": shown.chosen(), "left_out": shown.left_out}
    page = html.render(document, out, made_at=datetime.now().astimezone(), seconds=seconds)
    with published(out / html.NAME) as temporary:
        temporary.write_text(page, encoding="utf-8")


class _Shown:
    """Chooses what the page shows of sources that pass by: failures first, then poor verdicts, then the first ones."""

    def __init__(self) -> None:
        self._piles: list[list[tuple[int, Mapping[str, Any]]]] = [[], [], []]
        self._passed = 0

    def passing(self, sources: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        """Yield the sources as they come, remembering what is to be shown."""
        for source in sources:
            pile = self._piles[_calmness(source)]
            if len(pile) < MOST_SHOWN:
                pile.append((self._passed, source))
            self._passed += 1
            yield source

    def chosen(self) -> list[Mapping[str, Any]]:
        """In the order in which they passed."""
        first = list(chain.from_iterable(self._piles))[:MOST_SHOWN]
        return [source for _, source in sorted(first, key=lambda each: each[0])]

    @property
    def left_out(self) -> int:
        """How many are not shown."""
        return max(0, self._passed - MOST_SHOWN)


def _calmness(source: Mapping[str, Any]) -> int:
    """0 where something failed, 1 where somebody should look, 2 where all is well."""
    if source["error"] or any(item["status"] == "failed" for item in source["deliverables"]):
        return 0
    return 1 if source["score"] and source["score"]["verdict"] != "pass" else 2
