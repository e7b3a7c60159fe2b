"""Does a file have another half that is still on its way? A Live Photo's still and clip, a RAW file and its JPEG.

An iPhone writes one identifier into the still (Apple's MakerNote, tag 17) and into the clip (QuickTime metadata
com.apple.quicktime.content.identifier); a file that carries one belongs with another. A camera's RAW file may have a JPEG of
the same name. Nothing is decoded: the marks are looked for among the bytes at both ends of the file.
"""

from __future__ import annotations

import struct
from pathlib import Path, PurePosixPath

from mediakit.model import Kind, Source
from mediakit.tools.sniff import SUFFIXES_OF_PHOTO

_LOOKED_AT_BYTES = 4 << 20
_MAKER = b"Apple iOS\x00\x00\x01MM"
_CONTENT_IDENTIFIER = 17
_CLIP_KEY = b"com.apple.quicktime.content.identifier"
_STILLS = frozenset((*SUFFIXES_OF_PHOTO["jpeg"], *SUFFIXES_OF_PHOTO["heic"]))
_RAW = frozenset(SUFFIXES_OF_PHOTO["raw"])


def awaited_half(source: Source) -> str:
    """What belongs with a file, in words; "" for a file that is whole by itself."""
    ending = PurePosixPath(source.rel).suffix.lower()
    if ending in _RAW:
        return "the JPEG that cameras write beside a RAW file"
    if ending in _STILLS and _is_live_still(_ends_of(source.path)):
        return "the clip of this Live Photo"
    if source.kind is Kind.CLIP and _CLIP_KEY in _ends_of(source.path):
        return "the photo of this Live Photo"
    return ""


def _ends_of(path: Path) -> bytes:
    """The first and the last megabytes; nothing where the file cannot be read, which others say better."""
    try:
        with path.open("rb") as stream:
            head = stream.read(_LOOKED_AT_BYTES)
            end = stream.seek(0, 2)
            stream.seek(max(len(head), end - _LOOKED_AT_BYTES))
            return head + stream.read()
    except OSError:
        return b""


def _is_live_still(content: bytes) -> bool:
    """The maker's directory (big-endian TIFF entries of 12 bytes) has the identifier's tag."""
    start = content.find(_MAKER)
    if start < 0:
        return False
    at = start + len(_MAKER)
    (count,) = struct.unpack(">H", content[at : at + 2].ljust(2, b"\0"))
    tags = (content[at + 2 + 12 * index : at + 4 + 12 * index] for index in range(min(count, 200)))
    return _CONTENT_IDENTIFIER.to_bytes(2, "big") in tags
