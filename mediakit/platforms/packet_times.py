"""When a track's packets are shown: start, length, rhythm, key frames. Arithmetic only; no media library.

Times are integers in the track's own unit until they are asked for in seconds, so that nothing is rounded twice.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median


@dataclass(slots=True)
class Packets:
    """Of one track, in the order of the file, in the track's own units."""

    pts: array[int] = field(default_factory=lambda: array("q"))
    lengths: array[int] = field(default_factory=lambda: array("q"))
    keys: array[int] = field(default_factory=lambda: array("q"))
    """Presentation times of key frames."""
    leading: int = 0
    bytes: int = 0

    def add(self, pts: int, length: int, size: int, is_key: bool) -> None:
        """Note one packet."""
        if is_key:
            self.keys.append(pts)
        elif self.keys and pts < self.keys[-1]:
            self.leading += 1
        self.pts.append(pts)
        self.lengths.append(length)
        self.bytes += size

    def span(self, unit_s: float) -> tuple[float, float]:
        """Start and length in seconds; what lies before zero (a codec's priming) is not presented."""
        if not self.pts:
            return 0.0, 0.0
        end = max(pts + length for pts, length in zip(self.pts, self.lengths, strict=True))
        start = max(0, min(self.pts))
        return start * unit_s, max(0, end - start) * unit_s


def rhythm(pts: Sequence[int], unit_s: float) -> tuple[float, float]:
    """The usual time from frame to frame, and how far it is missed at worst. Zero for a single frame."""
    ordered = sorted(pts)
    steps = [after - before for before, after in pairwise(ordered)]
    if not steps:
        return 0.0, 0.0
    average = (ordered[-1] - ordered[0]) / len(steps)
    usual = median(steps)
    exact = average if abs(average - usual) <= 1 else usual  # 30000/1001 in milliseconds alternates 33 and 34
    return exact * unit_s, max(abs(step - exact) for step in steps) * unit_s


def longest_gop(packets: Packets, unit_s: float) -> float:
    """The longest way from a key frame to the next one or the end, in seconds; without key frames, the whole track."""
    if not packets.pts:
        return 0.0
    end = max(pts + length for pts, length in zip(packets.pts, packets.lengths, strict=True))
    marks = [*sorted(packets.keys), end]
    return max((after - before for before, after in pairwise(marks)), default=end) * unit_s
