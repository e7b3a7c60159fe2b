"""Parts of a clip that is too long: nothing is lost, none is too long, and no word is cut where that can be helped."""

from __future__ import annotations

import itertools
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediakit.audio.hear import Heard
from mediakit.batch.clip_parts import least_part_s, parts_of
from mediakit.batch.names import clear_of_parts, distinct_paths, part_path
from mediakit.frame.track import Shot
from mediakit.model import Kind, Source

FPS = Fraction(30000, 1001)


def heard(*speech: tuple[float, float]) -> Heard:
    return Heard(speech, -20.0, -3.0, 0.0, False, -50.0, 100.0)


@settings(max_examples=60, deadline=None)
@given(
    st.floats(31, 400),
    st.sampled_from([15.0, 30.0, 60.0]),
    st.lists(st.tuples(st.floats(0.3, 8), st.floats(0.1, 3)), max_size=40),
    st.lists(st.floats(1, 390), max_size=8),
)
def test_parts_follow_one_another_and_each_is_within_the_limit(duration_s, most_s, speech, cuts):
    spans, at = [], 0.5
    for spoken, pause in speech:
        spans.append((at, at + spoken))
        at += spoken + pause
    edges = [0.0, *sorted(cut for cut in cuts if cut < duration_s - 1), duration_s]
    shots = [Shot(a, b) for a, b in itertools.pairwise(edges)]
    least_s = least_part_s(most_s, 3.0)
    parts = parts_of(duration_s, most_s, least_s, shots, heard(*spans), FPS)
    assert parts[0].begin == 0
    for one, other in itertools.pairwise(parts):
        assert one.begin + one.length == other.begin
    assert float(parts[-1].begin + parts[-1].length) == pytest.approx(duration_s, abs=1 / 59)
    assert all(least_s - 0.15 <= float(one.length) <= most_s for one in parts)
    assert all((one.begin * FPS).denominator == 1 for one in parts)


def test_no_word_is_cut_where_people_pause():
    spans = [(n * 4.0 + 0.5, n * 4.0 + 3.6) for n in range(24)]
    parts = parts_of(96.5, 30.0, 5.0, [Shot(0, 96.5)], heard(*spans), FPS)
    assert not any(one.in_speech for one in parts)
    assert len(parts) == 4
    for one in parts[1:]:
        assert not any(a - 0.05 < float(one.begin) < b + 0.05 for a, b in spans)


def test_the_clips_own_cut_is_taken_where_there_is_one():
    parts = parts_of(50.0, 30.0, 5.0, [Shot(0, 22.4), Shot(22.4, 50.0)], None, FPS)
    assert [round(float(one.begin), 1) for one in parts] == [0.0, 22.4]


def test_parts_are_about_equally_long_where_nothing_says_otherwise():
    parts = parts_of(64.0, 30.0, 5.0, [Shot(0, 64.0)], None, FPS)
    assert len(parts) == 3
    assert max(float(one.length) for one in parts) - min(float(one.length) for one in parts) < 1.0


def test_where_nobody_ever_pauses_it_is_said():
    parts = parts_of(50.0, 30.0, 5.0, [Shot(0, 50.0)], heard((0.0, 50.0)), FPS)
    assert len(parts) == 2
    assert all(one.in_speech for one in parts)


def test_names_count_from_one():
    assert part_path("wechat-moments.video/a/long.take.mp4", 2) == "wechat-moments.video/a/long.take-2.mp4"


def test_a_part_never_meets_another_clips_name():
    sources = [Source(Path("/s"), rel, Kind.CLIP, 1, 1) for rel in ("IMG_1.mov", "IMG_1-2.mov", "b.mp4", "c-1.mp4")]
    paths = clear_of_parts(distinct_paths(sources), sources)
    assert paths == {"IMG_1.mov": "IMG_1.mov", "IMG_1-2.mov": "IMG_1-2", "b.mp4": "b", "c-1.mp4": "c-1"}
