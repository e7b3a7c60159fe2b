"""Speech out, room kept: on mixtures whose truth is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sound_kit import RATE, noise, rms_db

from mediakit.audio.hush import EDGE_S, without_speech
from mediakit.audio.pcm import Block, Scratch, write_scratch
from mediakit.audio.source import read_sound


def load(path: Path) -> Block:
    return np.concatenate(list(read_sound(path, None)), axis=1)


def scratch_of(tmp_path: Path, sound: Block) -> Scratch:
    return write_scratch(tmp_path / "s.f32", [sound])


def hushed(tmp_path: Path, sound: Block, spans: tuple[tuple[float, float], ...]) -> Block:
    return np.concatenate(list(without_speech(scratch_of(tmp_path, sound), spans)), axis=1)


def test_without_speech_nothing_changes(tmp_path: Path) -> None:
    sound = noise(3.3)
    np.testing.assert_array_equal(hushed(tmp_path, sound, ()), sound)


@pytest.mark.parametrize("spans", [((0.0, 1.0),), ((0.5, 1.0), (1.2, 1.9), (3.0, 3.3)), ((2.9, 9.0),)])
def test_outside_the_stretches_every_sample_is_the_original(tmp_path: Path, spans) -> None:
    sound = noise(4.37, level=0.05)
    out = hushed(tmp_path, sound, spans)
    assert out.shape == sound.shape
    outside = np.ones(sound.shape[1], bool)
    for start, end in spans:
        outside[max(0, round((start - EDGE_S) * RATE) - 48) : round((end + EDGE_S) * RATE) + 48] = False
    np.testing.assert_array_equal(out[:, outside], sound[:, outside])


@pytest.mark.corpus
def test_the_voice_goes_and_the_rain_stays(tmp_path: Path, corpus: Path) -> None:
    speech = load(corpus / "audio" / "3436-172162-0000.ogg")[:, 2 * RATE : 6 * RATE]
    rain = load(corpus / "audio" / "rain.mp3")[:, 20 * RATE : 27 * RATE]
    rain = rain * np.float32(10 ** ((rms_db(speech) - 10 - rms_db(rain)) / 20))
    sound = rain.copy()
    sound[:, 2 * RATE : 6 * RATE] += speech
    out = hushed(tmp_path, sound, ((2.0, 6.0),))
    inside = slice(round(2.1 * RATE), round(5.9 * RATE))
    left = out[:, inside] - rain[:, inside]
    assert rms_db(left) < rms_db(speech) - 10
    assert rms_db(out[:, inside]) == pytest.approx(rms_db(rain[:, inside]), abs=2.0)
    assert np.abs(np.diff(out)).max() <= np.abs(np.diff(sound)).max() * 1.05


@pytest.mark.corpus
def test_the_two_channels_stay_apart(tmp_path: Path, corpus: Path) -> None:
    """Somebody speaks on the left: the right channel is worked on by itself and keeps what it has."""
    speech = load(corpus / "audio" / "english.wav")[:1]
    right = noise(speech.shape[1] / RATE, level=0.02)[1:, : speech.shape[1]]
    out = hushed(tmp_path, np.concatenate([speech, right]), ((0.0, speech.shape[1] / RATE),))
    assert rms_db(out[0, RATE // 2 :]) < rms_db(speech) - 10
    assert rms_db(out[1]) == pytest.approx(rms_db(right), abs=0.5)
