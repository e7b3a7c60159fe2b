"""PNG: every chunk with its checksum, up to the end chunk. Source: W3C PNG (third edition), APNG and cICP included."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from mediakit.photo.containers.header import ColourTag, Header, corrupt, size_of, truncated
from mediakit.photo.containers.tiff import orientation_of

_MOST_TEXT = 16 << 20
"""A compressed text or profile that grows beyond this is a bomb."""
_TRAIT_OF_COLOUR = {0: {"grey"}, 2: set[str](), 3: {"palette"}, 4: {"grey", "alpha"}, 6: {"alpha"}}


def read(data: bytes) -> Header:
    """The header of a PNG. Raises FileError TRUNCATED or CORRUPT."""
    chunks: dict[bytes, bytes] = {}
    texts: dict[str, str] = {}
    end = len(data)
    for kind, body, chunk_end in _chunks(data):
        end = chunk_end
        if kind in (b"tEXt", b"zTXt", b"iTXt"):
            key, value = _text(kind, body)
            texts.setdefault(key, value)
        elif kind != b"IDAT":
            chunks.setdefault(kind, body)
    width, height, bits, colour = struct.unpack_from(">IIBB", chunks[b"IHDR"])
    if colour not in _TRAIT_OF_COLOUR:
        raise corrupt("it names a kind of pixel that does not exist")
    exif = chunks.get(b"eXIf", b"").removeprefix(b"Exif\x00\x00")
    traits = set(_TRAIT_OF_COLOUR[colour])
    if b"tRNS" in chunks:
        traits.add("alpha")
    return Header(
        format="png",
        stored=size_of(width, height),
        end=end,
        orientation=orientation_of(exif),
        bits=bits,
        frames=struct.unpack_from(">I", chunks[b"acTL"])[0] if len(chunks.get(b"acTL", b"")) >= 8 else 1,
        colour=_colour(chunks),
        exif=exif,
        xmp=texts.get("XML:com.adobe.xmp", "").encode(),
        texts=tuple(texts[key] for key in ("AIGC", "Comment", "Description") if key in texts),
        credentials=chunks.get(b"caBX", b""),
        traits=frozenset(traits),
        gamma=_gamma(chunks),
    )


def bare(data: bytes) -> bytes:
    """The file with only what makes the picture: decoders never see texts, profiles or animation frames."""
    kept, at = [data[:8]], 8
    for kind, _, end in _chunks(data):
        if kind in (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"):
            kept.append(data[at:end])
        at = end
    return b"".join(kept)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes, int]]:
    """(type, body, offset behind it) of each chunk up to IEND, checksums verified."""
    at = 8
    view = memoryview(data)
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        kind, end = data[at + 4 : at + 8], at + 12 + length
        if at == 8 and (kind != b"IHDR" or length < 13):
            raise corrupt("its header is missing")
        if end > len(data):
            raise truncated("the end of the picture is missing")
        is_critical = not kind[0] & 0x20
        if is_critical and zlib.crc32(view[at + 4 : end - 4]) != int.from_bytes(data[end - 4 : end], "big"):
            raise corrupt("a checksum inside does not match")
        yield kind, b"" if kind == b"IDAT" else data[at + 8 : end - 4], end
        if kind == b"IEND":
            return
        at = end
    raise truncated("the end of the picture is missing")


def _inflate(packed: bytes) -> bytes:
    """Unpacked, or nothing when it is damaged or grows too large: text is never worth a photo."""
    try:
        unpacker = zlib.decompressobj()
        plain = unpacker.decompress(packed, _MOST_TEXT)
    except zlib.error:
        return b""
    return b"" if unpacker.unconsumed_tail else plain


def _text(kind: bytes, body: bytes) -> tuple[str, str]:
    """Keyword and text of a tEXt, zTXt or iTXt chunk."""
    keyword, _, rest = body.partition(b"\x00")
    key = keyword.decode("latin-1")
    if kind == b"tEXt":
        return key, _utf8_or_latin(rest)
    if kind == b"zTXt":
        return key, _utf8_or_latin(_inflate(rest[1:]))
    is_packed = rest[:1] == b"\x01"
    text = rest[2:].split(b"\x00", 2)[-1]
    return key, _utf8_or_latin(_inflate(text) if is_packed else text)


def _utf8_or_latin(raw: bytes) -> str:
    """Latin-1 is what the standard says, UTF-8 is what Chinese tools write."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _colour(chunks: dict[bytes, bytes]) -> ColourTag:
    """cICP before iCCP before the rest, as the standard orders them."""
    cicp = chunks.get(b"cICP", b"")
    icc = _inflate(chunks.get(b"iCCP", b"").partition(b"\x00")[2][1:])
    if len(cicp) >= 4 and cicp[0] != 2:
        return ColourTag(icc=b"", primaries=cicp[0], transfer=cicp[1])
    return ColourTag(icc=icc)


def _gamma(chunks: dict[bytes, bytes]) -> float | None:
    if {b"iCCP", b"sRGB", b"cICP"} & chunks.keys() or len(chunks.get(b"gAMA", b"")) != 4:
        return None
    return float(struct.unpack(">I", chunks[b"gAMA"])[0]) / 100000
