"""BMP: its two headers. Source: the BITMAPINFOHEADER family."""

from __future__ import annotations

import struct

from mediakit.photo.containers.header import Header, size_of, truncated


def read(data: bytes) -> Header:
    """The header of a BMP. Raises FileError TRUNCATED or CORRUPT."""
    if len(data) < 30:
        raise truncated("it ends inside its header")
    pixels_at, header_bytes = struct.unpack_from("<II", data, 10)
    if header_bytes == 12:
        width, height, _, bits = struct.unpack_from("<HHHH", data, 18)
        compression = 0
    else:
        width, height, _, bits, compression = struct.unpack_from("<iiHHI", data, 18)
    stored = size_of(width, abs(height))
    row_bytes = (width * bits + 31) // 32 * 4
    is_plain = compression in (0, 3, 6)
    if is_plain and pixels_at + row_bytes * abs(height) > len(data):
        raise truncated("the end of the picture is missing")
    return Header(format="bmp", stored=stored, end=len(data), bits=8)
