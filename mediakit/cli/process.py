"""`mediakit process`: the main job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from mediakit.cli import options
from mediakit.cli.batch import run_batch
from mediakit.errors import UsageError

if TYPE_CHECKING:
    from mediakit.batch.post_values import PostWords

Post = Annotated[
    Literal["folder", "shoot"] | None,
    typer.Option("--post", help="Put posts together: one for each folder of the shoot, or one of all of it."),
]
Caption = Annotated[
    Path | None,
    typer.Option(
        "--caption", metavar="FILE", help="The post's words: a text (first line the title) or .jsonl, ids naming posts."
    ),
]


def process(
    shoot: options.Shoot,
    preset: options.Preset = None,
    to: options.To = None,
    out: options.Out = options.DEFAULT_OUT,
    dry_run: options.DryRun = False,
    jobs: options.Jobs = None,
    cluster: options.Cluster = None,
    force: options.Force = False,
    post: Post = None,
    caption: Caption = None,
    json: options.AsJson = False,
    bystanders: options.Bystanders = None,
    keep_face: options.KeepFace = None,
    focus: options.Focus = None,
    keep_best: Annotated[
        int | None,
        typer.Option("--keep-best", min=1, metavar="N", help="Of photos that are takes of one, make only the N best."),
    ] = None,
    debug_frames: Annotated[
        bool, typer.Option("--debug-frames", help="Draw each clip's crop over the original, in OUT/.mediakit/debug.")
    ] = False,
) -> None:
    """Make everything the preset's platforms ask for from a shoot folder, check it, and write a report.

    A second run makes only what is missing or what a changed preset changes. With --post, --caption, or a post.toml in
    the shoot, finished posts are put together too: OUT/<target>/<post>/01.jpg ..., caption.txt, checklist.txt and a .zip.

    Examples:

      mediakit process shoot/
      mediakit process shoot/ --preset muselle --out ready/
      mediakit process shoot/ --to xiaohongshu --to wechat-moments --dry-run
      mediakit process shoot/ --post shoot --caption words.txt
      mediakit process /mnt/share/shoot --out /mnt/share/ready --cluster tcp://10.0.0.1:8786
      mediakit process shoot/ --bystanders blur --keep-face counter/IMG_2043.jpg:2
    """
    from mediakit.batch.workers import running_on

    kept = kept_faces(keep_face or ())
    overrides = {
        "post.each": post,
        "privacy.bystanders": bystanders,
        "privacy.keep_faces": kept,
        "frame.focus": options.focus_numbers(focus),
        "clip.debug_frames": True if debug_frames else None,
    }
    with running_on(cluster):
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
            keep_best=keep_best,
            words=None if caption is None else _words(caption),
        )


def _words(file: Path) -> dict[str, PostWords]:
    """The words of a file by the posts they are for; one text, or a single line, is for any.

    Of several lines with one id, those that name a target are for that alone.
    """
    from mediakit.batch.post_values import PostWords
    from mediakit.cli.caption import posts_of
    from mediakit.platforms.targets import resolve

    found: dict[str, PostWords] = {}
    elsewhere: dict[str, dict[str, PostWords]] = {}
    for one in posts_of(str(file)):
        words, others = PostWords(one.title, one.body, one.topics), elsewhere.setdefault(one.id, {})
        if one.target is not None:
            resolve([one.target])
            others[one.target] = words
        elif found.setdefault(one.id, words) is not words:
            raise UsageError(f"{file}: there are two posts {one.id!r}.", "Give each its own id, or name their targets.")
    whole = {
        name: replace(found.get(name, PostWords()), elsewhere=tuple(others.items()))
        for name, others in elsewhere.items()
    }
    return {"": whole.popitem()[1]} if len(whole) == 1 else whole


def kept_faces(said: Sequence[str]) -> dict[str, list[int]] | None:
    """`["a.jpg:2", "a.jpg:3"]` as `{"a.jpg": [2, 3]}`; None where nothing was said. Raises UsageError for anything else."""
    kept: dict[str, list[int]] = {}
    for one in said:
        photo, _, number = one.rpartition(":")
        if not photo or not number.isdecimal() or int(number) < 1:
            raise UsageError(f"--keep-face {one}: this is not PHOTO:NUMBER.", "Like this: --keep-face IMG_2043.jpg:2")
        kept.setdefault(photo, []).append(int(number))
    return kept or None
