"""The best picture under a number of bytes, in few tries.

What fits easily at the first quality is kept as it is: the bytes are there. What takes much of its bytes is made once more,
thoroughly (progressive, tables of its own), and kept if it fits. Else every further try is placed by interpolating the
logarithm of the sizes around the wanted one, because size grows almost exponentially with quality; four or five tries
settle what bisection needs six for.

A wish (`target_bytes`) is not worth a bad picture: it is followed only as far down as the picture stays like the original,
by structural similarity (`pixels.similarity.ssim`, Wang et al. 2004, on luma) and by a lowest quality, since that measure
forgives blocks in a plain sky. A limit (`max_bytes`) is kept to, further down.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

ALIKE = 0.95
"""The perceptual floor: SSIM of luma against the finished picture. Photos at quality 78 have 0.96 to 0.99."""
GOOD_QUALITY = 70
"""The lowest quality a wish is followed to."""
FULL_CHROMA_FROM = 80
"""Below this JPEG quality bytes are better spent on the picture than on full-resolution colour."""
EASILY = 0.25
"""Of its bytes; a file that takes less gains nothing a person would notice from being 5 % smaller still."""
_CLOSE_ENOUGH = 0.97
"""A file that fills this share of its bytes is not improved upon."""


class Encode(Protocol):
    """An encoder: `thorough` asks for fewer bytes at more work, `full_chroma` for colour at full resolution."""

    def __call__(self, quality: int, *, full_chroma: bool, thorough: bool) -> bytes:
        """The file."""


Judge = Callable[[bytes], float]
"""How like the finished picture a file looks, SSIM."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What bounds a file: bytes (None: nothing does) and qualities, the one to begin with and the lowest allowed."""

    max_bytes: int | None
    target_bytes: int | None
    quality: int
    floor: int

    @property
    def wish(self) -> float:
        """Bytes to stay within if the picture stays good."""
        return min(self.target_bytes or math.inf, self.limit)

    @property
    def limit(self) -> float:
        """Bytes to stay within."""
        return math.inf if self.max_bytes is None else self.max_bytes


@dataclass(frozen=True, slots=True)
class Encoded:
    """One encoded file. `alike` is its SSIM, None where no search was needed and so none was measured."""

    data: bytes
    quality: int
    full_chroma: bool
    thorough: bool = False
    alike: float | None = None


class Search:
    """One picture's search; `tries` counts its encodes."""

    def __init__(self, encode: Encode, judge: Judge, budget: Budget) -> None:
        self._encode, self._judge, self._budget = encode, judge, budget
        self.tries = 0

    def best(self, *, full_chroma: bool) -> Encoded:
        """The best file within the wish if it stays good, else the least good one above, else the best within the limit.

        When even the lowest quality is larger than the limit, that file is returned: the caller judges.
        """
        budget = self._budget
        full_chroma = full_chroma and budget.quality >= FULL_CHROMA_FROM
        first = self._try(budget.quality, full_chroma, thorough=False)
        if len(first.data) <= EASILY * budget.wish:
            return first
        start = self._try(budget.quality, full_chroma)
        if len(start.data) <= budget.wish:
            return start
        lowest_good = max(budget.floor, min(GOOD_QUALITY, budget.quality))
        found = self._judged(self._within(budget.wish, lowest_good, start))
        if len(found.data) > budget.limit:
            return self._judged(self._within(budget.limit, budget.floor, found))
        if budget.wish < budget.limit and (found.alike or 0.0) < ALIKE:
            return self._least_good(found, start)
        return found

    def _try(self, quality: int, full_chroma: bool, *, thorough: bool = True) -> Encoded:
        self.tries += 1
        data = self._encode(quality, full_chroma=full_chroma, thorough=thorough)
        return Encoded(data, quality, full_chroma, thorough)

    def _judged(self, found: Encoded) -> Encoded:
        return Encoded(found.data, found.quality, found.full_chroma, found.thorough, self._judge(found.data))

    def _within(self, limit: float, floor: int, start: Encoded) -> Encoded:
        """The best from `floor` up to `start` that fits, with full chroma if that can be; else the file at `floor`."""
        if len(start.data) <= limit:
            return start
        if start.full_chroma:
            found = self._between(limit, max(floor, FULL_CHROMA_FROM), start)
            if len(found.data) <= limit:
                return found
            start = self._try(start.quality, False)
            if len(start.data) <= limit:
                return start
        return self._between(limit, floor, start)

    def _between(self, limit: float, floor: int, above: Encoded) -> Encoded:
        """The best that fits between `floor` and `above`, which does not, both with `above`'s chroma; else `floor`'s."""
        if floor >= above.quality:
            return above
        low = self._try(floor, above.full_chroma)
        if len(low.data) > limit:
            return low
        while above.quality - low.quality > 1 and len(low.data) < _CLOSE_ENOUGH * limit:
            share = math.log(limit / len(low.data)) / math.log(len(above.data) / len(low.data))
            guess = low.quality + int(share * (above.quality - low.quality))
            tried = self._try(min(max(guess, low.quality + 1), above.quality - 1), above.full_chroma)
            if len(tried.data) <= limit:
                low = tried
            else:
                above = tried
        return low

    def _least_good(self, low: Encoded, high: Encoded) -> Encoded:
        """The smallest file between them that looks like the picture and keeps to the limit; else the best that does."""
        best = low
        while high.quality - low.quality > 1:
            tried = self._judged(self._try((low.quality + high.quality) // 2, low.full_chroma))
            if len(tried.data) > self._budget.limit:
                high = tried
            elif (tried.alike or 0.0) >= ALIKE:
                best = high = tried
            else:
                best = low = tried
        return best
