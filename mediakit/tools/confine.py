"""What a process that reads strangers' files may take, and where it may reach: limits and no network, without privileges.

Set in the child itself, so that a file which makes a decoder run wild ends that one process and nothing else. Limits are the
kernel's (setrlimit) and cost nothing while they are kept. On Linux such a process also has no network, where the system
lets it give that up: as root by a network namespace of its own, else by a user namespace with one; and it can gain no
privileges (no_new_privs). What could not be had is left out, and `docs/SECURITY.md` and `mediakit doctor` say so.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

try:
    import resource
except ImportError:  # Windows has no such limits
    resource = None  # type: ignore[assignment]

WORKER_BYTES = 4 << 30
"""Address space of a worker: 2.5 times what the largest photo and clip of the tests took (1.6 GB; most of it only mapped)."""
PROGRAM_BYTES = 6 << 30
"""Address space of ffmpeg, with which 8K fits; every thread of it adds THREAD_BYTES."""
THREAD_BYTES = 128 << 20
FILE_BYTES = 16 << 30
"""No single file grows beyond this."""
SPARE_CPU_S = 10.0

_APART: list[bool] = []
"""Not empty in a process that gave up its network: those it starts have none either."""
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_PR_SET_NO_NEW_PRIVS = 38


def program_limits(timeout_s: float) -> Callable[[], None]:
    """What a child calls between fork and exec to confine itself; everything it needs is looked up before the fork.

    timeout_s: how long it may run; so much CPU time on every core is what it may use.
    """
    cores = os.cpu_count() or 1
    memory = PROGRAM_BYTES + cores * THREAD_BYTES
    cpu_s = int(timeout_s * cores + SPARE_CPU_S)
    isolate = _nothing if _APART else _isolation()

    def confine() -> None:
        _set("RLIMIT_AS", memory, memory)
        _set("RLIMIT_CPU", cpu_s, cpu_s + 5)
        _set("RLIMIT_FSIZE", FILE_BYTES, FILE_BYTES)
        _set("RLIMIT_CORE", 0, 0)
        if hasattr(signal, "SIGXFSZ"):
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # the write fails with an error that has a name
        isolate()

    return confine


def confine_worker() -> None:
    """Called once in a worker process, while it has one thread. Programs it starts may take more than it may itself."""
    cores = os.cpu_count() or 1
    _set("RLIMIT_AS", WORKER_BYTES, PROGRAM_BYTES + cores * THREAD_BYTES)
    _set("RLIMIT_FSIZE", FILE_BYTES, FILE_BYTES)
    _set("RLIMIT_CORE", 0, 0)
    _isolation()()
    _APART.append(True)


def limit_cpu(seconds: float) -> None:
    """From now on, this process may use so much CPU time; then the kernel ends it (SIGXCPU). Called anew for every job."""
    if resource is not None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        soft = int(used.ru_utime + used.ru_stime + seconds) + 1
        _set("RLIMIT_CPU", soft, resource.RLIM_INFINITY)


def has_network() -> bool:
    """Whether this process could reach anything: False where it has nothing but a loopback that is down."""
    try:
        return len(Path("/proc/net/route").read_text(encoding="ascii").splitlines()) > 1
    except OSError:
        return True


def _set(name: str, soft: int, hard: int) -> None:
    """Set a limit, never above one that is set already; on macOS address space is not limited, since it cannot be."""
    if resource is None or (name == "RLIMIT_AS" and not sys.platform.startswith("linux")):
        return
    kind = getattr(resource, name)
    _, most = resource.getrlimit(kind)
    if most != resource.RLIM_INFINITY:
        hard = most if hard == resource.RLIM_INFINITY else min(hard, most)
        soft = min(soft, hard)
    try:
        resource.setrlimit(kind, (soft, hard))
    except (ValueError, OSError):  # a system that knows the limit and does not let it be set
        return


@cache
def _isolation() -> Callable[[], None]:
    """Give up the network and the gaining of privileges; prepared here, since little may be done between fork and exec."""
    if not sys.platform.startswith("linux"):
        return _nothing
    library = ctypes.CDLL(None, use_errno=True)
    unshare, prctl = library.unshare, library.prctl
    # Root may leave the network as it is, and would lose its rights to others' files in a user namespace.
    apart = _CLONE_NEWNET if os.geteuid() == 0 else _CLONE_NEWUSER | _CLONE_NEWNET

    def isolate() -> None:
        prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        unshare(apart)  # refused in many containers: then the network stays

    return isolate


def _nothing() -> None:
    """There is nothing to give up, or it is given up already."""
