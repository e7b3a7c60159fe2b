"""QR and bar codes, read by zxing-cpp (Apache-2.0).

What counts is whether a phone could scan it, so only codes that decode are reported: a pattern that merely looks like one
raises false alarms on tiles and fabrics. The whole picture is read for QR codes, which costs little; where it has the
texture of a code it is read for every format; and a code that was seen but not read is looked at again, larger.
Limits: round mini-program codes, and codes smaller than some 48 px, are not read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.marks.geometry import Corner, mark_at
from mediakit.marks.texture import Part, code_like
from mediakit.model import Mark, MarkKind, Size

Rgb8 = NDArray[np.uint8]
Grey8 = NDArray[np.uint8]
WORKING_PIXELS = 1_600_000
"""A larger picture is shrunk for reading: time grows with it, and a code that needs more is too small to be scanned."""
ENLARGE_BELOW_PX = 900
"""A picture with a shorter long side is read at twice its size: its modules are only a pixel or two wide."""
QR = ("QRCode", "MicroQRCode", "RMQRCode")
MATRIX = ("DataMatrix", "Aztec", "PDF417")
PRINTED = ("EAN13", "UPCA", "Code128")
"""Bar codes of goods: told, but nothing a platform minds."""
CLOSER = 3.0
"""How many times larger a small code is looked at again."""
SMALL_PX = 160
"""Up to this side, what looks like a code is looked at again even where no code was seen."""
MOST_AGAIN = 12
"""Parts that are looked at again in one picture: foliage would otherwise be searched leaf by leaf."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """A code at corners of the working copy; `text` is None where it was seen and could not be read."""

    text: str | None
    format: str
    corners: tuple[Corner, ...]


def find_codes(rgb: Rgb8, shown: Size) -> tuple[Mark, ...]:
    """Every code that decodes in (H, W, 3) uint8 sRGB, with its corners in pixels of `shown`, top to bottom."""
    grey, scale = _working_copy(rgb)
    to_shown = shown.width_px / rgb.shape[1] / scale
    found = [_as_mark(code, to_shown) for code in _distinct(_search(grey)) if code.text is not None]
    return tuple(sorted(found, key=lambda mark: (mark.box.y, mark.box.x)))


def _search(grey: Grey8) -> Iterator[_Seen]:
    """Codes of the working copy, some of them twice: the whole of it for QR, code-like parts for every format."""
    half = _halved(grey)
    whole = [*_read(grey, QR, errors=True), *_read(half, QR, scale=0.5, inverted=True)]
    yield from whole
    yield from _read(_halved(half), (*MATRIX, *PRINTED), scale=0.25)
    coarse, fine = code_like(half), code_like(grey)
    yield from _read_parts(half, coarse, MATRIX, scale=0.5)
    yield from _read_parts(grey, [_doubled(part) for part in coarse], PRINTED)
    yield from _read_parts(grey, fine, (*MATRIX, *PRINTED))
    small = [part for part in fine if max(part[2:]) <= SMALL_PX and max(part[2:]) < 2.5 * min(part[2:])]
    unread = [_around(code) for code in whole if code.text is None]
    for part in unread[:MOST_AGAIN]:
        yield from _read_closely(grey, part, doubted=True)
    for part in small[:MOST_AGAIN]:
        yield from _read_closely(grey, part)


def _halved(grey: Grey8) -> Grey8:
    width, height = max(1, grey.shape[1] // 2), max(1, grey.shape[0] // 2)
    even = grey[: 2 * height, : 2 * width]  # exact means of four, a tenth of the time that a fractional shrinking takes
    return np.asarray(cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _read_parts(grey: Grey8, parts: list[Part], names: tuple[str, ...], scale: float = 1.0) -> Iterator[_Seen]:
    """What code-like parts hold; the whole picture where they are most of it."""
    if sum(w * h for _, _, w, h in parts) > 0.6 * grey.size:
        parts = [(0, 0, grey.shape[1], grey.shape[0])]
    for x, y, w, h in parts:
        yield from _read(grey[y : y + h, x : x + w], names, at=(x / scale, y / scale), scale=scale)


def _read_closely(grey: Grey8, part: Part, *, doubted: bool = False) -> Iterator[_Seen]:
    """A small part at twice its size; where something is seen there (or was before) and not read, larger and sharpened.

    Modules are then several pixels wide and their edges steep.
    """
    x, y, w, h = part
    small = grey[y : y + h, x : x + w]
    double = cv2.resize(small, None, fx=2.0, fy=2.0, interpolation=cv2.INTER_CUBIC)
    seen = list(_read(np.asarray(double, np.uint8), QR, at=(x, y), scale=2.0, inverted=True, errors=True))
    yield from seen
    doubted = doubted if not seen else any(code.text is None for code in seen)
    if not doubted:
        return
    large = cv2.resize(small, None, fx=CLOSER, fy=CLOSER, interpolation=cv2.INTER_CUBIC)
    sharp = cv2.addWeighted(large, 2.0, cv2.GaussianBlur(large, (0, 0), 0.8 * CLOSER), -1.0, 0.0)
    for copy in (large, sharp):
        yield from _read(np.asarray(copy, np.uint8), QR, at=(x, y), scale=CLOSER, inverted=True)


def _read(
    grey: Grey8,
    names: tuple[str, ...],
    *,
    at: Corner = (0, 0),
    scale: float = 1.0,
    inverted: bool = False,
    errors: bool = False,
) -> Iterator[_Seen]:
    """What zxing-cpp sees in a part that begins at `at` of the working copy and is `scale` times its size."""
    import zxingcpp

    for code in zxingcpp.read_barcodes(
        np.ascontiguousarray(grey),
        formats=_formats(names),
        try_downscale=names == QR,
        try_invert=inverted,
        return_errors=errors,
    ):
        place = code.position
        ends = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
        corners = tuple((at[0] + end.x / scale, at[1] + end.y / scale) for end in ends)
        yield _Seen(code.text if code.valid else None, code.format.name, corners)


def _doubled(part: Part) -> Part:
    x, y, w, h = part
    return 2 * x, 2 * y, 2 * w, 2 * h


@cache
def _formats(names: tuple[str, ...]) -> Any:
    import zxingcpp

    return zxingcpp.BarcodeFormats([getattr(zxingcpp.BarcodeFormat, name) for name in names])


def _around(code: _Seen) -> Part:
    """The box of a code with a quiet zone, cut off where the picture begins."""
    across, down = [x for x, _ in code.corners], [y for _, y in code.corners]
    room = 0.25 * max(max(across) - min(across), max(down) - min(down)) + 4
    left, top = max(0, int(min(across) - room)), max(0, int(min(down) - room))
    return left, top, int(max(across) + room) - left, int(max(down) + room) - top


def _distinct(codes: Iterable[_Seen]) -> list[_Seen]:
    """Each code once, however many readings found it: the same words at the same place."""
    kept: list[_Seen] = []
    for code in codes:
        if not any(code.text == other.text and _overlap(_around(code), _around(other)) for other in kept):
            kept.append(code)
    return kept


def _overlap(one: Part, other: Part) -> bool:
    return (
        one[0] < other[0] + other[2]
        and other[0] < one[0] + one[2]
        and one[1] < other[1] + other[3]
        and other[1] < one[1] + one[3]
    )


def _as_mark(code: _Seen, to_shown: float) -> Mark:
    kind: MarkKind = "barcode" if code.format in PRINTED else "code"
    return mark_at(kind, code.text or "", code.corners, to_shown, 1.0)


def _working_copy(rgb: Rgb8) -> tuple[Grey8, float]:
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    height, width = grey.shape
    scale = min(1.0, (WORKING_PIXELS / (height * width)) ** 0.5)
    if max(height, width) < ENLARGE_BELOW_PX:
        scale = 2.0
    if scale != 1.0:
        # Down to a half, bilinear reads every pixel there is, in a fifth of the time of area means.
        way = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_LINEAR if scale >= 0.5 else cv2.INTER_AREA
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=way)
    return np.asarray(grey, np.uint8), scale
