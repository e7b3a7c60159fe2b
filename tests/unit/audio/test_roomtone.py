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
NO_LIMIT = RoomTone(np.full(BANDS, 1e12, np.float32), NOTHING, NOTHING, np.zeros((2, 1, 513), np.complex64), NOTHING)


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
