"""Children end when they should: at their end, at the limit, with their parent, and whole groups of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mediakit.tools.child import run_child

PYTHON = sys.executable
RUN_FROM_ELSEWHERE = (
    "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "  # a shell's `&` would have it ignored
    "from mediakit.tools.child import run_child; run_child([sys.executable, '-c', {child!r}], timeout_s=60)"
)


def python(code: str) -> list[str]:
    return [PYTHON, "-c", code]


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def wait_until_gone(pid: int, within_s: float = 5.0) -> bool:
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if not is_running(pid):
            return True
        time.sleep(0.02)
    return False


def test_what_a_child_says_and_how_it_ends_comes_back() -> None:
    ended = run_child(python("import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"), timeout_s=20)
    assert (ended.code, ended.stdout, ended.stderr, ended.error_lines) == (3, b"out\n", "err", 1)
    assert not ended.timed_out


def test_a_child_that_hangs_is_stopped_at_the_limit() -> None:
    ended = run_child(python("import time; time.sleep(60)"), timeout_s=0.5)
    assert ended.timed_out
    assert ended.code == -signal.SIGKILL
    assert ended.seconds < 5


def test_the_childs_own_children_die_with_it(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    code = (
        "import subprocess, sys, time\n"
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"open({str(note)!r}, 'w').write(str(p.pid))\n"
        "time.sleep(60)"
    )
    assert run_child(python(code), timeout_s=3).timed_out
    assert wait_until_gone(int(note.read_text()))


def test_chatter_is_bounded_and_its_end_kept() -> None:
    code = "import sys\nfor n in range(20000): print(f'line {n}', file=sys.stderr)"
    ended = run_child(python(code), timeout_s=60)
    assert ended.error_lines == 20000
    assert ended.stderr.endswith("line 19999")
    assert len(ended.stderr) < 10_000


def test_a_line_without_end_does_not_fill_the_memory() -> None:
    ended = run_child(python("import sys; sys.stderr.write('x' * 5_000_000)"), timeout_s=60)
    assert ended.code == 0
    assert len(ended.stderr) < 200_000


def test_more_data_than_allowed_stops_the_child() -> None:
    code = "import sys\nwhile True: sys.stdout.buffer.write(bytes(1 << 16))"
    ended = run_child(python(code), timeout_s=30, max_stdout_bytes=1_000_000)
    assert ended.overflowed
    assert not ended.timed_out


def test_lines_are_handed_on_as_they_come() -> None:
    lines: list[str] = []
    run_child(python("print('a'); print('b')"), timeout_s=20, on_line=lines.append)
    assert lines == ["a", "b"]


def test_a_listeners_own_mistake_is_raised_and_the_child_stopped() -> None:
    def fail(line: str) -> None:
        raise RuntimeError(line)

    started = time.monotonic()
    with pytest.raises(RuntimeError, match="first"):
        run_child(python("import time; print('first', flush=True); time.sleep(60)"), timeout_s=40, on_line=fail)
    assert time.monotonic() - started < 20


def test_a_program_that_is_not_there_is_an_oserror() -> None:
    with pytest.raises(FileNotFoundError):
        run_child(["/no/such/program"], timeout_s=1)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="PR_SET_PDEATHSIG is Linux's")
def test_kill_9_of_the_parent_leaves_no_orphan(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    child = f"import os, time; open({str(note)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    parent_code = RUN_FROM_ELSEWHERE.format(child=child)
    with subprocess.Popen(python(parent_code)) as parent:
        end = time.monotonic() + 20
        while not (note.exists() and note.read_text()) and time.monotonic() < end:
            time.sleep(0.02)
        pid = int(note.read_text())
        assert is_running(pid)
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
        assert wait_until_gone(pid)


def test_an_interrupt_kills_the_child(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    child = f"import os, time; open({str(note)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    code = RUN_FROM_ELSEWHERE.format(child=child)
    with subprocess.Popen(python(code), stderr=subprocess.DEVNULL) as parent:
        end = time.monotonic() + 20
        while not (note.exists() and note.read_text()) and time.monotonic() < end:
            time.sleep(0.02)
        os.kill(parent.pid, signal.SIGINT)
        parent.wait(timeout=20)
        assert wait_until_gone(int(note.read_text()))
