"""When is a file whole: quiet, unchanged, looked into."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from mediakit.model import Kind, Source
from mediakit.watch.settle import GIVE_UP_S, LONGEST_PAUSE_S, Settling, relative

ROOT = Path("/shoot")


def source(rel: str, size: int = 10, mtime: int = 1, inode: int = 1, kind: Kind = Kind.PHOTO) -> Source:
    return Source(ROOT, rel, kind, size, mtime, inode)


def names(sources: list[Source]) -> list[str]:
    return [item.rel for item in sources]


def test_a_file_is_looked_into_once_it_has_not_changed_for_the_settling_time() -> None:
    settling = Settling(5)
    settling.see([source("a.jpg")], 100.0)
    assert settling.quiet(104.9) == []
    assert names(settling.quiet(105.0)) == ["a.jpg"]


@given(
    st.lists(
        st.tuples(st.floats(0.1, 30), st.integers(1, 3), st.integers(1, 3), st.integers(1, 2)), min_size=1, max_size=20
    )
)
def test_nothing_is_looked_into_within_the_settling_time_of_its_last_change(
    scans: list[tuple[float, int, int, int]],
) -> None:
    settling, now, last, changed = Settling(5), 0.0, None, 0.0
    for step, size, mtime, inode in scans:
        now += step
        seen = source("a.jpg", size, mtime, inode)
        if seen != last:
            last, changed = seen, now
        settling.see([seen], now)
        quiet = settling.quiet(now)
        assert bool(quiet) == (now - changed >= 5)
        assert all(item == seen for item in quiet)


def test_an_event_begins_the_wait_anew_though_size_and_time_say_nothing() -> None:
    settling = Settling(5)
    settling.see([source("a.jpg")], 0)
    settling.touch(["a.jpg", "unknown.jpg"], 4)
    assert settling.quiet(8.9) == []
    assert names(settling.quiet(9)) == ["a.jpg"]


def test_what_belongs_together_comes_out_together() -> None:
    settling = Settling(5)
    settling.see([source("IMG_1.HEIC")], 0)
    both = [source("IMG_1.HEIC"), source("img_1.mov", kind=Kind.CLIP)]
    settling.see(both, 4)
    assert settling.quiet(8) == []
    assert names(settling.quiet(9)) == ["IMG_1.HEIC", "img_1.mov"]


def test_a_whole_folder_waits_for_its_last_file_and_other_folders_do_not() -> None:
    settling = Settling(5, whole_folders=True)
    settling.see([source("a/1.jpg"), source("b/1.jpg")], 0)
    settling.see([source("a/1.jpg"), source("b/1.jpg"), source("a/2.jpg")], 3)
    assert names(settling.quiet(6)) == ["b/1.jpg"]
    assert names(settling.quiet(8)) == ["a/1.jpg", "a/2.jpg", "b/1.jpg"]


def test_an_unfinished_file_is_looked_into_again_later_and_later_and_taken_as_it_is_in_the_end() -> None:
    settling = Settling(5)
    settling.see([source("a.jpg")], 0)
    now, looks = 0.0, []
    while not settling.whole_sources:
        now += settling.next_due_s(now) or 0.0
        assert names(settling.quiet(now)) == ["a.jpg"]
        looks.append(now)
        if not settling.is_not_whole("a.jpg", "its end is missing.", now):
            settling.is_whole("a.jpg")
    pauses = [b - a for a, b in pairwise(looks)]
    assert pauses == sorted(pauses)
    assert max(pauses) <= LONGEST_PAUSE_S
    assert GIVE_UP_S[Kind.PHOTO] <= now <= GIVE_UP_S[Kind.PHOTO] + LONGEST_PAUSE_S


def test_growth_resets_the_pauses() -> None:
    settling = Settling(1)
    settling.see([source("a.jpg", 5)], 0)
    for now in (1, 4, 9):
        settling.is_not_whole("a.jpg", "its end is missing.", now)
    settling.see([source("a.jpg", 6)], 10)
    assert names(settling.quiet(11)) == ["a.jpg"]


def test_an_empty_file_waits() -> None:
    settling = Settling(5)
    settling.see([source("a.jpg", 0)], 0)
    assert settling.quiet(60) == []
    assert settling.waiting(60)[0].why == "empty so far"
    assert names(settling.quiet(GIVE_UP_S[Kind.PHOTO])) == ["a.jpg"]


def test_a_whole_file_stays_so_until_it_changes_or_goes() -> None:
    settling = Settling(5)
    settling.see([source("a.jpg"), source("b.jpg")], 0)
    for rel in ("a.jpg", "b.jpg"):
        settling.is_whole(rel)
    settling.see([source("a.jpg", 11)], 10)
    assert settling.whole_sources == []
    assert names(settling.quiet(15)) == ["a.jpg"]


def test_why_a_file_waits_is_said_in_plain_words() -> None:
    settling = Settling(5)
    settling.see([source("a.jpg")], 0)
    assert settling.waiting(2.1)[0].why == "settling, 2.1 of 5 s without a change"
    settling.is_not_whole("a.jpg", "The end is missing.", 5)
    assert settling.waiting(6)[0].why == "not whole yet: The end is missing. Next look in 9 s"
    settling.see([source("a.jpg"), source("a.mov"), source("b.jpg")], 13)
    reasons = {waiting.rel: waiting.why for waiting in settling.waiting(16)}
    assert reasons["a.jpg"] == "waits for files that belong with it"
    settling.see([source("a.jpg"), source("a.mov", 9), source("b.jpg")], 17)
    reasons = {waiting.rel: waiting.why for waiting in settling.waiting(18.5)}
    assert reasons["a.jpg"] == "waits for files that belong with it"
    assert reasons["b.jpg"] == "quiet; looked into next"


def test_event_paths_outside_the_root_are_nobodys() -> None:
    assert list(relative(["/in/a b.jpg", "/inn/c.jpg", "/in/d/e.jpg"], "/in")) == ["a b.jpg", "d/e.jpg"]


def test_a_file_that_an_event_speaks_of_settles_as_one_that_a_scan_saw_and_none_is_forgotten() -> None:
    settling = Settling(5)
    settling.see([source("a.jpg"), source("b.jpg")], 0)
    settling.notice([source("c.jpg"), source("a.jpg", size=11)], 2)
    assert names(settling.quiet(5)) == ["b.jpg"]
    assert names(settling.quiet(7)) == ["a.jpg", "b.jpg", "c.jpg"]
    settling.notice([source("c.jpg")], 6)  # as it was: nothing begins anew
    assert names(settling.quiet(7)) == ["a.jpg", "b.jpg", "c.jpg"]


def test_the_other_half_that_an_event_speaks_of_is_company() -> None:
    settling = Settling(5)
    settling.see([source("a.jpg")], 0)
    assert settling.waits_for_half("a.jpg", "its clip", 6)
    settling.notice([source("a.mov", kind=Kind.CLIP)], 6)
    settling.notice([source("a.mov", size=12, kind=Kind.CLIP)], 7)
    assert not settling.waits_for_half("a.jpg", "its clip", 7)
    settling.see([source("a.jpg")], 8)
    assert settling.waits_for_half("a.jpg", "its clip", 8)
