"""What makes the daemon look: native events where they work, the clock always.

Events only shorten the wait; a file nobody announced is found by the next scan. Network shares deliver no events for what
others write, without any error, so there the clock is all there is.
"""

from __future__ import annotations

import contextlib
import os
import queue
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from mediakit.errors import UsageError

Mode = Literal["auto", "events", "poll"]

SCAN_S = 10.0
"""Between two scans where events work."""
POLLED_SCAN_S = 1.0
"""Between two scans where there are none: whoever waits for a verdict waits for this as well."""
POLL_S = 3.0
"""Until something that is away, or did not work, is asked for again."""
MOUNTS = Path("/proc/self/mountinfo")
_SILENT = (
    "nfs",
    "cifs",
    "smb",
    "fuse",
    "9p",
    "virtiofs",
    "afs",
    "ceph",
    "gluster",
    "lustre",
    "vboxsf",
    "vmhgfs",
    "prl_fs",
)


class Notices(Protocol):
    """Where a wait can be cut short."""

    mode: str

    def wait(self, seconds: float) -> set[str]:
        """Up to `seconds`, less where something happens; the paths it happened to."""

    def wake(self) -> None:
        """End a wait now."""

    def close(self) -> None:
        """Stop listening."""


@dataclass(frozen=True, slots=True)
class Canary:
    """The root as it was at the start. An unmounted share leaves an empty folder that is another one."""

    device: int
    inode: int

    @classmethod
    def of(cls, root: Path) -> Canary:
        """Raises OSError where the root is not there."""
        facts = root.stat()
        return cls(facts.st_dev, facts.st_ino)

    def sings(self, root: Path) -> bool:
        """The root is there and is still the same folder."""
        try:
            return Canary.of(root) == self and os.access(root, os.R_OK | os.X_OK)
        except OSError:
            return False


def notices_for(root: Path, mode: Mode) -> Notices:
    """Events, or the clock alone. Raises UsageError where events were asked for and cannot be had."""
    if mode == "poll" or (mode == "auto" and file_system(root).startswith(_SILENT)):
        return Clock()
    try:
        return Events(root)
    except (OSError, RuntimeError, ImportError) as error:
        if mode == "events":
            raise UsageError(f"{root} gives no events ({error}).", "Use --mode poll.") from error
        return Clock()


def file_system(path: Path, mounts: Path = MOUNTS) -> str:
    """The type of the file system `path` lies on, such as "ext4" or "nfs4"; "" where the system does not tell."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return ""
    best, kind = -1, ""
    here = str(path.resolve())
    for line in lines:
        before, _, after = line.partition(" - ")
        fields = before.split(" ")
        if len(fields) < 5 or not after:
            continue
        point = fields[4].encode("latin-1", "surrogateescape").decode("unicode_escape", "replace")
        if len(point) > best and (here == point or here.startswith(point.rstrip("/") + "/")):
            best, kind = len(point), after.split(" ")[0]
    return kind


class Clock:
    """No events: only time passes."""

    mode = "poll"

    def __init__(self) -> None:
        self._awake: queue.SimpleQueue[None] = queue.SimpleQueue()  # may be put to from a signal handler

    def wait(self, seconds: float) -> set[str]:
        """Time passes."""
        with contextlib.suppress(queue.Empty):
            self._awake.get(timeout=max(0.0, seconds))
        return set()

    def wake(self) -> None:
        """End the wait."""
        self._awake.put(None)

    def close(self) -> None:
        """Nothing to stop."""


class Events:
    """Native events, from a thread of their own. A listener that dies leaves the clock to go on with."""

    mode = "events"

    def __init__(self, root: Path) -> None:
        import watchfiles  # noqa: F401 - said here, not in the thread, where it is missing

        self._root = root
        self._seen: queue.SimpleQueue[set[str]] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="events", daemon=True)
        self._thread.start()

    def wait(self, seconds: float) -> set[str]:
        """Until something happens, and what else happened by then."""
        paths: set[str] = set()
        try:
            paths |= self._seen.get(timeout=max(0.0, seconds))
            while True:
                paths |= self._seen.get_nowait()
        except queue.Empty:
            return paths

    def wake(self) -> None:
        """End the wait."""
        self._seen.put(set())

    def close(self) -> None:
        """Stop listening."""
        self._stop.set()
        self._thread.join(timeout=2)

    def _listen(self) -> None:
        from watchfiles import watch

        while not self._stop.is_set():
            try:
                for changes in watch(
                    self._root, watch_filter=None, debounce=100, step=50, stop_event=self._stop, rust_timeout=500,
                    yield_on_timeout=False, raise_interrupt=False,
                ):  # fmt: skip
                    self._seen.put({path for _, path in changes})
            except Exception:  # the root vanished, or the system ran out of watches: the scans go on
                self._stop.wait(POLL_S)
