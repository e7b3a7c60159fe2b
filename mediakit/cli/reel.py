"""`mediakit reel`: a vertical video from photos, with music, for one surface."""

from __future__ import annotations

import json as json_format
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mediakit.cli import options
from mediakit.cli.console import out as stdout
from mediakit.cli.console import say
from mediakit.errors import UsageError

if TYPE_CHECKING:
    from mediakit.batch.reel import Reel
    from mediakit.platforms.schema import Target
    from mediakit.presets.load import LoadedPreset


def reel(
    paths: Annotated[
        list[Path], typer.Argument(help="Photos in the order to show them, or folders to pick the best of.")
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
    jobs: options.Jobs = None,
    json: options.AsJson = False,
) -> None:
    """Make a video of photos: slow moves that keep faces in, changes on the music's beats, an end card with the logo.

    Examples:

      mediakit reel shoot/ --preset muselle --to xiaohongshu.video --out reel.mp4

      mediakit reel a.jpg b.jpg c.jpg --music bed.m4a --cut
    """
    from mediakit.batch.reel import make_reel
    from mediakit.batch.reel_music import music_for
    from mediakit.presets.load import load_preset

    loaded = load_preset(preset or "base", overrides={"reel.change": "cut"} if cut else None)
    target = _target(to, loaded)
    bed, notes = music_for(music, loaded, target, paths)
    made = make_reel(paths, loaded, target, out, music=bed, threads=options.threads(jobs), jobs=jobs)
    for note in (*notes, *made.notes):
        say(note.message)
    if json:
        stdout().file.write(json_format.dumps(_row(made), ensure_ascii=False, indent=1) + "\n")
    else:
        changes = "on the beats" if made.on_beats else "evenly spaced"
        say(
            f"{made.path}: {len(made.photos)} photos, {made.duration_s:.1f} s, changes {changes}, conforms to {made.target}."
        )


def _target(said: str | None, loaded: LoadedPreset) -> Target:
    """The surface the reel is for: what was said, else the first for video among the preset's. Raises UsageError."""
    from mediakit.model import Kind
    from mediakit.platforms.targets import targets_for

    found = targets_for([said] if said else loaded.preset.targets, Kind.CLIP)
    if not found:
        raise UsageError(f"{said or 'The preset'} has no surface for video.", "See `mediakit target list`.")
    return found[0]


def _row(made: Reel) -> dict[str, Any]:
    return {
        "schema": 1,
        "path": str(made.path),
        "target": made.target,
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
