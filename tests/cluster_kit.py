"""A real cluster on this machine for tests: a scheduler's process and `mediakit worker` with its nannies and workers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from mediakit.batch.plan import Job
from mediakit.model import Outcome

START_S = 120.0
WAIT_S = 2.0


class TestCluster:
    """Address, and the processes to kill."""

    __test__ = False

    def __init__(self, address: str, scheduler: subprocess.Popen[bytes], workers: subprocess.Popen[bytes]) -> None:
        self.address, self.scheduler, self.workers = address, scheduler, workers

    def worker_pids(self) -> list[int]:
        """The process of each worker, not of its nanny."""
        from distributed import Client

        with Client(self.address, set_as_default=False, timeout=30) as client:
            return list(client.run(os.getpid).values())


@contextmanager
def cluster(folder: Path, *, workers: int = 2, arguments: Sequence[str] = ()) -> Iterator[TestCluster]:
    """Start one, wait until all its workers are there, and leave nothing running."""
    file = folder / "scheduler.json"
    python = sys.executable
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    command = [python, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0"]
    scheduler = subprocess.Popen([*command, "--no-dashboard", "--scheduler-file", str(file)], **quiet)
    joined = None
    try:
        address = _address(file)
        command = [python, "-m", "mediakit", "worker", address, "--jobs", str(workers), *arguments]
        joined = subprocess.Popen(command, **quiet)
        _wait_for(address, workers)
        yield TestCluster(address, scheduler, joined)
    finally:
        for process in (joined, scheduler):
            if process is not None:
                _end(process)


def _address(file: Path) -> str:
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        with suppress(OSError, ValueError):
            return str(json.loads(file.read_text())["address"])
        time.sleep(0.1)
    raise AssertionError("the scheduler did not start")


def _wait_for(address: str, workers: int) -> None:
    from distributed import Client

    with Client(address, set_as_default=False, timeout=30) as client:
        client.wait_for_workers(workers, timeout=START_S)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def wait_a_while(job: Job, threads: int) -> Outcome:
    """Work that takes time and no core, for measuring what a cluster itself takes."""
    time.sleep(WAIT_S)
    return Outcome(rel=job.source.rel, sha256="", kind=job.source.kind)


def note_when(job: Job, threads: int) -> Outcome:
    """Work that says when and where it was done; the clock is the machine's."""
    begun_s = time.monotonic()
    time.sleep(0.5)
    facts = {"begun_s": begun_s, "ended_s": time.monotonic(), "process": os.getpid()}
    return Outcome(rel=job.source.rel, sha256="", kind=job.source.kind, facts=facts)
