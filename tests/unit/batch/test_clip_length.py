"""The stretch that is kept of a long clip: the best, on whole frames, with whole sentences."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediakit.audio.hear import Heard
from mediakit.batch.clip_length import best_stretch
from mediakit.frame.track import Shot
from mediakit.model import Size
from mediakit.video.follow import Followed

FPS = Fraction(30)
TIMES = tuple(n / 6 for n in range(600))


def heard(*speech: tuple[float, float]) -> Heard:
    return Heard(speech, -20.0, -3.0, 0.0, False, -50.0, 100.0)


def followed(worth_at=lambda t: 1.0) -> Followed:
    return Followed(Size(64, 36), (Shot(0, 100),), TIMES, tuple(worth_at(t) for t in TIMES))


def test_the_best_stretch_is_taken_not_the_first():
    found = best_stretch(100.0, 20.0, followed(lambda t: 2.0 if 50 <= t <= 68 else 0.5), None, FPS)
    assert 45 <= found.begin <= 50
    assert found.begin + found.length >= 68
    assert found.length <= 20


def test_of_equals_the_first_is_taken():
    assert best_stretch(100.0, 20.0, followed(), None, FPS).begin == 0


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(0.3, 6), st.floats(0.4, 3)), min_size=4, max_size=20), st.floats(10, 40))
def test_nobody_is_cut_in_mid_word(parts, most_s):
    spans, at = [], 0.5
    for spoken, pause in parts:
        spans.append((at, at + spoken))
        at += spoken + pause
    found = best_stretch(100.0, most_s, followed(), heard(*spans), FPS)
    begin, end = float(found.begin), float(found.begin + found.length)
    assert 0 <= begin < end <= 100.0
    assert found.length <= most_s
    assert (found.begin * FPS).denominator == (found.length * FPS).denominator == 1
    assert not found.in_speech
    for word, until in spans:
        assert not word + 0.05 < begin < until - 0.05
        assert not word + 0.05 < end < until - 0.05


def test_where_nobody_pauses_the_length_counts_and_it_is_said():
    found = best_stretch(100.0, 20.0, followed(), heard((0.0, 100.0)), FPS)
    assert found.in_speech
    assert found.length == pytest.approx(20)


def test_speech_is_worth_more_than_silence():
    found = best_stretch(100.0, 20.0, followed(), heard((60.0, 64.0), (66.0, 76.0)), FPS)
    assert found.begin <= 60
    assert found.begin + found.length >= 76
