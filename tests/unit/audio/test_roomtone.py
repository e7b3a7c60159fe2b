from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sound_kit import RATE, noise, rms_db, tone

from mediakit.audio.pcm import write_scratch
from mediakit.audio.roomtone import not_above, room_levels

BANDS = 24
NO_LIMIT = np.full(BANDS, 1e12, np.float32)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 9000), min_size=1, max_size=8))
def test_with_nothing_to_turn_down_what_comes_out_is_what_went_in(sizes: list[int]) -> None:
    sound = noise(1.6)[:, : sum(sizes)]
    blocks = np.split(sound, np.cumsum(sizes)[:-1], axis=1)
    out = np.concatenate(list(not_above(blocks, NO_LIMIT)), axis=1)
    assert out.shape == sound.shape
    np.testing.assert_allclose(out, sound, atol=1e-5)


def test_a_voice_left_over_a_room_is_brought_down_to_it(tmp_path: Path) -> None:
    room = noise(6, level=0.01)
    sound = room.copy()
    sound[:, 2 * RATE : 4 * RATE] += tone(2, hz=700, level=0.2)
    levels = room_levels(write_scratch(tmp_path / "s", [sound]), ((2.0, 4.0),))
    assert levels is not None
    (out,) = [np.concatenate(list(not_above([sound[:, 2 * RATE : 4 * RATE]], levels)), axis=1)]
    assert rms_db(out) < rms_db(sound[:, 2 * RATE : 4 * RATE]) - 15


def test_the_room_itself_is_left_alone(tmp_path: Path) -> None:
    room = noise(8, level=0.02)
    levels = room_levels(write_scratch(tmp_path / "s", [room]), ((3.0, 5.0),))
    out = np.concatenate(list(not_above([room[:, 3 * RATE : 5 * RATE]], levels)), axis=1)
    assert rms_db(out) == pytest.approx(rms_db(room), abs=0.3)


def test_where_somebody_speaks_all_the_time_there_is_no_room_to_know(tmp_path: Path) -> None:
    assert room_levels(write_scratch(tmp_path / "s", [noise(3)]), ((0.1, 2.9),)) is None
