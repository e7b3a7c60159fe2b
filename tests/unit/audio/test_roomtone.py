from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sound_kit import RATE, noise, rms_db, tone

from mediakit.audio.pcm import write_scratch
from mediakit.audio.roomtone import RoomTone, like_the_room, room_tone

BANDS = 24
NOTHING = np.zeros(BANDS, np.float32)
NO_LIMIT = RoomTone(
    loudest=np.full(BANDS, 1e12, np.float32),
    softest=NOTHING,
    usual=NOTHING,
    moments=np.zeros((2, 1, 513), np.complex64),
    played=NOTHING,
    places=np.zeros(1, np.float32),
    pieces=NOTHING[None],
)


def with_voice(left: np.ndarray, voice: np.ndarray | None = None) -> np.ndarray:
    """What is left, and the voice that was taken out; none, where nothing is said."""
    return np.concatenate([left, np.zeros_like(left) if voice is None else voice])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 9000), min_size=1, max_size=8))
def test_with_nothing_to_turn_down_what_comes_out_is_what_went_in(sizes: list[int]) -> None:
    sound = noise(1.6)[:, : sum(sizes)]
    blocks = np.split(sound, np.cumsum(sizes)[:-1], axis=1)
    out = np.concatenate(list(like_the_room([with_voice(block) for block in blocks], NO_LIMIT)), axis=1)
    assert out.shape == sound.shape
    np.testing.assert_allclose(out, sound, atol=1e-5)


def test_a_voice_left_over_a_room_is_brought_down_to_it(tmp_path: Path) -> None:
    room = noise(6, level=0.01)
    sound = room.copy()
    sound[:, 2 * RATE : 4 * RATE] += tone(2, hz=700, level=0.2)
    known = room_tone(write_scratch(tmp_path / "s", [sound]), ((2.0, 4.0),))
    assert known is not None
    (out,) = [np.concatenate(list(like_the_room([with_voice(sound[:, 2 * RATE : 4 * RATE])], known)), axis=1)]
    assert rms_db(out) < rms_db(sound[:, 2 * RATE : 4 * RATE]) - 15


def test_the_room_itself_is_left_alone(tmp_path: Path) -> None:
    room = noise(8, level=0.02)
    known = room_tone(write_scratch(tmp_path / "s", [room]), ((3.0, 5.0),))
    out = np.concatenate(list(like_the_room([with_voice(room[:, 3 * RATE : 5 * RATE])], known)), axis=1)
    assert rms_db(out) == pytest.approx(rms_db(room), abs=0.3)


def test_where_somebody_speaks_all_the_time_there_is_no_room_to_know(tmp_path: Path) -> None:
    assert room_tone(write_scratch(tmp_path / "s", [noise(3)]), ((0.1, 2.9),)) is None


def test_where_a_loud_voice_was_the_room_is_there_as_loud_as_ever(tmp_path: Path) -> None:
    """What is left of a voice 30 dB above the room is 10 dB above it, and a hole is left in the room besides."""
    room = noise(8, level=0.01)
    known = room_tone(write_scratch(tmp_path / "s", [room]), ((3.0, 5.0),))
    left = noise(2, level=0.03, seed=7)
    left[:, RATE:] = 0.0
    out = np.concatenate(list(like_the_room([with_voice(left, noise(2, level=0.3, seed=8))], known)), axis=1)
    for part in (out[:, 2000 : RATE - 2000], out[:, RATE + 2000 : -2000]):
        assert rms_db(part) == pytest.approx(rms_db(room), abs=1.0)
    likeness = np.sum(out * left) / np.sqrt(np.sum(np.square(out)) * np.sum(np.square(left)))
    assert likeness < 0.45


def test_the_room_is_as_loud_as_it_is_around_each_stretch(tmp_path: Path) -> None:
    """It grows by 12 dB between two people who drown it: under each of them it is what it was beside them."""
    loudness = np.interp(np.arange(12 * RATE), [5 * RATE, 7 * RATE], [0.005, 0.02]).astype(np.float32)
    room = noise(12, 1.0) * loudness
    spans = ((2.0, 3.5), (9.0, 10.5))
    known = room_tone(write_scratch(tmp_path / "s", [room]), spans)
    for start, end in spans:
        part = slice(round(start * RATE), round(end * RATE))
        voice = noise(end - start, 0.3, seed=4)
        out = np.concatenate(list(like_the_room([with_voice(0.1 * voice, voice)], known, part.start)), axis=1)
        assert rms_db(out[:, 4800:-4800]) == pytest.approx(rms_db(room[:, part]), abs=1.0)


def test_what_is_heard_of_the_room_between_two_words_counts(tmp_path: Path) -> None:
    """It grows by 10 dB while somebody speaks, which the pauses do not tell; every other half second he draws breath."""
    room = noise(10, 0.005)
    room[:, 2 * RATE : 8 * RATE] *= np.sqrt(10)
    known = room_tone(write_scratch(tmp_path / "s", [room]), ((2.0, 8.0),))
    part = slice(2 * RATE, 8 * RATE)
    speaks = np.arange(6 * RATE) // (RATE // 2) % 2 == 0
    voice = noise(6, 0.3, seed=4) * speaks
    left = np.where(speaks, 0.1 * voice, room[:, part]).astype(np.float32)
    out = np.concatenate(list(like_the_room([with_voice(left, voice.astype(np.float32))], known, part.start)), axis=1)
    late = slice(3 * RATE, round(5.9 * RATE))
    assert rms_db(out[:, late]) == pytest.approx(rms_db(room[:, part][:, late]), abs=1.5)


def test_where_no_voice_is_found_the_room_is_not_changed(tmp_path: Path) -> None:
    """A stretch that was taken for speech: a little louder than the room, and hardly a voice in it."""
    room = noise(8, 0.01)
    known = room_tone(write_scratch(tmp_path / "s", [room]), ((3.0, 5.0),))
    part = 1.2 * room[:, 3 * RATE : 5 * RATE]
    voice = noise(2, 0.001, seed=3)
    out = np.concatenate(list(like_the_room([with_voice(part - voice, voice)], known)), axis=1)
    assert rms_db(out - part) < rms_db(part) - 50
