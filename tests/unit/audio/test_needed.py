"""Sound gets the bits it can use, and no fewer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediakit.audio.encode import write_aac
from mediakit.audio.needed import needed_kbps
from mediakit.audio.pcm import RATE, Block
from mediakit.audio.source import read_sound

_TIMES = np.arange(8 * RATE) / RATE
_NOISE = np.random.default_rng(3).normal(0, 0.1, (2, len(_TIMES))).astype(np.float32)


def _tone(hz: float) -> Block:
    return (0.2 * np.sin(2 * np.pi * hz * _TIMES)[None]).astype(np.float32)


@given(st.floats(50, 15_000), st.floats(-40, 0))
def test_a_tone_needs_little_and_noise_a_lot_however_loud(hz: float, level_db: float) -> None:
    gain = np.float32(10 ** (level_db / 20))
    assert needed_kbps(_tone(hz) * gain) < 35
    assert needed_kbps(_NOISE[:1] * gain) > 300


def test_two_sides_need_as_much_as_both_alone() -> None:
    assert needed_kbps(_NOISE) == pytest.approx(needed_kbps(_NOISE[:1]) + needed_kbps(_NOISE[1:]))


def test_more_tones_need_more() -> None:
    chord = _tone(220) + _tone(277) + _tone(330) + _tone(5000)
    assert needed_kbps(_tone(220)) < needed_kbps(chord) < 80


def test_what_is_shorter_than_a_window_needs_nothing() -> None:
    assert needed_kbps(_NOISE[:, :2000]) == 0.0


def test_a_tone_is_not_given_bits_it_cannot_use_and_sounds_the_same(tmp_path) -> None:
    both = np.repeat(_tone(330), 2, axis=0)
    files = {}
    for name, sound in (("tone", both), ("noise", _NOISE)):
        files[name] = tmp_path / f"{name}.m4a"
        write_aac(files[name], [sound], kbps=128)
    assert files["tone"].stat().st_size < 0.65 * files["noise"].stat().st_size
    played = np.concatenate(list(read_sound(files["tone"], None)), axis=1)[:, : both.shape[1]]
    error = played - both[:, : played.shape[1]]
    assert 10 * np.log10(np.square(both).sum() / np.square(error).sum()) > 45
