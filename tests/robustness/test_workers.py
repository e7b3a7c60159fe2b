"""A worker that dies takes nobody with it."""

import os
import signal
import time
from pathlib import Path

import pytest

from mediakit.batch import workers
from mediakit.batch.plan import Job
from mediakit.batch.workers import run_jobs, workers_for
from mediakit.errors import Fault
from mediakit.model import Kind, Outcome, Source
from mediakit.presets.schema import Limits


def job(rel: str, out: Path | None = None) -> Job:
    source = Source(Path("/nowhere"), rel, Kind.PHOTO, 1, 1)
    return Job(source=source, sha256="", out=out, limits=Limits(), settings="")


def act(item: Job, threads: int) -> Outcome:
    """What the worker does: the name of the source says what befalls it."""
    if item.source.rel.startswith("kill"):
        os.kill(os.getpid(), signal.SIGKILL)
    if item.source.rel.startswith("crash"):
        os.kill(os.getpid(), signal.SIGSEGV)
    if item.source.rel.startswith("hang"):
        time.sleep(60)
    if item.source.rel.startswith("slow"):
        time.sleep(1.0)
    if item.source.rel.startswith("once:"):
        marker = Path(item.source.rel.removeprefix("once:"))
        if not marker.exists():
            marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)
    return Outcome(rel=item.source.rel, sha256="", kind=Kind.PHOTO)


@pytest.mark.slow
def test_deaths_are_charged_to_the_file_that_caused_them(tmp_path):
    names = ["a", "kill", "b", "crash", "c", f"once:{tmp_path / 'tried'}", "d"]
    jobs = [job(name, out=tmp_path) for name in names]
    found = {f.job.source.rel: f.outcome for f in run_jobs(jobs, processes=2, threads=1, work=act)}
    assert set(found) == set(names)
    codes = {name: outcome.problem.code if outcome.problem else None for name, outcome in found.items()}
    assert codes.pop("kill") == Fault.OUT_OF_MEMORY
    assert codes.pop("crash") == Fault.CRASHED
    assert set(codes.values()) == {None}, "a death that does not repeat costs nothing but a second try"


@pytest.mark.slow
def test_a_file_that_hangs_is_stopped_and_named(monkeypatch):
    monkeypatch.setattr(workers, "PHOTO_LIMIT_S", 2.0)
    found = {f.job.source.rel: f.outcome for f in run_jobs([job("hang"), job("a")], processes=1, threads=1, work=act)}
    assert found["hang"].problem.code == Fault.TIMED_OUT
    assert found["a"].problem is None


@pytest.mark.slow
def test_the_time_a_file_took_does_not_count_its_wait_for_a_worker():
    took = {f.job.source.rel: f.seconds for f in run_jobs([job("slow"), job("a")], processes=1, threads=1, work=act)}
    assert took["slow"] >= 1.0 > took["a"]


def test_workers_times_threads_never_exceed_the_cores():
    for cores in (1, 2, 3, 8):
        for asked in (None, 1, 2, 5):
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(workers, "available_cores", lambda cores=cores: cores)
                processes, threads = workers_for(asked, 10)
                assert threads >= 1
                assert processes * threads <= max(cores, asked or 0)
