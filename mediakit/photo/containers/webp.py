"""WebP: the chunks of its RIFF container. Source: RFC 9649."""

from __future__ import annotations

import struct

from mediakit.model import Size
from mediakit.photo.containers.header import ColourTag, Header, corrupt, size_of, truncated
from mediakit.photo.containers.tiff import orientation_of


def read(data: bytes) -> Header:
    """The header of a WebP. Raises FileError TRUNCATED or CORRUPT."""
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise truncated("the end of the picture is missing")
    chunks: dict[bytes, bytes] = {}
    frames = 0
    at = 12
    while at + 8 <= end:
        kind, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if at + 8 + length > end:
            raise truncated("the end of the picture is missing")
        frames += kind == b"ANMF"
        is_picture = kind in (b"VP8 ", b"VP8L", b"ANMF")
        chunks.setdefault(kind, data[at + 8 : at + 8 + (16 if is_picture else length)])
        at += 8 + length + length % 2
    exif = chunks.get(b"EXIF", b"").removeprefix(b"Exif\x00\x00")
    traits = {"alpha"} if _has_alpha(chunks) else set[str]()
    return Header(
        format="webp",
        stored=_size(chunks),
        end=min(end + end % 2, len(data)),
        orientation=orientation_of(exif),
        frames=max(1, frames),
        colour=ColourTag(icc=chunks.get(b"ICCP", b"")),
        exif=exif,
        xmp=chunks.get(b"XMP ", b""),
        traits=frozenset(traits),
    )


def _has_alpha(chunks: dict[bytes, bytes]) -> bool:
    if b"VP8X" in chunks:
        return bool(chunks[b"VP8X"][:1] and chunks[b"VP8X"][0] & 0x10)
    return len(chunks.get(b"VP8L", b"")) >= 5 and bool(chunks[b"VP8L"][4] & 0x10)


def _size(chunks: dict[bytes, bytes]) -> Size:
    extended, lossy, lossless = chunks.get(b"VP8X", b""), chunks.get(b"VP8 ", b""), chunks.get(b"VP8L", b"")
    if not {b"VP8 ", b"VP8L", b"ANMF"} & chunks.keys():
        raise corrupt("it holds no picture")
    if len(extended) >= 10:
        return size_of(
            1 + int.from_bytes(extended[4:7], "little"),
            1 + int.from_bytes(extended[7:10], "little"),
        )
    if len(lossy) >= 10 and lossy[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", lossy, 6)
        return size_of(width & 0x3FFF, height & 0x3FFF)
    if len(lossless) >= 5 and lossless[0] == 0x2F:
        (bits,) = struct.unpack_from("<I", lossless, 1)
        return size_of(1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
    raise corrupt("its picture header does not hold together")
