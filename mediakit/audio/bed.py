"""A piece of background music, as long as it has to be.

Promise: it covers the whole clip; where it is shorter it is looped at a place that `loop` chooses. The crossfade there
keeps the power constant for the correlation measured: equal-power for unrelated sound, equal-gain for identical. It begins
where `phrase` hears the piece begin in earnest, which does not depend on the clip.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from mediakit.audio.loop import Loop, find_loop
from mediakit.audio.meter import PER_MS, Profile, measure
from mediakit.audio.pcm import RATE, Block, Scratch, to_samples
from mediakit.audio.phrase import HEARD_S, Phrase, find_phrase
from mediakit.audio.source import read_sound
from mediakit.errors import DataError, Fault, FileError

_SHORTEST_S = 1.0
_LEAST_HEARD_S = 0.5
_LISTENED = to_samples(HEARD_S)
_SETTLED = RATE // 5  # behind a join, the meter's filter has forgotten what came before it
_AUDIBLE = 0.001  # -60 dBFS: before this is reached, nothing has begun


@dataclass(frozen=True, slots=True)
class Bed:
    """The music of one clip: `samples` long, readable as often as needed. `loop` is None where it is long enough.

    start: where in `sound` it begins. on_beat: that is the attack of the first beat of a bar.
    """

    sound: Scratch
    start: int
    samples: int
    loop: Loop | None
    on_beat: bool = False

    def blocks(self) -> Iterator[Block]:
        """The music from `start` on, exactly `samples` of it."""
        left = self.samples
        for block in self._endless():
            yield block[:, :left]
            left -= block.shape[1]
            if left <= 0:
                return

    def profile(self) -> Profile:
        """How loud it is. Rounds are alike, so no more of them is measured than the first and what follows on its end."""
        if self.loop is None:
            return measure(self.blocks())
        settled = self.loop.overlap + _SETTLED
        needed = settled + self.loop.period + 2 * PER_MS
        if self.samples <= needed:
            return measure(self.blocks())
        return measure(replace(self, samples=needed).blocks()).repeated(
            -(-settled // PER_MS), self.loop.period, self.samples
        )

    def _endless(self) -> Iterator[Block]:
        if self.loop is None:
            yield from self.sound.blocks(first=self.start)
            return
        loop = self.loop
        end = loop.start + loop.period
        yield from self.sound.blocks(first=self.start, last=end)
        join = crossfade(
            self.sound.part(end, end + loop.overlap),
            self.sound.part(loop.start, loop.start + loop.overlap),
            loop.correlation,
        )
        while True:
            if loop.overlap:
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
    first: int | None = None
    phrase: Phrase | None = None
    with Scratch(scratch) as sound:
        try:
            for block in read_sound(path, None, threads=threads):
                first = _first_sound(block, sound.samples) if first is None else first
                sound.append(block)
                if first is not None and phrase is None and sound.samples - first >= _LISTENED:
                    phrase = _phrase(sound, first)
                if phrase is not None and sound.samples - phrase.start >= samples:
                    break
        except FileError as why:
            raise FileError(why.code, f"The music bed cannot be used: {why.message}", "Choose other music.") from why
    heard = 0 if first is None else sound.samples - first
    too_short = sound.samples < _SHORTEST_S * RATE or heard < _LEAST_HEARD_S * RATE
    if first is None or (too_short and heard < samples):
        raise FileError(
            Fault.TOO_SHORT,
            f"The music bed {path.name} has only {heard / RATE:.1f} s of sound.",
            f"Use music of at least {_SHORTEST_S:.0f} s.",
        )
    begin = phrase or _phrase(sound, first)
    is_enough = sound.samples - begin.start >= samples
    loop = None if is_enough else find_loop(sound, first, begin, crossfade_s)
    return Bed(sound, begin.start, samples, loop, begin.bar > 0)


def _phrase(sound: Scratch, first: int) -> Phrase:
    """Where the piece whose first sound is at `first` begins in earnest."""
    found = find_phrase(sound.part(first, min(sound.samples, first + _LISTENED)))
    return replace(found, start=first + found.start)


def _first_sound(block: Block, at: int) -> int | None:
    loud = np.flatnonzero(np.abs(block).max(axis=0) > _AUDIBLE)
    return at + int(loud[0]) if loud.size else None


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
