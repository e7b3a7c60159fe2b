"""What stands behind the picture's last byte.

Phones put honest things there: the clip of a motion photo, a second picture (MPF, gain maps), a maker's own block,
padding. An archive, a program or a page there makes the file two things at once, which no shop ever shoots and every
upload filter distrusts: POLYGLOT.
"""

from __future__ import annotations

import struct

from mediakit.errors import Fault, FileError

_ARCHIVE_ANYWHERE = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")
_SECOND_FILE_BEGINS = (
    b"PK\x03\x04", b"MZ", b"\x7fELF", b"%PDF-", b"\x1f\x8b\x08", b"\xfd7zXZ\x00", b"BZh", b"#!/", b"<?php", b"<!doctype html",
    b"<html", b"<script",
)  # fmt: skip


def check_trailer(data: bytes, end: int) -> frozenset[str]:
    """Judge what follows the picture that ends at `end`. Returns the trait "motion" or none.

    Raises FileError POLYGLOT.
    """
    rest = data[end:].lstrip(b"\x00\xff\r\n \t") if end < len(data) else b""
    if _is_zip(data) or _hides_a_file(rest):
        raise FileError(
            Fault.POLYGLOT,
            "Behind the picture the file holds a second file (an archive, a program or a page).",
            "If the picture is wanted, open it in a photo app and save it anew.",
        )
    return frozenset({"motion"}) if b"ftyp" in rest[:64] else frozenset()


def _hides_a_file(rest: bytes) -> bool:
    return rest[:16].lower().startswith(tuple(magic.lower() for magic in _SECOND_FILE_BEGINS)) or any(
        magic in rest for magic in _ARCHIVE_ANYWHERE
    )


def _is_zip(data: bytes) -> bool:
    """Whether the file also opens as a ZIP: an end record that reaches to the file's end and leads to a directory."""
    at = data.rfind(b"PK\x05\x06", max(0, len(data) - 65557))
    if at < 0 or at + 22 > len(data):
        return False
    entries, directory_bytes, _, comment_bytes = struct.unpack_from("<HIIH", data, at + 10)
    if at + 22 + comment_bytes > len(data):
        return False
    start = at - directory_bytes
    return entries == 0 or (start >= 0 and data[start : start + 4] == b"PK\x01\x02")
