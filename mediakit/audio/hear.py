"""Listens to a clip once and says what is there: speech, loudness, peaks, clipping, silence, the noise underneath.

Used by the score and the report; `track` takes what was heard so that speech is not looked for twice. Streaming: a
clip of ten minutes needs no more memory than one of one, but for 20 bytes a millisecond. About 15 ms a second of sound.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mediakit.audio.curve import Spans
from mediakit.audio.level import NEAR_SILENT_LUFS
from mediakit.audio.meter import NOTHING, Meter, Profile, window_powers
from mediakit.audio.pcm import to_samples
from mediakit.audio.source import FROM_ZERO, read_sound
from mediakit.audio.speech import SpeechFinder
from mediakit.audio.timeline import Reading
from mediakit.model import Seconds

if TYPE_CHECKING:
    from av import AudioFrame

_FULL_SCALE = {"u8": 2.0**7, "s16": 2.0**15, "s32": 2.0**31, "s64": 2.0**63, "flt": 1.0, "dbl": 1.0}
_CLIPPED_FROM = 0.985
_QUIETEST_SHARE = 10  # per cent


@dataclass(frozen=True, slots=True)
class Heard:
    """What the sound of a clip is like.

    speech: stretches in seconds of the clip. loudness_lufs, true_peak_dbtp: None where there is nothing to measure.
    clipped_share: samples at full scale for three in a row or longer, 0..1. silent: nothing that is worth hearing.
    noise_floor_lufs: what the quietest tenth of 400 ms windows stays under; None for digital silence and short clips.
    """

    speech: Spans
    loudness_lufs: float | None
    true_peak_dbtp: float | None
    clipped_share: float
    silent: bool
    noise_floor_lufs: float | None
    duration_s: float
    lost_s: float = 0.0
    speech_sought: bool = True
    """False: nobody listened for speech, so an empty `speech` says nothing."""

    @property
    def speech_s(self) -> float:
        """How long somebody speaks in all."""
        return sum(end - start for start, end in self.speech)


def hear(
    source: Path,
    stream: int | None,
    *,
    start_s: Seconds = FROM_ZERO,
    duration_s: Seconds | None = None,
    with_speech: bool = True,
    threads: int = 1,
) -> Heard:
    """Listen to the audio stream `stream` (an index in the file; None: the first) of `source`.

    start_s: where the picture begins on the file's clock. duration_s: how long it is; None: as long as the sound.
    with_speech: look for speech, which is half of the work. Raises FileError where there is no sound or it is damaged.
    """
    meter, clipping = Meter(), _Clipping()
    finder = SpeechFinder() if with_speech else None
    reading = Reading()
    samples = None if duration_s is None else to_samples(duration_s)
    for block in read_sound(
        source, stream, start_s=start_s, samples=samples, threads=threads, reading=reading, tap=clipping.look
    ):
        meter.add(block)
        if finder is not None:
            finder.add(block)
    profile = meter.profile()
    loudness = profile.integrated_lufs()
    return Heard(
        speech=finder.spans() if finder is not None else (),
        loudness_lufs=finite(loudness),
        true_peak_dbtp=finite(profile.true_peak_dbtp),
        clipped_share=clipping.share,
        silent=max(loudness, _short_mean(profile)) < NEAR_SILENT_LUFS,
        noise_floor_lufs=_noise_floor_lufs(profile),
        duration_s=profile.samples / 48_000,
        lost_s=round(reading.lost_s, 3),
        speech_sought=with_speech,
    )


def finite(value: float) -> float | None:
    """Rounded to hundredths; None for what has no value (-inf is not JSON)."""
    return None if value == NOTHING else round(value, 2)


def _short_mean(profile: Profile) -> float:
    """For clips too short for a gating window, else nothing."""
    return NOTHING if window_powers(profile.energy).size else profile.mean_lufs()


def _noise_floor_lufs(profile: Profile) -> float | None:
    powers = window_powers(profile.energy)
    if not powers.size:
        return None
    quiet = float(np.percentile(powers, _QUIETEST_SHARE))
    return round(-0.691 + 10 * float(np.log10(quiet)), 1) if quiet > 1e-12 else None


class _Clipping:
    """Counts samples that stand at full scale, in the form in which the file has them."""

    def __init__(self) -> None:
        self._clipped = 0
        self._all = 0

    @property
    def share(self) -> float:
        return round(self._clipped / self._all, 6) if self._all else 0.0

    def look(self, frame: AudioFrame) -> None:
        values = frame.to_ndarray()
        if not frame.format.is_planar:
            values = values.reshape(-1, frame.layout.nb_channels).T
        kind = frame.format.name.removesuffix("p")
        self._all += values.size
        if kind == "u8":
            values = values.astype(np.int16) - 128
        limit = _CLIPPED_FROM * _FULL_SCALE.get(kind, 1.0)
        at_limit = (values >= limit) | (values <= -limit)
        if at_limit.any():
            self._clipped += _in_runs(at_limit)


def _in_runs(at_limit: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> int:
    """How many are part of three or more in a row."""
    middle = at_limit[:, :-2] & at_limit[:, 1:-1] & at_limit[:, 2:]
    part = np.zeros_like(at_limit)
    for shift in range(3):
        part[:, shift : shift + middle.shape[1]] |= middle
    return int(part.sum())
