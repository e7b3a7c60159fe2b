"""`mediakit process`: the main job."""

from __future__ import annotations

from collections.abc import Sequence

from mediakit.cli import options
from mediakit.cli.batch import run_batch
from mediakit.errors import UsageError


def process(
    shoot: options.Shoot,
    preset: options.Preset = None,
    to: options.To = None,
    out: options.Out = options.DEFAULT_OUT,
    dry_run: options.DryRun = False,
    jobs: options.Jobs = None,
    force: options.Force = False,
    json: options.AsJson = False,
    bystanders: options.Bystanders = None,
    keep_face: options.KeepFace = None,
) -> None:
    """Make everything the preset's platforms ask for from a shoot folder, check it, and write a report.

    A second run makes only what is missing or what a changed preset changes.

    Examples:

      mediakit process shoot/

      mediakit process shoot/ --preset muselle --out ready/

      mediakit process shoot/ --to xiaohongshu --to wechat-moments --dry-run

      mediakit process shoot/ --bystanders blur --keep-face counter/IMG_2043.jpg:2
    """
    overrides = {"privacy.bystanders": bystanders, "privacy.keep_faces": kept_faces(keep_face or ())}
    run_batch(
        [shoot],
        preset=preset,
        to=to,
        out_folder=out,
        jobs=jobs,
        force=force,
        as_json=json,
        dry=dry_run,
        overrides=overrides,
    )


def kept_faces(said: Sequence[str]) -> dict[str, list[int]] | None:
    """`["a.jpg:2", "a.jpg:3"]` as `{"a.jpg": [2, 3]}`; None where nothing was said. Raises UsageError for anything else."""
    kept: dict[str, list[int]] = {}
    for one in said:
        photo, _, number = one.rpartition(":")
        if not photo or not number.isdecimal() or int(number) < 1:
            raise UsageError(f"--keep-face {one}: this is not PHOTO:NUMBER.", "Like this: --keep-face IMG_2043.jpg:2")
        kept.setdefault(photo, []).append(int(number))
    return kept or None
