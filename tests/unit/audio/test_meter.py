from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sound_kit import RATE, ebur128, needs_ffmpeg, noise, silence, tone, write_sound

from mediakit.audio.meter import NOTHING, Meter, Profile, Summary


def measured(sound: np.ndarray, *cuts: int) -> Profile:
    meter = Meter()
    for block in np.split(sound, cuts, axis=1):
        meter.add(block)
    return meter.profile()


def test_a_full_scale_sine_reads_what_the_standard_says() -> None:
    """BS.1770: 997 Hz at 0 dBFS in one front channel reads -3.01 LUFS; in both, 3.01 more."""
    both = tone(5, hz=997, level=1.0)
    one = both * np.array([[1.0], [0.0]], np.float32)
    assert measured(one).integrated_lufs() == pytest.approx(-3.01, abs=0.03)
    assert measured(both).integrated_lufs() == pytest.approx(0.0, abs=0.03)


def test_ebu_tech_3341_cases_one_to_three() -> None:
    """Minimum requirements, stereo sines of 1 kHz: a level, and gating of what lies between."""

    def sine(seconds: float, dbfs: float) -> np.ndarray:
        return tone(seconds, hz=1000, level=10 ** (dbfs / 20))

    assert measured(sine(20, -23)).integrated_lufs() == pytest.approx(-23.0, abs=0.1)
    assert measured(sine(20, -33)).integrated_lufs() == pytest.approx(-33.0, abs=0.1)
    gated = np.concatenate([sine(10, -36), sine(60, -23), sine(10, -36)], axis=1)
    assert measured(gated).integrated_lufs() == pytest.approx(-23.0, abs=0.1)


@pytest.mark.parametrize("hz", [997, 3000, 6000, 12_000, 16_000])
def test_peaks_between_samples_are_found(hz: float) -> None:
    """A quarter of the rate with its samples beside the crests is the textbook case: 3 dB hide between them."""
    samples = np.arange(RATE)
    fade = np.minimum(1.0, np.minimum(samples, samples[::-1]) / 4800)  # a sudden start would overshoot in earnest
    wave = (np.sin(2 * np.pi * hz * samples / RATE + np.pi / 4) * 0.5 * fade).astype(np.float32)
    assert measured(np.stack([wave, wave])).true_peak_dbtp == pytest.approx(-6.02, abs=0.12)


def test_a_single_loud_sample_is_where_it_is() -> None:
    sound = silence(2)
    sound[1, 60_000] = 0.9
    profile = measured(sound)
    assert int(profile.peak.argmax()) == 60_000 // 48
    assert profile.true_peak_dbtp >= 20 * math.log10(0.9) - 1e-3


def test_silence_has_neither_loudness_nor_peak() -> None:
    profile = measured(silence(3))
    assert profile.integrated_lufs() == NOTHING
    assert profile.true_peak_dbtp == NOTHING


def test_under_400_ms_there_is_no_integrated_loudness_but_a_mean() -> None:
    profile = measured(tone(0.3, hz=997, level=1.0))
    assert profile.integrated_lufs() == NOTHING
    assert profile.mean_lufs() == pytest.approx(0.0, abs=0.2)


@settings(max_examples=15, deadline=None)
@given(cuts=st.lists(st.integers(0, 3 * RATE), max_size=6))
def test_how_the_sound_is_cut_into_blocks_makes_no_difference(cuts: list[int]) -> None:
    sound = noise(3)
    whole, pieces = measured(sound), measured(sound, *sorted(cuts))
    assert pieces.integrated_lufs() == pytest.approx(whole.integrated_lufs(), abs=1e-4)
    np.testing.assert_allclose(pieces.peak, whole.peak, rtol=1e-5)
    assert len(pieces.energy) == len(pieces.peak) == 3000


@settings(max_examples=15, deadline=None)
@given(gain_db=st.floats(-30, 6))
def test_a_gain_moves_loudness_and_peak_by_itself(gain_db: float) -> None:
    sound = noise(2, level=0.05)
    before, after = measured(sound), measured(sound * np.float32(10 ** (gain_db / 20)))
    assert after.integrated_lufs() - before.integrated_lufs() == pytest.approx(gain_db, abs=0.01)
    assert after.true_peak_dbtp - before.true_peak_dbtp == pytest.approx(gain_db, abs=0.01)


def test_a_gain_curve_on_the_profile_is_as_good_as_on_the_sound() -> None:
    sound = noise(6)
    curve = np.interp(np.arange(6000), [0, 2000, 4000, 6000], [1.0, 0.2, 0.2, 1.0]).astype(np.float32)
    applied = sound * np.repeat(curve, 48)
    assert measured(sound).integrated_lufs(curve) == pytest.approx(measured(applied).integrated_lufs(), abs=0.02)


@needs_ffmpeg
@pytest.mark.parametrize("seed", range(4))
def test_agrees_with_ffmpeg_on_sound_that_comes_and_goes(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    parts = [noise(float(rng.uniform(0.3, 2.0)), level=10 ** rng.uniform(-4, -0.7), seed=n) for n in range(6)]
    parts.append(tone(1.37, hz=float(rng.uniform(60, 15_000)), level=0.4))
    sound = np.concatenate(parts, axis=1)
    loudness, peak = ebur128(write_sound(tmp_path / "s.wav", sound))
    profile = measured(sound)
    assert profile.integrated_lufs() == pytest.approx(loudness, abs=0.1)
    assert peak - 0.2 <= profile.true_peak_dbtp <= peak + 0.5  # the judge's resampler takes the top of the band away


@settings(deadline=None, max_examples=25)
@given(tenths=st.integers(0, 30), more=st.integers(1, 4700), level=st.floats(0.001, 0.9), size=st.integers(500, 60_000))
def test_the_summary_says_what_the_meter_says(tenths: int, more: int, level: float, size: int) -> None:
    sound = noise((tenths * 4800 + more) / RATE, level)
    summary, meter = Summary(), Meter()
    for at in range(0, sound.shape[1], size):
        summary.add(sound[:, at : at + size])
        meter.add(sound[:, at : at + size])
    profile = meter.profile()
    loudness, peak = summary.finish()
    assert summary.samples == profile.samples
    assert peak == pytest.approx(profile.true_peak_dbtp, abs=1e-4)
    expected = profile.integrated_lufs()
    assert loudness == expected or loudness == pytest.approx(expected, abs=1e-4)
