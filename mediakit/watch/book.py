"""What became of every file that arrived: one row a file, one committed row before anything that depends on it.

The table lies in the ledger's file (OUT/.mediakit/ledger.sqlite), so `status` and `retry` read and write it while the daemon
runs. States: settling, ready, claimed, published, and beside them retry-wait and quarantined. What is `claimed` when the
daemon starts was left by one that died, and is ready again; making it twice is harmless, since only the last step, the
rename, is seen by anybody. Every change of state is also a line of JSON in OUT/.mediakit/watch.jsonl.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from mediakit.batch.outfolder import ledger_path
from mediakit.model import Source
from mediakit.watch.journal import LOG, Journal
from mediakit.watch.lease import TABLE as LEASES
from mediakit.watch.lease import Lease

__all__ = ["LOG", "Arrival", "Book", "State", "read_arrivals", "text"]

State = Literal["settling", "ready", "claimed", "published", "duplicate", "retry-wait", "quarantined"]
DONE = ("published", "duplicate")

_TABLE = """
CREATE TABLE IF NOT EXISTS arrivals (
  rel TEXT PRIMARY KEY, state TEXT NOT NULL, why TEXT NOT NULL, since REAL NOT NULL, first_seen REAL NOT NULL,
  attempts INTEGER NOT NULL, next_try REAL NOT NULL, bytes INTEGER, mtime_ns INTEGER, inode INTEGER, code TEXT NOT NULL,
  hint TEXT NOT NULL DEFAULT '', owner TEXT NOT NULL DEFAULT '', settled TEXT NOT NULL DEFAULT '');
"""
_ADDED = {
    "hint": "TEXT NOT NULL DEFAULT ''",
    "owner": "TEXT NOT NULL DEFAULT ''",
    "settled": "TEXT NOT NULL DEFAULT ''",
}
"""Columns that an older table does not have."""
_IS_DUE = "(state = 'retry-wait' AND (next_try <= :now OR since > :now))"
"""It has waited long enough; or it seems to wait since a moment to come, because the time of day was put back."""
_COLUMNS = "rel, state, why, since, first_seen, attempts, next_try, code, hint"


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
    hint: str = ""


class Book:
    """Open it with `with Book(out) as book:`. May be used from several threads."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._lock = threading.Lock()
        self._journal = Journal(out)
        self.open()

    def open(self) -> None:
        """Open the table; again, after `close` and whatever was done to its file."""
        self._db = _opened(self._out)
        self.lease = Lease(self._db)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()

    def __enter__(self) -> Book:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()
        self._journal.close()

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
                f"SELECT rel FROM arrivals WHERE state = 'ready' OR {_IS_DUE}", {"now": time.time()}
            ).fetchall()
        return {str(row[0]) for row in rows}

    def begin(self) -> int:
        """Take the lease. What another daemon had claimed is ready again. Returns how many. Raises ClashError."""
        self.lease.take()
        with self._lock, self._db:
            return self._db.execute(
                "UPDATE arrivals SET state = 'ready', why = 'its daemon died', owner = '' WHERE state = 'claimed'"
            ).rowcount

    def unclaim(self) -> None:
        """No round is running: what is still claimed was left by one that could not say so."""
        with self._lock, self._db:
            self._db.execute("UPDATE arrivals SET state = 'ready', owner = '' WHERE state = 'claimed'")

    def renew(self) -> bool:
        """Say that this daemon lives. False where another one has taken over."""
        with self._lock:
            return self.lease.renew()

    def end(self) -> None:
        """Give the lease back."""
        with self._lock:
            self.lease.release()

    def knows(self, source: Source) -> Arrival | None:
        """The row of this very file (same size, time, inode); None where there is none."""
        known = self.get(source.rel)
        return known if known is not None and self._same(source) else None

    def arrived(self, source: Source) -> Arrival:
        """The row of a source that is whole: ready, unless this very file was dealt with. A changed one begins anew."""
        self.arrive([source])
        return self._there(source.rel)

    def arrive(self, sources: Sequence[Source]) -> None:
        """Enter sources that are whole, in one transaction: ready, unless this very file was dealt with."""
        new = [source for source in sources if self._is_new(source)]
        now = time.time()
        with self._lock, self._db:
            self._db.executemany(
                "INSERT OR REPLACE INTO arrivals (rel, state, why, since, first_seen, attempts, next_try, bytes, mtime_ns, "
                "inode, code) VALUES (?, 'ready', '', ?, ?, 0, 0, ?, ?, ?, '')",
                [(text(s.rel), now, now, s.bytes, s.mtime_ns, s.inode) for s in new],
            )
        for source in new:
            self._log(source.rel, "ready", "", 0)

    def claim(self, rels: Iterable[str]) -> list[str]:
        """Those of `rels` that were ready or due for another try, now claimed; committed before they are worked on."""
        claimed, now = [], time.time()
        with self._lock, self._db:
            for rel in rels:
                taken = self._db.execute(
                    "UPDATE arrivals SET state = 'claimed', why = '', since = :now, owner = :owner "
                    f"WHERE rel = :rel AND (state IN ('ready', 'published', 'duplicate') OR {_IS_DUE})",
                    {"now": now, "owner": self.lease.owner, "rel": text(rel)},
                ).rowcount
                claimed += [rel] * taken
        for rel in claimed:
            self._log(rel, "claimed", "", 0)
        return claimed

    def settle(self, rel: str, value: Mapping[str, Any]) -> None:
        """Keep what a file was made to, so that it is not made to anything else after a restart."""
        with self._lock, self._db:
            self._db.execute("UPDATE arrivals SET settled = ? WHERE rel = ?", (json.dumps(value), text(rel)))

    def settled(self) -> list[dict[str, Any]]:
        """What was kept by `settle`, of every file."""
        with self._lock:
            rows = self._db.execute("SELECT settled FROM arrivals WHERE settled <> ''").fetchall()
        return [json.loads(row[0]) for row in rows]

    def hurry(self, codes: Sequence[str]) -> None:
        """Files that wait because of one of these need not wait any longer."""
        marks = ", ".join("?" for _ in codes)
        with self._lock, self._db:
            self._db.execute(
                f"UPDATE arrivals SET next_try = 0 WHERE state = 'retry-wait' AND code IN ({marks})", list(codes)
            )

    def move(
        self,
        rels: Iterable[str],
        state: State,
        why: str = "",
        *,
        code: str = "",
        hint: str = "",
        wait_s: float = 0.0,
        tried: bool = False,
    ) -> None:
        """Put files into another state, in one transaction.

        tried: they were really worked on, which counts, whatever came of it; what was only claimed by a dead daemon does not.
        """
        now, names = time.time(), list(rels)
        with self._lock, self._db:
            self._db.executemany(
                "UPDATE arrivals SET state = ?, why = ?, code = ?, hint = ?, since = ?, next_try = ?, "
                "attempts = attempts + ?, owner = '' WHERE rel = ?",
                [(state, why, code, hint, now, now + wait_s, int(tried), text(rel)) for rel in names],
            )
        for rel in names:
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
        self._journal.write({"event": event, **facts})

    def _is_new(self, source: Source) -> bool:
        known = self.knows(source)
        return known is None or known.state == "settling"

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
        self._journal.write(line)


def read_arrivals(out: Path) -> list[Arrival]:
    """Every row, by name, read without writing anything; none where nothing was ever watched."""
    db = sqlite3.connect(f"{ledger_path(out).absolute().as_uri()}?mode=ro", uri=True, timeout=30)
    try:
        return [Arrival(*row) for row in db.execute(f"SELECT {_COLUMNS} FROM arrivals ORDER BY rel")]
    except sqlite3.OperationalError:  # a batch's folder: it has no such table
        return []
    finally:
        db.close()


def _opened(out: Path) -> sqlite3.Connection:
    """The ledger's file with our tables in it; a damaged one is set aside first, as the batch does."""
    from mediakit.batch.ledger import JOURNAL, Ledger

    with Ledger(ledger_path(out)):
        pass
    db = sqlite3.connect(ledger_path(out), timeout=30, check_same_thread=False)
    db.execute(JOURNAL)
    db.executescript(_TABLE + LEASES)
    there = {str(row[1]) for row in db.execute("PRAGMA table_info(arrivals)")}
    for name, kind in _ADDED.items():
        if name not in there:
            db.execute(f"ALTER TABLE arrivals ADD COLUMN {name} {kind}")
    return db


def text(rel: str) -> str:
    """A name as SQLite and JSON can hold it: bytes that are no text are escaped."""
    return rel.encode("utf-8", "backslashreplace").decode()
