"""`mediakit check`: does any file, from any tool, conform to a surface?"""

from __future__ import annotations

import json as json_format
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mediakit.cli import options
from mediakit.cli.console import one_line, out, say
from mediakit.errors import ExitCode, FileError, NothingToDoError, UsageError

if TYPE_CHECKING:
    from mediakit.model import Check, Kind
    from mediakit.platforms.schema import Target

Paths = Annotated[
    list[Path], typer.Argument(metavar="PATH", help="Photos, clips or folders of them, made by any program.")
]


def check(paths: Paths, to: options.To = None, json: options.AsJson = False) -> None:
    """Hold files against a surface: format, shape, bytes, colour, sound, length, and what they tell of the shop.

    A platform's bare name holds each file against the surface of the platform that it fits best; a photo against a
    surface for clips is held against that of its cover. Exit 1 if any file does not conform; warnings do not fail it.

    Examples:

      mediakit check ready.jpg --to xiaohongshu.image
      mediakit check exports/ --to douyin --json
    """
    from mediakit.platforms.targets import resolve_one

    if not to:
        raise UsageError("Nothing to check against.", "Name a surface: --to xiaohongshu.image")
    named = [(name, resolve_one(name)) for name in to]
    rows = [_row(path, name, targets) for path in _files(paths) for name, targets in named]
    if not rows:
        raise NothingToDoError("No photo and no clip was found.", "Name a file, or a folder that holds some.")
    if json:
        out().file.write(json_format.dumps({"schema": 1, "files": rows}, ensure_ascii=False, indent=1) + "\n")
    else:
        _tell(rows)
    if not all(row["ok"] for row in rows):
        raise typer.Exit(ExitCode.SOME_FAILED)


def _files(paths: list[Path]) -> Iterator[Path]:
    """The files named, and the media in the folders named. Raises UsageError for a path that does not exist."""
    from mediakit.batch.shoot import find_sources

    for path in paths:
        if path.is_dir():
            yield from (path / source.rel for source in find_sources([path]).sources)
        elif path.exists() or path.is_symlink():
            yield path
        else:
            raise UsageError(f"{path} does not exist.", "Check the spelling; quote names with spaces.")


def _row(path: Path, name: str, targets: tuple[Target, ...]) -> dict[str, Any]:
    """One entry of the JSON document."""
    row: dict[str, Any] = {"path": _shown(path), "target": name, "ok": False, "checks": [], "error": None}
    from mediakit.platforms.check import conforms

    try:
        target, checks = _best_fit(path, targets)
    except FileError as error:
        return row | {"error": {"code": str(error.code), "message": error.message, "hint": error.hint}}
    return row | {"target": target.name, "ok": conforms(checks), "checks": [asdict(held) for held in checks]}


def _best_fit(path: Path, targets: tuple[Target, ...]) -> tuple[Target, tuple[Check, ...]]:
    """The target with the fewest rules broken, and its checks; a surface for the file's own kind where there is one."""
    from mediakit.platforms.check import check_file, kind_of_file
    from mediakit.platforms.targets import takes

    kind: Kind = kind_of_file(path)
    fitting = [target for target in targets if takes(target, kind)] or _covers(targets, kind) or list(targets[:1])
    held = [(target, check_file(path, target)) for target in fitting]
    return min(held, key=lambda found: _faults(found[1]))


def _covers(targets: tuple[Target, ...], kind: Kind) -> list[Target]:
    """A photo beside clips is the cover of one: what a folder of finished clips holds conforms to that surface."""
    from mediakit.model import Kind as Kinds
    from mediakit.platforms.load import surface
    from mediakit.platforms.schema import Target as TargetOf

    clips = [target.surface.clip for target in targets if kind is Kinds.PHOTO]
    return [TargetOf(surface=surface(spec.cover)) for spec in clips if spec is not None and spec.cover is not None]


def _faults(checks: tuple[Check, ...]) -> tuple[int, int]:
    failed = [held for held in checks if not held.ok]
    return sum(held.severity == "block" for held in failed), len(failed)


def _tell(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        out().print(f"{'ok  ' if row['ok'] else 'FAIL'}  {row['target']}  {one_line(row['path'])}", markup=False)
        if row["error"]:
            out().print(f"      {row['error']['message']} {row['error']['hint']}", markup=False)
        for held in row["checks"]:
            if not held["ok"]:
                word = "breaks" if held["severity"] == "block" else "warns "
                measured, limit = _said(held["measured"]), _said(held["limit"])
                out().print(f"      {word} {held['rule']}: {measured}; wanted: {limit}", markup=False)
    failed = sum(not row["ok"] for row in rows)
    say(f"{len(rows) - failed} of {len(rows)} conform.")


def _said(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_said(part) for part in value) if value else "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) and value >= 100_000 else "none" if value is None else str(value)


def _shown(path: Path) -> str:
    """The path as text that any terminal and any JSON reader takes, whatever bytes its name holds."""
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
