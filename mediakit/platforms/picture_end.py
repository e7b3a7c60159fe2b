"""Where a picture file ends by its own account, so that what is hidden behind it can be found.

Phones append the clip of a motion photo, editors append previews, and a polyglot hides an archive there: all of it
would be posted along. The walk follows the format's own structure (ITU-T T.81 B.1, the PNG and RIFF chunk layouts).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_NEXT_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
"""Padding (more FFs before it) needs no word here; a pattern that begins with one byte is searched five times as fast."""
_STANDALONE = frozenset({0x01, 0xD8, *range(0xD0, 0xD8)})
_ARITHMETIC_FRAMES = frozenset({0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9


def end_of_picture(data: bytes, fmt: str) -> int | None:
    """The offset just behind the picture; None where its end is missing.

    fmt: "jpeg", "png" or "webp"; any other format ends where the file does.
    """
    if fmt == "jpeg":
        return _end_of_jpeg(data)
    if fmt == "png":
        return _end_of_png(data)
    if fmt == "webp":
        end = 8 + int.from_bytes(data[4:8], "little")
        end += end % 2
        return end if end <= len(data) + 1 else None
    return len(data)


def uses_arithmetic_coding(data: bytes) -> bool:
    """Whether a JPEG is coded arithmetically (T.81 frame types 9 to 15), which hardly any program can show."""
    for marker, _ in _jpeg_markers(data):
        if marker in _ARITHMETIC_FRAMES:
            return True
        if marker == _START_OF_SCAN:  # its frame has been named
            return False
    return False


def _jpeg_markers(data: bytes) -> Iterator[tuple[int, int]]:
    """Every marker and the offset behind it, up to the end of the picture."""
    at = 2
    while (found := _NEXT_MARKER.search(data, at)) is not None:
        at = found.end()
        marker = data[at - 1]
        yield marker, at
        if marker == _END_OF_IMAGE:
            return
        if marker not in _STANDALONE:
            at += int.from_bytes(data[at : at + 2], "big")


def _end_of_jpeg(data: bytes) -> int | None:
    return next((behind for marker, behind in _jpeg_markers(data) if marker == _END_OF_IMAGE), None)


def _end_of_png(data: bytes) -> int | None:
    at = 8
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        kind = data[at + 4 : at + 8]
        at += 12 + length
        if kind == b"IEND":
            return at if at <= len(data) else None
    return None
