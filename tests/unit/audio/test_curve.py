from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mediakit.audio.curve import DUCK_ATTACK_S, DUCK_RELEASE_S, duck_curve, fade_curve, joined, span_curve

LENGTH_MS = 20_000
spans = st.lists(
    st.tuples(st.floats(0, 19), st.floats(0.05, 4)).map(lambda s: (s[0], min(20.0, s[0] + s[1]))), max_size=8
)
depths = st.floats(1, 30)


def in_db(curve: np.ndarray) -> np.ndarray:
    return 20 * np.log10(curve)


@given(spans, depths)
def test_the_bed_is_down_wherever_somebody_speaks_and_never_further(spoken, depth_db: float) -> None:
    curve = in_db(duck_curve(LENGTH_MS, spoken, depth_db))
    assert curve.max() <= 1e-5
    assert curve.min() >= -depth_db - 1e-3
    for start, end in spoken:
        inside = curve[round(start * 1000) : round(end * 1000)]
        np.testing.assert_allclose(inside, -depth_db, atol=1e-3)


@given(spans, depths)
def test_far_from_speech_the_bed_is_untouched(spoken, depth_db: float) -> None:
    curve = duck_curve(LENGTH_MS, spoken, depth_db)
    far = np.ones(LENGTH_MS, bool)
    for start, end in joined(spoken, DUCK_ATTACK_S + DUCK_RELEASE_S):
        far[max(0, round((start - DUCK_ATTACK_S) * 1000) - 1) : round((end + DUCK_RELEASE_S) * 1000) + 1] = False
    assert (curve[far] == 1.0).all()


@given(spans, depths)
def test_the_gain_never_moves_faster_than_its_attack(spoken, depth_db: float) -> None:
    """Half a cosine is at its steepest pi/2 times as steep as a straight line."""
    steps = np.diff(in_db(duck_curve(LENGTH_MS, spoken, depth_db)))
    assert -steps.min(initial=0) <= depth_db * np.pi / 2 / (DUCK_ATTACK_S * 1000) + 1e-3
    assert steps.max(initial=0) <= depth_db * np.pi / 2 / (DUCK_RELEASE_S * 1000) + 1e-3


def test_the_bed_is_down_before_the_first_word() -> None:
    curve = in_db(duck_curve(5000, [(2.0, 3.0)], 12.0))
    assert curve[2000] < -11.9
    assert curve[1849] == 0.0
    assert curve[3000] < -11.9
    assert -12 < curve[3300] < -3
    assert curve[3601] == 0.0


def test_a_breath_between_words_does_not_pump() -> None:
    curve = in_db(duck_curve(6000, [(1.0, 2.0), (2.5, 4.0)], 9.0))
    np.testing.assert_allclose(curve[1000:4000], -9.0, atol=1e-3)


@given(st.integers(1, 5000), st.floats(0, 3), st.floats(0, 3))
def test_fades_begin_and_end_in_silence_and_stay_within_0_and_1(length_ms: int, in_s: float, out_s: float) -> None:
    curve = fade_curve(length_ms, in_s=in_s, out_s=out_s)
    assert curve.shape == (length_ms,)
    assert (curve >= 0).all() and (curve <= 1).all()
    if in_s > 0.1:
        assert curve[0] < 0.001
    if out_s > 0.1:
        assert curve[-1] < 0.001 if length_ms >= out_s * 1000 else curve[-1] < 1


@given(spans)
def test_a_gate_is_open_in_its_spans_and_shut_50_ms_from_them(spoken) -> None:
    gate = span_curve(LENGTH_MS, spoken, 0.05)
    far = np.ones(LENGTH_MS, bool)
    for start, end in spoken:
        assert (gate[round(start * 1000) : round(end * 1000)] == 1.0).all()
        far[max(0, round(start * 1000) - 50) : round(end * 1000) + 50] = False
    assert (gate[far] == 0.0).all()


@given(spans)
def test_joined_spans_are_in_order_and_apart(spoken) -> None:
    result = joined(spoken, 0.5)
    assert all(after[0] - before[1] >= 0.5 for before, after in itertools.pairwise(result))
    for start, end in spoken:
        assert any(a <= start and end <= b for a, b in result)
