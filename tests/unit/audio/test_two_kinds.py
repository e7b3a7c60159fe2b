"""Near and far parted in made odds, wherever this clip's two kinds lie."""

from __future__ import annotations

import numpy as np
import pytest

from mediakit.audio.two_kinds import likeliest_run


def turns(means: list[float], steps: int = 60, spread: float = 1.2) -> np.ndarray:
    """Odds of one turn after the other, 3 s each, each evened over half a second as real ones are."""
    dice = np.random.default_rng(4)
    odds = np.repeat(means, steps) + dice.normal(0, spread * np.sqrt(10), len(means) * steps)
    return np.convolve(np.pad(odds, 5, mode="edge"), np.ones(10) / 10, "valid")[: len(means) * steps].astype(np.float32)


@pytest.mark.parametrize(("near", "far"), [(3.0, -2.0), (5.0, 0.5), (0.8, -4.0), (2.5, -1.0)])
def test_turns_are_told_apart_wherever_the_two_lie(near: float, far: float) -> None:
    odds = turns([near, far, near, near, far])
    found = likeliest_run(odds, np.ones(len(odds), bool))
    true = np.repeat([True, False, True, True, False], 60)
    assert np.mean(found == true) > 0.97


@pytest.mark.parametrize("mean", [5.0, 2.5, 0.5])
def test_one_voice_that_is_now_lively_now_calm_is_one(mean: float) -> None:
    odds = turns([mean + 0.8, mean - 0.8, mean + 0.5, mean - 0.5])
    assert likeliest_run(odds, np.ones(len(odds), bool)).all()


def test_nobody_is_near_where_all_speak_from_afar() -> None:
    odds = turns([-3.5, -4.5, -3.0])
    assert not likeliest_run(odds, np.ones(len(odds), bool)).any()


def test_what_lies_between_the_words_does_not_count() -> None:
    odds = turns([3.0, -2.0, 3.0])
    speaking = np.ones(len(odds), bool)
    speaking[20:40] = False
    noisy = odds.copy()
    noisy[20:40] = -50.0
    np.testing.assert_array_equal(likeliest_run(noisy, speaking), likeliest_run(odds, speaking))
