"""A ledger that is damaged or locked: nothing wrong is believed, nothing good is thrown away."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from shoots import photo_shoot

import mediakit
from mediakit.batch.ledger import Ledger, rebuild
from mediakit.batch.ledger_rescue import DAMAGED
from mediakit.batch.outfolder import ledger_path
from mediakit.errors import ClashError

TARGET = ["xiaohongshu.image"]


@pytest.fixture
def made(tmp_path: Path) -> tuple[Path, Path]:
    shoot, out = photo_shoot(tmp_path / "shoot", 3), tmp_path / "out"
    mediakit.process(shoot, to=TARGET, out=out, jobs=1)
    return shoot, out


def statuses(shoot: Path, out: Path) -> list[str]:
    return [d.status for o in mediakit.process(shoot, to=TARGET, out=out, jobs=1).outcomes for d in o.delivered]


def test_what_can_be_read_and_agrees_with_the_files_is_kept(made: tuple[Path, Path]) -> None:
    shoot, out = made
    (out / "xiaohongshu.image/IMG_0001.jpg").write_bytes(b"something else")
    db = sqlite3.connect(ledger_path(out))
    (page,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'found'").fetchone()
    (page_bytes,) = db.execute("PRAGMA page_size").fetchone()
    db.execute("UPDATE sources SET outcome = 'not json' WHERE rel = 'IMG_0002.jpg'")
    db.commit()
    db.close()
    path = ledger_path(out)
    with path.open("r+b") as file:
        file.seek((page - 1) * page_bytes)
        file.write(b"\xff" * page_bytes)
    assert rebuild(path)
    assert path.with_name(DAMAGED).exists()
    again = {
        o.rel: [d.status for d in o.delivered] for o in mediakit.process(shoot, to=TARGET, out=out, jobs=1).outcomes
    }
    assert again["IMG_0001.jpg"] == ["made"]
    assert statuses(shoot, out) == ["kept"] * 3


def test_a_ledger_of_noise_is_made_again_from_the_sources(made: tuple[Path, Path]) -> None:
    shoot, out = made
    before = {p.name: p.read_bytes() for p in (out / TARGET[0]).iterdir()}
    ledger_path(out).write_bytes(b"noise" * 5000)
    assert statuses(shoot, out) == ["made"] * 3
    assert {p.name: p.read_bytes() for p in (out / TARGET[0]).iterdir()} == before
    assert not rebuild(ledger_path(out))


def test_a_locked_ledger_is_not_a_damaged_one(made: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    _, out = made
    ordinary = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: ordinary(*a, **{**k, "timeout": 0.1}))
    other = ordinary(ledger_path(out))
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(ClashError, match="locked"):
        Ledger(ledger_path(out))
    other.rollback()
    other.close()
    with Ledger(ledger_path(out)) as ledger:
        assert ledger.counts() == {"made": 3}
