"""GIF: blocks up to the trailer. Source: GIF89a specification."""

from __future__ import annotations

import struct

from mediakit.photo.containers.header import Header, corrupt, size_of, truncated

_EXTENSION, _PICTURE, _TRAILER = 0x21, 0x2C, 0x3B


def read(data: bytes) -> Header:
    """The header of a GIF. Raises FileError TRUNCATED or CORRUPT."""
    if len(data) < 13:
        raise truncated("it ends inside its header")
    width, height, packed = struct.unpack_from("<HHB", data, 6)
    at = 13 + _table_bytes(packed)
    frames = 0
    while at < len(data) and data[at] != _TRAILER:
        if data[at] == _EXTENSION:
            at = _behind_blocks(data, at + 2)
        elif data[at] == _PICTURE:
            frames += 1
            table = _table_bytes(data[at + 9]) if at + 9 < len(data) else 0
            at = _behind_blocks(data, at + 11 + table)
        elif frames:
            break
        else:
            raise corrupt("it holds an unknown kind of block")
    if at >= len(data):
        raise truncated("the end of the picture is missing")
    if not frames:
        raise corrupt("it holds no picture")
    xmp_at = data.find(b"XMP DataXMP", 0, at)
    xmp = data[xmp_at + 11 : data.find(b"<?xpacket end", xmp_at) + 19] if xmp_at >= 0 else b""
    return Header(
        format="gif",
        stored=size_of(width, height),
        end=at + 1,
        frames=frames,
        xmp=xmp,
        traits=frozenset({"palette"}),
    )


def _table_bytes(packed: int) -> int:
    """Bytes of the colour table that a packed field announces."""
    return 3 << ((packed & 7) + 1) if packed & 0x80 else 0


def _behind_blocks(data: bytes, at: int) -> int:
    """The offset behind a chain of sub-blocks and its zero byte."""
    while at < len(data) and data[at]:
        at += 1 + data[at]
    return at + 1
