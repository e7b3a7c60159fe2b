"""When a reel's pictures change: on the music's beats, each picture shown about as long as the preset says.

A plain function of numbers. Promise: the reel lasts from 8 to 30 s (or what the surface takes, if that is less), every
picture is shown for at least `LEAST_SHOWN_S`, and where there are beats every change lies on one. The end lies on a beat
too where one is near; the sound fades out anyway.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SHORTEST_S, LONGEST_S = 8.0, 30.0
LEAST_SHOWN_S = 1.2
_NEAR_SHARE = 0.5
"""A change is moved to a beat at most by this share of the time a picture is shown."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Picture i is shown from `changes[i]` to `changes[i + 1]`; the end card, where there is one, comes last."""

    changes: tuple[float, ...]

    @property
    def total_s(self) -> float:
        """How long the reel is."""
        return self.changes[-1]


def most_pictures(card_s: float, longest_s: float) -> int:
    """How many pictures a reel can show at most."""
    return max(1, int((longest_s - card_s) / LEAST_SHOWN_S))


def time_pictures(
    count: int, *, each_s: float, card_s: float, beats: Sequence[float] = (), longest_s: float = LONGEST_S
) -> Timing:
    """When each of `count` pictures (no more than `most_pictures`) begins, then the card of `card_s`, then the end.

    card_s: 0 for no card. beats: moments in seconds from the beginning of the music.
    """
    shortest_s = min(SHORTEST_S, longest_s)
    each_s = min(max(each_s, (shortest_s - card_s) / count), (longest_s - card_s) / count)
    wanted = [each_s * (n + 1) for n in range(count)] + ([each_s * count + card_s] if card_s else [])
    changes = [0.0]
    for index, at in enumerate(wanted):
        last = index == len(wanted) - 1
        left = len(wanted) - 1 - index
        least = changes[-1] + min(LEAST_SHOWN_S, each_s)
        most = longest_s - left * min(LEAST_SHOWN_S, each_s)
        if last:
            least = max(least, shortest_s)
        changes.append(_nearest(at, beats, max(least, at - _NEAR_SHARE * each_s), min(most, at + _NEAR_SHARE * each_s)))
    return Timing(tuple(changes))


def _nearest(at: float, beats: Sequence[float], least: float, most: float) -> float:
    """The beat nearest to `at` from `least` to `most`; `at` itself, within them, where there is none."""
    fitting = [beat for beat in beats if least <= beat <= most]
    return min(fitting, key=lambda beat: abs(beat - at)) if fitting else max(least, min(at, most))
