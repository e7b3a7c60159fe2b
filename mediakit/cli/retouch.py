"""`mediakit retouch`: tone, colour and skin at the size it was shot; no crop, no logo."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mediakit.cli import options
from mediakit.cli.batch import run_batch


def retouch(
    paths: options.Paths,
    out: options.Out = options.DEFAULT_OUT,
    preset: options.Preset = None,
    skin: Annotated[float | None, typer.Option(min=0.0, max=1.0, help="Skin smoothing, 0 to 1.")] = None,
    auto_tone: Annotated[float | None, typer.Option(min=0.0, max=1.0, help="Automatic tone, 0 to 1.")] = None,
    look: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="A .cube colour look.")] = None,
    jobs: options.Jobs = None,
    force: options.Force = False,
    json: options.AsJson = False,
) -> None:
    """Develop and retouch photos and clips at their own size and ratio.

    Examples:

      mediakit retouch portrait.jpg --skin 0.2
      mediakit retouch shoot/ --look warm.cube --auto-tone 0 --out toned/
    """
    overrides: dict[str, object] = {
        "retouch.skin": skin,
        "develop.auto_tone": auto_tone,
        "develop.look": None if look is None else str(look.absolute()),
        "overlay.surfaces": (),
        "overlay.disclosure": "",
    }
    targets = ["as-shot.image", "as-shot.video"]
    run_batch(
        paths, preset=preset, to=targets, out_folder=out, jobs=jobs, force=force, as_json=json, overrides=overrides
    )
