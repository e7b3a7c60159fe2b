"""A damaged ledger is built anew: what can be read of it and agrees with the files in OUT is kept, the rest is made again.

A deliverable's row is believed only where the file it speaks of has the very hash the row says. So nothing wrong comes of
damage; what was lost costs time.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from mediakit.batch.outfolder import file_hash
from mediakit.batch.values import delivered_from_json, outcome_from_json

DAMAGED = "ledger.damaged.sqlite"
_COLUMNS = {"hashes": 5, "sources": 4, "outputs": 8, "found": 2}
_JSON_AT = {"sources": 3, "outputs": 7, "found": 1}
"""Where a row holds JSON."""


def set_aside(path: Path) -> Path:
    """Move a damaged ledger away, and what SQLite keeps beside it. Returns where it is now."""
    damaged = path.with_name(DAMAGED)
    path.replace(damaged)
    for ending in ("-journal", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    return damaged


def is_sound(path: Path) -> bool:
    """The file is a database without damage, as far as SQLite can tell."""
    with contextlib.suppress(sqlite3.DatabaseError), contextlib.closing(_reading(path)) as db:
        return [row[0] for row in db.execute("PRAGMA quick_check(1)")] == ["ok"]
    return False


def rescue(db: sqlite3.Connection, damaged: Path, out: Path, schema: int) -> int:
    """Take over what can be read of a damaged ledger of the same schema. Returns how many deliverables need not be made."""
    kept = 0
    with contextlib.closing(_reading(damaged)) as old:
        if old.execute("SELECT value FROM meta WHERE key = 'schema'").fetchall() != [(str(schema),)]:
            return 0
        for table, columns in _COLUMNS.items():
            for row in _readable(old, table, columns):
                if table == "outputs" and not _is_as_told(out, row):
                    continue
                kept += table == "outputs"
                db.execute(f"INSERT OR REPLACE INTO {table} VALUES ({', '.join('?' * columns)})", row)
    db.commit()
    return kept


def _reading(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def _readable(old: sqlite3.Connection, table: str, columns: int) -> Iterator[tuple[object, ...]]:
    """Rows up to the first that cannot be read; one whose JSON is broken is passed over."""
    try:
        for row in old.execute(f"SELECT * FROM {table}"):
            if len(row) == columns and _is_readable(table, row):
                yield row
    except (sqlite3.DatabaseError, UnicodeDecodeError):
        return


def _is_readable(table: str, row: tuple[object, ...]) -> bool:
    try:
        found = json.loads(str(row[_JSON_AT[table]])) if table in _JSON_AT else None
        if table == "sources":
            outcome_from_json(found)
        if table == "outputs":
            delivered_from_json(found)
    except ValueError:  # also what pydantic raises
        return False
    return True


def _is_as_told(out: Path, row: tuple[object, ...]) -> bool:
    told = json.loads(str(row[7]))
    try:
        return bool(told["sha256"]) and file_hash(out / str(told["path"])) == told["sha256"]
    except (OSError, KeyError, TypeError):
        return False
