"""The ledger: what was made, from which bytes, with which recipe.

One SQLite file, OUT/.mediakit/ledger.sqlite. A row is written only after its output was reopened, checked and renamed
into place, so a run killed at any point can simply be run again. Only execute.py writes here; planning and the report
read. Losing it costs time, never a picture: a damaged one is built anew (`ledger_rescue`).
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from mediakit.batch.ledger_rescue import is_sound, rescue, set_aside
from mediakit.batch.values import delivered_from_json, outcome_from_json, to_json
from mediakit.errors import ClashError
from mediakit.model import Delivered, Outcome, Problem, Source

SCHEMA = 2
JOURNAL = "PRAGMA journal_mode = TRUNCATE"
"""As safe as SQLite's own choice, and a commit waits for the disk half as long: no folder changes. WAL fails on shares."""
TABLES = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS hashes (
  path TEXT PRIMARY KEY, bytes INTEGER, mtime_ns INTEGER, inode INTEGER, sha256 TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sources (
  rel TEXT PRIMARY KEY, sha256 TEXT NOT NULL, settings TEXT NOT NULL, outcome TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS outputs (
  path TEXT PRIMARY KEY, rel TEXT NOT NULL, target TEXT NOT NULL, sha256 TEXT NOT NULL, fingerprint TEXT NOT NULL,
  bytes INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, delivered TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS found (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS sources_by_bytes ON sources (sha256);
CREATE INDEX IF NOT EXISTS outputs_by_bytes ON outputs (sha256, fingerprint);
"""


@dataclass(frozen=True, slots=True)
class Known:
    """What planning needs of an earlier look at a source: why it was refused, and which marks were looked for in it."""

    problem: Problem | None
    looked_for: str


class Ledger:
    """Open it with `with Ledger(path) as ledger:`. Not shared between threads."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.read_only = read_only
        self._db = _open_to_read(path) if read_only else _open(path)

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()

    def known_hash(self, source: Source) -> str | None:
        """The SHA-256 of a source, where size, time and inode are those it was hashed with."""
        row = self._db.execute(
            "SELECT sha256 FROM hashes WHERE path = ? AND bytes = ? AND mtime_ns = ? AND inode = ?",
            (_text(source.place), source.bytes, source.mtime_ns, source.inode),
        ).fetchone()
        return None if row is None else str(row[0])

    def remember_hashes(self, hashed: Iterable[tuple[Source, str]]) -> None:
        """Keep hashes for the next run, in one transaction."""
        rows = [(_text(s.place), s.bytes, s.mtime_ns, s.inode, sha256) for s, sha256 in hashed]
        with self._db:
            self._db.executemany("INSERT OR REPLACE INTO hashes VALUES (?, ?, ?, ?, ?)", rows)

    def is_there(self, out: Path, path: str, sha256: str, fingerprint: str) -> bool:
        """The deliverable at `path` was made from these bytes by this recipe, and the file is still that file."""
        row = self._db.execute(
            "SELECT bytes, mtime_ns FROM outputs WHERE path = ? AND sha256 = ? AND fingerprint = ?",
            (_text(path), sha256, fingerprint),
        ).fetchone()
        return row is not None and _facts(out, path) == tuple(row)

    def output(self, out: Path, path: str, sha256: str, fingerprint: str) -> Delivered | None:
        """How the deliverable at `path` came out, where `is_there` says so; None where not."""
        row = self._db.execute(
            "SELECT bytes, mtime_ns, delivered FROM outputs WHERE path = ? AND sha256 = ? AND fingerprint = ?",
            (_text(path), sha256, fingerprint),
        ).fetchone()
        if row is None or _facts(out, path) != (row[0], row[1]):
            return None
        return delivered_from_json(json.loads(row[2]))

    def known(self, rel: str, sha256: str, settings: str) -> Known | None:
        """What planning needs of `outcome`, at a tenth of its price."""
        row = self._db.execute(
            "SELECT json_extract(outcome, '$.problem', '$.facts.looked_for') FROM sources "
            "WHERE rel = ? AND sha256 = ? AND settings = ?",
            (_text(rel), sha256, settings),
        ).fetchone()
        if row is None:
            return None
        problem, looked_for = json.loads(row[0])
        return Known(None if problem is None else Problem(**problem), looked_for or "off")

    def outcome(self, rel: str, sha256: str, settings: str) -> Outcome | None:
        """What was found out about a source under the same `settings`: findings, score, or the fault that refused it."""
        row = self._db.execute(
            "SELECT outcome FROM sources WHERE rel = ? AND sha256 = ? AND settings = ?", (_text(rel), sha256, settings)
        ).fetchone()
        return None if row is None else outcome_from_json(json.loads(row[0]))

    def twins(self, rel: str, sha256: str, settings: str) -> Iterator[Outcome]:
        """What was found out about other sources of these bytes under the same settings, by name."""
        rows = self._db.execute(
            "SELECT outcome FROM sources WHERE sha256 = ? AND settings = ? AND rel <> ? ORDER BY rel",
            (sha256, settings, _text(rel)),
        )
        return (outcome_from_json(json.loads(row[0])) for row in rows)

    def alike(self, out: Path, target: str, sha256: str, fingerprint: str) -> Delivered | None:
        """A deliverable made from these bytes by this recipe, whatever its name, whose file is still that file."""
        rows = self._db.execute(
            "SELECT bytes, mtime_ns, delivered FROM outputs "
            "WHERE sha256 = ? AND fingerprint = ? AND target = ? ORDER BY path",
            (sha256, fingerprint, target),
        )
        for size, mtime_ns, text in rows:
            found = delivered_from_json(json.loads(text))
            if _facts(out, found.path) == (size, mtime_ns):
                return found
        return None

    def found(self, key: str) -> Any:
        """A value kept under `key`, whose maker put everything into the key that it depends on; None where there is none."""
        row = self._db.execute("SELECT value FROM found WHERE key = ?", (key,)).fetchone()
        return None if row is None else json.loads(row[0])

    def keep(self, values: Mapping[str, Any]) -> None:
        """Keep JSON-able values for `found`, in one transaction."""
        rows = [(key, json.dumps(value)) for key, value in values.items()]
        with self._db:
            self._db.executemany("INSERT OR REPLACE INTO found VALUES (?, ?)", rows)

    def record(self, outcome: Outcome, settings: str, out: Path) -> None:
        """Keep an outcome and the deliverables that were made. Called after their files have their final names."""
        with self._db:
            for made in outcome.delivered:
                if made.status == "made":
                    self._record_output(outcome, made, out)
            self._db.execute(
                "INSERT OR REPLACE INTO sources VALUES (?, ?, ?, ?)",
                (_text(outcome.rel), outcome.sha256, settings, json.dumps(to_json(outcome))),
            )

    def forget(self, rel: str) -> bool:
        """What was found out about a source is to be found out again, and all of it made again. False where it is unknown."""
        with self._db:
            found = self._db.execute("DELETE FROM sources WHERE rel = ?", (_text(rel),)).rowcount
            self._db.execute("DELETE FROM outputs WHERE rel = ?", (_text(rel),))
        return bool(found)

    def counts(self) -> dict[str, int]:
        """How many sources came to what: "made" or "refused"."""
        rows = self._db.execute("SELECT json_extract(outcome, '$.problem') IS NULL, COUNT(*) FROM sources GROUP BY 1")
        return {"made" if fine else "refused": count for fine, count in rows}

    def _record_output(self, outcome: Outcome, made: Delivered, out: Path) -> None:
        facts = (out / made.path).stat()
        self._db.execute(
            "INSERT OR REPLACE INTO outputs VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                _text(made.path),
                _text(outcome.rel),
                made.target,
                outcome.sha256,
                made.fingerprint,
                facts.st_size,
                facts.st_mtime_ns,
                json.dumps(to_json(made)),
            ),
        )


def _open(path: Path) -> sqlite3.Connection:
    try:
        return _prepared(path)
    except sqlite3.OperationalError as error:  # held by another program, or the disk refuses: nothing is wrong with it
        words = f"The ledger {path} cannot be opened ({error})."
        raise ClashError(words, "Close what else has it open, check the disk, and run again.") from error
    except sqlite3.DatabaseError:
        return _anew(path)


def rebuild(path: Path) -> bool:
    """Build a ledger anew that turned out to be damaged while it was in use; no one may have it open. False: it is sound."""
    if path.is_file() and is_sound(path):
        return False
    (_anew(path) if path.is_file() else _prepared(path)).close()
    return True


def _anew(path: Path) -> sqlite3.Connection:
    damaged = set_aside(path)
    db = _prepared(path)
    with contextlib.suppress(sqlite3.DatabaseError):  # nothing of it can be read
        rescue(db, damaged, path.parent.parent, SCHEMA)
    return db


def _open_to_read(path: Path) -> sqlite3.Connection:
    """For a dry run, which must write nothing; an empty one in memory where there is none yet, or one of another schema."""
    if path.is_file():
        db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        try:
            if _schema(db) == SCHEMA:
                return db
        except sqlite3.DatabaseError:
            pass  # damaged: the next run that may write will set it aside
        db.close()
    db = sqlite3.connect(":memory:")
    db.executescript(TABLES)
    return db


def _schema(db: sqlite3.Connection) -> int | None:
    row = db.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()
    return None if row is None else int(row[0])


def _prepared(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=30)
    try:
        db.execute(JOURNAL)
        db.executescript(f"BEGIN; {TABLES}")  # one transaction with what follows: each waits for the disk
        schema = _schema(db)
        if schema not in (None, SCHEMA):
            raise sqlite3.DatabaseError(f"ledger schema {schema}")
        db.execute("INSERT OR REPLACE INTO meta VALUES ('schema', ?)", (str(SCHEMA),))
        db.commit()
    except BaseException:
        db.close()
        raise
    return db


def _facts(out: Path, path: str) -> tuple[int, int] | None:
    """Size and time of the file below `out`; None where there is none."""
    try:
        facts = os.stat(f"{out}/{path}")  # noqa: PTH116 - asked for a hundred thousand times
    except OSError:
        return None
    return facts.st_size, facts.st_mtime_ns


def _text(path: Path | str) -> str:
    """A name SQLite can hold, whatever bytes it has: undecodable ones are escaped."""
    return str(path).encode("utf-8", "backslashreplace").decode()
