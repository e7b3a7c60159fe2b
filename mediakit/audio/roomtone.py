"""How loud the room is where nobody speaks, and keeping what is left under speech from standing out of it.

Taking a voice out of a sound leaves some of it behind, most where the voice was far above the room. So the room is
measured band by band in the parts without speech, and what is left under speech is kept, in each band and moment, between
the softest and the loudest that the room usually is. Where the voice stood so far above the room that what is left of it
would be heard, little of that is kept, and the rest is the room's own tone: a stretch of it without speech, played there.

Spectra of 1024 samples under square-root Hann windows, half overlapping: with nothing to turn down, what comes out is
what went in. Both channels share their gains, so the stereo picture stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from mediakit.audio.curve import Spans
from mediakit.audio.pcm import CHANNELS, RATE, Block, Scratch, silence

_SIZE = 1024
_HOP = _SIZE // 2
_BANDS = 24
_LOWEST_HZ, _HIGHEST_HZ = 60.0, 20_000.0
_MEASURED_EVERY = 4 * _HOP
_LEAST_MEASURED_S = 0.5
_AWAY_FROM_SPEECH_S = 0.15
_USUALLY = 98  # per cent of the time a band of the room is no louder than this; rain and dishes come in drops
_SELDOM_LESS = 20  # per cent of the time it is softer than this
_MOMENT_PIECES = 8  # 4 s
_MOST_BROUGHT = 4.0  # 6 dB: what a band of the played stretch is raised by at most
_DOUBTED_FROM_TO_DB = (5.0, 12.0)
"""By so much must a voice stand above the room for what is left of it to be doubted a little, and altogether."""
_TALK_STEADY = 0.95  # of the voice as a whole: what is left between two loud syllables is doubted too
_DOUBTED_SHARE = 0.1
"""Of the room's mean power, what is kept at most where it is doubted altogether."""
_LEAST_GAIN = 0.06  # -24 dB
_STEADY = 0.5  # how much of the last frame's level counts in this one's

Levels = NDArray[np.float32]
"""(bands,) mean power of both channels' spectral lines."""


@dataclass(frozen=True, slots=True, eq=False)
class RoomTone:
    """What the room sounds like where nobody speaks.

    loudest, softest: the levels between which each band usually lies. usual: its mean. moments: (2, frames, lines) spectra
    of a stretch without speech; played: their mean in each band, not much less than usual.
    """

    loudest: Levels
    softest: Levels
    usual: Levels
    moments: NDArray[np.complex64]
    played: Levels


def room_tone(sound: Scratch, spans: Spans) -> RoomTone | None:
    """The room of `sound` outside `spans`; None where there is too little of it to say."""
    powers = [_band_powers(_spectra(piece)[:, ::4]) for piece in _quiet_pieces(sound, spans)]
    frames = np.concatenate([np.zeros((0, _BANDS), np.float32), *powers])
    if len(frames) * _MEASURED_EVERY < _LEAST_MEASURED_S * RATE:
        return None
    loudest, softest = np.percentile(frames, (_USUALLY, _SELDOM_LESS), axis=0).astype(np.float32)
    usual = frames.mean(axis=0)
    first = _most_usual([float(each.mean()) for each in powers], float(usual.mean()))
    pieces = islice(_quiet_pieces(sound, spans), first, first + _MOMENT_PIECES)
    moments = np.concatenate([_evenly(_spectra(piece), float(usual.mean())) for piece in pieces], axis=1)
    return RoomTone(
        loudest, softest, usual, moments, np.maximum(_band_powers(moments).mean(axis=0), usual / _MOST_BROUGHT)
    )


def _most_usual(levels: Sequence[float], usual: float) -> int:
    """Where in the pieces a run of `_MOMENT_PIECES` begins that is about as loud as all of them together."""
    count = min(_MOMENT_PIECES, len(levels))
    means = np.convolve(levels, np.ones(count) / count, "valid")
    return int(np.argmin(np.abs(np.log(np.maximum(means, 1e-12) / max(usual, 1e-12)))))


def _evenly(spectra: NDArray[np.complex64], usual: float) -> NDArray[np.complex64]:
    """Half a second of the room, as a whole as loud as the room usually is: shops grow louder and softer."""
    ratio = np.sqrt(usual / max(float(_band_powers(spectra).mean()), 1e-12))
    return spectra * np.float32(np.clip(ratio, 1 / _MOST_BROUGHT, _MOST_BROUGHT))


def _quiet_pieces(sound: Scratch, spans: Spans) -> Iterator[Block]:
    """The parts outside `spans`, in pieces of half a second at most and 40 ms at least."""
    at = 0
    for start_s, end_s in (*spans, (sound.samples / RATE + 1, 0.0)):
        until = round((start_s - _AWAY_FROM_SPEECH_S) * RATE)
        if until - at >= 2 * _SIZE:
            yield from (piece for piece in sound.blocks(first=at, last=until) if piece.shape[1] >= 2 * _SIZE)
        at = max(at, round((end_s + _AWAY_FROM_SPEECH_S) * RATE))


def like_the_room(parts: Iterable[Block], tone: RoomTone | None, first: int = 0) -> Iterator[Block]:
    """What is left of a sound without its voice, made to sound like the room; as many samples as went in.

    parts: (4, n) blocks: both channels of what is left, then both of the voice that was taken out. tone: None where too
    little of the room is known; then what is left stays as it is.
    """
    if tone is None:
        yield from (part[:CHANNELS] for part in parts)
        return
    waiting, tail = np.zeros((2 * CHANNELS, _HOP), np.float32), silence(_HOP)
    state = _State(tone, first // _HOP)
    early = _HOP  # what comes out of the silence before the first block
    left = 0
    for block, real in _then_end(parts):
        left += real
        waiting = np.concatenate([waiting, block], axis=1)
        frames = waiting.shape[1] // _HOP - 1
        if frames < 1:
            continue
        spectra = _spectra(waiting[:, : (frames + 1) * _HOP])
        added, tail = _overlapped(_waves(state.shaped(spectra[:CHANNELS], spectra[CHANNELS:])), tail)
        waiting = waiting[:, frames * _HOP :]
        ready = added[:, early:][:, :left]
        early = max(0, early - added.shape[1])
        left -= ready.shape[1]
        yield ready


class _State:
    """What goes on from block to block: evened levels, and how far the room's tone was played."""

    def __init__(self, tone: RoomTone, played: int) -> None:
        self._tone = tone
        self._left: Levels | None = None
        self._voice: Levels | None = None
        self._talk: Levels | None = None
        self._played = played

    def shaped(self, left: NDArray[np.complex64], voice: NDArray[np.complex64]) -> NDArray[np.complex64]:
        """(2, frames, lines) the spectra of what is `left`, between the room's levels, and the room's tone under it."""
        tone = self._tone
        powers = _band_powers(left)
        evened, self._left = _evened(powers, self._left)
        spoken = _band_powers(voice)
        here, self._voice = _evened(spoken, self._voice)
        talk, self._talk = _evened(spoken.mean(axis=1, keepdims=True), self._talk, _TALK_STEADY)
        doubt = np.maximum(_doubt(here, tone.usual), _doubt(talk, tone.usual.mean(keepdims=True)))
        most = tone.loudest * (1 - doubt) + _DOUBTED_SHARE * tone.usual * doubt
        gains = np.clip(np.sqrt(most / np.maximum(evened, 1e-12)), _LEAST_GAIN, 1.0).astype(np.float32)
        least = tone.softest * (1 - doubt) + tone.usual * doubt
        lacking = np.sqrt(np.maximum(0.0, least - powers * np.square(gains)) / np.maximum(tone.played, 1e-12))
        moments = tone.moments[:, (self._played + np.arange(len(powers))) % tone.moments.shape[1]]
        self._played += len(powers)
        lines = _lines_of_bands()
        shaped: NDArray[np.complex64] = left * (gains @ lines) + moments * (lacking.astype(np.float32) @ lines)
        return shaped


def _doubt(voice: Levels, room: Levels) -> Levels:
    """(frames, bands) 0..1: how little what is left can be trusted, by how far the voice stood above the room."""
    above_db = 10 * np.log10(np.maximum(voice, 1e-12) / np.maximum(room, 1e-12))
    first_db, last_db = _DOUBTED_FROM_TO_DB
    doubt: Levels = np.clip((above_db - first_db) / (last_db - first_db), 0.0, 1.0).astype(np.float32)
    return doubt


def _then_end(blocks: Iterable[Block]) -> Iterator[tuple[Block, int]]:
    """Each block with its length, then as much silence as brings out the rest, which counts for nothing."""
    for block in blocks:
        yield block, block.shape[1]
    yield np.zeros((2 * CHANNELS, _SIZE), np.float32), 0


def _spectra(block: Block) -> NDArray[np.complex64]:
    """(2, frames, lines) of half-overlapping windows over `block`."""
    frames = np.lib.stride_tricks.sliding_window_view(block, _SIZE, axis=1)[:, ::_HOP]
    return np.fft.rfft(frames * _window()).astype(np.complex64, copy=False)


def _waves(spectra: NDArray[np.complex64]) -> NDArray[np.float32]:
    """(2, frames, size): `_spectra` undone, each window still to be windowed again and added."""
    return np.fft.irfft(spectra, _SIZE).astype(np.float32, copy=False)


def _band_powers(spectra: NDArray[np.complex64]) -> Levels:
    """(frames, bands) mean power of the lines of each band, over both channels."""
    power = np.square(spectra.real).sum(axis=0) + np.square(spectra.imag).sum(axis=0)
    weights = _lines_of_bands().T
    means: Levels = (power @ (weights / weights.sum(axis=0)) / CHANNELS).astype(np.float32)
    return means


def _evened(powers: Levels, steady: Levels | None, keep: float = _STEADY) -> tuple[Levels, Levels | None]:
    """`powers` (frames, bands) evened out over time, going on from `steady`; and where that ends."""
    evened = np.empty_like(powers)
    for index, power in enumerate(powers):
        steady = power if steady is None else keep * steady + (1 - keep) * power
        evened[index] = steady
    return evened, steady


def _overlapped(frames: Block, tail: Block) -> tuple[Block, Block]:
    """(2, frames, size) windows added where they overlap; what the last one adds to the next block comes second."""
    frames = frames * _window()
    first, second = frames[:, :, :_HOP], frames[:, :, _HOP:]
    added = first.copy()
    added[:, 1:] += second[:, :-1]
    added[:, 0] += tail
    return added.reshape(CHANNELS, -1).astype(np.float32), second[:, -1].astype(np.float32)


@cache
def _window() -> NDArray[np.float32]:
    places = np.arange(_SIZE) / _SIZE
    window: NDArray[np.float32] = np.sqrt(0.5 - 0.5 * np.cos(2 * np.pi * places)).astype(np.float32)
    return window


@cache
def _lines_of_bands() -> NDArray[np.float32]:
    """(bands, lines): triangles over the logarithm of frequency; every line's shares add up to 1."""
    lines_hz = np.maximum(np.fft.rfftfreq(_SIZE, 1 / RATE), 1.0)
    middles = np.geomspace(_LOWEST_HZ, _HIGHEST_HZ, _BANDS)
    place = np.interp(np.log(lines_hz), np.log(middles), np.arange(_BANDS))
    shares = np.maximum(0.0, 1.0 - np.abs(place[None] - np.arange(_BANDS)[:, None]))
    shares += 1e-6  # a band narrower than one line still has a mean
    normal: NDArray[np.float32] = (shares / shares.sum(axis=0)).astype(np.float32)
    return normal
