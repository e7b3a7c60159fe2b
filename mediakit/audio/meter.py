"""How loud it is: integrated loudness and true peak, measured block by block.

Integrated loudness is ITU-R BS.1770-4: K-weighting, power over 400 ms windows every 100 ms, an absolute gate at
-70 LUFS and a relative one 10 LU under the mean of what passes it. True peak is the largest magnitude of the signal
between the samples as well as at them (annex 2 of the same): in every millisecond, around the largest sample and around
the largest rough value half-way between two, the signal is interpolated at eighths of a sample with a 48-tap windowed
sinc. That finds the maximum of real material within 0.01 dB at a fraction of the cost of oversampling all of it.

The meter keeps one number of each kind for every millisecond (a `Profile`), so that gain changes over time can be
tried without going through the sound again: 8 kB a second.

Limits: sound shorter than 400 ms has no integrated loudness (`NOTHING`). Both channels count alike, as left and right.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from mediakit.audio.pcm import RATE, Block, silence

NOTHING = -math.inf
"""Loudness of what has none, and the peak of digital silence."""
PER_MS = RATE // 1000
_WINDOW_MS = 400
_STEP_MS = 100
_ABSOLUTE_GATE_LUFS = -70.0
_RELATIVE_GATE_LU = -10.0
_OFFSET_LU = -0.691

_FFT = 32_768
_HOP = 28_608  # 596 ms
_TAPS = 4_096  # the K-weighting's response has decayed to 5e-6 by then

_REACH = 24  # samples to each side that an interpolated value is made of
_BETWEEN = tuple(eighth / 8 for eighth in range(-7, 8) if eighth)
_LATE_MS = 1  # the interpolation has to see what follows, so peaks are measured this much after energy

MsValues = NDArray[np.float32]
"""(n,) one value for each millisecond."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Sound as a meter sees it, a value for each millisecond.

    energy: K-weighted sample squares summed over both channels and the 48 samples of the millisecond.
    peak: the largest true-peak magnitude of either channel in it, linear.
    """

    energy: MsValues
    peak: MsValues
    samples: int

    @property
    def true_peak_dbtp(self) -> float:
        """dB relative to full scale."""
        return to_db(float(self.peak.max(initial=0.0)))

    def integrated_lufs(self, gain: MsValues | float = 1.0) -> float:
        """Gated loudness, were `gain` (linear; a number or one value a millisecond) applied."""
        weighted = np.square(gain, dtype=np.float32) * self.energy
        return integrated_lufs(weighted)

    def under(self, gain: MsValues) -> Profile:
        """The same sound with `gain` (linear, one value a millisecond) applied."""
        return Profile(self.energy * np.square(gain), self.peak * gain, self.samples)

    def repeated(self, since_ms: int, period: int, samples: int) -> Profile:
        """`samples` of a sound of which only the beginning was measured: from `since_ms` on it is `period` samples long,
        over and over. At least `since_ms` and a period must have been measured.

        A period that is no whole number of milliseconds is heard a fraction later: peaks are those of either neighbour.
        """
        reached_ms = -(-samples // PER_MS)
        energy, peak = np.zeros(reached_ms, np.float32), np.zeros(reached_ms, np.float32)
        begin, rounds = 0, 0
        while begin < reached_ms:
            moved_ms = rounds * period / PER_MS
            end = min(reached_ms, math.ceil(since_ms + moved_ms + period / PER_MS))
            before, after = begin - math.ceil(moved_ms), begin - math.floor(moved_ms)
            share = np.float32(math.ceil(moved_ms) - moved_ms)
            earlier, later = (slice(at, at + end - begin) for at in (before, after))
            energy[begin:end] = self.energy[earlier] * (1 - share) + self.energy[later] * share
            np.maximum(self.peak[earlier], self.peak[later], out=peak[begin:end])
            begin, rounds = end, rounds + 1
        energy[samples // PER_MS :] = 0.0
        return Profile(energy, peak, samples)

    def mean_lufs(self) -> float:
        """Loudness without windows and gates: what can still be said of sound under 400 ms."""
        power = float(self.energy.sum()) / max(1, self.samples)
        return _to_lufs(power)


def to_db(magnitude: float) -> float:
    """20 log10, -inf for 0."""
    return 20 * math.log10(magnitude) if magnitude > 0 else NOTHING


def from_db(db: float) -> float:
    """The factor that `db` stands for; 0 for -inf."""
    return math.pow(10.0, db / 20)


def _to_lufs(power: float) -> float:
    return _OFFSET_LU + 10 * math.log10(power) if power > 0 else NOTHING


def window_powers(energy: MsValues) -> NDArray[np.float64]:
    """Mean square over 400 ms windows that begin every 100 ms, both channels summed: BS.1770's gating blocks."""
    steps = len(energy) // _STEP_MS
    return _windows(energy[: steps * _STEP_MS].reshape(steps, _STEP_MS).sum(axis=1, dtype=np.float64))


def _windows(by_step: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same from the energy of each 100 ms."""
    per_window = _WINDOW_MS // _STEP_MS
    if len(by_step) < per_window:
        return np.zeros(0)
    total = np.lib.stride_tricks.sliding_window_view(by_step, per_window).sum(axis=1)
    powers: NDArray[np.float64] = total / (_WINDOW_MS * PER_MS)
    return powers


def integrated_lufs(energy: MsValues) -> float:
    """BS.1770-4 integrated loudness of a profile's `energy`; NOTHING where no window passes the gate."""
    return _gated(window_powers(energy))


def _gated(powers: NDArray[np.float64]) -> float:
    loud = powers[powers > _power(_ABSOLUTE_GATE_LUFS)]
    if not loud.size:
        return NOTHING
    relative_gate = _to_lufs(float(loud.mean())) + _RELATIVE_GATE_LU
    return _to_lufs(float(loud[loud > _power(relative_gate)].mean()))


def _power(lufs: float) -> float:
    return math.pow(10.0, (lufs - _OFFSET_LU) / 10)


class Meter:
    """Takes blocks, gives a Profile."""

    def __init__(self) -> None:
        self._cutter = _Cutter()
        self._measured: list[_Measured] = []

    def add(self, block: Block) -> None:
        """Measure `block`, which follows what was added before."""
        self._measured += map(_measured, self._cutter.add(block))

    def profile(self) -> Profile:
        """What was added so far. Ends the measurement."""
        self._measured += map(_measured, self._cutter.finish())
        return _profile(self._measured, self._cutter.samples)


class Summary:
    """A meter that keeps only what two numbers need: 80 bytes for a second of sound, where a `Meter` keeps 8 kB."""

    def __init__(self) -> None:
        self._cutter = _Cutter()
        self._rest: MsValues = np.zeros(0, np.float32)
        self._steps: list[float] = []
        self._peak = 0.0

    @property
    def samples(self) -> int:
        """How much was added."""
        return self._cutter.samples

    def add(self, block: Block) -> None:
        """Measure `block`, which follows what was added before."""
        for stretch in self._cutter.add(block):
            self._take(stretch)

    def finish(self) -> tuple[float, float]:
        """(integrated loudness in LUFS, true peak in dBTP) of what was added. Ends the measurement."""
        for stretch in self._cutter.finish():
            self._take(stretch)
        steps = self._cutter.samples // (PER_MS * _STEP_MS)  # BS.1770 drops an incomplete last window
        loudness = _gated(_windows(np.array(self._steps[:steps])))
        return loudness, to_db(self._peak)

    def _take(self, stretch: Block) -> None:
        energy, peak = _measured(stretch)
        energy = np.concatenate([self._rest, energy])
        whole = len(energy) // _STEP_MS * _STEP_MS
        self._steps += energy[:whole].reshape(-1, _STEP_MS).sum(axis=1, dtype=np.float64).tolist()
        self._rest = energy[whole:]
        self._peak = max(self._peak, float(peak.max(initial=0.0)))


def measure(blocks: Iterable[Block]) -> Profile:
    """The Profile of all of `blocks`."""
    meter = Meter()
    for block in blocks:
        meter.add(block)
    return meter.profile()


_Measured = tuple[MsValues, MsValues]
"""Energy and peak of one hop, the peak `_LATE_MS` late."""


class _Cutter:
    """Cuts a run of blocks into stretches of `_FFT` samples, each `_HOP` on from the one before."""

    def __init__(self) -> None:
        self.samples = 0
        self._waiting = [silence(_FFT - _HOP)]
        self._waiting_samples = _FFT - _HOP

    def add(self, block: Block) -> list[Block]:
        self.samples += block.shape[1]
        return self._add(block)

    def finish(self) -> list[Block]:
        """The rest, with silence behind it up to a whole stretch."""
        return self._add(silence(-(self.samples + _LATE_MS * PER_MS) % _HOP + _LATE_MS * PER_MS))

    def _add(self, block: Block) -> list[Block]:
        self._waiting.append(block)
        self._waiting_samples += block.shape[1]
        if self._waiting_samples < _FFT:
            return []
        waiting = np.concatenate(self._waiting, axis=1)
        last = (waiting.shape[1] - _FFT) // _HOP * _HOP
        rest = waiting[:, last + _HOP :]
        self._waiting, self._waiting_samples = [rest], rest.shape[1]
        return [waiting[:, at : at + _FFT] for at in range(0, last + 1, _HOP)]


def _profile(measured: list[_Measured], samples: int) -> Profile:
    whole_ms, reached_ms = samples // PER_MS, -(-samples // PER_MS)
    energy = np.concatenate([energy for energy, _ in measured])[:reached_ms]
    peak = np.concatenate([peak for _, peak in measured])[_LATE_MS : _LATE_MS + reached_ms]
    energy[whole_ms:] = 0.0  # BS.1770 drops an incomplete last window; so does this an incomplete millisecond
    return Profile(energy, peak, samples)


def _measured(block: Block) -> _Measured:
    alike = np.array_equal(block[0], block[1])  # mono: half of the work
    spectrum = np.fft.rfft(block[:1] if alike else block)
    spectrum *= _k_weighting()
    weighted = np.fft.irfft(spectrum, _FFT)[:, -_HOP:]
    squares = np.square(weighted).reshape(len(weighted), -1, PER_MS).sum(axis=(0, 2), dtype=np.float32)
    end = _FFT - _LATE_MS * PER_MS
    peaks = _true_peaks(block[: 1 if alike else 2, end - _HOP - _REACH : end + _REACH])
    return squares * np.float32(2.0) if alike else squares, peaks


def _true_peaks(block: Block) -> MsValues:
    """The largest magnitude of any channel in each millisecond; `block` has `_REACH` samples more at each end."""
    samples = block.shape[1] - 2 * _REACH
    before, here, after, beyond = (block[:, _REACH + by : _REACH + by + samples] for by in (-1, 0, 1, 2))
    half_way = here + after
    half_way *= np.float32(0.64)
    outer = before + beyond
    outer *= np.float32(0.21)
    half_way -= outer
    firsts = np.arange(samples // PER_MS) * PER_MS
    highest = np.zeros(samples // PER_MS, np.float32)
    for channel, *roughs in zip(block, np.abs(here), np.abs(half_way, out=half_way), strict=True):
        windows = np.lib.stride_tricks.sliding_window_view(channel, 2 * _REACH + 1)
        for rough in roughs:
            found = windows[firsts + rough.reshape(-1, PER_MS).argmax(axis=1)].T
            np.maximum(highest, np.abs(_interpolation() @ found).max(axis=0), out=highest)
            np.maximum(highest, np.abs(found[_REACH]), out=highest)
    return highest


@cache
def _interpolation() -> NDArray[np.float32]:
    """(14, 49): from the samples around one to the values at `_BETWEEN`; a sinc under a raised cosine."""
    away = np.arange(-_REACH, _REACH + 1) - np.array(_BETWEEN)[:, None]
    window = np.where(np.abs(away) < _REACH, np.cos(np.pi * away / (2 * _REACH)) ** 2, 0.0)
    taps: NDArray[np.float32] = (np.sinc(away) * window).astype(np.float32)
    return taps


@cache
def _k_weighting() -> NDArray[np.complex64]:
    """The spectrum of BS.1770's two filters in a row, at 48 kHz (the coefficients are the standard's own)."""
    shelf = ((1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585))
    highpass = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))
    z = np.exp(-2j * np.pi * np.arange(_FFT // 2 + 1) / _FFT)
    response = np.ones_like(z)
    for above, below in (shelf, highpass):
        response *= np.polyval(above[::-1], z) / np.polyval(below[::-1], z)
    impulse = np.fft.irfft(response, _FFT)
    impulse[_TAPS:] = 0.0
    return np.fft.rfft(impulse).astype(np.complex64)
