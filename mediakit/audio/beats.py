"""Where a piece of music has its beats: when a picture may change so that it looks meant.

The onsets (rises of level in twelve bands) say how fast the piece goes, by their autocorrelation, weighed for tempos that
people tap; then the run of moments is found that has the strongest onsets at the most even distances. Method: D. Ellis,
"Beat tracking by dynamic programming", Journal of New Music Research 36, 2007.

Limits: music without onsets (a pad, the sea) has no beats, and gets none; a piece that changes its tempo is followed only
as far as it changes slowly.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mediakit.audio.bands import BandLevels

FRAME_S = 0.01
_LOWEST_HZ, _HIGHEST_HZ = 40.0, 12_000.0
_FLOOR_DB = 50.0
"""Under the loudest level: what rises below it is not heard as a beat."""
_USUAL_S = 0.5
_SHORTEST_S, _LONGEST_S = 0.3, 1.2
_TAPPED = 1.0
"""Octaves: how much slower or faster than `_USUAL_S` a tempo may be until it is three fifths as likely."""
_EVEN = 100.0
_LEAST_PULSE, _CHANCE = 0.1, 5.0
"""Autocorrelation of the onsets, at least: below it nothing recurs. In n frames chance makes about 3 / sqrt(n) of it."""
_LEAST_RISE_DB = 3.0
"""Over all bands, of the strongest onsets: a held tone flickers by less."""
_LOCAL_S = 0.5

Onsets = NDArray[np.float64]
"""(frames,) how much begins in each 10 ms."""


def listener() -> BandLevels:
    """What listens to the music for `find_beats`."""
    return BandLevels(_LOWEST_HZ, _HIGHEST_HZ)


def find_beats(levels: NDArray[np.float32]) -> tuple[float, ...]:
    """The moments of the beats, in seconds, from what `listener` heard; empty where nothing recurs."""
    if len(levels) < round(4 * _LONGEST_S / FRAME_S):
        return ()
    onsets = _onsets(levels)
    period = _period(onsets)
    if period == 0:
        return ()
    return tuple(round((frame + 1) * FRAME_S, 3) for frame in _most_even(onsets, period))


def _onsets(levels: NDArray[np.float32]) -> Onsets:
    audible = np.maximum(levels, levels.max() - _FLOOR_DB)
    rises = np.maximum(np.diff(audible, axis=0, prepend=audible[:1]), 0.0).sum(axis=1).astype(np.float64)
    width = round(_LOCAL_S / FRAME_S)
    kernel = np.hanning(5) / np.hanning(5).sum()
    if np.sort(rises)[round(0.99 * (len(rises) - 1))] < _LEAST_RISE_DB:
        return np.zeros(len(rises))
    clear = np.maximum(np.convolve(rises, kernel, "same") - np.convolve(rises, np.ones(width) / width, "same"), 0.0)
    onsets: Onsets = clear / max(float(clear.std()), 1e-9)
    return onsets


def _period(onsets: Onsets) -> int:
    """Frames from beat to beat; 0 where the onsets do not recur."""
    size = 1 << (2 * len(onsets)).bit_length()
    spectrum = np.fft.rfft(onsets - onsets.mean(), size)
    alike = np.fft.irfft(np.abs(spectrum) ** 2, size)[: round(_LONGEST_S / FRAME_S) + 1]
    if alike[0] <= 0:
        return 0
    alike /= alike[0]
    first = round(_SHORTEST_S / FRAME_S)
    periods = np.arange(first, len(alike))
    likely = np.exp(-0.5 * (np.log2(periods * FRAME_S / _USUAL_S) / _TAPPED) ** 2)
    best = int(np.argmax(alike[first:] * likely))
    least = max(_LEAST_PULSE, _CHANCE / float(np.sqrt(len(onsets))))
    return int(periods[best]) if alike[first:].max() >= least else 0


def _most_even(onsets: Onsets, period: int) -> list[int]:
    """Frames of the run of beats with the most onset, less the penalty for uneven distances."""
    total = onsets.copy()
    before = np.full(len(onsets), -1)
    back = np.arange(-2 * period, -period // 2)
    penalty = -_EVEN * np.log(-back / period) ** 2
    for frame in range(-int(back[0]), len(onsets)):
        scores = total[frame + back] + penalty
        best = int(np.argmax(scores))
        total[frame] += scores[best]
        before[frame] = frame + back[best]
    last = len(total) - period + int(np.argmax(total[-period:]))
    beats = []
    while last >= 0:
        beats.append(last)
        last = int(before[last])
    return beats[::-1]
