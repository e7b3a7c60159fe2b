"""The near voice stays and the far one goes: the gate's shape, and who is told to be near, on made voices."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sound_kit import RATE, noise, rms_db

from mediakit.audio.bands import BandLevels
from mediakit.audio.nearness import Voices, falls, listener, near_and_far
from mediakit.audio.pcm import Block, write_scratch
from mediakit.audio.presenter import gate_curve, only_near, open_spans


def babble(seconds: float, seed: int = 1) -> Block:
    """Syllables of noise, 120 ms of sound and 80 ms of nothing: falls as quickly as a voice does."""
    sound = noise(seconds, 0.1, seed)
    beat = (np.arange(sound.shape[1]) // (RATE // 25)) % 5 < 3
    return sound * beat


def from_afar(sound: Block, seconds: float = 0.6) -> Block:
    """The same through a room that reverberates for `seconds`, direct sound 12 dB under it."""
    count = round(seconds * RATE)
    tail = np.random.default_rng(5).normal(0, 1, count) * 10 ** (-3 * np.arange(count) / count)
    tail *= 4 / np.sqrt(np.sum(np.square(tail)))
    tail[0] += 1.0
    size = 1 << (sound.shape[1] + count).bit_length()
    wet = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(tail, size), size)[:, : sound.shape[1]]
    return (wet * rms(sound) / rms(wet)).astype(np.float32)


def rms(sound: Block) -> float:
    return float(np.sqrt(np.mean(np.square(sound))))


def heard(sound: Block) -> BandLevels:
    levels = listener()
    for at in range(0, sound.shape[1], 10_007):
        levels.add(sound[:, at : at + 10_007])
    return levels


def test_a_voice_falls_more_quickly_near_than_from_afar() -> None:
    near = babble(4)
    assert falls(heard(near).levels()).mean() > falls(heard(from_afar(near)).levels()).mean() + 3


def test_levels_do_not_depend_on_how_the_sound_was_cut() -> None:
    sound = noise(1.3)
    whole = listener()
    whole.add(sound)
    np.testing.assert_allclose(heard(sound).levels(), whole.levels(), atol=1e-3)


def test_the_two_are_told_apart_by_the_room_at_the_same_level() -> None:
    background = noise(9, 0.003, seed=9)
    sound = np.concatenate([babble(3), from_afar(babble(3, seed=2)), babble(3, seed=3)], axis=1) + background
    voices = near_and_far(heard(sound).levels(), ((0.0, 9.0),))
    assert sum(end - start for start, end in voices.far) == pytest.approx(3.0, abs=0.5)
    assert voices.far[0][0] == pytest.approx(3.0, abs=0.3)


def test_a_presenter_alone_is_near_throughout() -> None:
    sound = babble(5) + noise(5, 0.003, seed=9)
    assert near_and_far(heard(sound).levels(), ((0.0, 5.0),)) == Voices(((0.0, 5.0),), ())


def test_nobody_speaks() -> None:
    assert near_and_far(heard(noise(2)).levels(), ()) == Voices((), ())


def test_under_the_near_voice_every_sample_is_the_original(tmp_path: Path) -> None:
    sound = noise(6, 0.05)
    out = np.concatenate(
        list(only_near(write_scratch(tmp_path / "s", [sound]), Voices(((1.0, 3.0),), ((3.5, 5.0),)), 20.0)), axis=1
    )
    assert out.shape == sound.shape
    inside = slice(RATE, 3 * RATE)
    np.testing.assert_allclose(out[:, inside], sound[:, inside], rtol=1e-6)
    assert rms_db(out[:, round(3.6 * RATE) : 5 * RATE]) < rms_db(sound) - 19
    assert rms_db(out[:, : round(0.85 * RATE)]) == pytest.approx(rms_db(sound) - 20, abs=0.1)


spans = st.lists(st.tuples(st.floats(0, 20), st.floats(0.1, 3)), max_size=6).map(
    lambda found: tuple(sorted((round(a, 3), round(a + b, 3)) for a, b in found))
)


@given(near=spans, drop=st.floats(15, 60))
def test_the_gate_is_open_for_the_near_voice_and_never_jumps(near, drop: float) -> None:
    curve = gate_curve(25_000, Voices(near, ()), drop)
    floor = 10 ** (-drop / 20)
    assert curve.min() >= floor * 0.999
    assert curve.max() <= 1.0
    for start, end in near:
        assert curve[round(start * 1000) : round(end * 1000)].min() > 0.999
    assert np.abs(np.diff(20 * np.log10(curve))).max(initial=0) < drop / 30  # slower than a click


def test_a_pause_of_the_presenter_stays_open_unless_somebody_else_is_heard_in_it() -> None:
    near = ((1.0, 2.0), (2.4, 3.0))
    assert open_spans(Voices(near, ())) == ((0.96, 3.06),)
    cut = open_spans(Voices(near, ((2.1, 2.3),)))
    assert [(round(a, 2), round(b, 2)) for a, b in cut] == [(0.96, 2.16), (2.26, 3.06)]
