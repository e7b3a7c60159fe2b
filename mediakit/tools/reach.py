"""Where a process that reads strangers' files may reach on disk: originals and the program to read, results to write.

The kernel's Landlock (Linux 5.13 and newer), through the package landlockpy (`mediakit[landlock]`): it needs no privileges,
cannot be undone by who is confined, and holds for the programs that one starts (ffmpeg). TCP, signals to others and abstract
sockets are given up with it where the kernel knows how. Without package or kernel a process reaches what its user does;
`mediakit doctor` says so.

Limit: who is confined can read all of the originals' folder and of the results, and write anything into the results.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

ENV = "MEDIAKIT_LANDLOCK"
_SYSTEM = (
    *("/usr", "/lib", "/lib64", "/bin", "/nix/store", "/gnu/store", "/etc/ld.so.cache", "/etc/localtime", "/etc/fonts"),
    *("/var/cache/fontconfig", "/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/sys", "/proc/net"),
    *("/sys/devices", "/sys/bus/pci", "/sys/class", "/sys/fs/cgroup", "/sys/kernel/mm"),
    *("/dev/urandom", "/dev/random", "/dev/zero"),
)
"""What any program reads: libraries, fonts, what the machine is like."""
_OF_A_PERSON = ("~/.fonts", "~/.local/share/fonts")


@dataclass(frozen=True, slots=True)
class Reach:
    """Folders that may be read, and folders that may be written to as well; intermediate files go to `scratch`."""

    reads: tuple[str, ...]
    writes: tuple[str, ...] = ()
    scratch: str | None = None

    def covers(self, other: Reach) -> bool:
        """Whether who is kept to this may do all that `other` needs."""
        return set(other.reads) <= set(self.reads) and set(other.writes) <= set(self.writes)


def can_be_kept() -> bool:
    """Whether package and kernel are there, and nobody said MEDIAKIT_LANDLOCK=off. Asked by who starts processes."""
    if os.environ.get(ENV) == "off" or not sys.platform.startswith("linux") or find_spec("landlockpy") is None:
        return False
    import landlockpy

    with suppress(OSError):  # a filter of the service manager or of the container forbids even to ask
        return bool(landlockpy.supported())
    return False


def keep_to(reach: Reach) -> None:
    """Confine this process, and all that it starts, to `reach` and to the program itself. Called while it has one thread.

    Raises OSError where the kernel refuses: then nothing strange is to be read.
    """
    from landlockpy import AccessFS, Ruleset, Scope

    read = AccessFS.READ_FILE | AccessFS.READ_DIR
    write = AccessFS.WRITE_FILE | AccessFS.TRUNCATE | AccessFS.MAKE_REG | AccessFS.MAKE_DIR
    write |= AccessFS.REMOVE_FILE | AccessFS.REMOVE_DIR | AccessFS.REFER
    of_files = AccessFS.READ_FILE | AccessFS.WRITE_FILE | AccessFS.TRUNCATE | AccessFS.EXECUTE
    wanted = [
        *((path, read | AccessFS.EXECUTE) for path in (*_SYSTEM, *_program())),
        *((path, read) for path in (*reach.reads, *map(os.path.expanduser, _OF_A_PERSON))),
        *((path, read | write) for path in (*reach.writes, "/dev/null")),
    ]
    with Ruleset(scoped=Scope.SIGNAL | Scope.ABSTRACT_UNIX_SOCKET) as rules:
        for path, access in wanted:
            with suppress(FileNotFoundError, PermissionError):  # it is not there: nothing can be reached in it
                rules.allow_path(path, access if Path(path).is_dir() else access & of_files)
        rules.restrict()
    if reach.scratch is not None:
        tempfile.tempdir = reach.scratch


def _program() -> Iterator[str]:
    """Where this program and what it loads lie."""
    yield from dict.fromkeys([sys.prefix, sys.base_prefix, *sys.path, str(Path(__file__).parents[1])])
    if sys.pycache_prefix:
        yield sys.pycache_prefix
    from mediakit.errors import MissingPartError
    from mediakit.tools.ffmpeg import find_ffmpeg

    with suppress(MissingPartError):
        yield str(find_ffmpeg().resolve().parent)
