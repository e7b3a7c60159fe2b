"""Signs of life: for the service manager (systemd's notify protocol) and for `status` and monitors (a small file).

Both are given by the loop that does the work, so a daemon that is alive but blind falls silent and is restarted.
"""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mediakit.batch.outfolder import home

NAME = "heartbeat.json"
BEAT_S = 2.0


def notify(message: str) -> None:
    """Tell the service manager, where there is one (sd_notify(3): a datagram to $NOTIFY_SOCKET)."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address or not hasattr(socket, "AF_UNIX"):
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bell:
            bell.sendto(message.encode(), address)
    except OSError:
        pass  # nobody is listening any more; the work goes on


class Heart:
    """Beats at most every `BEAT_S`."""

    def __init__(self, out: Path) -> None:
        self._path = home(out) / NAME
        self._last_s = float("-inf")

    def beat(self, state: Callable[[], dict[str, Any]], *, now: bool = False) -> bool:
        """Write what is going on, where it is time. A full disk must not end the loop: such a beat is left out.

        Returns whether it was time.
        """
        if not now and time.monotonic() - self._last_s < BEAT_S:
            return False
        facts = state()
        self._last_s = time.monotonic()
        notify("WATCHDOG=1")
        text = json.dumps({"time": time.time(), "pid": os.getpid(), **facts}, ensure_ascii=False)
        temporary = self._path.with_suffix(".new")
        try:
            temporary.write_text(text, encoding="utf-8", errors="backslashreplace")
            temporary.replace(self._path)
        except OSError:
            pass
        return True


def last_beat(out: Path) -> dict[str, Any] | None:
    """What the daemon of an output folder said last; None where there never was one."""
    try:
        found = json.loads((home(out) / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
