"""Who holds an output folder: what is claimed belongs to a daemon, for as long as that daemon says that it lives.

The lock file is enough on one machine. On a network file system locks cannot be relied on, so the holder also counts up a
number in the ledger's file with every beat. A count that moves is a daemon that lives, whatever its clock says; a holder on
this machine that does not have the lock is dead. What a dead holder had claimed is free again.
"""

from __future__ import annotations

import os
import socket
import sqlite3
import time
import uuid
from collections.abc import Callable

from mediakit.errors import ClashError

LEASE_S = 10.0
"""How long another machine's count is watched before its holder counts as dead; a living one counts every two seconds."""
LOOK_S = 0.5
TABLE = """
CREATE TABLE IF NOT EXISTS leases (
  owner TEXT PRIMARY KEY, host TEXT NOT NULL, pid INTEGER NOT NULL, turn INTEGER NOT NULL, renewed REAL NOT NULL);
"""


class Lease:
    """This daemon's hold. Begins with `take`; `renew` it; it ends with `release`."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._host = socket.gethostname()
        self.owner = f"{self._host}:{os.getpid()}:{uuid.uuid4().hex[:8]}"

    def take(self, *, sleep: Callable[[float], None] = time.sleep) -> None:
        """Become the holder. Called with the folder's lock in hand.

        Raises ClashError where a daemon on another machine holds it and lives.
        """
        others = {owner: turn for owner, host, turn in self._all() if host != self._host}
        watched_s = 0.0
        while others and watched_s < LEASE_S:
            sleep(LOOK_S)
            watched_s += LOOK_S
            now = {owner: turn for owner, _, turn in self._all()}
            moved = next((owner for owner, turn in others.items() if now.get(owner, turn) != turn), None)
            if moved is not None:
                host = moved.split(":")[0]
                raise ClashError(f"Another mediakit, on {host}, is working here.", "Stop it, or choose another --out.")
        with self._db:
            self._db.execute("DELETE FROM leases")
            self._db.execute(
                "INSERT INTO leases VALUES (?, ?, ?, 0, ?)", (self.owner, self._host, os.getpid(), time.time())
            )

    def renew(self) -> bool:
        """Say that we live. False where another daemon has taken over (this machine slept, and its lease ran out)."""
        with self._db:
            return bool(
                self._db.execute(
                    "UPDATE leases SET turn = turn + 1, renewed = ? WHERE owner = ?", (time.time(), self.owner)
                ).rowcount
            )

    def release(self) -> None:
        """Hold nothing any more."""
        with self._db:
            self._db.execute("DELETE FROM leases WHERE owner = ?", (self.owner,))

    def _all(self) -> list[tuple[str, str, int]]:
        return self._db.execute("SELECT owner, host, turn FROM leases").fetchall()
