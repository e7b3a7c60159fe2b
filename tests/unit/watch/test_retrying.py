"""What is tried again, how often, and what is written about the rest."""

from __future__ import annotations

import json
import sqlite3
import time
from pathlib import Path

import pytest

from mediakit.batch.outfolder import home
from mediakit.errors import Fault
from mediakit.model import Kind, Outcome, Problem, Source
from mediakit.watch.book import LOG, Book, read_arrivals
from mediakit.watch.notice import Canary, Clock, file_system
from mediakit.watch.quarantine import TRIES, TRIES_OF_KILLERS, drop_note, judge, note_path, write_note


def outcome(code: Fault | None) -> Outcome:
    problem = None if code is None else Problem(code, "a.jpg has a fault.", "Mend it.")
    return Outcome(rel="a.jpg", sha256="", kind=Kind.PHOTO, problem=problem)


def test_what_is_well_is_not_tried_again() -> None:
    assert judge(outcome(None), 1).problem is None


@pytest.mark.parametrize("code", [Fault.TRUNCATED, Fault.NOT_MEDIA, Fault.TOO_LARGE, Fault.POLYGLOT])
def test_a_fault_of_the_bytes_is_final_at_once(code: Fault) -> None:
    assert judge(outcome(code), 1).wait_s is None


@pytest.mark.parametrize(("code", "tries"), [(Fault.DISK_FULL, TRIES), (Fault.CRASHED, TRIES_OF_KILLERS)])
def test_a_passing_fault_is_tried_again_later_each_time_and_not_for_ever(code: Fault, tries: int) -> None:
    waits = [judge(outcome(code), attempt).wait_s for attempt in range(1, tries + 1)]
    assert waits[-1] is None
    kept = [wait for wait in waits[:-1] if wait is not None]
    assert len(kept) == tries - 1
    assert kept == sorted(kept)


@pytest.fixture
def book(tmp_path: Path) -> Book:
    home(tmp_path).mkdir()
    return Book(tmp_path)


def source(size: int = 5) -> Source:
    return Source(Path("/in"), "a\udcff b.jpg", Kind.PHOTO, size, 1, 1)


def test_a_claim_is_taken_once_and_given_back_when_its_daemon_died(book: Book) -> None:
    rel = source().rel
    assert book.arrived(source()).state == "ready"
    assert book.claim([rel]) == [rel]
    assert book.claim([rel]) == []
    assert book.begin() == 1
    assert book.claim([rel]) == [rel]


def test_other_bytes_under_the_same_name_begin_anew(book: Book) -> None:
    rel = source().rel
    book.arrived(source())
    book.move([rel], "quarantined", "broken", code="truncated", tried=True)
    assert book.get(rel).attempts == 1
    assert book.arrived(source()).state == "quarantined"
    assert book.arrived(source(6)).state == "ready"
    assert book.get(rel).attempts == 0


def test_a_waiting_file_is_due_when_its_time_has_come_and_when_a_person_says_so(book: Book) -> None:
    rel = source().rel
    book.arrived(source())
    book.move([rel], "retry-wait", "disk full", wait_s=60)
    assert book.due() == set()
    assert book.again(rel)
    assert len(book.due()) == 1
    assert not book.again("never seen.jpg")


def test_a_waiting_file_is_due_once_the_time_of_day_was_put_back(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that believed it was next year does not wait for a year after it is told better."""
    rel, today_s = source().rel, time.time()
    monkeypatch.setattr(time, "time", lambda: today_s + 365 * 86400)
    book.arrived(source())
    book.move([rel], "retry-wait", "disk full", wait_s=60)
    assert book.due() == set()
    monkeypatch.setattr(time, "time", lambda: today_s)
    assert len(book.due()) == 1
    assert book.claim([rel]) == [rel]


def test_every_change_is_a_line_of_json_that_others_can_read(book: Book, tmp_path: Path) -> None:
    book.arrived(source())
    book.move([source().rel], "quarantined", "broken", code="truncated")
    lines = [json.loads(line) for line in (home(tmp_path) / LOG).read_text(encoding="utf-8").splitlines()]
    assert [line["state"] for line in lines] == ["ready", "quarantined"]
    assert read_arrivals(tmp_path)[0].code == "truncated"


def test_a_quarantine_note_says_what_to_do_and_goes_when_the_file_is_well(book: Book, tmp_path: Path) -> None:
    arrival = book.arrived(source())
    write_note(tmp_path, Path("/in"), arrival, Problem(Fault.TRUNCATED, "Cut off.", "Copy it again."), "base")
    note = json.loads(note_path(tmp_path, arrival.rel).read_text(encoding="utf-8"))
    assert note["code"] == "truncated"
    assert note["retry"][:2] == ["mediakit", "retry"]
    drop_note(tmp_path, arrival.rel)
    assert not note_path(tmp_path, arrival.rel).exists()
    assert len(note_path(tmp_path, "x" * 251 + ".jpg").name.encode()) <= 255


def test_an_emptied_mount_point_is_not_the_folder_that_was_watched(tmp_path: Path) -> None:
    root = tmp_path / "inbox"
    root.mkdir()
    canary = Canary.of(root)
    assert canary.sings(root)
    root.rename(tmp_path / "away")
    assert not canary.sings(root)
    root.mkdir()
    assert not canary.sings(root)


def test_network_file_systems_are_known_by_their_mount(tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        "1 0 8:1 / / rw - ext4 /dev/sda rw\n"
        "2 1 0:50 / /mnt/my\\040share rw - nfs4 host:/x rw\n"
        "3 1 0:51 / /mnt/my\\040share/deep rw - ext4 /dev/sdb rw\n"
    )
    assert file_system(Path("/mnt/my share/inbox"), mounts) == "nfs4"
    assert file_system(Path("/mnt/my share/deep/inbox"), mounts) == "ext4"
    assert file_system(Path("/mnt/other"), mounts) == "ext4"
    assert file_system(Path("/mnt"), tmp_path / "nothing") == ""


def test_a_wait_on_the_clock_can_be_ended() -> None:
    clock = Clock()
    clock.wake()
    assert clock.wait(60) == set()


def test_what_waits_for_its_next_try_is_not_taken_along_before_its_time(book: Book) -> None:
    rel = source().rel
    book.arrived(source())
    book.move([rel], "retry-wait", "the disk is full", wait_s=60)
    assert book.claim([rel]) == []
    book.move([rel], "retry-wait", "the disk is full", wait_s=-1)
    assert book.claim([rel]) == [rel]


def test_a_book_of_an_older_version_is_read_on(tmp_path: Path) -> None:
    home(tmp_path).mkdir()
    old = sqlite3.connect(home(tmp_path) / "ledger.sqlite")
    old.executescript(
        "CREATE TABLE arrivals (rel TEXT PRIMARY KEY, state TEXT NOT NULL, why TEXT NOT NULL, since REAL NOT NULL, "
        "first_seen REAL NOT NULL, attempts INTEGER NOT NULL, next_try REAL NOT NULL, bytes INTEGER, mtime_ns INTEGER, "
        "inode INTEGER, code TEXT NOT NULL); INSERT INTO arrivals VALUES ('a.jpg', 'claimed', '', 1, 1, 2, 0, 5, 1, 1, '');"
    )
    old.close()
    with Book(tmp_path) as book:
        assert book.begin() == 1
        assert book.get("a.jpg").attempts == 2
        book.settle("a.jpg", {"rel": "a.jpg", "sha256": "x", "anchor": None})
        assert book.settled()[0]["sha256"] == "x"
        assert book.claim(["a.jpg"]) == ["a.jpg"]
    with Book(tmp_path) as again:  # another daemon, after a kill
        assert again.begin() == 1
        assert again.get("a.jpg").state == "ready"
