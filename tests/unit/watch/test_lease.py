"""Who holds an output folder, where locks cannot be relied on."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from mediakit.errors import ClashError
from mediakit.watch import lease as room
from mediakit.watch.lease import LEASE_S, TABLE, Lease


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    opened = sqlite3.connect(tmp_path / "ledger.sqlite")
    opened.executescript(TABLE)
    yield opened
    opened.close()


def elsewhere(db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> Lease:
    """A holder on another machine."""
    monkeypatch.setattr(room.socket, "gethostname", lambda: "other")
    other = Lease(db)
    other.take(sleep=lambda _: None)
    monkeypatch.undo()
    return other


def test_a_dead_holder_on_this_machine_is_nobody(db: sqlite3.Connection) -> None:
    first, second = Lease(db), Lease(db)
    first.take()
    second.take(sleep=lambda _: pytest.fail("whoever has the lock need not wait"))
    assert second.renew()
    assert not first.renew()


def test_a_holder_elsewhere_that_counts_on_is_not_disturbed(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = elsewhere(db, monkeypatch)
    with pytest.raises(ClashError, match="other"):
        Lease(db).take(sleep=lambda _: other.renew())
    assert other.renew()


def test_a_holder_elsewhere_that_is_silent_for_a_lease_is_dead(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = elsewhere(db, monkeypatch)
    slept: list[float] = []
    mine = Lease(db)
    mine.take(sleep=slept.append)
    assert sum(slept) >= LEASE_S
    assert mine.renew()
    assert not other.renew()  # it wakes up, and learns that it has lost the folder
    mine.release()
    assert not mine.renew()
