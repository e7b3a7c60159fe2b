"""Beats of made music: where they were put, at any tempo; none where there are none."""

from __future__ import annotations

import numpy as np
import pytest
from sound_kit import RATE, noise, tone

from mediakit.audio.beats import find_beats, listener


def clicks(bpm: float, seconds: float, first_s: float = 0.3) -> tuple[np.ndarray, np.ndarray]:
    """A drum on every beat over faint noise, and when it sounds."""
    sound = noise(seconds, 0.001)
    times = np.arange(first_s, seconds - 0.1, 60 / bpm)
    drum = np.sin(np.arange(2400) * 0.02) * np.exp(-np.arange(2400) / 500)
    for at in times:
        first = round(at * RATE)
        sound[:, first : first + 2400] += 0.5 * drum
    return sound, times


def beats_of(sound: np.ndarray) -> np.ndarray:
    levels = listener()
    levels.add(sound)
    return np.array(find_beats(levels.levels()))


@pytest.mark.parametrize("bpm", [72, 96, 118, 128, 150])
def test_beats_lie_where_the_drum_is(bpm: float) -> None:
    sound, times = clicks(bpm, 16)
    found = beats_of(sound)
    inside = times[(times > 1.5) & (times < 14)]
    assert np.abs(found[:, None] - inside).min(axis=0).max() < 0.02
    assert len(found) == pytest.approx(len(times), abs=2)


@pytest.mark.parametrize("sound", [noise(8), tone(8), np.zeros((2, 8 * RATE), np.float32), tone(1)])
def test_what_has_no_beat_gets_none(sound: np.ndarray) -> None:
    assert len(beats_of(sound)) == 0
