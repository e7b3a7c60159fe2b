"""OUT/.mediakit/watch.jsonl: a line of JSON for each change of state and each event, rotated by size."""

from __future__ import annotations

import json
import logging
import time
from logging.handlers import RotatingFileHandler
from pathlib import Path

from mediakit.batch.outfolder import home

LOG = "watch.jsonl"
LOG_BYTES = 5_000_000
LOGS_KEPT = 3


class Journal:
    """For people and monitors; where it cannot be written (a full disk), the work goes on."""

    def __init__(self, out: Path) -> None:
        self._handler = _Log(
            home(out) / LOG, maxBytes=LOG_BYTES, backupCount=LOGS_KEPT, encoding="utf-8", errors="backslashreplace",
            delay=True,
        )  # fmt: skip

    def write(self, line: dict[str, object]) -> None:
        """One line, with the time."""
        words = json.dumps({"time": round(time.time(), 3), **line}, ensure_ascii=False)
        self._handler.emit(logging.LogRecord("mediakit.watch", logging.INFO, "", 0, words, None, None))

    def close(self) -> None:
        """No more lines."""
        self._handler.close()


class _Log(RotatingFileHandler):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Leave the line out."""
