"""What a child may take and where it may reach."""

from __future__ import annotations

import os
import resource
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mediakit.batch.plan import Job
from mediakit.batch.workers import run_jobs
from mediakit.errors import Fault
from mediakit.model import Kind, Outcome, Source
from mediakit.presets.schema import Limits
from mediakit.tools import confine
from mediakit.tools.child import run_child

linux = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="limits of address space and namespaces are Linux's"
)
ALLOCATE = "b = bytearray(3 << 30); print(len(b))"


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


@linux
def test_a_child_that_wants_all_memory_is_refused_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confine, "PROGRAM_BYTES", 1 << 30)
    monkeypatch.setattr(confine, "THREAD_BYTES", 0)
    ended = run_child(python(ALLOCATE), timeout_s=60)
    assert ended.code != 0
    assert "MemoryError" in ended.stderr
    assert resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY, "only the child is limited"


def test_a_file_that_grows_and_grows_is_an_error_of_writing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(confine, "FILE_BYTES", 1 << 20)
    code = f"open({str(tmp_path / 'big')!r}, 'wb').write(b'x' * (3 << 20))"
    ended = run_child(python(code), timeout_s=60)
    assert ended.code == 1
    assert "File too large" in ended.stderr
    assert (tmp_path / "big").stat().st_size <= 1 << 20


def test_work_without_end_is_ended_by_the_kernel() -> None:
    code = "from mediakit.tools.confine import limit_cpu\nlimit_cpu(1)\nwhile True: pass"
    ended = run_child(python(code), timeout_s=120)
    assert ended.code == -signal.SIGXCPU
    assert not ended.timed_out


def listening() -> socket.socket:
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.2)
    return server


def can_cut_off() -> bool:
    """Whether this system lets a process give up its network, asked without our code."""
    flags = ["--net"] if os.geteuid() == 0 else ["--user", "--net"]
    try:
        return subprocess.run(["unshare", *flags, "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


@linux
def test_a_child_reaches_nobody() -> None:
    if not can_cut_off():
        pytest.skip("this system does not let a process give up its network (a container without namespaces)")
    with listening() as server:
        port = server.getsockname()[1]
        code = f"import socket; socket.create_connection(('127.0.0.1', {port}), 3)"
        assert subprocess.run(python(code), check=False).returncode == 0, "reachable from here"
        ended = run_child(python(code), timeout_s=60)
    assert ended.code != 0
    assert "unreachable" in ended.stderr


@linux
def test_a_child_gains_no_privileges_and_files_stay_its_owners(tmp_path: Path) -> None:
    code = f"open({str(tmp_path / 'a')!r}, 'w').write('x'); print(open('/proc/self/status').read())"
    ended = run_child(python(code), timeout_s=60)
    assert b"NoNewPrivs:\t1" in ended.stdout
    assert (tmp_path / "a").stat().st_uid == os.geteuid()


@linux
def test_another_user_than_root_is_confined_as_well(tmp_path: Path) -> None:
    if os.geteuid() != 0 or not can_cut_off():
        pytest.skip("needs root, to become another user, and namespaces")
    tmp_path.chmod(0o777)
    for folder in tmp_path.parents:
        if folder != Path("/tmp") and folder.is_relative_to("/tmp"):
            folder.chmod(0o755)
    code = (
        "import os, subprocess, select, selectors, threading\n"  # before this Python's own files cannot be read any more
        "from mediakit.tools.child import run_child\n"
        "os.setgid(65534); os.setuid(65534)\n"
        f"ended = run_child(['/bin/sh', '-c', 'cat /proc/net/route > {tmp_path}/b'], timeout_s=60)\n"
        "print(ended.code, ended.stderr)"
    )
    said = subprocess.run(python(code), capture_output=True, text=True, check=False, cwd="/")
    assert said.stdout.startswith("0"), said.stdout + said.stderr
    assert (tmp_path / "b").stat().st_uid == 65534
    assert len((tmp_path / "b").read_text().splitlines()) <= 1, "no route to anybody"


def job(rel: str) -> Job:
    return Job(
        source=Source(Path("/nowhere"), rel, Kind.PHOTO, 1, 1), sha256="", out=None, limits=Limits(), settings=""
    )


def act(item: Job, threads: int) -> Outcome:
    """What a worker does; the name of the source says what."""
    from mediakit.batch.problems import refused
    from mediakit.model import Problem

    told: dict[str, object] = {"network": confine.has_network()}
    if item.source.rel == "hungry":
        try:
            bytearray(5 << 30)
        except MemoryError:
            return refused(item, Problem(Fault.OUT_OF_MEMORY, "It is too large.", ""))
    if item.source.rel == "busy":
        confine.limit_cpu(1)
        end = time.monotonic() + 60
        while time.monotonic() < end:
            pass
    return Outcome(rel=item.source.rel, sha256="", kind=Kind.PHOTO, facts=told)


@pytest.mark.slow
@linux
def test_a_worker_is_confined_and_its_neighbours_go_on() -> None:
    names = ["a", "hungry", "busy", "b"]
    found = {f.job.source.rel: f.outcome for f in run_jobs([job(n) for n in names], processes=1, threads=1, work=act)}
    assert found["a"].problem is None and found["b"].problem is None
    assert found["hungry"].problem.code == Fault.OUT_OF_MEMORY
    assert found["busy"].problem.code == Fault.TIMED_OUT
    if can_cut_off():
        assert found["a"].facts["network"] is False
