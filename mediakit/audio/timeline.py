"""Lays decoded frames side by side where they belong on the picture's time line, as 48 kHz stereo.

In step within 20 ms throughout: what the time stamps leave open becomes silence with its edges faded over 5 ms, what
they lay over each other is cut, what lies before the picture or behind its end is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mediakit.audio.pcm import BLOCK, RATE, Block, silence, to_samples

if TYPE_CHECKING:
    from av import AudioFrame, AudioResampler

_IN_STEP = to_samples(0.02)
"""Time stamps may be this far off before anything is moved: containers round them, and nobody hears it."""
_EDGE = to_samples(0.005)
_LOUDEST = 16.0  # 24 dB over full scale: more than any surround track folds down to
_OUR_FORM = ("fltp", "stereo", RATE)


@dataclass(slots=True)
class Reading:
    """What was met while sound was read. Complete once every block was taken.

    first, last: where real sound began and ended on the time line, in samples; both 0 where there was none.
    declared_end_s: where the file says that it ends, on the time line; None where it does not say.
    """

    first: int = 0
    last: int = 0
    lost_s: float = 0.0
    gaps: int = 0
    rate_hz: int = 0
    channels: int = 0
    codec: str = ""
    declared_end_s: float | None = None


class TimeLine:
    """Takes frames in order, gives blocks. `samples`: how long the line is; None for as long as the sound.

    Without a length there is no picture to be in step with, so time stamps are not looked at.
    """

    def __init__(self, samples: int | None, reading: Reading) -> None:
        self._samples = samples
        self._reading = reading
        self._converter: AudioResampler | None = None
        self._form: tuple[str, str, int] | None = None
        self._expected: float | None = None  # where the next frame should begin
        self._at = 0  # where the next converted sample goes; below 0 it lies before the picture
        self._laid = 0
        self._held = silence(0)  # the last 5 ms, which a gap would fade
        self._fade_in = False
        self._out = _Queue()

    @property
    def full(self) -> bool:
        """Everything that was asked for is there."""
        return self._samples is not None and self._laid >= self._samples

    def add(self, frame: AudioFrame, position: int | None) -> Iterator[Block]:
        """Lay `frame` at `position` (in samples), or after the one before it; give what is final by then."""
        if self._samples is None:
            position = None
        form = (frame.format.name, frame.layout.name, frame.sample_rate)
        moved = position is not None and (self._expected is None or abs(position - self._expected) > _IN_STEP)
        if form != self._form or moved:
            self._flush()
            self._begin(form, frame.layout.nb_channels)
        if moved and position is not None:
            self._move_to(position)
        self._expected = (self._expected or 0.0) + frame.samples * RATE / frame.sample_rate
        frame.pts = None
        self._convert(frame)
        yield from self._out.take(BLOCK)

    def finish(self) -> Iterator[Block]:
        """No more frames: empty the converter, pad to the length of the line, give the rest."""
        self._flush()
        missing = 0 if self._samples is None else self._samples - self._laid
        self._let_go(fade_out=missing > 0)
        self._lay_silence(missing)
        yield from self._out.take(1)

    def _begin(self, form: tuple[str, str, int], channels: int) -> None:
        from av import AudioResampler

        self._converter, self._form = AudioResampler("fltp", "stereo", RATE), form
        self._reading.rate_hz, self._reading.channels = form[2], channels

    def _move_to(self, position: int) -> None:
        gap = position - self._laid
        first = self._expected is None
        self._at, self._expected = position, float(position)
        self._reading.gaps += not first
        if gap > 0:
            self._let_go(fade_out=True)
            self._lay_silence(gap)
            self._fade_in = True

    def _convert(self, frame: AudioFrame | None) -> None:
        if frame is not None and self._form == _OUR_FORM:
            self._lay(np.asarray(frame.to_ndarray(), np.float32))
        elif self._converter is not None and self._form != _OUR_FORM:
            for converted in self._converter.resample(frame):
                self._lay(np.asarray(converted.to_ndarray(), np.float32))

    def _flush(self) -> None:
        self._convert(None)
        self._converter = None

    def _lay(self, block: Block) -> None:
        """Lay `block` at `_at`, less what is covered already, and less what nobody asked for."""
        block = _sane(block)
        covered = max(0, self._laid - self._at)
        self._at += block.shape[1]
        block = block[:, covered:]
        if self._samples is not None:
            block = block[:, : max(0, self._samples - self._laid)]
        if not block.shape[1]:
            return
        if self._reading.last == 0:
            self._reading.first = self._laid
        if self._fade_in:
            block, self._fade_in = faded(block, rising=True), False
        self._laid += block.shape[1]
        self._reading.last = self._laid
        joined = np.concatenate([self._held, block], axis=1)
        self._out.put(joined[:, :-_EDGE])
        self._held = joined[:, -_EDGE:]

    def _lay_silence(self, samples: int) -> None:
        if self._samples is not None:
            samples = min(samples, self._samples - self._laid)
        self._laid += max(0, samples)
        self._out.put_silence(samples)

    def _let_go(self, *, fade_out: bool) -> None:
        self._out.put(faded(self._held, rising=False) if fade_out else self._held)
        self._held = silence(0)


def _sane(block: Block) -> Block:
    """Float files can hold NaN, infinity and worse, and damaged ones do: silence and a bound instead."""
    if np.abs(block).max(initial=0.0) <= _LOUDEST:  # false for NaN, too
        return block
    return np.clip(np.nan_to_num(block, nan=0.0), -_LOUDEST, _LOUDEST)


class _Queue:
    """Blocks on their way out: small ones are joined, a long silence takes no memory."""

    def __init__(self) -> None:
        self._blocks: list[Block] = []
        self._samples = 0

    def put(self, block: Block) -> None:
        if block.shape[1]:
            self._blocks.append(block)
            self._samples += block.shape[1]

    def put_silence(self, samples: int) -> None:
        whole = silence(BLOCK) if samples >= BLOCK else None
        while whole is not None and samples >= BLOCK:
            self.put(whole)
            samples -= BLOCK
        if samples > 0:
            self.put(silence(samples))

    def take(self, at_least: int) -> Iterator[Block]:
        """What waits, in blocks of about BLOCK, once it is `at_least` that many samples."""
        if self._samples < at_least:
            return
        joined: list[Block] = []
        count = 0
        for block in self._blocks:
            joined.append(block)
            count += block.shape[1]
            if count >= BLOCK:
                yield np.concatenate(joined, axis=1)
                joined, count = [], 0
        if joined:
            yield np.concatenate(joined, axis=1)
        self._blocks, self._samples = [], 0


def faded(block: Block, *, rising: bool, samples: int = _EDGE) -> Block:
    """`block` with its first (rising) or last `samples` faded, linearly."""
    count = min(samples, block.shape[1])
    ramp = np.ones(block.shape[1], np.float32)
    slope = np.linspace(0.0, 1.0, count, dtype=np.float32)
    if rising:
        ramp[:count] = slope
    else:
        ramp[block.shape[1] - count :] = slope[::-1]
    return block * ramp
