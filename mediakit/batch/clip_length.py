"""Which stretch of a clip is used where the surface takes no more: the best one, and never from or to the middle of a word.

Every look of the walk has a worth (light, sharpness, a face), every second of speech adds to it. Of all stretches of the
allowed length that begin and end outside speech the one with the highest sum is taken; where people speak without a pause
the stretch may be up to a quarter shorter, so that it ends with a sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from mediakit.audio.hear import Heard
from mediakit.model import Seconds
from mediakit.video.follow import Followed

STEP_S = 0.1
SHORTEST = 0.75
"""Of the allowed length, for the sake of a pause."""
SPOKEN_WORTH = 0.6
"""What a second of speech adds; a well-lit, sharp second is worth 1, with a large face 2."""
EDGE_S = 0.12
"""Room a word needs before and after what the detector calls speech."""
AT_CUT_BONUS = 0.5
"""For beginning where a shot begins."""
EARLIER = 0.002
"""A second's delay costs this much: of equals the first is taken."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """From where, for how long, and why, in words for the report."""

    begin: Seconds
    length: Seconds
    why: str
    in_speech: bool


def best_stretch(duration_s: float, most_s: float, followed: Followed, heard: Heard | None, fps: Fraction) -> Stretch:
    """The stretch of at most `most_s` seconds that is used of a longer clip, on whole frames of `fps`."""
    spans = heard.speech if heard is not None else ()
    times = np.arange(0.0, duration_s + STEP_S / 2, STEP_S)
    gained = np.concatenate([[0.0], np.cumsum(_worth(times[:-1] + STEP_S / 2, followed, spans) * STEP_S)])
    quiet = is_quiet(times, spans)
    bonus = np.array(
        [AT_CUT_BONUS if any(abs(shot.begin_s - t) < STEP_S for shot in followed.shots) else 0.0 for t in times]
    )
    lengths = range(int(most_s / STEP_S), max(1, int(SHORTEST * most_s / STEP_S)) - 1, -1)
    best = _best(gained, quiet, bonus, times, lengths)
    in_speech = best is None
    if best is None:
        best = _best(gained, np.ones_like(quiet), bonus, times, lengths[:1])
    assert best is not None  # the clip is longer than the stretch
    begin, count = best
    first = round(float(times[begin]) * fps)
    frames = min(int(most_s * fps), round(count * STEP_S * fps))
    why = f"the best {frames / float(fps):.1f} s of {duration_s:.1f} s, from {first / float(fps):.1f} s on"
    return Stretch(first / fps, frames / fps, why, in_speech)


def _best(
    gained: NDArray[np.float64],
    quiet: NDArray[np.bool_],
    bonus: NDArray[np.float64],
    times: NDArray[np.float64],
    lengths: Sequence[int],
) -> tuple[int, int] | None:
    """Begin and length in steps; None where every way begins or ends in speech."""
    found: tuple[float, int, int] | None = None
    for count in lengths:
        if count >= len(times):
            continue
        value = gained[count:] - gained[:-count] + bonus[:-count] - EARLIER * times[:-count]
        value = np.where(quiet[count:] & quiet[:-count], value, -np.inf)
        place = int(np.argmax(value))
        if np.isfinite(value[place]) and (found is None or value[place] > found[0]):
            found = (float(value[place]), place, count)
    return found[1:] if found is not None else None


def _worth(times: NDArray[np.float64], followed: Followed, spans: Sequence[tuple[float, float]]) -> NDArray[np.float64]:
    """What each moment is worth."""
    worth: NDArray[np.float64] = np.interp(times, followed.times_s, followed.worth)
    return worth + SPOKEN_WORTH * ~is_quiet(times, spans, edge_s=0.0)


def is_quiet(
    times: NDArray[np.float64], spans: Sequence[tuple[float, float]], edge_s: float = EDGE_S
) -> NDArray[np.bool_]:
    """Where nobody speaks, with room for words that begin before they are heard; the clip's own ends count as quiet."""
    quiet = np.ones(times.shape, bool)
    for begin, end in spans:
        quiet &= (times <= begin - edge_s) | (times >= end + edge_s)
    quiet[:1] = quiet[:1] | (edge_s > 0)  # the clip's own beginning and end cut no word that was there
    quiet[-1:] = quiet[-1:] | (edge_s > 0)
    return quiet
