"""Gain over time, one value a millisecond: fades, and the bed stepping back while somebody speaks.

A curve is a float32 array of linear gains, 0..1, for the middle of each millisecond; `level.apply_gain` carries it out.
Every edge is half a cosine, so that neither the gain nor its slope jumps.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from mediakit.audio.meter import PER_MS, MsValues

Spans = tuple[tuple[float, float], ...]
"""(start_s, end_s) stretches in order, not overlapping."""

DUCK_ATTACK_S = 0.15
DUCK_RELEASE_S = 0.6
_SHORTEST_PAUSE_S = DUCK_ATTACK_S + DUCK_RELEASE_S


def milliseconds(samples: int) -> int:
    """How many milliseconds cover `samples`."""
    return -(-samples // PER_MS)


def fade_curve(length_ms: int, *, in_s: float = 0.0, out_s: float = 0.0) -> MsValues:
    """1.0 with a rise from silence over `in_s` and a fall to silence over `out_s`."""
    curve = np.ones(length_ms, np.float32)
    rise, fall = _rise(in_s)[:length_ms], _rise(out_s)[:length_ms]
    curve[: len(rise)] *= rise
    if len(fall):
        curve[-len(fall) :] *= fall[::-1]
    return curve


def _rise(seconds: float) -> MsValues:
    """Half a cosine from 0 to 1, at the middle of each millisecond."""
    count = round(seconds * 1000)
    places = (np.arange(count) + 0.5) / max(1, count)
    return (0.5 - 0.5 * np.cos(np.pi * places)).astype(np.float32)


def duck_curve(length_ms: int, spans: Iterable[tuple[float, float]], depth_db: float) -> MsValues:
    """1.0 where nobody speaks, `depth_db` lower in `spans`.

    The way down is over before the first word (150 ms, looking ahead), the way up begins after the last (600 ms), both
    smooth in decibels. A pause too short for both is no pause: going up and straight down again is what pumps.
    """
    shape = shaped(length_ms, joined(spans, _SHORTEST_PAUSE_S), DUCK_ATTACK_S, DUCK_RELEASE_S)
    curve: MsValues = np.power(np.float32(10.0), shape * np.float32(-depth_db / 20))
    return curve


def shaped(length_ms: int, spans: Iterable[tuple[float, float]], attack_s: float, release_s: float) -> MsValues:
    """1.0 in `spans`, 0.0 elsewhere; up over `attack_s` before each span, down over `release_s` behind it."""
    shape = np.zeros(length_ms, np.float32)
    attack, release = _rise(attack_s), _rise(release_s)[::-1]
    for start_s, end_s in spans:
        first, last = round(start_s * 1000), round(end_s * 1000)
        whole = np.concatenate([attack, np.ones(max(0, last - first), np.float32), release])
        _raise_to(shape, first - len(attack), whole)
    return shape


def span_curve(length_ms: int, spans: Iterable[tuple[float, float]], edge_s: float) -> MsValues:
    """1.0 in `spans`, 0.0 elsewhere, the edges `edge_s` long and outside of the spans."""
    return shaped(length_ms, spans, edge_s, edge_s)


def joined(spans: Iterable[tuple[float, float]], shortest_pause_s: float) -> Spans:
    """`spans` in order, with pauses shorter than `shortest_pause_s` closed."""
    result: list[tuple[float, float]] = []
    for start_s, end_s in sorted(spans):
        if result and start_s - result[-1][1] < shortest_pause_s:
            result[-1] = (result[-1][0], max(end_s, result[-1][1]))
        else:
            result.append((start_s, end_s))
    return tuple(result)


def _raise_to(shape: MsValues, at: int, values: MsValues) -> None:
    """The larger of `shape` and `values`, where `values` lie at `at`; what lies outside is left out."""
    first, last = max(0, at), min(len(shape), at + len(values))
    if first < last:
        np.maximum(shape[first:last], values[first - at : last - at], out=shape[first:last])
