"""Durations and rates come from when frames are shown, not from what a header claims."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediakit.video.timing import STANDARD_FPS, measure_timing, output_fps

TICK = Fraction(1, 90000)


def timing(times: list[int], *, tick: Fraction = TICK, length: int = 0, said: int = 25, keys: list[int] | None = None):
    return measure_timing(times, [length] * len(times), keys or times[:1], tick, Fraction(said))


@given(st.sampled_from(STANDARD_FPS), st.integers(2, 400), st.integers(0, 10**6))
def test_a_steady_clip_is_measured_exactly(fps: Fraction, frames: int, start: int) -> None:
    tick = 1 / (fps * 1000)
    found = timing([start + 1000 * n for n in range(frames)], tick=tick, length=1000)
    assert (found.fps, found.duration, found.frames, found.vfr) == (fps, frames / fps, frames, False)
    assert found.start == start * tick


@pytest.mark.parametrize("fps", [24, 25, 30, 50, 60])
def test_milliseconds_are_not_taken_for_a_variable_rate(fps: int) -> None:
    found = timing([round(1000 * n / fps) for n in range(300)], tick=Fraction(1, 1000), said=1000)
    assert (found.fps, found.vfr) == (fps, False)


def test_order_of_decoding_does_not_matter() -> None:
    found = timing([0, 9000, 3000, 6000], length=3000)
    assert (found.duration, found.fps) == (Fraction(12000, 90000), 30)


def test_a_phone_that_drops_frames_has_a_variable_rate_near_the_standard_one() -> None:
    times, now = [], 0
    for n in range(200):
        times.append(now)
        now += 3000 if n % 7 else 6000
    found = timing(times, length=3000)
    assert found.vfr
    assert found.fps == 30


def test_one_frame_lasts_as_long_as_the_rate_says() -> None:
    assert timing([0], said=12).duration == Fraction(1, 12)
    assert timing([0], length=3000).duration == Fraction(1, 30)


def test_the_longest_wait_for_a_key_frame_counts_the_end() -> None:
    times = [3000 * n for n in range(90)]
    assert timing(times, length=3000, keys=[0, 30 * 3000]).max_gop_s == pytest.approx(2.0)


@given(st.fractions(Fraction(1), Fraction(480)), st.sampled_from([30, 60]))
def test_output_rates_fit_and_stay_whole_multiples(fps: Fraction, most: int) -> None:
    rate = output_fps(fps, most)
    assert rate <= most
    factor = rate / fps if rate >= fps else fps / rate
    assert factor.denominator == 1


@pytest.mark.parametrize(
    ("fps", "most", "rate"),
    [(30, 60, 30), (60, 30, 30), (50, 30, 25), (120, 60, 60), (240, 60, 60), (15, 60, 30), (12, 30, 24), (24, 60, 24)],
)
def test_output_rates_people_expect(fps: int, most: int, rate: int) -> None:
    assert output_fps(Fraction(fps), most) == rate
    assert output_fps(Fraction(30000, 1001), 60) == Fraction(30000, 1001)
    assert output_fps(Fraction(60000, 1001), 30) == Fraction(30000, 1001)
