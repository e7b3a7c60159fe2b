"""What a photo file is made of, read without decoding a pixel: one file a container format.

Every reader takes the file's bytes and returns a `Header`; it refuses a file whose end is missing (TRUNCATED) or whose
inside does not hold together (CORRUPT), because the decoders behind it would make grey areas of such files.
"""

from __future__ import annotations

import struct

from mediakit.photo.containers import bmp, gif, heif, jpeg, png, tiff, webp
from mediakit.photo.containers.header import ColourTag, Header, corrupt

__all__ = ["ColourTag", "Header", "read_header"]

_READERS = {"jpeg": jpeg.read, "png": png.read, "webp": webp.read, "gif": gif.read, "bmp": bmp.read, "tiff": tiff.read}


def read_header(data: bytes, fmt: str) -> Header:
    """The header of a whole file of format `fmt` (jpeg, png, webp, gif, bmp, tiff, heic, avif).

    Raises FileError: TRUNCATED, CORRUPT, UNSUPPORTED_CODEC.
    """
    try:
        return heif.read(data, fmt) if fmt in ("heic", "avif") else _READERS[fmt](data)
    except (struct.error, IndexError, KeyError, ValueError, OverflowError) as why:
        raise corrupt("its header does not hold together") from why
