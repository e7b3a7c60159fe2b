import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from mediakit.batch.ledger import Ledger
from mediakit.model import (
    Box,
    Check,
    Crop,
    Delivered,
    Face,
    Findings,
    Kind,
    Outcome,
    Part,
    Saliency,
    Score,
    Size,
    Source,
)

SIZE = Size(640, 480)


@pytest.fixture
def outcome(tmp_path) -> Outcome:
    (tmp_path / "t").mkdir()
    (tmp_path / "t" / "a.jpg").write_bytes(b"picture")
    made = Delivered(
        target="xiaohongshu.image",
        path="t/a.jpg",
        status="made",
        fingerprint="f1",
        crop=Crop(1, 2, 3, 4),
        checks=(Check("max-bytes", True, 7, 100), Check("size", True, [3, 4], [[3, 4]])),
        facts={"quality": 92, "skin": [{"kept": 0.8}]},
    )
    findings = Findings(SIZE, (Face(Box(1, 2, 3, 4), 0.9, ((1.0, 2.0),)),), None, Saliency(1, 2, b"\x00\xff"), -1.5)
    score = Score(71.5, (Part("sharpness", 0.7, 3.0, "0.4 px soft", "Hold still."),))
    return Outcome("口红.jpg", "sha", Kind.PHOTO, SIZE, None, findings, score, (made,), facts={"format": "jpeg"})


def open_ledger(folder: Path) -> Ledger:
    return Ledger(folder / "ledger.sqlite")


def test_what_goes_in_comes_out_but_for_the_saliency_grid(tmp_path, outcome):
    with open_ledger(tmp_path) as ledger:
        ledger.record(outcome, "settings", tmp_path)
    with open_ledger(tmp_path) as ledger:
        known = ledger.outcome("口红.jpg", "sha", "settings")
        assert known == replace(outcome, findings=replace(outcome.findings, saliency=None))
        assert ledger.output(tmp_path, "t/a.jpg", "sha", "f1") == outcome.delivered[0]


def test_other_bytes_settings_or_recipe_are_not_known(tmp_path, outcome):
    with open_ledger(tmp_path) as ledger:
        ledger.record(outcome, "settings", tmp_path)
        assert ledger.outcome("口红.jpg", "other", "settings") is None
        assert ledger.outcome("口红.jpg", "sha", "other") is None
        assert ledger.output(tmp_path, "t/a.jpg", "sha", "f2") is None
        assert ledger.output(tmp_path, "t/a.jpg", "other", "f1") is None


@pytest.mark.parametrize("change", [Path.unlink, lambda path: path.write_bytes(b"edited")])
def test_a_file_that_is_gone_or_changed_is_not_done(tmp_path, outcome, change):
    with open_ledger(tmp_path) as ledger:
        ledger.record(outcome, "settings", tmp_path)
        change(tmp_path / "t" / "a.jpg")
        assert ledger.output(tmp_path, "t/a.jpg", "sha", "f1") is None


def test_a_hash_holds_while_size_time_and_inode_do(tmp_path):
    source = Source(tmp_path, "a\udcff.jpg", Kind.PHOTO, 10, 20, 30)  # a name that is no UTF-8
    with open_ledger(tmp_path) as ledger:
        ledger.remember_hashes([(source, "abc")])
        assert ledger.known_hash(source) == "abc"
        for changed in (replace(source, bytes=11), replace(source, mtime_ns=21), replace(source, inode=31)):
            assert ledger.known_hash(changed) is None


@pytest.mark.parametrize("damage", [b"this is no database" * 100, b""])
def test_a_damaged_ledger_costs_time_and_nothing_else(tmp_path, outcome, damage):
    (tmp_path / "ledger.sqlite").write_bytes(damage)
    with open_ledger(tmp_path) as ledger:
        ledger.record(outcome, "settings", tmp_path)
        assert ledger.outcome("口红.jpg", "sha", "settings") is not None


def test_a_dry_run_reads_a_ledger_and_makes_none(tmp_path, outcome):
    path = tmp_path / "ledger.sqlite"
    with Ledger(path, read_only=True) as ledger:
        assert ledger.outcome("口红.jpg", "sha", "settings") is None
    assert not path.exists()
    with open_ledger(tmp_path) as ledger:
        ledger.record(outcome, "settings", tmp_path)
    before = sorted(tmp_path.iterdir())
    with Ledger(path, read_only=True) as ledger:
        assert ledger.outcome("口红.jpg", "sha", "settings") is not None
        with pytest.raises(sqlite3.OperationalError):
            ledger.remember_hashes([(Source(tmp_path, "a", Kind.PHOTO, 1, 1), "x")])
    assert sorted(tmp_path.iterdir()) == before
