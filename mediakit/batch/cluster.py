"""Jobs on other machines, through a Dask scheduler (the extra `cluster`). Only paths, recipes and findings travel.

Before the first job every worker says what it is made of (versions, models, ffmpeg) and what it sees (sources, output folder,
preset files): one that would make other bytes is refused by name. A worker that dies gives its job back to the scheduler,
which hands it to another. A scheduler that dies is a ClusterLostError: what came back until then is in the ledger, and the
next run, here or there, goes on from it.
Limits: whoever reaches the scheduler can run code on the workers (see docs/SECURITY.md); machines of one kind only, since
paths and pickles of POSIX mean nothing on Windows.
"""

from __future__ import annotations

import contextlib
import queue
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from mediakit.batch.executor import Finished, Task
from mediakit.batch.greeting import refuse_strangers, token_on
from mediakit.batch.node import Done, Probe, Unfit, do, hello, identity, stop
from mediakit.batch.outfolder import sweep
from mediakit.batch.plan import Job
from mediakit.batch.problems import refused
from mediakit.errors import Fault, MediakitError, MissingPartError, UsageError
from mediakit.model import Kind, Outcome, Problem
from mediakit.presets import places

CONNECT_S = 10.0
HELLO_S = 60.0
TICK_S = 1.0
NOBODY_S = 60.0
"""How long a run waits for a worker when the last one is gone."""
VISIBLE_S = 60.0
"""How long a file that a worker made may take to show up here: network file systems keep what they knew for so long."""
CLIPS = "CLIP"
"""The resource that one worker of each node has, so that a node encodes one clip at a time."""


class ClusterLostError(MediakitError):
    """The scheduler, or the last worker, is gone in the middle of a run."""


class Cluster:
    """The executor behind `--cluster ADDRESS`. Connects when the first job is handed over; `shutdown` closes it."""

    def __init__(self, address: str) -> None:
        if not address.startswith(("tcp://", "tls://", "ucx://", "ws://", "wss://")):
            raise UsageError(f"--cluster {address}: this is no scheduler's address.", "Like this: tcp://10.0.0.1:8786")
        self.address = address
        self._client: Any = None
        self._run = uuid.uuid4().hex
        self._running: dict[str, tuple[Any, Task, float]] = {}
        self._ended: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._greeted: set[object] = set()
        self._seats, self._seats_at, self._last_seen = 1, -1e9, 0.0
        self._workers: set[str] = set()
        self._outs: set[Path] = set()
        self._one_died = False

    @property
    def capacity(self) -> int:
        """How many workers there are; asked again every few seconds, since they come and go."""
        if self._client is not None and time.monotonic() - self._seats_at > 5 * TICK_S:
            self._count_seats()
        return max(1, self._seats)

    def submit(self, task: Task) -> None:
        """Hand a task to the scheduler. Raises MissingPartError where the workers cannot do it as it would be done here."""
        self._greet(_absolute(task.job))
        resources = {CLIPS: 1} if task.job.source.kind is Kind.CLIP else {}
        key = f"mediakit-{uuid.uuid4().hex}"
        arguments = (replace(task, job=_absolute(task.job)), places.shipped_folder().resolve(), identity(), self._run)
        with self._lost_if_it_fails():
            future = self._client.submit(do, *arguments, key=key, resources=resources, retries=0, pure=False)
        self._running[key] = (future, task, time.monotonic())
        future.add_done_callback(lambda done: self._ended.put(done.key))

    def as_completed(self) -> Iterator[Finished]:
        """Outcomes as they come. Raises ClusterLostError where nobody is left to give one."""
        while self._running:
            try:
                key = self._ended.get(timeout=TICK_S)
            except queue.Empty:
                self._look_around()
                continue
            if key not in self._running:
                continue
            future, task, start = self._running.pop(key)
            finished = self._collected(future, task, start)
            if finished is not None:
                yield finished

    def cancel(self) -> None:
        """Take back what has not begun, and stop what runs: its outcome would reach nobody."""
        futures = [future for future, _, _ in self._running.values()]
        self._running.clear()
        if futures and self._client is not None:
            with contextlib.suppress(Exception):  # where it is gone there is nothing to take back
                self._client.cancel(futures, force=True)
                self._client.run(stop, self._run, wait=False)

    def shutdown(self) -> None:
        """Give everything back and leave; the cluster itself goes on. What dead workers left half-written is removed."""
        self.cancel()
        if self._client is not None:
            with contextlib.suppress(Exception):
                self._count_seats()
                self._client.close(timeout=5)
            self._client = None
        if self._one_died:
            for out in self._outs:
                sweep(out)

    def _connect(self) -> None:
        try:
            import distributed

            client: Any = distributed.Client  # its own annotations do not satisfy a strict reader
        except ImportError as error:
            raise MissingPartError(
                "--cluster needs Dask, which is not installed.", "Install it with: pip install 'mediakit[cluster]'"
            ) from error
        try:
            self._client = client(self.address, timeout=CONNECT_S, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise MissingPartError(
                f"No scheduler answers at {self.address}.",
                "Start one with: dask scheduler; or run without --cluster, on this machine.",
            ) from error

    def _greet(self, job: Job) -> None:
        """Before the first job that needs a folder or a preset file: does every worker see it, and is it made of the same."""
        assets = tuple({ref.path: ref for item in job.wanted for ref in item.recipe.assets.values()}.values())
        topic = (job.source.root, job.out, assets, job.source.kind is Kind.CLIP)
        if topic in self._greeted:
            return
        if self._client is None:
            self._connect()
        self._count_seats()
        if not self._seats:
            raise MissingPartError(
                f"The scheduler at {self.address} has no worker.", f"Start some: mediakit worker {self.address}"
            )
        self._refuse_crowds(clips=job.source.kind is Kind.CLIP)
        with token_on(job.out) as (token_file, token):
            sample = (job.source.path, job.source.bytes, job.source.mtime_ns)
            shipped = places.shipped_folder().resolve()
            probe = Probe(self._run, shipped, job.source.root, sample, token_file, token, assets)
            with self._lost_if_it_fails():
                answers = self._client.run(hello, probe, on_error="return")
        refuse_strangers(answers, identity())
        self._greeted.add(topic)
        if job.out is not None:
            self._outs.add(job.out)

    def _refuse_crowds(self, *, clips: bool) -> None:
        """Workers have one thread each, and where clips are made, some worker must take them."""
        with self._lost_if_it_fails():
            workers = self._client.scheduler_info(n_workers=-1)["workers"]
        crowded = [address for address, facts in workers.items() if facts["nthreads"] != 1]
        if crowded:
            raise MissingPartError(
                f"The worker {crowded[0]} runs several jobs in one process.", "Start it with: mediakit worker"
            )
        if clips and not any(CLIPS in facts.get("resources", {}) for facts in workers.values()):
            raise MissingPartError(
                "No worker of the cluster takes clips.",
                f"Start one with `mediakit worker`, or a Dask worker with --resources {CLIPS}=1.",
            )

    def _collected(self, future: Any, task: Task, start: float) -> Finished | None:
        """What came back; None where another worker has to do it."""
        if future.status in ("cancelled", "lost"):
            raise self._lost()
        if future.status == "error":
            return self._failed(future, task, start)
        with self._lost_if_it_fails():
            done = future.result(timeout=HELLO_S)
        if isinstance(done, Unfit):
            self._send_away(future, done)
            self.submit(task)
            return None
        assert isinstance(done, Done)
        return Finished(task.job, _seen_here(done.outcome, task.job), done.seconds, done.died)

    def _failed(self, future: Any, task: Task, start: float) -> Finished:
        """Dask gave up on it: its worker died with it again and again, or the worker cannot run our code at all."""
        error = future.exception()
        code = Fault.CRASHED if type(error).__name__ == "KilledWorker" else Fault.INTERNAL
        words = f"{task.job.source.rel} was given up by the cluster ({type(error).__name__}: {error})."
        problem = Problem(code, words, "Run again without --cluster to see what is wrong with it.")
        return Finished(task.job, refused(task.job, problem), time.monotonic() - start)

    def _send_away(self, future: Any, unfit: Unfit) -> None:
        """A worker that came later and would make other bytes leaves the cluster."""
        with self._lost_if_it_fails():
            holders = self._client.who_has([future]).get(future.key, ())
            if not holders:
                raise ClusterLostError(f"A worker of the cluster has {unfit.why}.", "Make it the same, and run again.")
            self._client.retire_workers(list(holders), close_workers=True)

    def _look_around(self) -> None:
        if self._client.status != "running":
            raise self._lost()
        self._count_seats()
        if time.monotonic() - self._last_seen > NOBODY_S:
            raise ClusterLostError(
                f"The cluster at {self.address} has no worker any more.",
                f"What was finished stays. Start some (mediakit worker {self.address}), or run without --cluster.",
            )

    def _count_seats(self) -> None:
        with self._lost_if_it_fails():
            threads = self._client.nthreads()
        self._seats = sum(threads.values())
        self._one_died |= not self._workers <= threads.keys()
        self._workers = set(threads)
        self._seats_at = time.monotonic()
        if self._seats or not self._last_seen:
            self._last_seen = self._seats_at

    @contextlib.contextmanager
    def _lost_if_it_fails(self) -> Iterator[None]:
        try:
            yield
        except MediakitError:
            raise
        except (
            Exception
        ) as error:  # comm, timeout, cancelled and closed errors, whose classes change with Dask's versions
            raise self._lost() from error

    def _lost(self) -> ClusterLostError:
        return ClusterLostError(
            f"The scheduler at {self.address} is gone.",
            "What was finished stays. Run it again without --cluster to go on here, or with it when it is back.",
        )


def _absolute(job: Job) -> Job:
    """The same job with paths that mean the same in any working folder."""
    source = replace(job.source, root=job.source.root.absolute())
    return replace(job, source=source, out=None if job.out is None else job.out.absolute())


def _seen_here(outcome: Outcome, job: Job) -> Outcome:
    """The outcome, once every file it speaks of can be seen from here; a refusal where one never shows up."""
    if job.out is None:
        return outcome
    deadline = time.monotonic() + VISIBLE_S
    for made in outcome.delivered:
        path = job.out / made.path
        while made.status == "made" and not _has_size(path, made.bytes):
            if time.monotonic() > deadline:
                words = f"A worker made {made.path} from {job.source.rel}, and it is not to be seen here."
                hint = "Is OUT the same share on every node? See `mediakit worker --map`."
                return refused(job, Problem(Fault.NOT_WRITABLE, words, hint))
            time.sleep(0.2)
    return outcome


def _has_size(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except OSError:
        return False
