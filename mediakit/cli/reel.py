"""`mediakit reel`: a vertical video from photos, with music, for one surface."""

from __future__ import annotations

import json as json_format
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mediakit.cli import options
from mediakit.cli.console import one_line, say
from mediakit.cli.console import out as stdout

if TYPE_CHECKING:
    from mediakit.batch.reel import Reel, ReelPlan


def reel(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH", help="Photos in the order to show them, or folders to pick the best of."),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="The file to write, an .mp4.")] = Path("reel.mp4"),
    music: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="The music. Default: a bed of the preset.")
    ] = None,
    to: Annotated[
        str | None,
        typer.Option("--to", "-t", help="A surface for video, such as xiaohongshu.video. Default: the preset's."),
    ] = None,
    preset: options.Preset = None,
    cut: Annotated[bool, typer.Option("--cut", help="Cuts on the beats instead of crossfades.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be shown when; write nothing.")] = False,
    jobs: options.Jobs = None,
    force: options.Force = False,
    json: options.AsJson = False,
) -> None:
    """Make a video of photos: slow moves that keep faces in, changes on the music's beats, an end card with the logo.

    Examples:

      mediakit reel shoot/ --preset muselle --to xiaohongshu.video --out reel.mp4
      mediakit reel a.jpg b.jpg c.jpg --music bed.m4a --cut
    """
    from mediakit.reel_call import make_reel, plan_reel

    said: dict[str, Any] = {"out": out, "music": music, "to": to, "preset": preset, "cut": cut, "jobs": jobs}
    threads = options.threads(jobs)
    if dry_run:
        _tell_plan(plan_reel(*paths, threads=threads, **said), as_json=json)
        return
    made = make_reel(*paths, force=force, threads=threads, **said)
    for note in made.notes:
        say(note.message)
    if json:
        _print_json(_row(made))
    else:
        changes = "on the beats" if made.on_beats else "evenly spaced"
        kept = "there already, " if made.kept else ""
        photos = f"{len(made.photos)} photos, {made.duration_s:.1f} s, changes {changes}"
        say(f"{made.path}: {kept}{photos}, conforms to {made.target}.")
    say(f"Report: {made.path.parent}/report.html")


def _print_json(document: dict[str, Any]) -> None:
    stdout().file.write(json_format.dumps(document, ensure_ascii=False, indent=1) + "\n")


def _tell_plan(plan: ReelPlan, *, as_json: bool) -> None:
    """What would be made: each photo with when it comes."""
    for note in plan.notes:
        say(note.message)
    changes = [round(at, 3) for at in plan.timing.changes]
    bed = plan.music.name if plan.music is not None else ""
    if as_json:
        photos = [{"path": source.rel, "from_s": at} for source, at in zip(plan.sources, changes, strict=False)]
        facts = {"size_px": plan.size.as_list(), "duration_s": changes[-1], "changes_s": changes, "bed": bed}
        _print_json({"schema": 1, "path": str(plan.path), "target": plan.target.name, "photos": photos, **facts})
        return
    for source, at in zip(plan.sources, changes, strict=False):
        stdout().print(f"{at:6.2f} s  {one_line(source.rel)}", markup=False)
    if plan.card is not None:
        stdout().print(f"{changes[-2]:6.2f} s  the end card")
    music = f"to {bed}" if bed else "silent"
    say(f"Would write {plan.path}: {changes[-1]:.1f} s, {plan.size}, {music}, for {plan.target.name}.")


def _row(made: Reel) -> dict[str, Any]:
    return {
        "schema": 1,
        "path": str(made.path),
        "target": made.target,
        "status": "kept" if made.kept else "made",
        "size_px": made.size.as_list(),
        "duration_s": made.duration_s,
        "bytes": made.bytes,
        "photos": [{"path": rel, "why": why} for rel, why in zip(made.photos, made.why, strict=True)],
        "changes_s": list(made.changes_s),
        "on_beats": made.on_beats,
        "bed": made.bed,
        "checks": [{"rule": c.rule, "ok": c.ok, "measured": c.measured, "limit": c.limit} for c in made.checks],
        "notes": [{"code": note.code, "message": note.message} for note in made.notes],
        **made.facts,
    }
