"""To the loudness that was asked for, under the peak that was allowed.

`plan_gain` decides from a Profile alone: one gain for the whole clip where its peaks allow that, otherwise the same gain
with a look-ahead limiter behind it, the gain raised by what the limiter takes away. The plan is one gain for every
millisecond; `apply_gain` carries it out.

The limiter looks a few milliseconds ahead: the gain each millisecond needs, held at its minimum over the look-ahead,
released with a time constant, averaged over the look-ahead. An average of values that are all low enough is low enough,
so the true peaks it was given stay under the ceiling; both channels move together, so the stereo picture stays. It
begins gentle (5 ms, 120 ms) and turns quicker only where gentle does not get there: a metronome, a single clap.

Limits: under 400 ms there is no integrated loudness, so the plain mean is used and the gain is at most 12 dB. What is
quieter than -50 LUFS is a microphone with nothing to hear: made louder it would be hiss, so it is kept under -60 LUFS.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from mediakit.audio.meter import NOTHING, PER_MS, MsValues, Profile, from_db, to_db
from mediakit.audio.pcm import Block

GainMode = Literal["linear", "limiter", "short", "near-silent", "silent"]

SILENT_LUFS = -60.0
"""At or under this nothing can be heard on a phone."""
NEAR_SILENT_LUFS = -50.0
_NEAR_SILENT_TARGET_LUFS = -64.0
_SHORT_MAX_GAIN_DB = 12.0
_MAX_DRIVE_DB = 40.0
_GENTLE_DRIVE_DB = 10.0
_CLOSE_ENOUGH_LU = 0.02
_REACHED_LU = 0.1
_SEARCH_STEPS = 24
_PIECE_MS = 20_000  # worked on as Python numbers at a time, which take eight times the memory


@dataclass(frozen=True, slots=True)
class Limiter:
    """How quick a limiter is."""

    look_ahead_ms: int
    release_ms: float


LIMITERS = (Limiter(5, 120.0), Limiter(5, 40.0), Limiter(3, 15.0), Limiter(2, 8.0), Limiter(1, 3.0))
"""From gentle to hard."""


@dataclass(frozen=True, slots=True)
class GainPlan:
    """What to do to every millisecond. `gain` is linear, one value a millisecond, or one for all.

    expected_lufs: what it comes to, by the profile; NOTHING where there is no integrated loudness.
    limited_db: the most the limiter takes away anywhere; 0.0 where it does nothing.
    """

    mode: GainMode
    gain_db: float
    gain: MsValues | float
    expected_lufs: float
    limited_db: float = 0.0


def plan_gain(profile: Profile, target_lufs: float, ceiling_dbtp: float) -> GainPlan:
    """The gain that brings `profile` to `target_lufs` with no true peak over `ceiling_dbtp`."""
    loudness = profile.integrated_lufs()
    if profile.true_peak_dbtp == NOTHING:
        return GainPlan("silent", 0.0, 1.0, NOTHING)
    if loudness == NOTHING:
        return _plan_without_loudness(profile, target_lufs, ceiling_dbtp)
    if loudness <= SILENT_LUFS:
        return _constant(profile, "silent", 0.0)
    if loudness < NEAR_SILENT_LUFS:
        return _constant(profile, "near-silent", _NEAR_SILENT_TARGET_LUFS - loudness)
    wanted_db = target_lufs - loudness
    if profile.true_peak_dbtp + wanted_db <= ceiling_dbtp:
        return _constant(profile, "linear", wanted_db)
    return _plan_limiter(profile, wanted_db, target_lufs, ceiling_dbtp)


def _constant(profile: Profile, mode: GainMode, gain_db: float) -> GainPlan:
    gain = from_db(gain_db)
    return GainPlan(mode, gain_db, gain, profile.integrated_lufs(gain))


def _plan_without_loudness(profile: Profile, target_lufs: float, ceiling_dbtp: float) -> GainPlan:
    """Too short for a gating window, or every window under -70 LUFS."""
    mean = profile.mean_lufs()
    if mean <= NEAR_SILENT_LUFS:
        return _constant(profile, "silent", 0.0)
    gain_db = min(target_lufs - mean, _SHORT_MAX_GAIN_DB, ceiling_dbtp - profile.true_peak_dbtp)
    return _constant(profile, "short", gain_db)


def _plan_limiter(profile: Profile, least_db: float, target_lufs: float, ceiling_dbtp: float) -> GainPlan:
    """The gentlest limiter that gets there with little drive, else the one that comes closest."""
    closest: GainPlan | None = None
    for limiter in LIMITERS:
        plan = _driven(profile, limiter, least_db, target_lufs, ceiling_dbtp)
        if abs(plan.expected_lufs - target_lufs) <= _REACHED_LU and plan.gain_db - least_db <= _GENTLE_DRIVE_DB:
            return plan
        if closest is None or _cost(plan, target_lufs) < _cost(closest, target_lufs):
            closest = plan
    assert closest is not None
    return closest


def _cost(plan: GainPlan, target_lufs: float) -> tuple[float, float]:
    """How far off the target, then how much drive it takes."""
    return max(_REACHED_LU, abs(plan.expected_lufs - target_lufs)), plan.gain_db


def _driven(profile: Profile, limiter: Limiter, least_db: float, target_lufs: float, ceiling_dbtp: float) -> GainPlan:
    """Search the drive at which the limited sound is as loud as wanted; the more drive, the louder."""

    def limited(drive_db: float) -> GainPlan:
        drive = from_db(drive_db)
        curve = limiter_curve(profile.peak * np.float32(drive), from_db(ceiling_dbtp), limiter)
        lowest = -to_db(float(curve.min(initial=1.0)))
        curve *= np.float32(drive)
        return GainPlan("limiter", drive_db, curve, profile.integrated_lufs(curve), lowest)

    return _search(limited, least_db, least_db + _MAX_DRIVE_DB, target_lufs)


def _search(limited: Callable[[float], GainPlan], low_db: float, high_db: float, target_lufs: float) -> GainPlan:
    """Follow the shortfall upwards while it shrinks, halve the interval where that oversteps."""
    drive_db = low_db
    best = plan = limited(drive_db)
    for _ in range(_SEARCH_STEPS):
        missing = target_lufs - plan.expected_lufs
        if abs(missing) < abs(target_lufs - best.expected_lufs):
            best = plan
        if abs(missing) <= _CLOSE_ENOUGH_LU or high_db - low_db < _CLOSE_ENOUGH_LU:
            break
        low_db, high_db = (drive_db, high_db) if missing > 0 else (low_db, drive_db)
        further_db = drive_db + 1.3 * missing  # a limited decibel of drive gives less than one of loudness
        drive_db = further_db if low_db < further_db < high_db else (low_db + high_db) / 2
        plan = limited(drive_db)
    return best


def limiter_curve(peak: MsValues, ceiling: float, limiter: Limiter = LIMITERS[0]) -> MsValues:
    """The gain (0..1, one a millisecond) that keeps `peak` (linear, one a millisecond) at or under `ceiling`.

    Interpolating it between the middles of milliseconds keeps the promise.
    """
    gain = np.maximum(peak, np.float32(1e-12))
    np.divide(np.float32(ceiling), gain, out=gain)
    np.minimum(gain, np.float32(1.0), out=gain)
    if gain.min(initial=1.0) >= 1.0:
        return gain
    held = _lowest_ahead(gain, 1, limiter.look_ahead_ms + 1)
    _release(held, limiter.release_ms)
    return _mean_behind(held, limiter.look_ahead_ms + 1)


def _lowest_ahead(values: MsValues, behind: int, ahead: int) -> MsValues:
    """The minimum from `behind` places before to `ahead` places after each place."""
    lowest = values.copy()
    for shift in range(1, ahead + 1):
        np.minimum(lowest[:-shift], values[shift:], out=lowest[:-shift])
    for shift in range(1, behind + 1):
        np.minimum(lowest[shift:], values[:-shift], out=lowest[shift:])
    return lowest


def _release(held: MsValues, release_ms: float) -> None:
    """Down at once, up with a time constant: 1 - gain decays, never faster. In place."""
    keep = math.exp(-1.0 / release_ms)
    reduction = 0.0
    for first in range(0, len(held), _PIECE_MS):
        piece = held[first : first + _PIECE_MS]
        reductions = (1.0 - piece).tolist()
        for at, wanted in enumerate(reductions):
            reduction = max(wanted, reduction * keep)
            reductions[at] = reduction
        piece[:] = 1.0
        piece -= np.array(reductions, np.float32)


def _mean_behind(values: MsValues, count: int) -> MsValues:
    """The mean of each place and the `count` - 1 before it."""
    means: MsValues = np.convolve(
        np.pad(values, (count - 1, 0), mode="edge"), np.full(count, 1 / count, np.float32), "valid"
    )
    return means


def apply_gain(blocks: Iterable[Block], gain: MsValues | float) -> Iterator[Block]:
    """`blocks` under `gain`, interpolated between the middles of milliseconds."""
    at = 0
    for block in blocks:
        count = block.shape[1]
        if isinstance(gain, np.ndarray):
            yield block * _samples_or_one(gain, at, count)
        else:
            yield block * np.float32(gain)
        at += count


def _samples_or_one(per_ms: MsValues, first: int, count: int) -> MsValues | np.float32:
    """`samples_of`, or one number where they are all the same, as they are between two fades."""
    near = per_ms[max(0, first // PER_MS - 1) : (first + count) // PER_MS + 2]
    same = near.size and near.min() == near.max()
    return np.float32(near[0]) if same else samples_of(per_ms, first, count)


def samples_of(per_ms: MsValues, first: int, count: int) -> MsValues:
    """The curve `per_ms` at `count` samples from sample `first` on."""
    from_ms = max(0, first // PER_MS - 1)
    near = per_ms[from_ms : (first + count) // PER_MS + 2]
    if not near.size:
        return np.full(count, per_ms[-1] if per_ms.size else 1.0, np.float32)
    places = (np.arange(first, first + count) + 0.5) / PER_MS - 0.5 - from_ms
    return np.interp(places, np.arange(len(near)), near).astype(np.float32)
