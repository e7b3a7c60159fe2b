"""What the work needs besides files: room, access, ffmpeg; and who is to blame where it is missing."""

from __future__ import annotations

import errno
import json
from collections import namedtuple
from pathlib import Path

import pytest

from mediakit.batch.outfolder import home
from mediakit.errors import Fault
from mediakit.model import Kind, Outcome, Part, Problem, Score
from mediakit.watch import means as room
from mediakit.watch.book import Book
from mediakit.watch.means import Means
from mediakit.watch.sidecar import sidecar_path, write_sidecar

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    home(tmp_path).mkdir()
    return tmp_path


def outcome(code: Fault, kind: Kind = Kind.PHOTO) -> Outcome:
    return Outcome(rel="a", sha256="", kind=kind, problem=Problem(code, "A fault.", "Mend it."))


def test_below_the_floor_nothing_is_taken_up_and_the_reason_has_numbers(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = [100_000_000]
    monkeypatch.setattr(room.shutil, "disk_usage", lambda _: Usage(10**12, 0, free[0]))
    now = [0.0]
    means = Means(out, 500_000_000, clock=lambda: now[0])
    assert means.obstacle() == "The disk has 100 MB free, 500 MB are wanted: free some space."
    assert means.is_to_blame(outcome(Fault.DISK_FULL))
    free[0] = 10**9
    assert means.obstacle()  # looked at once a second
    now[0] = 1.1
    assert means.obstacle() == ""
    assert not means.is_to_blame(outcome(Fault.DISK_FULL))
    assert not means.is_to_blame(outcome(Fault.TRUNCATED))


@pytest.mark.parametrize(
    ("number", "words"), [(errno.ENOSPC, "disk is full"), (errno.EROFS, "cannot be written"), (errno.EACCES, "access")]
)
def test_a_folder_that_cannot_be_written_to_is_said(
    out: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(number, "refused")

    monkeypatch.setattr(Path, "write_bytes", refuse)
    assert words in Means(out, 0).obstacle()


def test_without_ffmpeg_a_clip_is_not_to_blame_and_a_photo_is(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDIAKIT_FFMPEG", "/nowhere/ffmpeg")
    assert Means(out).is_to_blame(outcome(Fault.MISSING_PART, Kind.CLIP))
    assert not Means(out).is_to_blame(outcome(Fault.MISSING_PART))
    monkeypatch.delenv("MEDIAKIT_FFMPEG")
    assert not Means(out).is_to_blame(outcome(Fault.MISSING_PART, Kind.CLIP))


def test_what_waited_for_the_machine_is_due_as_soon_as_it_can_be_made(out: Path) -> None:
    from mediakit.model import Source

    with Book(out) as book:
        book.begin()
        book.arrive([Source(Path("/in"), name, Kind.PHOTO, 1, 1, 1) for name in ("a", "b")])
        book.move(["a"], "retry-wait", "full", code="disk-full", wait_s=900)
        book.move(["b"], "retry-wait", "crashed", code="crashed", wait_s=900)
        book.hurry(room.ENVIRONMENT)
        assert book.due() == {"a"}


def test_a_sidecar_says_score_verdict_and_tip(out: Path) -> None:
    score = Score(41.0, (Part("sharpness", 0.2, 3.0, "2 px soft", "Hold still."), Part("light", 0.9, 1.0, "fine")))
    write_sidecar(out, Outcome(rel="a/口红.jpg", sha256="", kind=Kind.PHOTO, score=score), "fix")
    told = json.loads(sidecar_path(out, "a/口红.jpg").read_text(encoding="utf-8"))
    assert (told["score"], told["verdict"], told["tip"]) == (41.0, "fix", "Hold still.")
    assert [part["name"] for part in told["parts"]] == ["sharpness", "light"]
    write_sidecar(out, outcome(Fault.TRUNCATED), None)
    assert not sidecar_path(out, "a").exists()
