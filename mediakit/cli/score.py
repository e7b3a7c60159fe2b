"""`mediakit score`: how good, and why, without making anything."""

from __future__ import annotations

import csv as csv_format
import json as json_format
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mediakit.cli import options
from mediakit.cli.console import one_line, out, say
from mediakit.errors import ExitCode

if TYPE_CHECKING:
    from mediakit.batch.look import Looked

BAR_CELLS = 12


def score(
    paths: options.Paths,
    preset: options.Preset = None,
    json: options.AsJson = False,
    csv: Annotated[Path | None, typer.Option("--csv", dir_okay=False, help="Write a table to this file.")] = None,
    best: Annotated[int | None, typer.Option(min=1, help="Only the N best.")] = None,
    jobs: options.Jobs = None,
) -> None:
    """Score photos and clips from 0 to 100, with the reason and the one thing to mend. Nothing is made.

    Examples:

      mediakit score shoot/
      mediakit score shoot/ --best 9 --json
    """
    from mediakit.batch.look import look_at_all

    looked = look_at_all(paths, preset=preset, jobs=jobs)
    if best is not None:
        looked = sorted((item for item in looked if item.score), key=_by_value)[:best]
    rows = [_row(item) for item in looked]
    if csv is not None:
        _write_csv(csv, rows)
    if json:
        out().file.write(json_format.dumps({"schema": 1, "files": rows}, ensure_ascii=False, indent=1) + "\n")
    elif csv is None:
        _print_table(rows)
    if any(row["error"] for row in rows):
        raise typer.Exit(ExitCode.SOME_FAILED)


def _by_value(item: Looked) -> float:
    return -(item.score.value if item.score else 0.0)


def _row(item: Looked) -> dict[str, Any]:
    problem = item.problem
    return {
        "path": item.rel,
        "kind": str(item.kind),
        "score": None if item.score is None else _score(item),
        "error": None if problem is None else {"code": problem.code, "message": problem.message, "hint": problem.hint},
    }


def _score(item: Looked) -> dict[str, Any]:
    assert item.score is not None
    parts = [
        {"name": p.name, "value": round(p.value, 3), "measured": p.measured, "tip": p.tip} for p in item.score.parts
    ]
    found: dict[str, Any] = {
        "value": item.score.value,
        "verdict": item.verdict,
        "parts": parts,
        "fix": _worst(item),
    }
    if item.score.moments:
        found["moments"] = [
            {"time_s": m.time_s, "part": m.part, "measured": m.measured, "value": m.value} for m in item.score.moments
        ]
    return found if item.among_approved is None else {**found, "among_approved": item.among_approved}


def _worst(item: Looked) -> str:
    assert item.score is not None
    return next((part.tip for part in item.score.worst_first() if part.tip), "")


def _print_table(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        if row["error"]:
            out().print(
                f"  --  {'':{BAR_CELLS}}  {'error':6}  {one_line(row['path'])}: {row['error']['message']}", markup=False
            )
            continue
        found = row["score"]
        filled = round(found["value"] / 100 * BAR_CELLS)
        bar = "█" * filled + "·" * (BAR_CELLS - filled)
        tip = f"  {found['fix']}" if found["fix"] else ""
        if "among_approved" in found:
            tip = f"  better than {found['among_approved']} % of the approved{tip}"
        out().print(f"{found['value']:5.1f} {bar}  {found['verdict']:6}  {one_line(row['path'])}{tip}", markup=False)


def _write_csv(path: Path, rows: list[dict[str, Any]]) -> None:
    names = sorted({part["name"] for row in rows if row["score"] for part in row["score"]["parts"]})
    with path.open("w", newline="", encoding="utf-8-sig") as stream:  # the mark lets spreadsheets read Chinese names
        writer = csv_format.writer(stream)
        writer.writerow(["path", "kind", "value", "verdict", *names, "fix", "error"])
        for row in rows:
            found = row["score"] or {"value": "", "verdict": "", "parts": [], "fix": ""}
            values = {part["name"]: part["value"] for part in found["parts"]}
            error = row["error"]["code"] if row["error"] else ""
            cells = [row["path"], row["kind"], found["value"], found["verdict"], *(values.get(n, "") for n in names)]
            writer.writerow([_harmless(cell) for cell in (*cells, found["fix"], error)])
    say(f"Wrote {path}.")


def _harmless(cell: object) -> object:
    """A name that starts like a formula must not become one in a spreadsheet."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@\t\r" and cell else cell
