"""Instruments and a tape loop: everything the beds are made of, in numpy.

A `Loop` is a ring of samples. A note that outlasts the ring's end goes on at its start, and the reverb is a circular
convolution, so the last sample flows into the first: the piece has no seam to hide.

Signals are float64 mono of about -1..1 unless said otherwise; frequencies in Hz, times in seconds, pitches MIDI numbers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RATE = 48_000
Signal = NDArray[np.float64]


def hertz(midi: float) -> float:
    """Equal temperament, A4 = 440 Hz."""
    return float(440.0 * 2 ** ((midi - 69) / 12))


class Loop:
    """A stereo ring of `beats` beats at `bpm`; `dry` holds the notes, `wet` what is also sent to the room."""

    def __init__(self, beats: int, bpm: float) -> None:
        self.beat_s = 60.0 / bpm
        self.samples = round(beats * self.beat_s * RATE)
        self.dry = np.zeros((self.samples, 2))
        self.wet = np.zeros((self.samples, 2))

    def put(self, note: Signal, beat: float, gain: float, pan: float = 0.0, send: float = 0.3) -> None:
        """Add a note at a beat. pan: -1 left .. 1 right, constant power. send: how much of it the room hears."""
        start = round(beat * self.beat_s * RATE)
        where = (start + np.arange(len(note))) % self.samples
        angle = (pan + 1) * np.pi / 4
        stereo = note[:, None] * gain * np.array([np.cos(angle), np.sin(angle)])
        np.add.at(self.dry, where, stereo)
        np.add.at(self.wet, where, stereo * send)

    def mixed(self, room: NDArray[np.float64], peak_dbfs: float) -> NDArray[np.float64]:
        """Notes and room together, (samples, 2), brought to a peak."""
        padded = np.zeros_like(self.wet)
        np.add.at(padded, np.arange(len(room)) % self.samples, room)
        echo = np.fft.irfft(np.fft.rfft(self.wet, axis=0) * np.fft.rfft(padded, axis=0), self.samples, axis=0)
        both = np.tanh((self.dry + echo) * 0.9)
        return both * 10 ** (peak_dbfs / 20) / np.abs(both).max()


def room(seconds: float, brightness_hz: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """An impulse response (samples, 2): noise that dies away, duller as it goes, after a short gap."""
    n = round(seconds * RATE)
    t = np.arange(n)[:, None] / RATE
    noise = rng.standard_normal((n, 2)) * 10 ** (-3 * t / seconds)
    dull = _lowpass(noise, brightness_hz * 0.3)
    bright = _lowpass(noise, brightness_hz)
    tail = bright * np.exp(-6 * t / seconds) + dull
    gap = np.zeros((round(0.018 * RATE), 2))
    tail /= np.sqrt((tail**2).sum(axis=0))
    return np.concatenate([gap, tail])


def pluck(
    midi: float, seconds: float, brightness: float, ring_s: float, bend: float = 0.0, vibrato: float = 0.0
) -> Signal:
    """A plucked string: harmonics that die the faster the higher. bend: semitones it starts away; vibrato: semitones."""
    t = _time(seconds)
    steps = bend * np.exp(-t / 0.045) + vibrato * np.sin(2 * np.pi * 5.2 * t) * np.clip((t - 0.25) / 0.4, 0, 1)
    phase = 2 * np.pi * np.cumsum(hertz(midi) * 2 ** (steps / 12)) / RATE
    note = np.zeros_like(t)
    for k in range(1, 15):
        if hertz(midi) * k > 14_000:
            break
        level = brightness ** (k - 1) * abs(np.sin(np.pi * k * 0.19)) / k**0.35
        note += level * np.sin(k * np.sqrt(1 + 0.00012 * k * k) * phase) * np.exp(-t * (0.6 + 0.42 * k) / ring_s)
    return note * np.minimum(t / 0.003, 1) * _fade(t, seconds)


def kalimba(midi: float, seconds: float = 2.2) -> Signal:
    """A metal tongue: a round tone and one short inharmonic ping."""
    t, f = _time(seconds), hertz(midi)
    body = np.sin(2 * np.pi * f * t) * np.exp(-t / 0.62) + 0.22 * np.sin(4 * np.pi * f * t) * np.exp(-t / 0.25)
    ping = 0.16 * np.sin(2 * np.pi * 5.43 * f * t) * np.exp(-t / 0.05)
    return (body + ping) * np.minimum(t / 0.002, 1) * _fade(t, seconds)


def electric_piano(midi: float, seconds: float, hardness: float = 0.9) -> Signal:
    """Two-operator FM with a falling index and a slow tremolo."""
    t, f = _time(seconds), hertz(midi)
    index = hardness * np.exp(-t / 0.5) + 0.12
    tone = np.sin(2 * np.pi * f * t + index * np.sin(2 * np.pi * f * t)) + 0.06 * np.sin(
        2 * np.pi * 14 * f * t
    ) * np.exp(-t / 0.06)
    return (
        tone
        * np.exp(-t / 1.9)
        * (1 + 0.10 * np.sin(2 * np.pi * 4.4 * t))
        * np.minimum(t / 0.006, 1)
        * _fade(t, seconds, 0.25)
    )


def pad(midi: float, seconds: float, rise_s: float = 0.9) -> Signal:
    """A warm held tone: three detuned voices of few harmonics, rising and falling slowly."""
    t, f = _time(seconds), hertz(midi)
    tone = np.zeros_like(t)
    for cents, turn in ((-6.0, 0.0), (0.0, 2.1), (7.0, 4.2)):
        phase = 2 * np.pi * f * 2 ** (cents / 1200) * t + turn
        tone += np.sin(phase) + 0.34 * np.sin(2 * phase) + 0.10 * np.sin(3 * phase)
    return tone / 3 * np.clip(t / rise_s, 0, 1) ** 1.5 * _fade(t, seconds, rise_s)


def bass(midi: float, seconds: float) -> Signal:
    """A soft round bass."""
    t, f = _time(seconds), hertz(midi)
    tone = np.sin(2 * np.pi * f * t) + 0.30 * np.sin(4 * np.pi * f * t) * np.exp(-t / 0.3)
    return tone * np.exp(-t / 1.3) * np.minimum(t / 0.012, 1) * _fade(t, seconds, 0.12)


def soft_drum(pitch_hz: float = 52.0, seconds: float = 0.5) -> Signal:
    """A felt-beaten drum: a falling sine."""
    t = _time(seconds)
    phase = 2 * np.pi * np.cumsum(pitch_hz * (1 + 1.6 * np.exp(-t / 0.022))) / RATE
    return np.sin(phase) * np.exp(-t / 0.14) * np.minimum(t / 0.002, 1) * _fade(t, seconds)


def shaker(rng: np.random.Generator, seconds: float = 0.12) -> Signal:
    """A little bag of seeds."""
    t = _time(seconds)
    grains = rng.standard_normal(len(t))
    bright = grains - _lowpass(grains[:, None], 5200.0)[:, 0]
    return bright * np.clip(t / 0.018, 0, 1) * np.exp(-t / 0.030) * _fade(t, seconds)


def snap(rng: np.random.Generator, seconds: float = 0.16) -> Signal:
    """A rim click with a breath of noise: lighter than a snare."""
    t = _time(seconds)
    grains = rng.standard_normal(len(t))
    breath = _lowpass(grains[:, None], 3600.0)[:, 0] - _lowpass(grains[:, None], 1200.0)[:, 0]
    return (
        (breath * np.exp(-t / 0.035) + 0.4 * np.sin(2 * np.pi * 1650 * t) * np.exp(-t / 0.010))
        * np.minimum(t / 0.001, 1)
        * _fade(t, seconds)
    )


def drop(midi: float, seconds: float = 0.35) -> Signal:
    """A drop of water, or a wood block far away: a short tone that rises."""
    t = _time(seconds)
    phase = 2 * np.pi * np.cumsum(hertz(midi) * (1 + 0.35 * (1 - np.exp(-t / 0.05)))) / RATE
    return np.sin(phase) * np.exp(-t / 0.045) * np.minimum(t / 0.002, 1) * _fade(t, seconds)


def _time(seconds: float) -> Signal:
    return np.arange(round(seconds * RATE)) / RATE


def _fade(t: Signal, seconds: float, over_s: float = 0.05) -> Signal:
    """1, going down to 0 at the very end: no note ends with a click."""
    return np.clip((seconds - t) / over_s, 0, 1)


def _lowpass(signal: NDArray[np.float64], cutoff_hz: float) -> NDArray[np.float64]:
    """(n, channels), a gentle low-pass of 12 dB an octave, by FFT."""
    spectrum = np.fft.rfft(signal, axis=0)
    frequencies = np.fft.rfftfreq(len(signal), 1 / RATE)[:, None]
    return np.fft.irfft(spectrum / (1 + (frequencies / cutoff_hz) ** 2), len(signal), axis=0)
