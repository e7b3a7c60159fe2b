"""The level of sound in bands of frequency, one value for each 10 ms: what `nearness` and `beats` listen to."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from mediakit.audio.pcm import RATE, Block

FRAME = RATE // 100
"""Samples from one level to the next."""
_SIZE = 2 * FRAME

Bands = NDArray[np.float32]
"""(frames, bands) level in dB, one row for each 10 ms."""


class BandLevels:
    """Takes blocks, gives the level of each 10 ms in `bands` of equal width in log frequency. 5 kB for a second of sound."""

    def __init__(self, lowest_hz: float, highest_hz: float, bands: int = 12) -> None:
        self._lines = _lines_of_bands(lowest_hz, highest_hz, bands)
        self._rest = np.zeros(0, np.float32)
        self._found: list[Bands] = []

    def add(self, block: Block) -> None:
        """Listen to `block`, which follows what was added before."""
        mono = np.concatenate([self._rest, block.mean(axis=0, dtype=np.float32)])
        frames = len(mono) // FRAME - 1
        if frames > 0:
            self._found.append(self._levels(mono[: (frames + 1) * FRAME]))
            mono = mono[frames * FRAME :]
        self._rest = mono

    def levels(self) -> Bands:
        """What was heard so far."""
        return np.concatenate([np.zeros((0, self._lines.shape[1]), np.float32), *self._found])

    def _levels(self, mono: NDArray[np.float32]) -> Bands:
        frames = np.lib.stride_tricks.sliding_window_view(mono, _SIZE)[::FRAME]
        power = np.square(np.abs(np.fft.rfft(frames * np.hanning(_SIZE).astype(np.float32))))
        levels: Bands = (10 * np.log10(power @ self._lines + 1e-9)).astype(np.float32)
        return levels


@cache
def _lines_of_bands(lowest_hz: float, highest_hz: float, bands: int) -> NDArray[np.float32]:
    """(lines, bands) which line of the spectrum counts in which band."""
    hz = np.fft.rfftfreq(_SIZE, 1 / RATE)[:, None]
    edges = np.geomspace(lowest_hz, highest_hz, bands + 1)
    return ((hz >= edges[:-1]) & (hz < edges[1:])).astype(np.float32)
