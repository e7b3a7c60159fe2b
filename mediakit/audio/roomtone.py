"""How loud the room is where nobody speaks, and keeping what is left under speech from standing out of it.

Taking a voice out of a sound leaves some of it behind, most where the voice was far above the room. So the room is
measured band by band in the pauses around each stretch, and between the syllables, where it is heard through the voice;
what is left under speech is kept, in each band and moment, between the softest and the loudest that the room is then. Where
the voice stood so far above the room that what is left of it would be heard, little of that is kept, and the rest is the
room's own tone: a stretch of it without speech, played there. Where the voice is far under the room, or there is none at
all, the room is given back as it was.

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
_LIKE_WITHIN = 0.5 * RATE / _HOP  # frames: what was measured so far away counts for a third
_CLEAR = 0.2  # of the room's power and of what is heard, the voice has less where the room is heard through it
_REMEMBERED, _BELIEVED = 0.98, 5.0  # a frame; frames' worth of what the pauses say
_MOST_CORRECTED = 10.0
_MOMENT_PIECES = 8  # 4 s
_MOST_BROUGHT = 4.0  # 6 dB: what a band of the played stretch is raised by at most
_TAKEN_FROM_TO_DB = (-12.0, -5.0)
"""A voice so far under the room that it cannot be heard is not taken out; from the second on it is."""
_DOUBTED_FROM_TO_DB = (0.0, 8.0)
"""By so much must a voice stand above the room for what is left of it to be doubted a little, and altogether."""
_BANDS_OF_A_VOICE = 8  # a voice is heard in so many of them at least
_TALK_STEADY = 0.95  # what is left between two loud syllables is doubted too
_LATELY_STEADY = 0.85
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
    places: (pieces,) the frames around which it was measured; pieces: (pieces, bands) how loud it was there.
    """

    loudest: Levels
    softest: Levels
    usual: Levels
    moments: NDArray[np.complex64]
    played: Levels
    places: NDArray[np.float32]
    pieces: Levels

    def now(self, frames: NDArray[np.intp]) -> Levels:
        """(frames, bands) how loud the room is taken to be in each of `frames`: as around it, the nearer the likelier."""
        away = np.abs(frames[:, None] - self.places) / _LIKE_WITHIN
        shares = np.exp(away.min(axis=1, keepdims=True) - away)
        level: Levels = ((shares / shares.sum(axis=1, keepdims=True)) @ self.pieces).astype(np.float32)
        return level


def room_tone(sound: Scratch, spans: Spans) -> RoomTone | None:
    """The room of `sound` outside `spans`; None where there is too little of it to say."""
    measured = [(at, _band_powers(_spectra(piece)[:, ::4])) for at, piece in _quiet_pieces(sound, spans)]
    frames = np.concatenate([np.zeros((0, _BANDS), np.float32), *(powers for _, powers in measured)])
    if len(frames) * _MEASURED_EVERY < _LEAST_MEASURED_S * RATE:
        return None
    loudest, softest = np.percentile(frames, (_USUALLY, _SELDOM_LESS), axis=0).astype(np.float32)
    usual = frames.mean(axis=0)
    pieces = np.stack([powers.mean(axis=0) for _, powers in measured])
    first = _most_usual(pieces.mean(axis=1).tolist(), float(usual.mean()))
    played = islice(_quiet_pieces(sound, spans), first, first + _MOMENT_PIECES)
    moments = np.concatenate([_evenly(_spectra(piece), float(usual.mean())) for _, piece in played], axis=1)
    return RoomTone(
        loudest,
        softest,
        usual,
        moments,
        np.maximum(_band_powers(moments).mean(axis=0), usual / _MOST_BROUGHT),
        np.array([at / _HOP for at, _ in measured], np.float32),
        pieces,
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


def _quiet_pieces(sound: Scratch, spans: Spans) -> Iterator[tuple[int, Block]]:
    """The parts outside `spans`, in pieces of half a second at most and 40 ms at least, each with its middle sample."""
    at = 0
    for start_s, end_s in (*spans, (sound.samples / RATE + 1, 0.0)):
        until = round((start_s - _AWAY_FROM_SPEECH_S) * RATE)
        if until - at >= 2 * _SIZE:
            for piece in sound.blocks(first=at, last=until):
                if piece.shape[1] >= 2 * _SIZE:
                    yield at + piece.shape[1] // 2, piece
                at += piece.shape[1]
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

    def __init__(self, tone: RoomTone, at: int) -> None:
        self._tone = tone
        self._left: Levels | None = None
        self._voice: Levels | None = None
        self._talk: Levels | None = None
        self._lately: Levels | None = None
        self._at = at
        self._heard = self._expected = np.zeros(_BANDS, np.float32)
        self._ratio = np.ones(_BANDS, np.float32)

    def shaped(self, left: NDArray[np.complex64], voice: NDArray[np.complex64]) -> NDArray[np.complex64]:
        """(2, frames, lines) the spectra of what is `left`, between the room's levels, and the room's tone under it."""
        tone = self._tone
        frames = self._at + np.arange(left.shape[1])
        self._at += left.shape[1]
        powers, spoken = _band_powers(left), _band_powers(voice)
        evened, self._left = _evened(powers, self._left)
        here, self._voice = _evened(spoken, self._voice)
        talk, self._talk = _evened(spoken, self._talk, _TALK_STEADY)
        lately, self._lately = _evened(spoken, self._lately, _LATELY_STEADY)
        now = self._as_heard(tone.now(frames), _band_powers(left + voice), here)
        swell = np.maximum(now, 1e-12) / np.maximum(tone.usual, 1e-12)
        there = np.sort(_rising(lately, now, _TAKEN_FROM_TO_DB), axis=1)[:, -_BANDS_OF_A_VOICE, None]
        doubt = there * _rising(np.maximum(here, talk), now, _DOUBTED_FROM_TO_DB)
        kept = (1 - there * _rising(np.maximum(here, lately), now, _TAKEN_FROM_TO_DB)) * (1 - doubt)
        most = tone.loudest * swell * (1 - doubt) * (1 + kept) + _DOUBTED_SHARE * now * doubt
        gains = np.clip(np.sqrt(most / np.maximum(evened, 1e-12)), _LEAST_GAIN, 1.0)
        least = (tone.softest * swell * (1 - doubt) + now * doubt) * (1 - kept)
        lacking = np.sqrt(np.maximum(0.0, least - powers * np.square(gains)) / np.maximum(tone.played, 1e-12))
        moments = tone.moments[:, frames % tone.moments.shape[1]]
        back, played = _over_lines(kept * gains), _over_lines(lacking)
        shaped: NDArray[np.complex64] = left * _over_lines(gains) + voice * back + moments * played
        return shaped

    def _as_heard(self, taken: Levels, whole: Levels, voice: Levels) -> Levels:
        """(frames, bands) how loud the room is: as it is `taken` to be, corrected by what is heard of it through a voice."""
        now = np.empty_like(taken)
        for index, (guess, power, spoken) in enumerate(zip(taken, whole, voice, strict=True)):
            is_clear = spoken < _CLEAR * np.sqrt(self._ratio * guess * power)
            self._heard = _REMEMBERED * self._heard + is_clear * power
            self._expected = _REMEMBERED * self._expected + is_clear * guess
            ratio = (self._heard + _BELIEVED * guess) / np.maximum(self._expected + _BELIEVED * guess, 1e-12)
            self._ratio = np.clip(ratio, 1 / _MOST_CORRECTED, _MOST_CORRECTED)
            now[index] = guess * self._ratio
        return now


def _rising(voice: Levels, room: Levels, from_to_db: tuple[float, float]) -> Levels:
    """(frames, bands) 0..1, as the voice rises above the room from the first to the second of `from_to_db`."""
    above_db = 10 * np.log10(np.maximum(voice, 1e-12) / np.maximum(room, 1e-12))
    first_db, last_db = from_to_db
    rising: Levels = np.clip((above_db - first_db) / (last_db - first_db), 0.0, 1.0).astype(np.float32)
    return rising


def _over_lines(bands: Levels) -> Levels:
    """(frames, lines) what each line gets of what its `bands` have."""
    return bands.astype(np.float32, copy=False) @ _lines_of_bands()


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
