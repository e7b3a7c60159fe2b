"""Where a piece of music may go back to its beginning without being caught at it.

Two kinds of music:

- A *ring* is composed to be looped: it goes on from its last sample to its first, and its length is a whole number of
  beats. It is told by its rhythm: over exactly one round, the pulse of its onsets falls on one line of the spectrum and
  does not leak to the neighbours. A ring is played round and round as it is.
- Anything else is looped where the stretch near the end sounds most like the beginning (spectrum over time, so beats fall
  on beats), at the sample where the two waveforms fit best, across a crossfade. Its own fade-out is left out.

Method after the self-similarity matrix of J. Foote, "Visualizing music and audio using self-similarity", 1999.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mediakit.audio.pcm import BLOCK, RATE, Scratch, to_samples
from mediakit.audio.phrase import Phrase

_FRAME = 960  # 20 ms
_BANDS = 12
_GONE_QUIET_DB = 15.0
_COMPARED_S = 4.0
_SEARCHED_S = 30.0
_LATER_IS_BETTER = 0.2  # likeness given up, at most, for hearing more of the piece before it repeats
_WHOLE_BARS_ARE_BETTER = 0.15
_A_BEAT_IS_WHOLE_WITHIN = 0.3
_A_BAR_IS_WHOLE_WITHIN = 4  # frames: its length is known to a thousandth or two
_FINE_SAMPLES = _FRAME
_PULSE_HZ = (1.0, 12.0)
_PURE = 8.0  # times its neighbours stands the line of a pulse that fits a whole number of times
_STRONG = 0.6  # of the strongest line: those are what the piece is counted by
_SHORTEST_RING_S = 4.0
_RING_STARTS_WITHIN = to_samples(0.01)
_FRAMES_AT_THE_END = 25

Features = NDArray[np.float32]
"""(frames, bands) log energy of each 20 ms."""


@dataclass(frozen=True, slots=True)
class Loop:
    """Play from `start`; at `start + period` go over to `start` within `overlap`; and again. All in samples.

    correlation: of the two waveforms in the overlap, 0..1.
    """

    start: int
    period: int
    overlap: int
    correlation: float


def find_loop(sound: Scratch, first: int, phrase: Phrase, crossfade_s: float) -> Loop:
    """Where in `sound`, whose first sound is at `first`, to go back to where `phrase` begins. See the module's text."""
    features = _features(sound, first)
    if _is_whole(sound.samples, phrase.beat) and _is_ring(sound, first, features):
        return Loop(0, sound.samples, 0, 0.0)
    start = phrase.start
    features = features[(start - first) // _FRAME :]
    usable = max(_before_the_fade_out(features) * _FRAME, min(sound.samples - start, RATE))
    overlap = min(round(crossfade_s * RATE), usable // 4)
    compared = max(overlap, min(round(_COMPARED_S * RATE), usable // 3))
    longest = usable - compared
    shortest = max(usable // 2, longest - round(_SEARCHED_S * RATE))
    length, bar = compared // _FRAME, phrase.bar / _FRAME
    period = _most_alike(features, length, shortest // _FRAME, longest // _FRAME, bar) * _FRAME
    period = max(period, overlap + 1)
    moved, correlation = _best_lag(sound, start, period, overlap)
    return Loop(start, max(period + moved, overlap + 1), overlap, correlation)


def _is_whole(samples: int, beat: float) -> bool:
    """Whether that is a whole number of beats, as well as their length is known."""
    return beat == 0 or abs(samples / beat - round(samples / beat)) < _A_BEAT_IS_WHOLE_WITHIN


def _features(sound: Scratch, start: int) -> Features:
    """Log energy in twelve bands of equal width in log frequency, 60 Hz to 16 kHz, of each 20 ms."""
    edges = sorted({int(hz * _FRAME / RATE) for hz in np.geomspace(60, 16_000, _BANDS + 1)})
    rows = []
    for block in sound.blocks(BLOCK, first=start):
        frames = block.shape[1] // _FRAME
        if frames:
            mono = block.mean(axis=0)[: frames * _FRAME].reshape(frames, _FRAME) * np.hanning(_FRAME).astype(np.float32)
            power = np.square(np.abs(np.fft.rfft(mono))).astype(np.float32)
            rows.append(np.log(np.add.reduceat(power, edges, axis=1)[:, :-1] + 1e-6))
    features: Features = np.concatenate(rows)
    return features


def _is_ring(sound: Scratch, start: int, features: Features) -> bool:
    """Whether the piece goes on from its end to its beginning: in rhythm, at its level, and in waveform."""
    if start > _RING_STARTS_WITHIN or sound.samples < _SHORTEST_RING_S * RATE:
        return False
    lasts = _before_the_fade_out(features) >= len(features) - _FRAMES_AT_THE_END
    return lasts and _keeps_its_pulse(features) and _meets_itself(sound)


def _keeps_its_pulse(features: Features) -> bool:
    """Whether no strong line of the onsets' spectrum over one round leaks: each fits in a whole number of times."""
    onsets = np.maximum(np.diff(features, axis=0, prepend=features[-1:]), 0.0).sum(axis=1)
    lines = np.abs(np.fft.rfft(onsets - onsets.mean()))
    round_s = len(features) * _FRAME / RATE
    first, last = (max(2, round(hz * round_s)) for hz in _PULSE_HZ)
    here, neighbours = lines[first:last], np.maximum(lines[first - 1 : last - 1], lines[first + 1 : last + 1])
    strong = (here >= neighbours) & (here >= _STRONG * here.max())
    return bool((here[strong] > _PURE * neighbours[strong]).all())


def _meets_itself(sound: Scratch) -> bool:
    """The jump from the last sample to the first is no larger than those around it."""
    edge = to_samples(0.02)
    begin, end = sound.part(0, edge), sound.part(sound.samples - edge, sound.samples)
    usual = max(float(np.abs(np.diff(begin)).max()), float(np.abs(np.diff(end)).max()))
    return float(np.abs(begin[:, 0] - end[:, -1]).max()) <= usual


def _before_the_fade_out(features: Features) -> int:
    """How many frames pass before the piece has gone quiet for good: 15 dB under its usual level, over a second."""
    level_db = 10 * np.log10(np.exp(features).sum(axis=1))
    second = np.ones(min(50, len(level_db))) / min(50, len(level_db))
    smooth = np.convolve(level_db, second, mode="same")
    usual_db = np.sort(smooth)[len(smooth) // 2]
    loud = np.flatnonzero(smooth > usual_db - _GONE_QUIET_DB)
    return int(loud[-1]) + 1 if loud.size else len(level_db)


def _most_alike(features: Features, length: int, shortest: int, longest: int, bar: float) -> int:
    """The offset (in frames, `shortest` to `longest`) at which `length` frames sound most like the first ones.

    Of two that do, the later one, and the one that is a whole number of bars, where a `bar` is known.
    """
    flat = features - features.mean(axis=0)
    first = flat[:length].ravel()
    scores = []
    offsets = range(shortest, max(shortest, longest) + 1)
    for offset in offsets:
        there = flat[offset : offset + length].ravel()
        size = float(np.linalg.norm(there) * np.linalg.norm(first[: there.size]))
        likeness = float(first[: there.size] @ there) / size if size else 0.0
        away = abs(offset - bar * round(offset / bar)) / _A_BAR_IS_WHOLE_WITHIN if bar else np.inf
        whole = np.exp(-0.5 * away**2)
        scores.append(likeness + _LATER_IS_BETTER * offset / longest + _WHOLE_BARS_ARE_BETTER * whole)
    return offsets[int(np.argmax(scores))]


def _best_lag(sound: Scratch, start: int, period: int, overlap: int) -> tuple[int, float]:
    """By how many samples (at most 20 ms) to move the join so that the waveforms meet, and their correlation then."""
    if overlap == 0:
        return 0, 0.0
    back = min(_FINE_SAMPLES, period - overlap - 1)
    forth = max(0, min(_FINE_SAMPLES, sound.samples - start - period - overlap))
    head = sound.part(start, start + overlap).mean(axis=0)
    tail = sound.part(start + period - back, start + period + overlap + forth).mean(axis=0)
    size = 1 << (len(head) + len(tail)).bit_length()
    product = np.fft.irfft(np.fft.rfft(tail, size) * np.conj(np.fft.rfft(head, size)), size)[: back + forth + 1]
    energy = np.concatenate([[0.0], np.cumsum(np.square(tail, dtype=np.float64))])
    sizes = np.sqrt(np.maximum(energy[overlap:] - energy[:-overlap], 1e-12) * max(float(head @ head), 1e-12))
    correlations = product / sizes[: len(product)]
    best = int(np.argmax(correlations))
    return best - back, float(np.clip(correlations[best], 0.0, 1.0))
