"""Run a program that is not ours, so that it can never outlive us, hang us or fill our memory.

Promise: the child gets a process group of its own, limits of its own and no network (see `confine`); it is killed as a
group when its time is up, when the caller is interrupted or fails, and (on Linux) by the kernel when the process that started
it dies, even by kill -9. Of its chatter only the end is kept; of its data no more than the caller allows.
Limits: on systems without PR_SET_PDEATHSIG a kill -9 of the parent can leave the child running to its own end.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from mediakit.tools.confine import program_limits

STDERR_LINES = 200
STDERR_LINE_CHARS = 500
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended. `code` is negative for a signal; `stderr` holds the last lines; `error_lines` counts all."""

    code: int
    stderr: str
    error_lines: int
    stdout: bytes
    seconds: float
    timed_out: bool = False
    overflowed: bool = False
    """It wrote more to stdout than was allowed, and was stopped for it."""


class _Tail:
    """The last lines of a stream, whatever its length."""

    def __init__(self) -> None:
        self.lines: deque[str] = deque(maxlen=STDERR_LINES)
        self.seen = 0

    def drain(self, stream: IO[bytes]) -> None:
        while line := stream.readline(STDERR_LINE_CHARS):
            self.seen += 1
            self.lines.append(line.decode("utf-8", "replace").rstrip())

    def text(self) -> str:
        return "\n".join(self.lines)


class _Collected:
    """What the child wrote to stdout: kept up to a limit, or handed on line by line."""

    def __init__(self, limit: int, on_line: Callable[[str], None] | None) -> None:
        self.limit = limit
        self.on_line = on_line
        self.data = bytearray()
        self.overflowed = False
        self.failure: BaseException | None = None

    def drain(self, stream: IO[bytes], stop: Callable[[], None]) -> None:
        try:
            if self.on_line is not None:
                while line := stream.readline(STDERR_LINE_CHARS):
                    self.on_line(line.decode("utf-8", "replace").strip())
                return
            while block := stream.read(1 << 16):
                self.data += block
                if len(self.data) > self.limit:
                    self.overflowed = True
                    stop()
                    return
        except BaseException as failure:  # a listener's own mistake: carried to the caller's thread, raised there
            self.failure = failure
            stop()


def run_child(
    command: Sequence[str],
    *,
    timeout_s: float,
    on_line: Callable[[str], None] | None = None,
    max_stdout_bytes: int = 1 << 16,
    cwd: Path | None = None,
) -> Ended:
    """Run `command` to its end, or to `timeout_s`, and say how it ended. Never raises for what the child does.

    on_line: called with every line of stdout, in a thread of its own; without it stdout is kept, up to
    `max_stdout_bytes`. Raises OSError where the program cannot be started.
    """
    started = time.monotonic()
    tail, collected = _Tail(), _Collected(max_stdout_bytes, on_line)
    with _own_group(command, cwd, _prepared(timeout_s)) as process:
        assert process.stdout is not None and process.stderr is not None
        readers = (
            threading.Thread(target=tail.drain, args=(process.stderr,), daemon=True),
            threading.Thread(target=collected.drain, args=(process.stdout, lambda: _kill_group(process)), daemon=True),
        )
        for reader in readers:
            reader.start()
        timed_out = not _ended_in_time(process, readers, started + timeout_s)
        if timed_out:
            _kill_group(process)
        code = process.wait()
        for reader in readers:
            reader.join(timeout=5)
    if collected.failure is not None:
        raise collected.failure
    return Ended(
        code=code,
        stderr=tail.text(),
        error_lines=tail.seen,
        stdout=bytes(collected.data),
        seconds=time.monotonic() - started,
        timed_out=timed_out,
        overflowed=collected.overflowed,
    )


def _ended_in_time(process: subprocess.Popen[bytes], readers: Sequence[threading.Thread], deadline: float) -> bool:
    """Wait for both pipes to close (no polling: a poll would cost every short call 50 ms), then for the exit."""
    for reader in readers:
        reader.join(timeout=max(0.0, deadline - time.monotonic()))
        if reader.is_alive():
            return False
    try:
        process.wait(timeout=max(0.1, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        return False
    return True


@contextlib.contextmanager
def _own_group(
    command: Sequence[str], cwd: Path | None, prepare: Callable[[], None] | None
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        list(command),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=cwd,
        start_new_session=True,
        preexec_fn=prepare,  # noqa: PLW1509 - a few system calls, prepared before the fork
    )
    try:
        with process:
            try:
                yield process
            except BaseException:
                _kill_group(process)
                raise
    finally:
        _kill_group(process)


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL, not SIGTERM: what a stopped encoder would still write is of no use to anybody."""
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def _prepared(timeout_s: float) -> Callable[[], None] | None:
    """What the child calls between fork and exec; None where there is nothing of the kind (Windows)."""
    if os.name != "posix":
        return None
    confine, die = program_limits(timeout_s), _die_with_parent_of(os.getpid())

    def prepare() -> None:
        confine()
        if die is not None:  # after the namespaces: giving up the network would undo it
            die()

    return prepare


def _die_with_parent_of(parent: int) -> Callable[[], None] | None:
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before we could ask
            os._exit(1)

    return ask


def die_with_parent() -> None:
    """Called in a worker process at its start: when the process that started it dies, it dies too (Linux)."""
    ask = _die_with_parent_of(os.getppid())
    if ask is not None:
        ask()
