"""A piece of background music, as long as it has to be.

Promise: it covers the whole clip; where it is shorter it is looped, and the loop is chosen so that the music meets
itself: the stretch near the end that sounds most like the beginning (spectrum over time, so beats fall on beats), then
the exact sample by correlation of the waveforms. The crossfade keeps the power constant for the correlation measured
there: equal-power for unrelated sound, equal-gain for identical. Silence before the first sound and the piece's own
fade-out are not looped.

Method after the self-similarity matrix of J. Foote, "Visualizing music and audio using self-similarity", 1999.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mediakit.audio.pcm import BLOCK, RATE, Block, Scratch
from mediakit.audio.source import read_sound
from mediakit.errors import DataError, Fault, FileError

_SHORTEST_S = 1.0
_LEAST_HEARD_S = 0.5
_AUDIBLE = 0.001  # -60 dBFS: before this is reached, nothing has begun
_GONE_QUIET_DB = 15.0
_FRAME = 960  # 20 ms
_BANDS = 12
_COMPARED_S = 4.0
_SEARCHED_S = 30.0
_LATER_IS_BETTER = 0.2  # likeness given up, at most, for hearing more of the piece before it repeats
_FINE_SAMPLES = _FRAME

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


@dataclass(frozen=True, slots=True)
class Bed:
    """The music of one clip: `samples` long, readable as often as needed. `loop` is None where it is long enough."""

    sound: Scratch
    start: int
    samples: int
    loop: Loop | None

    def blocks(self) -> Iterator[Block]:
        """The music from its first sound on, exactly `samples` of it."""
        left = self.samples
        for block in self._endless():
            yield block[:, :left]
            left -= block.shape[1]
            if left <= 0:
                return

    def _endless(self) -> Iterator[Block]:
        if self.loop is None:
            yield from self.sound.blocks(first=self.start)
            return
        loop = self.loop
        end = loop.start + loop.period
        yield from self.sound.blocks(first=loop.start, last=end)
        join = crossfade(
            self.sound.part(end, end + loop.overlap),
            self.sound.part(loop.start, loop.start + loop.overlap),
            loop.correlation,
        )
        while True:
            yield join
            yield from self.sound.blocks(first=loop.start + loop.overlap, last=end)


def check_bed(path: Path) -> None:
    """Raise DataError where `path` cannot be a bed: no sound in it, damaged, or under a second long."""
    heard = 0
    try:
        for block in read_sound(path, None):
            heard += block.shape[1]
            if heard >= _SHORTEST_S * RATE:
                return
    except FileError as why:
        raise DataError(f"The music bed {path.name} cannot be used: {why.message}", why.hint) from why
    raise DataError(f"The music bed {path.name} is only {heard / RATE:.1f} s long.", "Use one of at least a second.")


def open_bed(path: Path, samples: int, *, crossfade_s: float, scratch: Path, threads: int = 1) -> Bed:
    """The bed at `path`, ready to be played for `samples`. `scratch`: where its decoded sound may lie meanwhile.

    Raises FileError (NOT_MEDIA, CORRUPT, TOO_SHORT ...) naming the bed.
    """
    start: int | None = None
    with Scratch(scratch) as sound:
        try:
            for block in read_sound(path, None, threads=threads):
                start = _first_sound(block, sound.samples) if start is None else start
                sound.append(block)
                if start is not None and sound.samples - start >= samples:
                    break
        except FileError as why:
            raise FileError(why.code, f"The music bed cannot be used: {why.message}", "Choose other music.") from why
    heard = 0 if start is None else sound.samples - start
    too_short = sound.samples < _SHORTEST_S * RATE or heard < _LEAST_HEARD_S * RATE
    if start is None or (too_short and heard < samples):
        raise FileError(
            Fault.TOO_SHORT,
            f"The music bed {path.name} has only {heard / RATE:.1f} s of sound.",
            f"Use music of at least {_SHORTEST_S:.0f} s.",
        )
    if heard >= samples:
        return Bed(sound, start, samples, None)
    return Bed(sound, start, samples, find_loop(sound, start, crossfade_s))


def _first_sound(block: Block, at: int) -> int | None:
    loud = np.flatnonzero(np.abs(block).max(axis=0) > _AUDIBLE)
    return at + int(loud[0]) if loud.size else None


def find_loop(sound: Scratch, start: int, crossfade_s: float) -> Loop:
    """Where in `sound` (which begins at `start`) to go back to its beginning. See the module's text."""
    features = _features(sound, start)
    usable = max(_before_the_fade_out(features) * _FRAME, min(sound.samples - start, RATE))
    overlap = min(round(crossfade_s * RATE), usable // 4)
    compared = max(overlap, min(round(_COMPARED_S * RATE), usable // 3))
    longest = usable - compared
    shortest = max(usable // 2, longest - round(_SEARCHED_S * RATE))
    period = _most_alike(features, compared // _FRAME, shortest // _FRAME, longest // _FRAME) * _FRAME
    period = max(period, overlap + 1)
    moved, correlation = _best_lag(sound, start, period, overlap)
    return Loop(start, max(period + moved, overlap + 1), overlap, correlation)


def _features(sound: Scratch, start: int) -> Features:
    """Log energy in twelve bands of equal width in log frequency, 60 Hz to 16 kHz, of each 20 ms."""
    edges = np.unique(np.geomspace(60, 16_000, _BANDS + 1) * _FRAME / RATE // 1).astype(int)
    rows = []
    for block in sound.blocks(BLOCK, first=start):
        frames = block.shape[1] // _FRAME
        if frames:
            mono = block.mean(axis=0)[: frames * _FRAME].reshape(frames, _FRAME) * np.hanning(_FRAME).astype(np.float32)
            power = np.square(np.abs(np.fft.rfft(mono))).astype(np.float32)
            rows.append(np.log(np.add.reduceat(power, edges, axis=1)[:, :-1] + 1e-6))
    features: Features = np.concatenate(rows)
    return features


def _before_the_fade_out(features: Features) -> int:
    """How many frames pass before the piece has gone quiet for good: 15 dB under its usual level, over a second."""
    level_db = 10 * np.log10(np.exp(features).sum(axis=1))
    second = np.ones(min(50, len(level_db))) / min(50, len(level_db))
    smooth = np.convolve(level_db, second, mode="same")
    loud = np.flatnonzero(smooth > np.median(smooth) - _GONE_QUIET_DB)
    return int(loud[-1]) + 1 if loud.size else len(level_db)


def _most_alike(features: Features, length: int, shortest: int, longest: int) -> int:
    """The offset (in frames, `shortest` to `longest`) at which `length` frames sound most like the first ones."""
    flat = features - features.mean(axis=0)
    first = flat[:length].ravel()
    scores = []
    offsets = range(shortest, max(shortest, longest) + 1)
    for offset in offsets:
        there = flat[offset : offset + length].ravel()
        size = float(np.linalg.norm(there) * np.linalg.norm(first[: there.size]))
        likeness = float(first[: there.size] @ there) / size if size else 0.0
        scores.append(likeness + _LATER_IS_BETTER * offset / longest)
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


def crossfade(leaving: Block, coming: Block, correlation: float) -> Block:
    """From `leaving` to `coming` (equally long) at constant power, given how alike they are.

    Two signals of power 1 and correlation r under gains a, b have the power a^2 + b^2 + 2rab; the pair (cos, sin) is
    divided by its root.
    """
    places = (np.arange(leaving.shape[1], dtype=np.float32) + 0.5) / max(1, leaving.shape[1])
    down, up = np.cos(places * np.pi / 2), np.sin(places * np.pi / 2)
    level = np.sqrt(1 + 2 * correlation * down * up)
    joined: Block = (leaving * (down / level) + coming * (up / level)).astype(np.float32)
    return joined
