"""`mediakit cull`: of each burst and each set of near-copies, the one to keep, and why not the others."""

from __future__ import annotations

import json as json_format
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mediakit.cli import options
from mediakit.cli.console import one_line, out, say
from mediakit.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mediakit.batch.cull import Culled, Group


def cull(
    shoot: options.Shoot,
    preset: options.Preset = None,
    json: options.AsJson = False,
    jobs: options.Jobs = None,
    report: Annotated[
        Path | None,
        typer.Option(
            "--report", metavar="FILE.html", help="Show the takes side by side on a page; one key swaps them."
        ),
    ] = None,
    keep: Annotated[
        list[str] | None,
        typer.Option("--keep", metavar="PHOTO", help="Keep this take, whatever it scored. May repeat; written down."),
    ] = None,
) -> None:
    """Find takes of one photo (bursts, re-saved and re-framed copies) and choose the best of each.

    What a person wants kept stands in a file mediakit-keep.txt in the shoot, one photo a line: --keep writes it, or save it
    from the report. `process` honours it, and with --keep-best 1 makes only the best of the other groups too. Nothing else
    is written into the shoot.

    Examples:

      mediakit cull shoot/
      mediakit cull shoot/ --report takes.html
      mediakit cull shoot/ --keep counter/IMG_2043.jpg
      mediakit cull shoot/ --json
    """
    from tempfile import TemporaryDirectory

    from mediakit.api import cull as cull_shoot

    with TemporaryDirectory() as folder:
        pictures = None if report is None else Path(folder)
        found = cull_shoot(shoot, preset=preset, jobs=jobs, out=pictures)
        if keep:
            found = _kept(shoot, keep, found)
        if report is not None:
            _write(report, found, Path(folder), preset)
    for note in _unknown(found):
        say(note)
    if json:
        rows = [_row(group) for group in found.groups]
        failed = [
            {"path": rel, "error": {"code": p.code, "message": p.message, "hint": p.hint}} for rel, p in found.failed
        ]
        document = {"schema": 1, "groups": rows, "alone": [take.rel for take in found.alone], "failed": failed}
        out().file.write(json_format.dumps(document, ensure_ascii=False, indent=1) + "\n")
    else:
        _print(found)
    if found.failed:
        raise typer.Exit(ExitCode.SOME_FAILED)


def _write(page: Path, found: Culled, pictures: Path, preset: str | None) -> None:
    """A page that shows what was found. Raises FileError where it cannot be written."""
    from mediakit.presets.load import load_preset
    from mediakit.quality.verdict import verdict
    from mediakit.report.takes import write_takes_page

    loaded = load_preset(preset or "base").preset
    write_takes_page(page, found, pictures, loaded.name, lambda score: verdict(score, loaded.score))
    say(f"Report: {page}")


def _kept(shoot: Path, rels: Sequence[str], found: Culled) -> Culled:
    """Write a person's choices into the shoot. Raises UsageError for a photo that is no take of anything."""
    from mediakit.batch.cull import chosen_anew
    from mediakit.batch.keeping import keep, person_keeps

    overruled: set[str] = set()
    for rel in rels:
        group = next((group for group in found.groups if any(take.rel == rel for take in group.takes)), None)
        if group is None:
            raise UsageError(f"--keep {rel}: there is no other take of it.", "Write the path as `mediakit cull` does.")
        overruled |= {take.rel for take in group.takes}
    root = shoot if shoot.is_dir() else shoot.parent
    say(f"Written: {keep(root, rels, overruled)}")
    return chosen_anew(found, person_keeps(root))


def _unknown(found: Culled) -> list[str]:
    from mediakit.batch.cull import unknown_keeps

    return [note.message for note in unknown_keeps(found)]


def _row(group: Group) -> dict[str, Any]:
    members = [{"path": t.rel, "score": t.score.value, "reasons": list(t.reasons)} for t in group.takes]
    return {"keep": group.keep, "why": group.why, "members": members}


def _print(found: Culled) -> None:
    for group in found.groups:
        for take in group.takes:
            mark = "keep" if take.rel == group.keep else "    "
            reason = f"  {take.reasons[0]}" if take.reasons else f"  {group.why}"
            out().print(f"{mark}  {take.score.value:5.1f}  {one_line(take.rel + reason)}", markup=False)
        out().print("")
    for rel, problem in found.failed:
        out().print(one_line(f"{rel}: {problem.code}: {problem.message} {problem.hint}"), markup=False)
    takes = sum(len(group.takes) for group in found.groups)
    out().print(
        f"{len(found.groups)} groups of takes ({takes} photos, {takes - len(found.groups)} to leave out), "
        f"{len(found.alone)} photos are the only one of their kind.",
        markup=False,
    )
