"""Where a piece of music begins in earnest: its first full bar, so that a clip opens on no pick-up and no lead-in.

The beats (`beats`) are counted in fours or threes, from whichever of them has the heaviest onsets and the most changes of
harmony; the phrase begins on the first of those heavy beats whose bar is about as loud as the bars that follow. It is
set to the attack itself, to the millisecond. A piece whose bars do not stand out begins where it has swelled to about its
usual level: at its first sound, mostly.

Promise: only the first `HEARD_S` of the music decide, so one piece always begins at one place, however long the clip is.
Method for the bars: M. Davies and M. Plumbley, "A spectral difference approach to downbeat extraction in musical audio",
EUSIPCO 2006. About 15 ms a piece.
Limits: bars of three or four beats, in a tempo that is kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mediakit.audio.beats import FRAME_S, find_beats, listener
from mediakit.audio.pcm import BLOCK, RATE, Block, to_samples

HEARD_S = 12.0
_LATEST_S = 7.0
"""A lead-in longer than this is the piece."""
_METRES = {4: 1.0, 3: 1.25}
"""Beats in a bar, and how many times as clear it must be: most music that is played in shops goes in fours."""
_LEAST_BEATS = 12
_CLEAR = 1.5
_BEGINS_WITH_A_BAR = 0.5
"""In standard errors: what the first beats must stand out by, and what the first sound has in advance."""
_FULL_DB = 6.0
_SWELLED_DB = 12.0
_SWELLS_OVER = 50  # frames
_NEAR_BEAT_S = 0.045
_BEFORE_ATTACK_S = 0.012
_QUICK = RATE // 1000
_RISE_MS = 4
_AUDIBLE_DB = 50.0
_LOW_BANDS = 6
_COARSE = 12  # samples averaged to one for the harmony: 4 kHz
_TONES_HZ = 65.4 * 2.0 ** (np.arange(49) / 12)
"""The semitones whose share in a beat is its harmony: C2 to C6."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Phrase:
    """start: the sample to begin with; the attack of a bar's first beat, where there are bars.

    bar, beat: how long they are, in samples; 0 where there are none.
    """

    start: int
    bar: float = 0.0
    beat: float = 0.0


def find_phrase(heard: Block) -> Phrase:
    """Where to begin in `heard`, the beginning of a piece from its first sound on (`HEARD_S` of it are enough)."""
    ears = listener()
    for at in range(0, heard.shape[1], BLOCK):
        ears.add(heard[:, at : at + BLOCK])
    levels = ears.levels()
    beats = _from_the_start(np.array(find_beats(levels)))
    bars = _bars(heard.mean(axis=0), levels, beats)
    if bars is None:
        return Phrase(_swelled(levels))
    beat = RATE * float(np.polyfit(np.arange(len(beats)), beats, 1)[0])
    return Phrase(_attack(heard, _first_full(levels, beats[bars])), beat * bars.step, beat)


def _from_the_start(beats: Numbers) -> Numbers:
    """The beats with those before the first found one: a tracker has to hear two of them first."""
    if len(beats) < 2:
        return beats
    step = _middle(np.diff(beats[:8]))
    missing = int((beats[0] + _NEAR_BEAT_S) / step)
    return np.concatenate([np.maximum(0.0, beats[0] - step * np.arange(missing, 0, -1)), beats])


def _bars(mono: NDArray[np.float32], levels: NDArray[np.float32], beats: Numbers) -> slice | None:
    """Which of the `beats` a bar begins with; None where they do not stand out."""
    if len(beats) < _LEAST_BEATS:
        return None
    weight = _normal(_low_onsets(levels, beats)) + _normal(_changes(_harmony(mono, beats)))
    clear = {}
    for metre, must_be in _METRES.items():
        for first in range(metre):
            clear[metre, first] = _stands_out(weight, slice(first, None, metre)) / must_be
        clear[metre, 0] += _BEGINS_WITH_A_BAR * (beats[0] < _NEAR_BEAT_S)
    metre, first = max(clear, key=lambda bar: clear[bar])
    return slice(first, None, metre) if clear[metre, first] >= _CLEAR else None


def _stands_out(weight: Numbers, firsts: slice) -> float:
    """How far the mean of `firsts` lies over that of all beats, in standard errors."""
    chosen = weight[firsts]
    return float((chosen.mean() - weight.mean()) * np.sqrt(len(chosen)))


def _normal(values: Numbers) -> Numbers:
    spread = float(values.std())
    normal: Numbers = (values - values.mean()) / spread if spread > 0 else np.zeros(len(values))
    return normal


def _low_onsets(levels: NDArray[np.float32], beats: Numbers) -> Numbers:
    """How much begins on each beat, the low half of the bands counted: drums and basses, not hats and voices."""
    floor = levels.max() - _AUDIBLE_DB
    rises = np.maximum(np.diff(np.maximum(levels, floor)[:, :_LOW_BANDS], axis=0, prepend=floor), 0.0).sum(axis=1)
    around = np.lib.stride_tricks.sliding_window_view(np.pad(rises, 4), 9).sum(axis=1)
    onsets: Numbers = around[np.minimum(np.round(beats / FRAME_S).astype(int), len(around) - 1)].astype(np.float64)
    return onsets


def _harmony(mono: NDArray[np.float32], beats: Numbers) -> Numbers:
    """(beats, tones) which tones sound from each beat to the next, as unit vectors."""
    coarse = mono[: len(mono) // _COARSE * _COARSE].reshape(-1, _COARSE).mean(axis=1)
    rate = RATE / _COARSE
    ends = np.append(beats[1:], 2 * beats[-1] - beats[-2])
    found = []
    for begin, end in zip(beats, ends, strict=True):
        piece = coarse[round(begin * rate) : round(end * rate)]
        size = 1 << 12
        power = np.abs(np.fft.rfft(piece * np.hanning(len(piece)), size))
        tones = np.sqrt(np.interp(_TONES_HZ, np.fft.rfftfreq(size, 1 / rate), power))
        found.append(tones / max(float(np.linalg.norm(tones)), 1e-9))
    return np.array(found)


def _changes(harmony: Numbers) -> Numbers:
    """(beats,) how unlike the tones of a beat are those of the two before it."""
    before = np.concatenate([harmony[:1], harmony[:-1]])
    earlier = np.concatenate([harmony[:1], before[:-1]])
    changes: Numbers = 1.0 - (harmony * (before + earlier) / 2).sum(axis=1)
    return changes


def _first_full(levels: NDArray[np.float32], firsts: Numbers) -> float:
    """The first of the bars that is about as loud as the bars usually are, in seconds."""
    begins = np.minimum(np.round(firsts / FRAME_S).astype(int), len(levels) - 1)
    power = np.add.reduceat(np.power(10.0, levels / 10).sum(axis=1), begins)
    bars_db = 10 * np.log10(power / np.maximum(1, np.diff(begins, append=len(levels))))
    full = (bars_db >= _middle(bars_db) - _FULL_DB) & (firsts <= _LATEST_S)
    return float(firsts[np.argmax(full)]) if full.any() else float(firsts[0])


def _attack(heard: Block, about_s: float) -> int:
    """The sample just before the steepest rise around `about_s`; what lies before the first sound is silence."""
    reach = to_samples(_NEAR_BEAT_S) + 2 * _RISE_MS * _QUICK
    first = to_samples(about_s) - reach
    piece = heard[:, max(0, first) : first + 2 * reach].mean(axis=0)
    piece = np.concatenate([np.zeros(max(0, -first), np.float32), piece])
    steps = np.diff(piece[: len(piece) // _QUICK * _QUICK].reshape(-1, _QUICK), axis=1)
    level = np.convolve(10 * np.log10(np.square(steps).mean(axis=1) + 1e-7), np.ones(_RISE_MS) / _RISE_MS, "valid")
    rise = level[_RISE_MS:] - level[:-_RISE_MS]
    return max(0, first + (int(np.argmax(rise)) + _RISE_MS) * _QUICK - to_samples(_BEFORE_ATTACK_S))


def _middle(values: Numbers) -> float:
    """The median; numpy's own would load its masked arrays, which takes as long as all of this."""
    return float(np.sort(values)[len(values) // 2])


def _swelled(levels: NDArray[np.float32]) -> int:
    """Where a piece without a beat has come up to about its usual level: at its first sound, mostly."""
    over = min(_SWELLS_OVER, len(levels))
    if over == 0:
        return 0
    power = np.convolve(np.power(10.0, levels / 10).sum(axis=1), np.ones(over) / over, "valid")
    level = 10 * np.log10(power + 1e-12)
    there = np.flatnonzero(level[: round(_LATEST_S / FRAME_S)] >= _middle(level) - _SWELLED_DB)
    return to_samples(int(there[0]) * FRAME_S) if there.size else 0
