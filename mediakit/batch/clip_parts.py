"""A clip that is longer than its surface takes, as several files: where it is cut.

Every part is within the surface's limit and no second is lost. Cuts lie where nobody speaks, at the clip's own cuts where
there are some; more parts than the length asks for are made only to save a word. Found exactly, by dynamic programming over
tenths of a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from mediakit.audio.hear import Heard
from mediakit.batch.clip_length import STEP_S, Stretch, is_quiet
from mediakit.frame.track import Shot

LEAST_SHARE = 0.2
"""Of the allowed length, for the shortest part."""
A_PART = 1.0
A_WORD = 6.0
"""What a cut within speech costs, in parts: that many more are made to avoid one."""
NO_CUT = 0.25
"""What a cut in the middle of a shot costs."""
UNEVEN = 0.2
"""What a part costs that is empty instead of full, with the square of what it lacks."""


def parts_of(
    duration_s: float,
    most_s: float,
    least_s: float,
    shots: Sequence[Shot],
    heard: Heard | None,
    fps: Fraction,
) -> tuple[Stretch, ...]:
    """The whole clip as stretches of at most `most_s` and at least `least_s` seconds, on whole frames of `fps`."""
    times = np.arange(0.0, duration_s + STEP_S / 2, STEP_S)
    quiet = is_quiet(times, heard.speech if heard is not None else ())
    at_cut = np.zeros(times.shape, bool)
    for shot in shots:
        at_cut |= np.abs(times - shot.begin_s) <= STEP_S / 2
    price = A_WORD * ~quiet + NO_CUT * ~at_cut
    # Half a step less: the last part also takes what lies beyond the last whole step.
    cuts = _cheapest(price, int((most_s - STEP_S / 2) / STEP_S), max(1, int(least_s / STEP_S)))
    ends = [*(_frame(float(times[cut]), shots, fps) for cut in cuts), round(duration_s * fps)]
    begins = [0, *ends[:-1]]
    loud = [not quiet[cut] for cut in cuts]
    touched = zip([False, *loud], [*loud, False], strict=True)
    return tuple(
        Stretch(begin / fps, (end - begin) / fps, _why(number, len(ends), begin / fps, end / fps), a or b)
        for number, (begin, end, (a, b)) in enumerate(zip(begins, ends, touched, strict=True), start=1)
    )


def least_part_s(most_s: float, surface_least_s: float | None) -> float:
    """The shortest part worth posting on a surface that takes from `surface_least_s` to `most_s` seconds."""
    return min(max(LEAST_SHARE * most_s, surface_least_s or 0.0), most_s / 2)


def _cheapest(price: NDArray[np.float64], most: int, least: int) -> list[int]:
    """The steps after which to cut, so that every part has `least` to `most` of them and all is as cheap as can be.

    price: of a cut at each step; those at both ends are not paid.
    """
    last = len(price) - 1
    lengths = np.arange(least, most + 1)
    lacks = A_PART + UNEVEN * (1 - lengths / most) ** 2
    total = np.full(last + 1, np.inf)
    came_from = np.zeros(last + 1, np.int64)
    total[0] = 0.0
    for end in range(least, last + 1):
        reach = min(end, most) - least + 1
        sums = total[end - lengths[:reach]] + lacks[:reach]
        best = int(np.argmin(sums))
        total[end] = sums[best] + (price[end] if end < last else 0.0)
        came_from[end] = end - lengths[best]
    cuts = []
    at = int(came_from[last])
    while at > 0:
        cuts.append(at)
        at = int(came_from[at])
    return cuts[::-1]


def _frame(t_s: float, shots: Sequence[Shot], fps: Fraction) -> int:
    """The frame a part begins with: that of the clip's own cut where there is one so near."""
    near = [shot.begin_s for shot in shots if abs(shot.begin_s - t_s) <= STEP_S / 2]
    return round((min(near, key=lambda begin: abs(begin - t_s)) if near else t_s) * fps)


def _why(number: int, count: int, begin_s: Fraction, end_s: Fraction) -> str:
    return f"part {number} of {count}, from {float(begin_s):.1f} s to {float(end_s):.1f} s"
