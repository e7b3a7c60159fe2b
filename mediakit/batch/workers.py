"""Where jobs run: a pool of processes that survives its members.

A job that kills its process (a decoder crashing, the kernel taking memory back) is run once more, alone, and reported if
it kills that one too; its neighbours never notice. Every job has a time limit. Workers are recycled, so a leak in a
native library is bounded. Workers times threads never exceed the cores.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, TimeoutError, wait
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from mediakit.batch.plan import Job
from mediakit.batch.problems import refused
from mediakit.errors import Fault
from mediakit.model import Kind, Outcome, Problem

PHOTO_LIMIT_S = 180.0
CLIP_LIMIT_S = 4 * 3600.0
JOBS_PER_WORKER = 60
IN_FLIGHT_PER_WORKER = 3


@dataclass(frozen=True, slots=True)
class Finished:
    """One job's outcome and how long it took."""

    job: Job
    outcome: Outcome
    seconds: float


def workers_for(jobs: int | None, work: int) -> tuple[int, int]:
    """(processes, threads in each) for `work` jobs, from what the user said and the cores there are."""
    cores = available_cores()
    processes = max(1, min(jobs or cores, work))
    return processes, max(1, cores // processes)


def available_cores() -> int:
    """Cores this process may use, which can be fewer than the machine has."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on this system
        return os.cpu_count() or 1


Work = Callable[[Job, int], Outcome]
"""What is done to a job: importable by name, since it runs in another process."""


KeepGoing = Callable[[], bool]
"""Asked before every job; once it says no, the jobs that run are the last."""


def always() -> bool:
    """Keep going to the end."""
    return True


def run_jobs(
    jobs: Sequence[Job], *, processes: int, threads: int, work: Work | None = None, keep_going: KeepGoing = always
) -> Iterator[Finished]:
    """Run every job, yielding outcomes as they come. A job whose worker died comes last, after its second, lone try.

    `work` is what to do, `run_job` if not said.
    """
    work = work or run_job
    if len(jobs) == 1 and jobs[0].only_sound:
        # New sound for one clip: there is no neighbour to protect, and starting a process would take as long as the work.
        start = time.monotonic()
        yield Finished(jobs[0], work(jobs[0], threads), time.monotonic() - start)
        return
    alone: list[Job] = []
    for finished, crashed in _run_pool(jobs, processes, threads, work, keep_going):
        if crashed:
            alone.append(finished.job)
        else:
            yield finished
    for job in alone:
        for finished, _ in _run_pool([job], 1, threads, work, keep_going):
            yield finished


def _run_pool(
    jobs: Sequence[Job], processes: int, threads: int, work: Work, keep_going: KeepGoing
) -> Iterator[tuple[Finished, bool]]:
    from pebble import ProcessPool

    waiting = list(reversed(jobs))
    running: dict[Future[Outcome], tuple[Job, float]] = {}
    pool: Any = ProcessPool(  # its own annotations do not satisfy a strict reader
        max_workers=processes,
        max_tasks=JOBS_PER_WORKER,
        initializer=prepare_worker,
        context=multiprocessing.get_context("spawn"),
    )
    with main_left_alone():
        try:
            while waiting or running:
                if not keep_going():
                    waiting.clear()
                while waiting and len(running) < processes * IN_FLIGHT_PER_WORKER:
                    job = waiting.pop()
                    future = pool.schedule(work, args=[job, threads], timeout=_limit_s(job))
                    running[future] = (job, time.monotonic())
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    job, start = running.pop(future)
                    yield _collect(future, job, time.monotonic() - start)
            pool.close()
        finally:
            # After a Ctrl-C or an error in the caller: nothing is half-written, so workers can be stopped where they are.
            pool.stop()
            pool.join()


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


def _collect(future: Future[Outcome], job: Job, seconds: float) -> tuple[Finished, bool]:
    from pebble import ProcessExpired

    try:
        return Finished(job, future.result(), seconds), False
    except ProcessExpired as death:
        return Finished(job, refused(job, _death_problem(job, death)), seconds), True
    except TimeoutError:
        problem = Problem(
            Fault.TIMED_OUT,
            f"{job.source.rel} was not finished after {_limit_s(job):.0f} seconds.",
            "Try it alone with --jobs 1, or save it again from an editor.",
        )
        return Finished(job, refused(job, problem), seconds), False


def _death_problem(job: Job, death: Exception) -> Problem:
    code = getattr(death, "exitcode", None)
    if code == -9:
        return Problem(
            Fault.OUT_OF_MEMORY,
            f"{job.source.rel} made its worker be killed, most likely for memory.",
            "Run with --jobs 1, or make the picture smaller.",
        )
    return Problem(
        Fault.CRASHED,
        f"{job.source.rel} crashed the program that reads it (exit {code}).",
        "The file is damaged or hostile; save it again from an editor.",
    )


def _limit_s(job: Job) -> float:
    return CLIP_LIMIT_S if job.source.kind is Kind.CLIP else PHOTO_LIMIT_S


def run_job(job: Job, threads: int) -> Outcome:
    """What a worker runs; imported there, so that planning stays light."""
    from mediakit.batch.make import make

    return make(job, threads=threads)


def prepare_worker() -> None:
    """Tie a worker to one core, its clips' encoder apart, and to its parent's life.

    OpenCV and OpenBLAS on two threads make a photo no sooner: its pieces are small, and the second core waits spinning.
    """
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    import signal

    # Ctrl-C reaches the whole group; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    from mediakit.tools.child import die_with_parent

    die_with_parent()
    import cv2

    cv2.setNumThreads(1)
