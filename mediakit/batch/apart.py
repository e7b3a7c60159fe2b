"""Processes apart for what reads strangers' files: confined before they read, replaced after so many tasks, gone with us.

Jobs of a batch have more around them (`batch.workers`); what is read outside of one goes through `each_apart`.

Limit: a process is kept to folders as they were when it started. A folder that was mounted anew is another one, for which
whoever reads it needs another pool.
"""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import TimeoutError
from contextlib import contextmanager
from typing import Any, TypeVar

from mediakit.batch.prepare import large_pages, prepare_worker
from mediakit.errors import Fault, FileError
from mediakit.model import Problem
from mediakit.tools.reach import Reach

Result = TypeVar("Result")

_OUT_OF_CPU_TIME = -24
"""How a process ends that the kernel stopped by SIGXCPU."""


def confined_pool(processes: int, tasks_each: int, reach: Reach | None) -> Any:
    """A pool of Pebble's, whose annotations satisfy no strict reader. reach: what it needs of the disk, None for all."""
    from pebble import ProcessPool

    return ProcessPool(
        max_workers=processes,
        max_tasks=tasks_each,
        initializer=prepare_worker,
        initargs=[reach],
        context=multiprocessing.get_context("spawn"),
    )


def each_apart(
    work: Callable[..., Result],
    calls: Sequence[tuple[str, tuple[Any, ...]]],
    *,
    processes: int,
    limit_s: float,
    reach: Reach | None,
) -> Iterator[Result | FileError]:
    """What `work` makes of each of `calls`, in their order; a FileError where it raised one, died or took longer.

    calls: the name of the file that each is about, and its arguments. work: importable by name.
    """
    from pebble import ProcessExpired

    with main_left_alone(), large_pages():
        pool = confined_pool(processes, len(calls), reach)
        try:
            running = [(rel, pool.schedule(work, args=arguments, timeout=limit_s)) for rel, arguments in calls]
            for rel, future in running:
                try:
                    yield future.result()
                except FileError as error:
                    yield error
                except ProcessExpired as death:
                    yield _as_error(death_of(rel, death, limit_s))
                except TimeoutError:
                    yield _as_error(took_too_long(rel, f"{limit_s:.0f} seconds"))
        finally:
            pool.stop()
            pool.join()


def _as_error(problem: Problem) -> FileError:
    return FileError(Fault(problem.code), problem.message, problem.hint)


@contextmanager
def main_left_alone() -> Iterator[None]:
    """Keep workers from running the caller's script again, as spawned processes otherwise do.

    Nothing of ours lives in `__main__`; without this, a script that calls `mediakit.process()` without the
    `if __name__ == "__main__"` guard would start itself over and over.
    """
    main: dict[str, Any] = vars(sys.modules["__main__"])
    said = {str(name): main[name] for name in ("__file__", "__spec__") if name in main}
    for name in said:
        main[name] = None
    try:
        yield
    finally:
        main.update(said)


def death_of(rel: str, death: Exception, limit_s: float) -> Problem:
    """What is said of a file whose process died of it. death: Pebble's ProcessExpired. limit_s: what it might have taken."""
    code = getattr(death, "exitcode", None)
    if code == _OUT_OF_CPU_TIME:
        return took_too_long(rel, f"{limit_s:.0f} seconds of work")
    if code == -9:
        return Problem(
            Fault.OUT_OF_MEMORY,
            f"{rel} made its worker be killed, most likely for memory.",
            "Run with --jobs 1, or make the picture smaller.",
        )
    return Problem(
        Fault.CRASHED,
        f"{rel} crashed the program that reads it (exit {code}).",
        "The file is damaged or hostile; save it again from an editor.",
    )


def took_too_long(rel: str, after: str) -> Problem:
    """What is said of a file that was not finished `after` so long."""
    return Problem(
        Fault.TIMED_OUT,
        f"{rel} was not finished after {after}.",
        "Try it alone with --jobs 1, or save it again from an editor.",
    )
