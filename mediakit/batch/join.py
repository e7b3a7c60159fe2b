"""A machine's workers joining a cluster: so many processes of one thread each, one of which takes clips.

Each is watched by a nanny that starts it anew when it dies. They may start processes of their own (Dask's usual workers may
not), so that decoders and encoders run in a child; and they hold no data worth keeping, so no memory limit of Dask's applies.
"""

from __future__ import annotations

import asyncio
import os
import platform
import signal
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any

from mediakit.batch.cluster import CLIPS
from mediakit.batch.node import ENV_PATHS
from mediakit.errors import MissingPartError, UsageError


def join(address: str, *, jobs: int, paths: Sequence[str] = (), clips: bool = True) -> None:
    """Serve until told to stop (SIGTERM, Ctrl-C) or until the scheduler is gone.

    paths: `HEAD=HERE` for each folder that this machine mounts elsewhere. clips: False on a machine that shall encode none.
    Raises UsageError for a pair that is none, MissingPartError where Dask or the scheduler is missing.
    """
    for pair in paths:
        head, _, here = pair.partition("=")
        if not (head.startswith("/") and here.startswith("/")):
            raise UsageError(
                f"--map {pair}: this is not HEAD=HERE, two absolute paths.", "--map /mnt/share=/data/share"
            )
    if paths:
        os.environ[ENV_PATHS] = os.pathsep.join(paths)
    try:
        import dask.config
        import distributed  # noqa: F401
    except ImportError as error:
        raise MissingPartError(
            "A worker needs Dask, which is not installed.", "Install it with: pip install 'mediakit[cluster]'"
        ) from error
    with dask.config.set({"distributed.worker.daemon": False, "distributed.comm.timeouts.connect": "10s"}):
        try:
            asyncio.run(_serve(address, jobs, clips=clips))
        except (OSError, RuntimeError) as error:
            if isinstance(error, RuntimeError) and error.__cause__ is None:
                raise  # a nanny that could not start says why in its cause; anything else is no scheduler's doing
            raise MissingPartError(f"No scheduler answers at {address}.", "Start one with: dask scheduler") from error


async def _serve(address: str, jobs: int, *, clips: bool) -> None:
    from distributed import Nanny

    nanny: Any = Nanny  # its own annotations do not satisfy a strict reader
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        nannies = [
            await stack.enter_async_context(
                nanny(
                    address,
                    nthreads=1,
                    name=f"{platform.node()}-{os.getpid()}-{index}",
                    resources={CLIPS: 1} if clips and index == 0 else {},
                    memory_limit=0,
                    death_timeout=60,
                )
            )
            for index in range(jobs)
        ]
        ends = [asyncio.create_task(one.finished()) for one in nannies]
        await asyncio.wait(
            [asyncio.create_task(stop.wait()), asyncio.create_task(_all(ends))], return_when="FIRST_COMPLETED"
        )


async def _all(tasks: Sequence[asyncio.Task[Any]]) -> None:
    await asyncio.gather(*tasks)
