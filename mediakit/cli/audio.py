"""`mediakit audio`: the sound of clips; the picture is copied, not encoded again, wherever it can be."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mediakit.cli import options
from mediakit.cli.batch import run_batch
from mediakit.cli.resize import PLAIN
from mediakit.errors import UsageError

_BY_NAME = ("keep", "mute", "hush", "presenter")
"""Modes that need no music."""


def audio(
    paths: options.Paths,
    out: options.Out = options.DEFAULT_OUT,
    mute: Annotated[bool, typer.Option("--mute", help="No sound at all.")] = False,
    music: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="This music instead.")] = None,
    mix: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="This music under the original.")
    ] = None,
    hush: Annotated[bool, typer.Option("--hush", help="Take voices out, keep the room.")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the sound; only set its loudness.")] = False,
    sound: Annotated[
        str | None,
        typer.Option(metavar="MODE", help="A mode by its name: keep, mute, hush, or presenter (the near voice alone)."),
    ] = None,
    loudness: Annotated[float | None, typer.Option(min=-40, max=-5, help="LUFS. Default: -14.")] = None,
    jobs: options.Jobs = None,
    force: options.Force = False,
    json: options.AsJson = False,
) -> None:
    """Mute clips, replace or underlay their sound with music, or take colleagues' voices out.

    Examples:

      mediakit audio clip.mp4 --music bed.m4a
      mediakit audio shoot/ --hush --loudness -16 --out quiet/
      mediakit audio demo.mp4 --sound presenter
    """
    if sound is not None and sound not in _BY_NAME:
        raise UsageError(f"--sound {sound}: there is no such mode.", f"Say one of {', '.join(_BY_NAME)}.")
    modes = {"mute": mute, "music": music, "mix": mix, "hush": hush, "keep": keep}
    chosen = [name for name, value in modes.items() if value] + ([sound] if sound else [])
    if len(chosen) != 1:
        raise UsageError(
            "Say exactly one of --mute, --music, --mix, --hush, --keep and --sound.", "See `mediakit audio --help`."
        )
    bed = music or mix
    overrides: dict[str, object] = {
        **PLAIN,
        "sound.mode": chosen[0],
        "sound.loudness_lufs": loudness,
        "sound.beds": None if bed is None else [{"file": str(bed.absolute())}],
    }
    run_batch(
        paths,
        preset=None,
        to=["as-shot.video"],
        out_folder=out,
        jobs=jobs,
        force=force,
        as_json=json,
        overrides=overrides,
    )
