"""Where jobs run: in a pool of processes that survives its members, or on a cluster; and in which order.

A job that kills its process (a decoder crashing, the kernel taking memory back) is run once more, alone, and reported if
it kills that one too; its neighbours never notice. Every job has a time limit. Workers are recycled, so a leak in a
native library is bounded. Workers times threads never exceed the cores.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, TimeoutError, wait
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from pathlib import Path

from mediakit.batch.apart import confined_pool, death_of, main_left_alone, took_too_long
from mediakit.batch.executor import Executor, Finished, Inline, Task, Work
from mediakit.batch.outfolder import scratch_room
from mediakit.batch.plan import Job
from mediakit.batch.prepare import large_pages
from mediakit.batch.problems import refused
from mediakit.model import Kind, Outcome
from mediakit.platforms.load import extra_folders
from mediakit.tools.confine import limit_cpu
from mediakit.tools.reach import Reach, can_be_kept

PHOTO_LIMIT_S = 180.0
CLIP_LIMIT_S = 4 * 3600.0
JOBS_PER_WORKER = 60
IN_FLIGHT_PER_WORKER = 3


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


KeepGoing = Callable[[], bool]
"""Asked before every job; once it says no, the jobs that run are the last."""


def always() -> bool:
    """Keep going to the end."""
    return True


_ELSEWHERE: ContextVar[Executor | None] = ContextVar("elsewhere", default=None)


@contextmanager
def running_on(address: str | None) -> Iterator[None]:
    """Within it, all jobs of this thread run on the cluster with that scheduler; None: on this machine.

    Planning, glimpsing and making all come to `run_jobs`; where they run is a matter of the whole run, not of each.
    """
    if address is None:
        yield
        return
    from mediakit.batch.cluster import Cluster

    cluster = Cluster(address)
    said = _ELSEWHERE.set(cluster)
    try:
        yield
    finally:
        _ELSEWHERE.reset(said)
        cluster.shutdown()


def run_jobs(
    jobs: Sequence[Job],
    *,
    processes: int,
    threads: int,
    work: Work | None = None,
    keep_going: KeepGoing = always,
) -> Iterator[Finished]:
    """Run every job, yielding outcomes as they come. A job whose worker died comes last, after its second, lone try.

    `work` is what to do, `run_job` if not said. They run in `processes` processes here, or where `running_on` says.
    """
    cluster = _ELSEWHERE.get()
    tasks = [Task(job, threads, work or run_job) for job in jobs]
    executor = cluster or _local(jobs, processes)
    try:
        alone: list[Task] = []
        for finished in _fed(executor, tasks, keep_going):
            if finished.died:
                alone.append(Task(finished.job, threads, work or run_job))
            else:
                yield finished
        for task in alone:
            yield from _fed(executor, [task], keep_going)
    finally:
        executor.cancel()
        if executor is not cluster:
            executor.shutdown()


def _local(jobs: Sequence[Job], processes: int) -> Executor:
    """New sound for one clip is made in this process: there is no neighbour to protect, and starting one takes as long."""
    return Inline() if len(jobs) == 1 and jobs[0].only_sound else Processes(processes, reach_of(jobs))


def reach_of(jobs: Sequence[Job]) -> Reach | None:
    """What workers need of the disk for these jobs; None where they cannot be kept to it (`tools.reach`)."""
    if not can_be_kept():
        return None
    recipes = {id(item.recipe): item.recipe for job in jobs for item in job.wanted}
    assets = {str(ref.path.parent) for recipe in recipes.values() for ref in recipe.assets.values()}
    results = sorted({str(job.out) for job in jobs if job.out is not None})
    return Reach(
        reads=tuple(sorted({str(job.source.root) for job in jobs} | assets | set(map(str, extra_folders())))),
        writes=tuple(results),
        scratch=str(scratch_room(Path(results[0])).absolute()) if results else None,
    )


def _fed(executor: Executor, tasks: Sequence[Task], keep_going: KeepGoing) -> Iterator[Finished]:
    """Hand over so many tasks that nobody waits, and no more: what was not handed over need not be taken back."""
    waiting, running = list(reversed(tasks)), 0

    def feed() -> int:
        fed = 0
        if not keep_going():
            waiting.clear()
        while waiting and running + fed < executor.capacity * IN_FLIGHT_PER_WORKER:
            executor.submit(waiting.pop())
            fed += 1
        return fed

    running += feed()
    for finished in executor.as_completed():
        running -= 1
        yield finished
        running += feed()


class Processes:
    """A pool of processes on this machine. See the module's promise. reach: what they need of the disk, None for all."""

    def __init__(self, processes: int, reach: Reach | None = None) -> None:
        self.capacity = processes
        self._running: dict[Future[tuple[Outcome, float]], tuple[Job, float]] = {}
        self._alone = ExitStack()
        self._alone.enter_context(main_left_alone())
        self._alone.enter_context(large_pages())
        self._pool = confined_pool(processes, JOBS_PER_WORKER, reach)

    def submit(self, task: Task) -> None:
        """Hand it to the pool; its time limit begins when a worker takes it up."""
        future = self._pool.schedule(_timed, args=[task], timeout=_limit_s(task.job))
        self._running[future] = (task.job, time.monotonic())

    def as_completed(self) -> Iterator[Finished]:
        """Outcomes as they come; a worker's death is an outcome too."""
        while self._running:
            done, _ = wait(self._running, return_when=FIRST_COMPLETED)
            for future in done:
                job, start = self._running.pop(future)
                if not future.cancelled():
                    yield _collect(future, job, time.monotonic() - start)

    def cancel(self) -> None:
        """Take back what no worker has begun."""
        for future in self._running:
            if not future.running():
                future.cancel()

    def abandon(self) -> None:
        """Stop what runs, from any thread: its outcome reaches nobody."""
        for future in list(self._running):
            future.cancel()

    def shutdown(self) -> None:
        """Stop the workers where they are."""
        self._pool.stop()
        self._pool.join()
        self._alone.close()


def _collect(future: Future[tuple[Outcome, float]], job: Job, seconds: float) -> Finished:
    """`seconds`: since it was handed over, for what came to no end of its own."""
    from pebble import ProcessExpired

    try:
        return Finished(job, *future.result())
    except ProcessExpired as death:
        return Finished(job, refused(job, death_of(job.source.rel, death, _limit_s(job))), seconds, died=True)
    except TimeoutError:
        problem = took_too_long(job.source.rel, f"{_limit_s(job):.0f} seconds")
        return Finished(job, refused(job, problem), seconds)


def _limit_s(job: Job) -> float:
    return CLIP_LIMIT_S if job.source.kind is Kind.CLIP else PHOTO_LIMIT_S


def run_job(job: Job, threads: int) -> Outcome:
    """What a worker runs; imported there, so that planning stays light."""
    from mediakit.batch.make import make

    return make(job, threads=threads)


def _timed(task: Task) -> tuple[Outcome, float]:
    """The outcome and how long it took, without the wait for a worker."""
    start = time.monotonic()
    return do_limited(task), time.monotonic() - start


def do_limited(task: Task) -> Outcome:
    """What a process of the pool runs: the task, with as much CPU time as its time limit holds."""
    limit_cpu(_limit_s(task.job) * max(1, task.threads))
    return task.work(task.job, task.threads)
