from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sound_kit import RATE, noise, silence, tone

from mediakit.audio.level import LIMITERS, apply_gain, limiter_curve, plan_gain, samples_of
from mediakit.audio.meter import Meter, Profile, from_db

peaks = st.lists(st.floats(0.0, 30.0), min_size=1, max_size=400).map(lambda v: np.array(v, np.float32))


def measured(sound: np.ndarray) -> Profile:
    meter = Meter()
    meter.add(sound)
    return meter.profile()


def levelled(sound: np.ndarray, target: float = -14.0, ceiling: float = -2.0) -> tuple[str, Profile]:
    plan = plan_gain(measured(sound), target, ceiling)
    return plan.mode, measured(next(apply_gain([sound], plan.gain)))


@given(peaks, st.floats(0.05, 1.0), st.sampled_from(LIMITERS))
def test_no_peak_passes_the_limiter(peak: np.ndarray, ceiling: float, limiter) -> None:
    curve = limiter_curve(peak, ceiling, limiter)
    assert (curve * peak <= ceiling * 1.0001).all()
    assert (curve <= 1.0).all() and (curve > 0).all()


@given(peaks, st.floats(0.05, 1.0), st.sampled_from(LIMITERS))
def test_no_peak_passes_between_the_middles_of_milliseconds_either(peak: np.ndarray, ceiling: float, limiter) -> None:
    gain = samples_of(limiter_curve(peak, ceiling, limiter), 0, len(peak) * 48).reshape(-1, 48)
    assert (gain.max(axis=1) * peak <= ceiling * 1.0001).all()


@given(st.floats(0.0, 0.99))
def test_what_is_quiet_enough_is_left_alone(level: float) -> None:
    assert (limiter_curve(np.full(500, level, np.float32), 1.0) == 1.0).all()


def test_the_gain_is_down_before_the_peak_and_back_up_after_it() -> None:
    peak = np.full(2000, 0.5, np.float32)
    peak[1000] = 2.0
    curve = limiter_curve(peak, 1.0)
    assert curve[990] == 1.0
    assert curve[1000] <= 0.5
    assert 0.5 < curve[1050] < 1.0
    assert curve[1999] > 0.99


def test_sound_with_room_gets_one_gain() -> None:
    mode, after = levelled(tone(4, level=0.02))
    assert mode == "linear"
    assert after.integrated_lufs() == pytest.approx(-14.0, abs=0.02)


def test_loud_sound_is_turned_down() -> None:
    mode, after = levelled(noise(4, level=0.5))
    assert mode == "linear"
    assert after.integrated_lufs() == pytest.approx(-14.0, abs=0.02)


def ticks(every_ms: int, floor: float, decay_ms: float | None) -> np.ndarray:
    """Ticks of 30 ms over next to nothing: a metronome, heels on tiles, a stapler. Without decay: switched sines."""
    sound = noise(6, level=floor) if floor else silence(6)
    tick = tone(0.03 if decay_ms else 0.007, hz=1500, level=0.8)
    if decay_ms:
        tick = tick * np.exp(-np.arange(tick.shape[1]) / (decay_ms * 48)).astype(np.float32)
    for at in range(4000, sound.shape[1] - tick.shape[1], every_ms * 48):
        sound[:, at : at + tick.shape[1]] += tick
    return sound


@pytest.mark.parametrize("every_ms", [250, 500, 1000])
def test_spiky_sound_gets_there_through_the_limiter(every_ms: int) -> None:
    mode, after = levelled(ticks(every_ms, 0.003, decay_ms=3.0))
    assert mode == "limiter"
    assert after.true_peak_dbtp <= -1.9
    assert after.integrated_lufs() == pytest.approx(-14.0, abs=0.4)


def test_what_no_limiter_can_bring_there_says_so_and_stays_under_the_ceiling() -> None:
    """Full-scale sines of 7 ms twice a second: under the ceiling their power is what it is."""
    sound = ticks(500, 0.0, None)
    plan = plan_gain(measured(sound), -14.0, -2.0)
    assert plan.expected_lufs < -14.5
    assert measured(next(apply_gain([sound], plan.gain))).true_peak_dbtp <= -1.5


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.floats(-45, -3), st.floats(-20, -10))
def test_whatever_comes_in_is_on_target_and_under_the_ceiling(seed: int, level_db: float, target: float) -> None:
    rng = np.random.default_rng(seed)
    shape = np.repeat(10 ** rng.uniform(-1.5, 0, 40), RATE // 10)
    white = noise(4, level=0.5 * from_db(level_db), seed=seed)
    sound = ((white + np.roll(white, 1, axis=1)) / 2 * shape).astype(np.float32)  # real sound is softer than white
    mode, after = levelled(sound, target, -2.0)
    if mode not in ("linear", "limiter"):
        assert mode == "near-silent" or measured(sound).integrated_lufs() <= -60
        return
    assert after.integrated_lufs() == pytest.approx(target, abs=0.15)
    assert after.true_peak_dbtp <= -2.0 + 0.3  # the track measures what was written, and corrects


def test_digital_silence_is_left_as_it_is() -> None:
    plan = plan_gain(measured(silence(4)), -14.0, -1.5)
    assert (plan.mode, plan.gain) == ("silent", 1.0)


def test_what_nobody_can_hear_is_left_as_it_is() -> None:
    plan = plan_gain(measured(noise(4, level=0.0002)), -14.0, -1.5)
    assert (plan.mode, plan.gain) == ("silent", 1.0)


def test_hiss_is_not_made_loud() -> None:
    before = measured(noise(4, level=0.0015))
    assert -60 < before.integrated_lufs() < -50
    mode, after = levelled(noise(4, level=0.0015))
    assert mode == "near-silent"
    assert after.integrated_lufs() < -60


def test_a_quarter_of_a_second_gets_no_more_than_12_db() -> None:
    sound = tone(0.25, level=0.01)
    plan = plan_gain(measured(sound), -14.0, -1.5)
    assert plan.mode == "short"
    assert plan.gain_db == pytest.approx(12.0)


def test_a_loud_quarter_of_a_second_stays_under_the_ceiling() -> None:
    mode, after = levelled(tone(0.25, level=1.0), ceiling=-2.0)
    assert mode == "short"
    assert after.true_peak_dbtp <= -2.0 + 0.05


@given(st.lists(st.integers(1, 5000), min_size=1, max_size=8))
def test_a_gain_curve_does_not_care_how_the_sound_is_cut(sizes: list[int]) -> None:
    total = sum(sizes)
    curve = np.random.default_rng(3).uniform(0, 1, -(-total // 48)).astype(np.float32)
    ones = np.ones((2, total), np.float32)
    blocks = np.split(ones, np.cumsum(sizes)[:-1], axis=1)
    cut = np.concatenate(list(apply_gain(blocks, curve)), axis=1)
    whole = np.concatenate(list(apply_gain([ones], curve)), axis=1)
    np.testing.assert_allclose(cut, whole, atol=1e-6)
