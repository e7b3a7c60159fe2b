"""Which of the voices are near the microphone, and which come from across the room.

Two things tell them apart, and both come from the room. Near the microphone the direct sound stands far above the
reverberation, so a voice falls silent between its syllables as quickly as it does in the mouth; from afar the room fills
those gaps, and the level in each band falls slowly (the *fall*: the steepest falls over 40 ms in any band, which is the
direct-to-reverberant ratio as far as one microphone can hear it). And a far voice is softer than the near one in the
same clip. Far voices lose their high frequencies as well, but speakers differ more in that than distances do; the fall is
taken in bands up to 6.5 kHz, where it is part of it.

The two are weighed as learned on simulated rooms (`benchmarks/presenter.py --learn`), frame by frame; then the likeliest
run of near and far is found for what near and far are in this clip (`two_kinds`), and every change is moved to the edge of
the near voice's level.

Limits: a clip in which everybody is far has nobody near, as far as the fall can tell. Two people at the same distance are
both near or both far. Needs about half a second of a voice to tell.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mediakit.audio.bands import FRAME, BandLevels, Bands
from mediakit.audio.curve import Spans, joined
from mediakit.audio.pcm import RATE
from mediakit.audio.two_kinds import likeliest_run

_LOWEST_HZ, _HIGHEST_HZ = 250.0, 6500.0
_FALL_OVER = 4  # frames
_WINDOW = 80  # frames that a fall is looked for in
_STEP = 5  # frames from one decision to the next
_STEEPEST = 95  # per cent of the changes are less steep
_LEVEL_OVER, _QUICK_OVER = 30, 10  # frames
_QUICK_SHARE, _QUICKEST_SHARE = 60, 80  # per cent of the speech falls less quickly
_LOUD_SHARE = 90  # per cent of near speech is softer than its reference level
_LOUD_WITHIN = 21  # steps

_FALL, _FALL_HERE, _LEVEL_HERE, _BIAS = 1.0, 0.3, 0.25, -8.4
"""Log odds of near: for a dB of fall, a dB more than the clip's quick voices fall, a dB over its near voices' level."""
_SHORTEST_S = 0.2
_SURE, _BLURRED, _EDGE = 2, 10, 4  # steps
_LEVEL_BETWEEN_DB = (-30.0, 3.0)

Steps = NDArray[np.float32]
"""(steps,) one value for each 50 ms."""


def listener() -> BandLevels:
    """What listens to a clip for `near_and_far`."""
    return BandLevels(_LOWEST_HZ, _HIGHEST_HZ)


@dataclass(frozen=True, slots=True)
class Voices:
    """Stretches of speech, in seconds, by where they come from. They do not overlap."""

    near: Spans
    far: Spans


def near_and_far(levels: Bands, speech: Spans) -> Voices:
    """Which parts of `speech` are near the microphone, by the `levels` of the whole clip."""
    speaking = _in_spans(len(levels), speech)
    if not speaking.any():
        return Voices((), speech)
    odds = log_odds(levels, speaking)
    near = _changed_at_edges(likeliest_run(odds, speaking), loudness(levels, _QUICK_OVER))
    step_s = _STEP * FRAME / RATE
    near_spans = _runs(near & speaking, step_s, speech)
    far_spans = _runs(~near & speaking, step_s, speech)
    slivers = tuple((start_s, end_s) for start_s, end_s in near_spans if end_s - start_s < _SHORTEST_S)
    return Voices(tuple(span for span in near_spans if span not in slivers), joined((*far_spans, *slivers), 0.0))


def log_odds(levels: Bands, speaking: NDArray[np.bool_]) -> Steps:
    """(steps,) how likely each 50 ms is to be a near voice rather than a far one, where somebody is `speaking`."""
    fall, level = falls(levels), loudness(levels)
    quick = fall[speaking] >= np.percentile(fall[speaking], _QUICK_SHARE)
    reference_db = np.percentile(level[speaking][quick], _LOUD_SHARE)
    local = np.clip(_loudest_around(level) - reference_db, *_LEVEL_BETWEEN_DB)
    here = fall - np.percentile(fall[speaking], _QUICKEST_SHARE)
    odds: Steps = (_FALL * fall + _FALL_HERE * here + _LEVEL_HERE * local + _BIAS).astype(np.float32)
    return odds


def falls(levels: Bands) -> Steps:
    """(steps,) for each 50 ms: how many dB the steepest falls over 40 ms come to, in the 0.8 s around it."""
    change = np.pad(levels[:-_FALL_OVER] - levels[_FALL_OVER:], ((_FALL_OVER // 2, _FALL_OVER // 2), (0, 0)))
    around = np.pad(change, ((_WINDOW // 2, _WINDOW // 2), (0, 0)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(around, _WINDOW, axis=0)[: len(levels) : _STEP]
    found = [
        np.percentile(piece.reshape(len(piece), -1), _STEEPEST, axis=1)
        for piece in np.array_split(windows, len(windows) // 200 + 1)
    ]
    return np.concatenate(found).astype(np.float32)


def loudness(levels: Bands, over: int = _LEVEL_OVER) -> Steps:
    """(steps,) for each 50 ms: the level of the voice's bands over the `over` frames around it, dB."""
    power = np.power(10.0, levels / 10).sum(axis=1)
    smooth = np.convolve(power, np.ones(over) / over, "same")[::_STEP]
    return (10 * np.log10(smooth + 1e-9)).astype(np.float32)


def _loudest_around(level: Steps) -> Steps:
    """The level of the loud moments in the second around each step: soft syllables are no sign of distance."""
    half = _LOUD_WITHIN // 2
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(level, (half, half), mode="edge"), _LOUD_WITHIN)
    loudest: Steps = np.percentile(windows, 85, axis=1).astype(np.float32)
    return loudest


def _changed_at_edges(near: NDArray[np.bool_], level: Steps) -> NDArray[np.bool_]:
    """The same run with every change moved to where the level rises to the near voice, or drops from it, the most.

    The fall is looked for in 0.8 s, so a near voice is believed to begin too early and to end too late, never the reverse.
    """
    changes = (np.flatnonzero(near[1:] != near[:-1]) + 1).tolist()
    if not changes:
        return near
    ahead = np.convolve(np.pad(level, (0, _EDGE), mode="edge"), np.ones(_EDGE) / _EDGE, "valid")
    rise = np.pad(ahead[_EDGE:] - ahead[:-_EDGE], (_EDGE, 0), mode="edge")[: len(level)]
    moved = near.copy()
    at = 0
    for change, until in zip(changes, [*changes[1:], len(near)], strict=True):
        begins = bool(near[change])
        early, late = (_SURE, _BLURRED) if begins else (_BLURRED, _SURE)
        first, last = max(at + 1, change - early), min(until, change + late + 1)
        edge = first + int(np.argmax(rise[first:last] if begins else -rise[first:last])) if first < last else change
        moved[at:edge], moved[edge:until] = not begins, begins
        at = edge
    return moved


def _in_spans(frames: int, spans: Spans) -> NDArray[np.bool_]:
    """(steps,) which steps lie in `spans`."""
    at_s = np.arange(0, frames, _STEP) * FRAME / RATE
    inside = np.zeros(len(at_s), bool)
    for start_s, end_s in spans:
        inside |= (at_s >= start_s - _STEP * FRAME / RATE / 2) & (at_s < end_s)
    return inside


def _runs(steps: NDArray[np.bool_], step_s: float, within: Spans) -> Spans:
    """The stretches of true `steps`, cut to the spans they lie `within`."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], steps, [False]]).astype(np.int8)))
    found = []
    for first, last in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        found += [
            (round(max(first * step_s, start_s), 3), round(min(last * step_s, end_s), 3))
            for start_s, end_s in within
            if start_s < last * step_s and end_s > first * step_s
        ]
    return tuple((start_s, end_s) for start_s, end_s in found if end_s > start_s)
