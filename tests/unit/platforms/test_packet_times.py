"""Rhythm and key frames of tracks whose truth is known."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediakit.platforms.packet_times import Packets, longest_gop, rhythm

RATES = st.sampled_from(
    [Fraction(24), Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001), Fraction(30), Fraction(60)]
)
UNITS = st.sampled_from([1000, 12_800, 15_360, 30_000, 90_000])


@given(RATES, UNITS, st.integers(3, 400), st.integers(0, 10_000), st.randoms())
def test_a_constant_rate_is_recognised_in_any_unit(
    rate: Fraction, unit: int, frames: int, start: int, shuffle: random.Random
) -> None:
    pts = [start + round(number * unit / rate) for number in range(frames)]
    shuffle.shuffle(pts)  # packets come in decoding order
    step_s, jitter_s = rhythm(pts, 1 / unit)
    assert step_s == pytest.approx(float(1 / rate), abs=1.0 / unit / (frames - 1) + 1e-9)
    assert jitter_s <= 1.5 / unit


@given(RATES, st.integers(5, 200), st.data())
def test_a_dropped_frame_is_noticed(rate: Fraction, frames: int, data: st.DataObject) -> None:
    gone = data.draw(st.integers(1, frames - 2))
    pts = [round(number * 90_000 / rate) for number in range(frames) if number != gone]
    assert rhythm(pts, 1 / 90_000)[1] >= 0.5 * float(1 / rate)


def test_one_frame_and_none_have_no_rhythm() -> None:
    assert rhythm([], 0.001) == rhythm([5], 0.001) == (0.0, 0.0)


def packets(keys: set[int], frames: int) -> Packets:
    found = Packets()
    for number in range(frames):
        found.add(number, 1, 10, number in keys)
    return found


def test_the_longest_gop_counts_to_the_end() -> None:
    assert longest_gop(packets({0, 10, 30}, 40), 0.1) == pytest.approx(2.0)
    assert longest_gop(packets({0, 10}, 60), 0.1) == pytest.approx(5.0)
    assert longest_gop(packets(set(), 60), 0.1) == pytest.approx(6.0)
    assert longest_gop(Packets(), 0.1) == 0.0


def test_frames_shown_before_their_key_frame_make_an_open_gop() -> None:
    closed, opened = Packets(), Packets()
    for pts, is_key in ((0, True), (2, False), (1, False), (3, True), (5, False), (4, False)):
        closed.add(pts, 1, 10, is_key)
    for pts, is_key in ((0, True), (2, False), (1, False), (5, True), (3, False), (4, False)):
        opened.add(pts, 1, 10, is_key)
    assert (closed.leading, opened.leading) == (0, 2)


def test_what_lies_before_zero_is_not_shown() -> None:
    priming = Packets()
    for number in range(-1, 10):
        priming.add(number * 1024, 1024, 10, True)
    assert priming.span(1 / 48_000) == (0.0, pytest.approx(10 * 1024 / 48_000))
    assert Packets().span(0.1) == (0.0, 0.0)
