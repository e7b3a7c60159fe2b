"""`mediakit worker`: this machine's cores for a cluster."""

from __future__ import annotations

from typing import Annotated

import typer

from mediakit.cli import options
from mediakit.cli.console import say


def worker(
    address: Annotated[
        str,
        typer.Argument(
            metavar="ADDRESS", help="The scheduler, such as tcp://10.0.0.1:8786 (start it: dask scheduler)."
        ),
    ],
    jobs: options.Jobs = None,
    paths: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="HEAD=HERE", help="A folder that lies elsewhere on this machine. May repeat."),
    ] = None,
    clips: Annotated[bool, typer.Option(help="Whether this machine makes clips; one at a time.")] = True,
) -> None:
    """Work for `process --cluster` and `watch --cluster` until told to stop. The share has to be mounted here.

    Examples:

      mediakit worker tcp://10.0.0.1:8786
      mediakit worker tcp://10.0.0.1:8786 --jobs 4 --map /mnt/share=/Volumes/share
    """
    from mediakit.batch.join import join
    from mediakit.batch.workers import available_cores

    count = jobs or available_cores()
    say(f"{count} workers for {address}; Ctrl-C ends them.")
    join(address, jobs=count, paths=paths or (), clips=clips)
