"""When frames are shown: duration, rate, whether it varies. From packet times alone, so nothing is decoded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from mediakit.model import Seconds

_NTSC_FPS = tuple(Fraction(n, 1001) for n in (24000, 30000, 60000))
STANDARD_FPS = (*_NTSC_FPS, *(Fraction(n) for n in (24, 25, 30, 48, 50, 60, 120, 240)))
LOWEST_OUTPUT_FPS = 23
"""Below it platforms refuse clips or resample them badly; such rates are multiplied (15 to 30)."""
_ROUNDING_S = 0.0015
"""Containers that count in milliseconds put a frame up to one of them away from its place."""


@dataclass(frozen=True, slots=True)
class Timing:
    """When the frames of a clip are shown, on the file's own clock."""

    start: Seconds
    duration: Seconds
    frames: int
    fps: Fraction
    vfr: bool
    max_gop_s: float


def measure_timing(
    times: Sequence[int], lengths: Sequence[int], keys: Sequence[int], tick: Fraction, said: Fraction
) -> Timing:
    """Timing from packets: when each frame is shown, for how long, which are key frames, all in ticks of `tick` s.

    `said` is the rate the container claims; it decides only where there is a single frame of unknown length.
    """
    shown = np.sort(np.asarray(times, dtype=np.int64))
    gaps = np.diff(shown)
    usual = _median(gaps) if gaps.size else 0
    last = max((length for time, length in zip(times, lengths, strict=True) if time == shown[-1]), default=0)
    last_ticks = Fraction(last or usual) or 1 / (said * tick)
    duration = (int(shown[-1] - shown[0]) + last_ticks) * tick
    vfr = _varies(gaps, usual, tick)
    return Timing(
        start=int(shown[0]) * tick,
        duration=duration,
        frames=len(times),
        fps=_rate(shown, usual, tick, said, vfr=vfr),
        vfr=vfr,
        max_gop_s=_longest_gop(keys or [int(shown[0])], int(shown[-1] + last_ticks), tick),  # no key at all: one group
    )


def _median(values: NDArray[np.int64]) -> int:
    """As numpy's own, which brings masked arrays along the first time it is called: 7 ms."""
    ordered = np.sort(values)
    return int(ordered[(values.size - 1) // 2] + ordered[values.size // 2]) // 2


def _varies(gaps: NDArray[np.int64], usual: int, tick: Fraction) -> bool:
    """More than one frame in fifty away from its place by more than the container's own rounding."""
    tolerance = max(_ROUNDING_S, 1.01 * float(tick))
    away = np.abs(gaps - usual) * float(tick) > tolerance
    return bool(gaps.size > 1 and away.mean() > 0.02)


def _rate(shown: NDArray[np.int64], usual: int, tick: Fraction, said: Fraction, *, vfr: bool) -> Fraction:
    if not usual:
        return said
    usual_s = usual * tick
    if vfr:
        return _nearest(1 / usual_s)
    span = int(shown[-1] - shown[0]) * tick
    mean = (len(shown) - 1) / span
    if said in STANDARD_FPS and abs((len(shown) - 1) / said - span) <= tick:
        return said  # a coarse clock cannot tell 30 from 29.97 over a few frames; the header can
    close = _nearest(mean)
    if abs(close / mean - 1) <= Fraction(1, 400):
        return close
    if abs(float(1 / said - usual_s)) <= max(_ROUNDING_S, float(tick)):
        return said
    close = _nearest(1 / usual_s)
    return close if abs(close * usual_s - 1) <= Fraction(1, 50) else mean.limit_denominator(1000)


def _nearest(rate: Fraction) -> Fraction:
    """The standard rate nearest by ratio; below them all, the nearest whole number."""
    if rate < LOWEST_OUTPUT_FPS:
        return Fraction(max(1, round(rate)))
    return min(STANDARD_FPS, key=lambda standard: max(standard / rate, rate / standard))


def _longest_gop(keys: Sequence[int], end: int, tick: Fraction) -> float:
    starts = sorted(keys)
    return max((b - a for a, b in zip(starts, [*starts[1:], end], strict=True)), default=0) * float(tick)


def output_fps(fps: Fraction, max_fps: int) -> Fraction:
    """The constant rate to deliver a clip of `fps` at: as recorded, divided to fit `max_fps`, low rates multiplied.

    Only whole factors, so that every frame stays equally long and motion even.
    """
    divisor = 1
    while fps / divisor > max_fps:
        divisor += 1
    rate = fps / divisor
    factor = 1
    while rate * factor < LOWEST_OUTPUT_FPS and rate * (factor + 1) <= max_fps:
        factor += 1
    return rate * factor
