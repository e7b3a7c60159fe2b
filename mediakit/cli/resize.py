"""`mediakit resize`: crop and size only; no colour, no retouch, no logo."""

from __future__ import annotations

from typing import Annotated

import typer

from mediakit.cli import options
from mediakit.cli.batch import run_batch
from mediakit.errors import UsageError

PLAIN: dict[str, object] = {
    "develop.white_balance": 0.0,
    "develop.auto_tone": 0.0,
    "develop.look_strength": 0.0,
    "develop.local_light": 0.0,
    "retouch.skin": 0.0,
    "retouch.denoise": 0.0,
    "retouch.sharpen": 0.0,
    "frame.straighten": False,
    "overlay.surfaces": (),
    "overlay.disclosure": "",
    "score.measure": False,
    "marks.find": "off",
}
"""A preset in which nothing happens to the picture but its crop and size; how good it is is not asked, nor what stands
written in it."""


def resize(
    paths: options.Paths,
    to: options.To = None,
    out: options.Out = options.DEFAULT_OUT,
    fit: Annotated[str | None, typer.Option(help="crop, pad or blur. Default: crop.")] = None,
    jobs: options.Jobs = None,
    force: options.Force = False,
    json: options.AsJson = False,
    focus: options.Focus = None,
) -> None:
    """Crop and size photos and clips for a surface, and change nothing else.

    Faces and the subject decide the crop; where a crop would cut a face, blurred padding is used and said so.

    Examples:

      mediakit resize photo.jpg --to xiaohongshu.image
      mediakit resize shoot/ --to instagram.story --fit blur --out stories/
    """
    if not to:
        raise UsageError("resize needs at least one --to.", "Run `mediakit target list` to see the names.")
    overrides = {**PLAIN, "frame.fit": fit, "frame.focus": options.focus_numbers(focus)}
    run_batch(paths, preset=None, to=to, out_folder=out, jobs=jobs, force=force, as_json=json, overrides=overrides)
