"""When a reel's pictures change: within 8 to 30 s, long enough each, on beats where there are beats."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediakit.reel.timing import LEAST_SHOWN_S, most_pictures, time_pictures

counts = st.integers(1, 16)
cards = st.sampled_from([0.0, 2.0, 3.5])
tempos = st.one_of(st.none(), st.floats(50, 180))


@given(count=counts, each_s=st.floats(1.2, 10), card_s=cards, bpm=tempos)
def test_a_reel_is_as_long_as_it_may_be_and_every_picture_is_seen(count, each_s, card_s, bpm) -> None:
    beats = () if bpm is None else tuple(np.arange(0.4, 33, 60 / bpm))
    timing = time_pictures(count, each_s=each_s, card_s=card_s, beats=beats)
    assert 8 - 1e-6 <= timing.total_s <= 30 + 1e-6
    assert len(timing.changes) == count + 1 + (card_s > 0)
    assert min(np.diff(timing.changes)) >= LEAST_SHOWN_S - 1e-6


@given(count=st.integers(3, 10), bpm=st.floats(70, 150))
def test_changes_lie_on_beats(count: int, bpm: float) -> None:
    beats = np.arange(0.4, 33, 60 / bpm)
    timing = time_pictures(count, each_s=2.5, card_s=2.0, beats=tuple(beats))
    for change in timing.changes[1:-1]:
        assert np.abs(beats - change).min() < 1e-9


def test_without_beats_pictures_are_shown_equally_long() -> None:
    timing = time_pictures(4, each_s=2.5, card_s=2.0)
    assert timing.changes == pytest.approx((0, 2.5, 5.0, 7.5, 10.0, 12.0))


def test_a_surface_that_takes_less_gets_less() -> None:
    assert time_pictures(6, each_s=2.5, card_s=2.0, longest_s=15).total_s <= 15
    assert most_pictures(2.0, 15) == 10
