"""How loud the room is where nobody speaks, and keeping what is left under speech from standing out of it.

Taking a voice out of a sound leaves some of it behind, most where the voice was far above the room. So the room is
measured band by band in the parts without speech, and what is left under speech is turned down, in those bands and
moments only, to the loudest that the room usually is. It is never turned up: what is missing there is not missed.

Spectra of 1024 samples under square-root Hann windows, half overlapping: with nothing to turn down, what comes out is
what went in. Both channels share their gains, so the stereo picture stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

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
_LEAST_GAIN = 0.06  # -24 dB
_STEADY = 0.5  # how much of the last frame's level counts in this one's

Levels = NDArray[np.float32]
"""(bands,) mean power of both channels' spectral lines."""


def room_levels(sound: Scratch, spans: Spans) -> Levels | None:
    """The level of each band outside `spans`; None where there is too little of it to say."""
    found = [_band_powers(_spectra(piece)[:, ::4]) for piece in _quiet_pieces(sound, spans)]
    frames = np.concatenate([np.zeros((0, _BANDS), np.float32), *found])
    if len(frames) * _MEASURED_EVERY < _LEAST_MEASURED_S * RATE:
        return None
    levels: Levels = np.percentile(frames, _USUALLY, axis=0).astype(np.float32)
    return levels


def _quiet_pieces(sound: Scratch, spans: Spans) -> Iterator[Block]:
    """The parts outside `spans`, in pieces of half a second at most and 40 ms at least."""
    at = 0
    for start_s, end_s in (*spans, (sound.samples / RATE + 1, 0.0)):
        until = round((start_s - _AWAY_FROM_SPEECH_S) * RATE)
        if until - at >= 2 * _SIZE:
            yield from (piece for piece in sound.blocks(first=at, last=until) if piece.shape[1] >= 2 * _SIZE)
        at = max(at, round((end_s + _AWAY_FROM_SPEECH_S) * RATE))


def not_above(blocks: Iterable[Block], levels: Levels | None) -> Iterator[Block]:
    """`blocks`, with every band turned down to `levels` where it stands above; as many samples as went in."""
    if levels is None:
        yield from blocks
        return
    waiting, tail = silence(_HOP), silence(_HOP)
    steady: Levels | None = None
    early = _HOP  # what comes out of the silence before the first block
    left = 0
    for block, real in _then_end(blocks):
        left += real
        waiting = np.concatenate([waiting, block], axis=1)
        frames = waiting.shape[1] // _HOP - 1
        if frames < 1:
            continue
        spectra = _spectra(waiting[:, : (frames + 1) * _HOP])
        gains, steady = _gains(_band_powers(spectra), levels, steady)
        added, tail = _overlapped(_waves(spectra * (gains @ _lines_of_bands())), tail)
        waiting = waiting[:, frames * _HOP :]
        ready = added[:, early:][:, :left]
        early = max(0, early - added.shape[1])
        left -= ready.shape[1]
        yield ready


def _then_end(blocks: Iterable[Block]) -> Iterator[tuple[Block, int]]:
    """Each block with its length, then as much silence as brings out the rest, which counts for nothing."""
    for block in blocks:
        yield block, block.shape[1]
    yield silence(_SIZE), 0


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


def _gains(powers: Levels, levels: Levels, steady: Levels | None) -> tuple[Levels, Levels]:
    """(frames, bands) gains that bring `powers`, evened out over time, to `levels`; and the last evened power."""
    evened = np.empty_like(powers)
    for index, power in enumerate(powers):
        steady = power if steady is None else _STEADY * steady + (1 - _STEADY) * power
        evened[index] = steady
    assert steady is not None
    gains = np.sqrt(levels / np.maximum(evened, 1e-12))
    return np.clip(gains, _LEAST_GAIN, 1.0).astype(np.float32), steady


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
