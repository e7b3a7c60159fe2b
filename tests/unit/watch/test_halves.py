"""What belongs with something else is known by its bytes, and waits for it, but not for ever."""

from __future__ import annotations

from pathlib import Path

from shoots import save_photo_at
from watch_kit import live_still

from mediakit.model import Kind, Source
from mediakit.presets.schema import Limits
from mediakit.watch.halves import awaited_half
from mediakit.watch.settle import GLANCE_S, PAIR_WAIT_S, Settling

LIMITS = Limits()


def source(path: Path, kind: Kind = Kind.PHOTO) -> Source:
    return Source(path.parent, path.name, kind, 1, 1)


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_halves_are_known_by_their_marks(tmp_path: Path) -> None:
    assert "clip" in awaited_half(source(live_still(tmp_path / "a.jpg")), LIMITS)
    assert awaited_half(source(live_still(tmp_path / "b.jpg", tag=18)), LIMITS) == ""
    assert awaited_half(source(save_photo_at(tmp_path / "c.jpg")), LIMITS) == ""
    assert awaited_half(source(written(tmp_path / "broken.jpg", b"\xff\xd8")), LIMITS) == ""
    long_clip = b"\0" * (9 << 20) + b"com.apple.quicktime.content.identifier"  # the index is at its end
    assert "photo" in awaited_half(source(written(tmp_path / "a.MOV", long_clip), Kind.CLIP), LIMITS)
    assert awaited_half(source(written(tmp_path / "b.MOV", b"\0" * 100), Kind.CLIP), LIMITS) == ""
    assert "JPEG" in awaited_half(source(written(tmp_path / "a.CR3", b"raw")), LIMITS)
    assert awaited_half(source(tmp_path / "gone.jpg"), LIMITS) == ""
    assert awaited_half(source(tmp_path / "gone.mov", Kind.CLIP), LIMITS) == ""


def test_a_still_waits_a_minute_for_its_clip_and_both_come_out_together() -> None:
    still = Source(Path("/in"), "IMG_1.HEIC", Kind.PHOTO, 5, 1, 1)
    clip = Source(Path("/in"), "img_1.MOV", Kind.CLIP, 9, 1, 2)
    settling = Settling(5)
    settling.see([still], 0)
    assert settling.quiet(5) == [still]
    assert settling.waits_for_half(still.rel, "its clip", 5)
    assert settling.quiet(59) == []
    assert settling.waiting(30)[0].why == "waits for its clip, 30 of 75 s"
    settling.see([still, clip], 60)
    assert settling.quiet(64) == []
    assert settling.quiet(65) == [still, clip]
    assert not settling.waits_for_half(still.rel, "its clip", 65)


def test_a_half_whose_other_half_never_comes_goes_alone() -> None:
    still = Source(Path("/in"), "IMG_1.HEIC", Kind.PHOTO, 5, 1, 1)
    settling = Settling(5)
    settling.see([still], 0)
    assert settling.waits_for_half(still.rel, "its clip", 5)
    assert settling.quiet(PAIR_WAIT_S - 0.1) == []
    assert settling.next_due_s(70) == PAIR_WAIT_S - 70
    assert settling.quiet(PAIR_WAIT_S) == [still]
    assert not settling.waits_for_half(still.rel, "its clip", PAIR_WAIT_S)


def test_a_photo_is_glanced_at_once_for_each_time_it_changes() -> None:
    settling = Settling(5)
    first = Source(Path("/in"), "a.jpg", Kind.PHOTO, 5, 1, 1)
    settling.see([first, Source(Path("/in"), "a.mp4", Kind.CLIP, 5, 1, 2)], 0)
    assert settling.to_glance(GLANCE_S - 0.1) == []
    assert settling.next_glance_s(GLANCE_S - 0.1) is not None
    assert settling.to_glance(GLANCE_S) == [first]
    settling.glanced("a.jpg")
    assert settling.to_glance(0.6) == []
    assert settling.next_glance_s(0.6) is None
    settling.touch(["a.jpg"], 1)
    assert settling.to_glance(1.5) == [first]
