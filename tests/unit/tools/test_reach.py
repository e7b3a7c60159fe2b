"""Where a worker may reach on disk: measured in a worker that tries."""

from __future__ import annotations

import errno
import os
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from mediakit.batch.outfolder import home
from mediakit.batch.plan import Job
from mediakit.batch.workers import run_jobs
from mediakit.model import Kind, Outcome, Source
from mediakit.presets.schema import Limits
from mediakit.tools.reach import can_be_kept

pytestmark = pytest.mark.skipif(not can_be_kept(), reason="needs Linux with Landlock, and landlockpy")


def attempt(what: Callable[[], object]) -> str:
    try:
        what()
    except OSError as error:
        return type(error).__name__
    return "done"


def reach_out(job: Job, threads: int) -> Outcome:
    """What code that took over a decoder would try, and what a worker has to be able to do."""
    source, out = job.source.path, job.out
    assert out is not None
    other = source.parents[1] / "secret.txt"
    tried = {
        "read a source": source.read_bytes,
        "write a result": lambda: (out / "a.jpg").write_bytes(b"made"),
        "rename a result": lambda: (out / "a.jpg").rename(out / "b.jpg"),
        "have scratch": lambda: tempfile.NamedTemporaryFile().close(),
        "start a program": lambda: subprocess.run(["true"], check=True),
        "change a source": lambda: source.open("ab").close(),
        "delete a source": source.unlink,
        "read something else": lambda: other.read_text(encoding="utf-8"),
        "list a home": lambda: list(Path.home().iterdir()),
        "write elsewhere": lambda: (source.parents[1] / "new").write_bytes(b"x"),
        "write to the program": lambda: (Path(__file__).parent / "planted.py").write_bytes(b"x"),
        "read what its parent holds": lambda: Path(f"/proc/{os.getppid()}/environ").read_bytes(),
        "signal its parent": lambda: os.kill(os.getppid(), 0),
        "read through a program": lambda: _ran("cat", str(other)),
        "write through a program": lambda: _ran("touch", str(source.parents[1] / "new")),
    }
    return Outcome(rel=job.source.rel, sha256="", kind=Kind.PHOTO, facts={n: attempt(f) for n, f in tried.items()})


def _ran(*command: str) -> None:
    if subprocess.run(command, capture_output=True, check=False).returncode:
        raise PermissionError(command)


@pytest.mark.slow
def test_a_worker_reads_originals_and_writes_results_and_reaches_nothing_else(tmp_path: Path) -> None:
    inbox, out = tmp_path / "inbox", tmp_path / "out"
    inbox.mkdir()
    home(out).mkdir(parents=True)
    (inbox / "a.jpg").write_bytes(b"a photo")
    (tmp_path / "secret.txt").write_text("a key")
    job = Job(source=Source(inbox, "a.jpg", Kind.PHOTO, 7, 1), sha256="", out=out, limits=Limits(), settings="")
    (finished,) = run_jobs([job], processes=1, threads=1, work=reach_out)
    facts = finished.outcome.facts
    assert facts, finished.outcome.problem
    allowed = {name for name, came_of_it in facts.items() if came_of_it == "done"}
    wanted = {"read a source", "write a result", "rename a result", "have scratch", "start a program"}
    assert allowed == wanted
    assert set(facts.values()) == {"done", "PermissionError"}
    assert (out / "b.jpg").read_bytes() == b"made"
    assert not (tmp_path / "new").exists()


@pytest.mark.slow
def test_a_worker_that_has_nothing_to_write_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"a photo")
    job = Job(source=Source(tmp_path, "a.jpg", Kind.PHOTO, 7, 1), sha256="", out=None, limits=Limits(), settings="")
    (finished,) = run_jobs([job], processes=1, threads=1, work=write_beside)
    assert finished.outcome.facts == {"beside": "PermissionError", "null": "done"}


def write_beside(job: Job, threads: int) -> Outcome:
    facts = {
        "beside": attempt(lambda: job.source.path.with_name("b").write_bytes(b"x")),
        "null": attempt(lambda: Path(os.devnull).write_bytes(b"x")),
    }
    return Outcome(rel=job.source.rel, sha256="", kind=Kind.PHOTO, facts=facts)


def test_a_call_filter_that_forbids_to_ask_is_a_no(monkeypatch: pytest.MonkeyPatch) -> None:
    """systemd 252 and old container engines answer Landlock's calls with "not permitted"."""
    import landlockpy

    def refused() -> bool:
        raise landlockpy.LandlockError(errno.EPERM, "landlock_create_ruleset")

    monkeypatch.setattr(landlockpy, "supported", refused)
    assert not can_be_kept()
