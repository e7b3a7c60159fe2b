"""What the work needs besides files: room on the disk, an output folder that can be written to, a program for clips.

Where one of these is missing no work is taken up, and a file that failed for it is not to blame: its tries are not counted,
and it is taken up again as soon as there is room. Files go on arriving and are looked into meanwhile.
"""

from __future__ import annotations

import errno
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

from mediakit.batch.outfolder import home
from mediakit.errors import Fault, MissingPartError
from mediakit.model import Kind, Outcome

LEAST_FREE_BYTES = 500_000_000
LOOK_EVERY_S = 1.0
ENVIRONMENT = (Fault.DISK_FULL, Fault.NOT_WRITABLE, Fault.MISSING_PART)
"""Faults that may lie in the machine and not in the file."""
_PROBE = "room.new"


class Means:
    """Asked from several threads; looks at most every `LOOK_EVERY_S`."""

    def __init__(
        self, out: Path, least_free_bytes: int = LEAST_FREE_BYTES, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._out, self._least, self._clock = out, least_free_bytes, clock
        self._lock = threading.Lock()
        self._looked_s = float("-inf")
        self._obstacle = ""

    def obstacle(self) -> str:
        """Why no work can be taken up, in plain words; "" where it can."""
        with self._lock:
            if self._clock() - self._looked_s >= LOOK_EVERY_S:
                self._obstacle = self._look()
                self._looked_s = self._clock()
            return self._obstacle

    def is_to_blame(self, outcome: Outcome) -> bool:
        """Whether what went wrong with a source lies in what is missing here, and not in its file."""
        problems = [outcome.problem, *(made.problem for made in outcome.delivered)]
        codes = {problem.code for problem in problems if problem is not None}
        if codes & {Fault.DISK_FULL, Fault.NOT_WRITABLE}:
            with self._lock:
                return bool(self._look())
        return Fault.MISSING_PART in codes and outcome.kind is Kind.CLIP and not has_ffmpeg()

    def _look(self) -> str:
        try:
            free = shutil.disk_usage(self._out).free
            if free < self._least:
                return f"The disk has {_megabytes(free)} free, {_megabytes(self._least)} are wanted: free some space."
            probe = home(self._out) / _PROBE
            probe.write_bytes(b"room")
            probe.unlink()
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                return "The disk is full: free some space."
            return f"{self._out} cannot be written to ({error.strerror}): give mediakit access to it again."
        return ""


def has_ffmpeg() -> bool:
    """Clips can be rendered at present."""
    from mediakit.tools.ffmpeg import find_ffmpeg

    try:
        return find_ffmpeg().is_file()
    except MissingPartError:
        return False


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.0f} MB" if size < 10e9 else f"{size / 1e9:.0f} GB"
