"""What process, retouch, resize and audio do alike: run the batch, tell how it went, leave with its code."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from mediakit.cli.console import one_line, out, say
from mediakit.store.address import address_of

if TYPE_CHECKING:
    from mediakit.api import Result
    from mediakit.batch.plan import Job, Plan, Wanted
    from mediakit.batch.post_values import PostWords
    from mediakit.presets.recipe import Recipe


def run_batch(
    paths: Sequence[Path],
    *,
    preset: str | None,
    to: Sequence[str] | None,
    out_folder: Path,
    jobs: int | None,
    force: bool,
    as_json: bool,
    dry: bool = False,
    overrides: Mapping[str, object] | None = None,
    words: Mapping[str, PostWords] | None = None,
    keep_best: int | None = None,
) -> None:
    """Run it and exit."""
    from mediakit import api
    from mediakit.cli.progress import Terminal

    common: dict[str, Any] = {
        "preset": preset,
        "to": to or (),
        "out": out_folder,
        "force": force,
        "overrides": said(overrides or {}),
    }
    if dry:
        show_plan(api.dry_run(*paths, **common), as_json=as_json)
        return
    result = api.process(*paths, jobs=jobs, listener=Terminal(), words=words, keep_best=keep_best, **common)
    if as_json:
        from mediakit.report.manifest import manifest_bytes

        out().file.write(manifest_bytes(result.manifest()).decode())
    summarise(result, out_folder)
    raise typer.Exit(result.exit_code)


def said(overrides: Mapping[str, object]) -> dict[str, object]:
    """Only what the user said."""
    return {key: value for key, value in overrides.items() if value is not None}


def summarise(result: Result, out_folder: Path) -> None:
    """Two lines: what was made, and where to look."""
    found = result.tally
    order = ("made", "kept", "skipped", "failed")
    counts = ", ".join(f"{found.statuses[s]} {s}" for s in order if found.statuses.get(s))
    say(f"{counts or 'nothing made'}; {found.refused} of {len(result.outcomes)} sources refused.")
    for note in result.notes:
        say(note.message)
    place = address_of(out_folder) or out_folder
    for post in result.posts:
        say(f"Post {post.name} on {post.target}: {post.verdict}, {place}/{post.folder}")
    say(f"Report: {place}/report.html")


def show_plan(plan: Plan, *, as_json: bool) -> None:
    """The plan on stdout: every deliverable with its ratio and size, and why anything is skipped."""
    if as_json:
        _write_rows(plan)
        return
    for refusal in plan.refused:
        out().print(one_line(f"{refusal.rel}  refused: {refusal.problem.message}"), markup=False)
    for job in plan.jobs:
        out().print(one_line(_heading(job)), markup=False)
        for item in _plan_row(job)["deliverables"]:
            words = "  ".join(
                str(item[key]) for key in ("status", "target", "ratio", "size_px", "path", "why") if item[key]
            )
            out().print(f"  {one_line(words)}", markup=False)


def _write_rows(plan: Plan) -> None:
    """One document, a line for each source: of a hundred thousand it is written as it is read."""
    file, between = out().file, "\n"
    file.write('{"schema": 1, "plan": [')
    for job in plan.jobs:
        file.write(between + json.dumps(_plan_row(job), ensure_ascii=False))
        between = ",\n"
    file.write("\n]}\n")


def _heading(job: Job) -> str:
    known = job.known.problem if job.known else None
    return f"{job.source.rel}  ({job.source.kind})" + (f"  refused: {known.message}" if known else "")


def _plan_row(job: Job) -> dict[str, Any]:
    rows = [_file_row("make", item) for item in job.wanted] + [_file_row("kept", item) for item in job.kept]
    for left in job.skipped:
        row = {
            "status": left.status,
            "target": left.target,
            "ratio": "",
            "size_px": "",
            "path": left.path,
            "why": left.why,
        }
        rows.append(row)
    return {"path": job.source.rel, "kind": str(job.source.kind), "deliverables": rows}


def _file_row(status: str, item: Wanted) -> dict[str, str]:
    sizes = item.recipe.shape.sizes_px
    return {
        "status": status,
        "target": item.target,
        "ratio": _ratio(item.recipe),
        "size_px": "x".join(map(str, sizes[0])) if sizes else "as shot",
        "path": item.path,
        "why": "",
    }


def _ratio(recipe: Recipe) -> str:
    """The ratio, or the ones to choose from where the surface follows the source."""
    spec = recipe.target.surface.spec(recipe.kind)
    if spec is not None and spec.follow and recipe.target.ratio is None:
        return " or ".join(shape.ratio for shape in spec.shapes)
    return recipe.shape.ratio
