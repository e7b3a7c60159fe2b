"""Does a file have another half that is still on its way? A Live Photo's still and clip, a RAW file and its JPEG.

An iPhone writes one identifier into the still (Apple's maker note) and into the clip (QuickTime metadata,
com.apple.quicktime.content.identifier): a file that carries one belongs with another. A camera's RAW file may have a JPEG of
the same name. Nothing is decoded; in a clip the key is looked for among the bytes at both ends, where the index lies.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from mediakit.errors import FileError
from mediakit.model import Kind, Source
from mediakit.presets.schema import Limits
from mediakit.tools.sniff import SUFFIXES_OF_PHOTO

_LOOKED_AT_BYTES = 4 << 20
_CLIP_KEY = b"com.apple.quicktime.content.identifier"
_RAW = frozenset(SUFFIXES_OF_PHOTO["raw"])


def awaited_half(source: Source, limits: Limits) -> str:
    """What belongs with a file, in words; "" for a file that is whole by itself, and for one that others will refuse."""
    if PurePosixPath(source.rel).suffix.lower() in _RAW:
        return "the JPEG that cameras write beside a RAW file"
    if source.kind is Kind.CLIP:
        return "the photo of this Live Photo" if _CLIP_KEY in _ends_of(source.path) else ""
    from mediakit.photo.open import peek

    try:
        return "the clip of this Live Photo" if peek(source.path, limits).live_id else ""
    except (FileError, OSError):
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
