"""Where a clip is at its worst: a few moments, in order of time, for a report to draw.

A moment is a look into the clip at which a part is poor, and poorer than the clip usually is: a clip that is dark
throughout is told so by its exposure part, not by a list of its frames.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

import numpy as np
from numpy.typing import NDArray

from mediakit.model import Moment, Part
from mediakit.quality.motion import BLACK_LEVEL

BLANK = "stretches"
BLACK, FROZEN = "black", "stands still since the look before"
MOST_MOMENTS = 6
POOR = 0.6
"""A part under this may be a bad moment ..."""
WORSE_BY = 0.12
"""... where it is so much under the clip's own middle ..."""
NEARBY_S = 1.0
"""... and only the worst of those that lie so near each other is named."""
SAME_LEVELS = 0.08
"""Mean difference up to which two looks a second apart are one picture, written down twice by an encoder."""


def worst_moments(looks: Sequence[tuple[float, Sequence[Part]]]) -> tuple[Moment, ...]:
    """The worst of all looks, at most six: `looks` are moments (seconds) and what was found there."""
    middles = _middles(looks)
    found = [
        Moment(round(time_s, 2), part.name, part.measured, round(part.value, 3))
        for time_s, parts in looks
        for part in parts
        if part.value < POOR and part.value < middles[part.name] - WORSE_BY
    ]
    kept: list[Moment] = []
    for moment in sorted(found, key=lambda one: (one.value, one.time_s)):
        if len(kept) < MOST_MOMENTS and not any(_one_moment(moment, other) for other in kept):
            kept.append(moment)
    return tuple(sorted(kept, key=lambda one: (one.time_s, one.part)))


def blank_part(grey: NDArray[np.float32], before: NDArray[np.float32] | None) -> Part:
    """Whether a frame is black, or the very same as the look before it; grey: (H, W) float32 luma, 0..255."""
    if float(grey.mean()) < BLACK_LEVEL:
        return Part(BLANK, 0.0, 0.0, BLACK)
    if before is not None and before.shape == grey.shape and float(np.abs(grey - before).mean()) < SAME_LEVELS:
        return Part(BLANK, 0.0, 0.0, FROZEN)
    return Part(BLANK, 1.0, 0.0, "a picture that moves")


def begun(blanks: Sequence[tuple[float, Sequence[Part]]]) -> list[tuple[float, Sequence[Part]]]:
    """Of looks that `blank_part` judged, only those where a stretch begins: ten black seconds are one thing to see."""
    facts = ["", *(parts[0].measured for _, parts in blanks)]
    return [look for look, before in zip(blanks, facts, strict=False) if look[1][0].measured != before]


def _middles(looks: Sequence[tuple[float, Sequence[Part]]]) -> dict[str, float]:
    """Of each part; 1.0 for what is named where it goes wrong, however often that is."""
    values: dict[str, list[float]] = {}
    for _, parts in looks:
        for part in parts:
            values.setdefault(part.name, []).append(part.value)
    return {name: 1.0 if name == BLANK else median(found) for name, found in values.items()}


def _one_moment(one: Moment, other: Moment) -> bool:
    same = one.part == other.part and (one.part != BLANK or one.measured == other.measured)
    return same and abs(one.time_s - other.time_s) <= NEARBY_S
