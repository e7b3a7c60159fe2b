"""What became of every file that arrived: one row a file, one committed row before anything that depends on it.

The table lies in the ledger's file (OUT/.mediakit/ledger.sqlite), so `status` and `retry` read and write it while the daemon
runs. States: settling, ready, claimed, published, and beside them retry-wait and quarantined. What is `claimed` when the
daemon starts was left by one that died, and is ready again; making it twice is harmless, since only the last step, the
rename, is seen by anybody. Every change of state is also a line of JSON in OUT/.mediakit/watch.jsonl.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Literal

from mediakit.batch.outfolder import home, ledger_path
from mediakit.model import Source

State = Literal["settling", "ready", "claimed", "published", "retry-wait", "quarantined"]

LOG = "watch.jsonl"
LOG_BYTES = 5_000_000
LOGS_KEPT = 3
_TABLE = """
CREATE TABLE IF NOT EXISTS arrivals (
  rel TEXT PRIMARY KEY, state TEXT NOT NULL, why TEXT NOT NULL, since REAL NOT NULL, first_seen REAL NOT NULL,
  attempts INTEGER NOT NULL, next_try REAL NOT NULL, bytes INTEGER, mtime_ns INTEGER, inode INTEGER, code TEXT NOT NULL);
"""
_COLUMNS = "rel, state, why, since, first_seen, attempts, next_try, code"


@dataclass(frozen=True, slots=True)
class Arrival:
    """One file's row. Times are seconds since 1970, for people and for other processes; the daemon waits by its own clock."""

    rel: str
    state: State
    why: str
    since: float
    first_seen: float
    attempts: int
    next_try: float
    code: str


class Book:
    """Open it with `with Book(out) as book:`. May be used from several threads."""

    def __init__(self, out: Path) -> None:
        self._lock = threading.Lock()
        self._db = sqlite3.connect(ledger_path(out), timeout=30, check_same_thread=False)
        self._db.executescript(_TABLE)
        self._handler = _Log(
            home(out) / LOG, maxBytes=LOG_BYTES, backupCount=LOGS_KEPT, encoding="utf-8", errors="backslashreplace",
            delay=True,
        )  # fmt: skip

    def __enter__(self) -> Book:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()
        self._handler.close()

    def get(self, rel: str) -> Arrival | None:
        """The row of one file."""
        with self._lock:
            row = self._db.execute(f"SELECT {_COLUMNS} FROM arrivals WHERE rel = ?", (text(rel),)).fetchone()
        return None if row is None else Arrival(*row)

    def all(self) -> list[Arrival]:
        """Every row, by name."""
        with self._lock:
            rows = self._db.execute(f"SELECT {_COLUMNS} FROM arrivals ORDER BY rel").fetchall()
        return [Arrival(*row) for row in rows]

    def due(self) -> set[str]:
        """What is ready, or has waited long enough for its next try."""
        with self._lock:
            rows = self._db.execute(
                "SELECT rel FROM arrivals WHERE state = 'ready' OR (state = 'retry-wait' AND next_try <= ?)",
                (time.time(),),
            ).fetchall()
        return {str(row[0]) for row in rows}

    def begin(self) -> int:
        """What a daemon that died had claimed is ready again. Returns how many."""
        with self._lock, self._db:
            return self._db.execute(
                "UPDATE arrivals SET state = 'ready', why = 'its daemon died' WHERE state = 'claimed'"
            ).rowcount

    def arrived(self, source: Source) -> Arrival:
        """The row of a source that is whole: ready, unless this very file was dealt with. A changed one begins anew."""
        known = self.get(source.rel)
        if known is not None and self._same(source):
            if known.state == "settling":
                self.move([source.rel], "ready")
                return self._there(source.rel)
            return known
        now = time.time()
        with self._lock, self._db:
            self._db.execute(
                "INSERT OR REPLACE INTO arrivals VALUES (?, 'ready', '', ?, ?, 0, 0, ?, ?, ?, '')",
                (text(source.rel), now, now, source.bytes, source.mtime_ns, source.inode),
            )
        self._log(source.rel, "ready", "", 0)
        return self._there(source.rel)

    def claim(self, rels: Iterable[str]) -> list[str]:
        """Those of `rels` that were ready or due for another try, now claimed; committed before they are worked on."""
        claimed = []
        with self._lock, self._db:
            for rel in rels:
                taken = self._db.execute(
                    "UPDATE arrivals SET state = 'claimed', why = '', since = ? "
                    "WHERE rel = ? AND state IN ('ready', 'retry-wait', 'published')",
                    (time.time(), text(rel)),
                ).rowcount
                claimed += [rel] * taken
        for rel in claimed:
            self._log(rel, "claimed", "", 0)
        return claimed

    def tried(self, rel: str) -> None:
        """It was really worked on: that counts, whatever came of it. What was only claimed when a daemon died does not."""
        with self._lock, self._db:
            self._db.execute("UPDATE arrivals SET attempts = attempts + 1 WHERE rel = ?", (text(rel),))

    def move(
        self,
        rels: Iterable[str],
        state: State,
        why: str = "",
        *,
        code: str = "",
        wait_s: float = 0.0,
        quiet: bool = False,
    ) -> None:
        """Put files into another state, in one transaction. `quiet`: not worth a line in the log."""
        now, names = time.time(), list(rels)
        with self._lock, self._db:
            self._db.executemany(
                "UPDATE arrivals SET state = ?, why = ?, code = ?, since = ?, next_try = ? WHERE rel = ?",
                [(state, why, code, now, now + wait_s, text(rel)) for rel in names],
            )
        for rel in [] if quiet else names:
            self._log(rel, state, why, wait_s)

    def again(self, rel: str) -> bool:
        """A person wants it tried again, from the beginning. False where nobody has seen it."""
        with self._lock, self._db:
            found = self._db.execute(
                "UPDATE arrivals SET state = 'ready', why = 'asked for', attempts = 0, next_try = 0 WHERE rel = ?",
                (text(rel),),
            ).rowcount
        if found:
            self._log(rel, "ready", "asked for", 0)
        return bool(found)

    def say(self, event: str, **facts: object) -> None:
        """A line in the log that is about no file in particular."""
        self._write({"event": event, **facts})

    def _same(self, source: Source) -> bool:
        with self._lock:
            row = self._db.execute(
                "SELECT bytes, mtime_ns, inode FROM arrivals WHERE rel = ?", (text(source.rel),)
            ).fetchone()
        return tuple(row) == (source.bytes, source.mtime_ns, source.inode)

    def _there(self, rel: str) -> Arrival:
        found = self.get(rel)
        assert found is not None  # just written
        return found

    def _log(self, rel: str, state: str, why: str, wait_s: float) -> None:
        line: dict[str, object] = {"path": text(rel), "state": state}
        if why:
            line["why"] = why
        if wait_s:
            line["again_in_s"] = round(wait_s, 1)
        self._write(line)

    def _write(self, line: dict[str, object]) -> None:
        words = json.dumps({"time": round(time.time(), 3), **line}, ensure_ascii=False)
        record = logging.LogRecord("mediakit.watch", logging.INFO, "", 0, words, None, None)
        self._handler.emit(record)


def read_arrivals(out: Path) -> list[Arrival]:
    """Every row, by name, read without writing anything; none where nothing was ever watched."""
    db = sqlite3.connect(f"{ledger_path(out).absolute().as_uri()}?mode=ro", uri=True, timeout=30)
    try:
        return [Arrival(*row) for row in db.execute(f"SELECT {_COLUMNS} FROM arrivals ORDER BY rel")]
    except sqlite3.OperationalError:  # a batch's folder: it has no such table
        return []
    finally:
        db.close()


class _Log(RotatingFileHandler):
    """The log is for people; where it cannot be written (a full disk), the work goes on."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Leave the line out."""


def text(rel: str) -> str:
    """A name as SQLite and JSON can hold it: bytes that are no text are escaped."""
    return rel.encode("utf-8", "backslashreplace").decode()
