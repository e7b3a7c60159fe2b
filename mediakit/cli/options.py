"""Options that several commands share, written once. "Not said" is None, never the default."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mediakit.errors import UsageError

Shoot = Annotated[
    Path, typer.Argument(metavar="SHOOT", help="Folder with the originals (or one file). Never written to.")
]
Paths = Annotated[list[Path], typer.Argument(metavar="PATH", help="Photos, clips or folders. Never written to.")]
Preset = Annotated[
    str | None, typer.Option("--preset", "-p", metavar="NAME", help="Preset name or folder. Default: base.")
]
To = Annotated[
    list[str] | None,
    typer.Option(
        "--to",
        "-t",
        metavar="TARGET",
        help="Platform or surface, such as xiaohongshu or xiaohongshu.image@1:1. May repeat.",
    ),
]
Out = Annotated[
    Path, typer.Option("--out", "-o", metavar="FOLDER", help="Where the results go; must lie outside the originals.")
]
Jobs = Annotated[
    int | None, typer.Option("--jobs", "-j", min=1, metavar="N", help="Worker processes. Default: one a core.")
]
Cluster = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        metavar="ADDRESS",
        help="Work on other machines, through this Dask scheduler, such as tcp://10.0.0.1:8786.",
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Make again what is there already.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, nothing else there.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print the plan and write nothing.")]

KeepFace = Annotated[
    list[str] | None,
    typer.Option(
        "--keep-face", metavar="PHOTO:NUMBER", help="A face that is not blurred; numbers as in the report. May repeat."
    ),
]
Bystanders = Annotated[
    str | None,
    typer.Option(
        "--bystanders", metavar="MODE", help="Faces in the background: keep, ask (list them in the report) or blur."
    ),
]

Focus = Annotated[
    str | None,
    typer.Option(
        "--focus",
        metavar="POINT|BOX",
        help="What to keep and centre on, in shares of the picture: X,Y or LEFT,TOP,WIDTH,HEIGHT.",
    ),
]


def focus_numbers(said: str | None) -> tuple[float, ...] | None:
    """`"0.3,0.6"` as numbers; None where nothing was said. Raises UsageError for anything else."""
    if said is None:
        return None
    try:
        numbers = tuple(float(part) for part in said.split(","))
    except ValueError:
        numbers = ()
    if len(numbers) not in (2, 4) or not all(0.0 <= number <= 1.0 for number in numbers):
        raise UsageError(f"--focus {said}: this is no point and no box.", "Like this: --focus 0.3,0.6")
    return numbers


def threads(jobs: int | None) -> int:
    """Threads for one encoder: one a core, or as many as workers were asked for."""
    import os

    return jobs or os.cpu_count() or 1


DEFAULT_OUT = Path("mediakit-out")
