"""Cuts are found to the frame; flashes, pans and noise are none."""

from __future__ import annotations

import numpy as np

from mediakit.video.cuts import CutFinder, shot_of

RANDOM = np.random.default_rng(5)
ONE = np.kron(RANDOM.integers(0, 255, (6, 10)), np.ones((8, 8))).astype(np.uint8)
OTHER = np.kron(RANDOM.integers(0, 255, (6, 10)), np.ones((8, 8))).astype(np.uint8)


def shots(frames: list[np.ndarray]) -> tuple[tuple[float, float], ...]:
    finder = CutFinder()
    for n, frame in enumerate(frames):
        finder.add(n / 30, frame)
    return finder.shots(len(frames) / 30)


def noisy(frame: np.ndarray) -> np.ndarray:
    return np.clip(frame + RANDOM.normal(0, 5, frame.shape), 0, 255).astype(np.uint8)


def test_a_cut_is_where_the_new_shot_begins():
    found = shots([noisy(ONE) for _ in range(40)] + [noisy(OTHER) for _ in range(50)])
    assert found == ((0.0, 40 / 30), (40 / 30, 3.0))
    assert [shot_of(t, found) for t in (0.0, 1.3, 40 / 30, 2.9)] == [0, 0, 1, 1]


def test_a_flash_is_no_cut():
    white = np.full_like(ONE, 250)
    assert len(shots([noisy(ONE)] * 20 + [white] + [noisy(ONE)] * 20)) == 1


def test_a_fast_pan_is_no_cut():
    wide = np.hstack([ONE, OTHER, ONE, OTHER])
    assert len(shots([wide[:, 4 * n : 4 * n + 80] for n in range(60)])) == 1


def test_blinks_are_taken_with_their_neighbour():
    assert len(shots([noisy(ONE)] * 30 + [noisy(OTHER)] * 6 + [noisy(ONE)] * 30)) <= 2
