from __future__ import annotations

import itertools
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sound_kit import RATE, noise, silence, tone, write_sound

from mediakit.audio.hear import hear
from mediakit.audio.speech import SpeechFinder, speech_spans
from mediakit.errors import FileError


def test_a_clean_tone_is_neither_speech_nor_clipped_nor_silent(tmp_path: Path) -> None:
    heard = hear(write_sound(tmp_path / "a.wav", tone(4, level=0.3)), None)
    assert heard.speech == ()
    assert heard.clipped_share == 0.0
    assert not heard.silent
    assert heard.loudness_lufs == pytest.approx(-10.5, abs=0.7)
    assert heard.true_peak_dbtp == pytest.approx(-10.46, abs=0.1)


@pytest.mark.parametrize("codec", ["pcm_s16le", "pcm_f32le", "pcm_u8", "pcm_s24le"])
def test_clipping_is_seen_in_every_sample_format(tmp_path: Path, codec: str) -> None:
    over = np.clip(tone(2, hz=100, level=2.0), -1.0, 1.0)
    heard = hear(write_sound(tmp_path / "a.wav", over, codec=codec), None, with_speech=False)
    assert heard.clipped_share == pytest.approx(2 / 3, abs=0.02)  # |sin| > 1/2 for two thirds of the time


def test_a_single_sample_at_full_scale_is_no_clipping(tmp_path: Path) -> None:
    sound = noise(1, level=0.05)
    sound[:, ::5000] = 1.0
    assert hear(write_sound(tmp_path / "a.wav", sound), None, with_speech=False).clipped_share == 0.0


@pytest.mark.parametrize(
    ("sound", "silent"), [(silence(3), True), (noise(3, 0.0004), True), (noise(3, 0.02), False), (tone(0.2), False)]
)
def test_silence_is_told_from_sound(tmp_path: Path, sound: np.ndarray, silent: bool) -> None:
    assert hear(write_sound(tmp_path / "a.wav", sound), None).silent is silent


def test_the_floor_is_the_noise_and_not_the_voice_over_it(tmp_path: Path) -> None:
    sound = noise(10, level=0.003)
    sound[:, 3 * RATE : 8 * RATE] += tone(5, level=0.4)
    heard = hear(write_sound(tmp_path / "a.wav", sound), None, with_speech=False)
    alone = hear(write_sound(tmp_path / "b.wav", noise(10, level=0.003)), None, with_speech=False)
    assert heard.noise_floor_lufs == pytest.approx(alone.noise_floor_lufs, abs=0.5)


def test_a_file_without_sound_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"nothing")
    with pytest.raises(FileError, match=r"a\.mp4"):
        hear(path, None)


probabilities = st.lists(st.floats(0, 1, width=32), max_size=600).map(lambda v: np.array(v, np.float32))


@given(probabilities)
def test_stretches_are_in_order_apart_and_inside(found: np.ndarray) -> None:
    duration = len(found) / 100
    spans = speech_spans(found, duration)
    assert all(0 <= start < end <= duration + 1e-9 for start, end in spans)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))


def test_a_cough_is_no_speech_and_a_breath_no_end() -> None:
    found = np.zeros(1000, np.float32)
    found[100:110] = 0.9
    found[300:420] = found[440:600] = 0.9
    (start, end), *more = speech_spans(found, 10.0)
    assert not more
    assert start == pytest.approx(3.0, abs=0.1) and end == pytest.approx(6.0, abs=0.15)


@pytest.mark.corpus
def test_speech_is_found_where_it_is(corpus: Path) -> None:
    for name in ("198-209-0000.ogg", "3436-172162-0000.ogg", "5703-47212-0000.ogg", "english.wav"):
        heard = hear(corpus / "audio" / name, None)
        assert heard.speech_s > 0.6 * heard.duration_s, name


@pytest.mark.corpus
@pytest.mark.parametrize(
    "name",
    ["Kevin_MacLeod_-_Vibe_Ace.ogg", "Karissa_Hobbs_-_Lets_Go_Fishin.ogg", "rain.mp3", "crunching.mp3", "opus-5.1.mka"],
)
def test_music_songs_and_rain_are_no_speech(corpus: Path, name: str) -> None:
    heard = hear(corpus / "audio" / name, None)
    assert heard.speech_s <= 0.05 * heard.duration_s


@pytest.mark.corpus
def test_a_long_clip_is_heard_like_a_short_one(corpus: Path) -> None:
    """Windows of 30 s hand over to each other: the same speech at 0, 24 and 55 s is found alike."""
    from mediakit.audio.source import read_sound

    speech = np.concatenate(list(read_sound(corpus / "audio" / "198-209-0000.ogg", None)), axis=1)
    finder = SpeechFinder()
    for piece in (speech, silence(24 - speech.shape[1] / RATE), speech, silence(10), speech, silence(20)):
        finder.add(piece)
    spans = finder.spans()
    total = [
        sum(min(b, at + 14) - max(a, at) for a, b in spans if a < at + 14 and b > at)
        for at in (0.0, 24.0, 24 + speech.shape[1] / RATE + 10)
    ]
    assert total[0] > 10
    assert max(total) - min(total) < 0.6


@pytest.mark.corpus
def test_the_pictures_clock_moves_the_stretches(corpus: Path) -> None:
    path = corpus / "audio" / "english.wav"
    (first, _), *_ = hear(path, None).speech
    (moved, _), *_ = hear(path, None, start_s=Fraction(-2), duration_s=Fraction(6)).speech
    assert moved == pytest.approx(first + 2, abs=0.1)
