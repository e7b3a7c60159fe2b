"""`mediakit cull`: of each burst and each set of near-copies, the one to keep, and why not the others."""

from __future__ import annotations

import json as json_format
from typing import TYPE_CHECKING, Any

import typer

from mediakit.cli import options
from mediakit.cli.console import out
from mediakit.errors import ExitCode

if TYPE_CHECKING:
    from mediakit.batch.cull import Culled, Group


def cull(
    shoot: options.Shoot,
    preset: options.Preset = None,
    json: options.AsJson = False,
    jobs: options.Jobs = None,
) -> None:
    """Find takes of one photo (bursts, re-saved and re-framed copies) and choose the best of each. Nothing is written.

    A file mediakit-keep.txt in the shoot, one photo a line, overrules the choice; `process --keep-best 1` acts on it.

    Examples:

      mediakit cull shoot/

      mediakit cull shoot/ --json
    """
    from mediakit.api import cull as cull_shoot

    found = cull_shoot(shoot, preset=preset, jobs=jobs)
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


def _row(group: Group) -> dict[str, Any]:
    members = [{"path": t.rel, "score": t.score.value, "reasons": list(t.reasons)} for t in group.takes]
    return {"keep": group.keep, "why": group.why, "members": members}


def _print(found: Culled) -> None:
    for group in found.groups:
        for take in group.takes:
            mark = "keep" if take.rel == group.keep else "    "
            reason = f"  {take.reasons[0]}" if take.reasons else f"  {group.why}"
            out().print(f"{mark}  {take.score.value:5.1f}  {take.rel}{reason}", markup=False)
        out().print("")
    for rel, problem in found.failed:
        out().print(f"{rel}: {problem.code}: {problem.message} {problem.hint}", markup=False)
    takes = sum(len(group.takes) for group in found.groups)
    out().print(
        f"{len(found.groups)} groups of takes ({takes} photos, {takes - len(found.groups)} to leave out), "
        f"{len(found.alone)} photos are the only one of their kind.",
        markup=False,
    )
