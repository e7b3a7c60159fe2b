"""`mediakit process`: the main job."""

from __future__ import annotations

from mediakit.cli import options
from mediakit.cli.batch import run_batch


def process(
    shoot: options.Shoot,
    preset: options.Preset = None,
    to: options.To = None,
    out: options.Out = options.DEFAULT_OUT,
    dry_run: options.DryRun = False,
    jobs: options.Jobs = None,
    force: options.Force = False,
    json: options.AsJson = False,
) -> None:
    """Make everything the preset's platforms ask for from a shoot folder, check it, and write a report.

    A second run makes only what is missing or what a changed preset changes.

    Examples:

      mediakit process shoot/

      mediakit process shoot/ --preset muselle --out ready/

      mediakit process shoot/ --to xiaohongshu --to wechat-moments --dry-run
    """
    run_batch([shoot], preset=preset, to=to, out_folder=out, jobs=jobs, force=force, as_json=json, dry=dry_run)
