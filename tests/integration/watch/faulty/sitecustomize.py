"""Put on the path of workers by test_daemon_faults: they die of one file, or find the disk full."""

import errno
import multiprocessing
import os
import signal
import sys

_DEADLY = os.environ.get("MEDIAKIT_TEST_DEADLY", "")
"""The end of a file's name: whoever opens it is killed."""
_FULL = os.environ.get("MEDIAKIT_TEST_FULL", "")
"""While this file is there, no deliverable can be written."""


def _watch(event: str, args: tuple) -> None:
    if event != "open" or multiprocessing.parent_process() is None:
        return
    path = str(args[0])
    if _DEADLY and path.endswith(_DEADLY):
        os.kill(os.getpid(), signal.SIGKILL)
    if _FULL and ".mediakit-tmp-" in path and args[2] & (os.O_WRONLY | os.O_RDWR) and os.access(_FULL, os.F_OK):
        raise OSError(errno.ENOSPC, "No space left on device")


if _DEADLY or _FULL:
    sys.addaudithook(_watch)
