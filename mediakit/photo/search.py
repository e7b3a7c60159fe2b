"""The best encoder quality under a number of bytes, in few tries.

File size grows almost exponentially with quality over the range that matters, so each try is placed by interpolating the
logarithm of the sizes around the wanted one; four or five encodes settle a range that bisection needs six for.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

Encode = Callable[[int, bool], bytes]
"""(quality, full chroma) -> the file."""

GOOD_QUALITY = 78
"""For a wish (`target_bytes`) quality is not taken below this; for a limit (`max_bytes`) it is."""
_CLOSE_ENOUGH = 0.97
"""A file that fills this share of its bytes is not improved upon."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """One encoded file, and how many tries were made up to it."""

    data: bytes
    quality: int
    full_chroma: bool
    tries: int


def fit(
    encode: Encode,
    *,
    max_bytes: int | None,
    target_bytes: int | None,
    quality: int,
    floor: int,
    full_chroma_from: int,
) -> Encoded:
    """The best file within `target_bytes` if a good quality reaches it, else the best within `max_bytes`.

    Full chroma is used at qualities from `full_chroma_from` up, where it fits. When even `floor` is larger than
    `max_bytes`, that file is returned: the caller judges.
    """
    full = quality >= full_chroma_from
    first = Encoded(encode(quality, full), quality, full, 1)
    wish = min((b for b in (target_bytes, max_bytes) if b is not None), default=None)
    if wish is None or len(first.data) <= wish:
        return first
    lowest_good = max(floor, min(GOOD_QUALITY, quality))
    found = _best(encode, wish, lowest_good, first, full_chroma_from)
    if len(found.data) <= wish or max_bytes is None or len(found.data) <= max_bytes:
        return found
    return _best(encode, max_bytes, floor, found, full_chroma_from)


def _best(encode: Encode, limit: int, floor: int, start: Encoded, full_chroma_from: int) -> Encoded:
    """The best quality from `floor` up to `start`'s that fits `limit`, with full chroma if that can be; else `floor`'s."""
    if start.full_chroma:
        lowest_full = max(floor, full_chroma_from)
        found = _search(encode, limit, lowest_full, start)
        if len(found.data) <= limit:
            return found
        half = Encoded(encode(start.quality, False), start.quality, False, found.tries + 1)
        if len(half.data) <= limit:
            return half
        start = half
    return _search(encode, limit, floor, start)


def _search(encode: Encode, limit: int, floor: int, above: Encoded) -> Encoded:
    """Between `floor` and `above`, which is too large, both with `above`'s chroma: the best that fits, else `floor`'s."""
    if floor >= above.quality:
        return above
    low = replace(above, data=encode(floor, above.full_chroma), quality=floor, tries=above.tries + 1)
    tries = low.tries
    if len(low.data) > limit:
        return low
    while above.quality - low.quality > 1 and len(low.data) < _CLOSE_ENOUGH * limit:
        share = math.log(limit / len(low.data)) / math.log(len(above.data) / len(low.data))
        guess = low.quality + int(share * (above.quality - low.quality))
        guess = min(max(guess, low.quality + 1), above.quality - 1)
        tries += 1
        tried = Encoded(encode(guess, above.full_chroma), guess, above.full_chroma, tries)
        if len(tried.data) <= limit:
            low = tried
        else:
            above = tried
    return replace(low, tries=tries)
