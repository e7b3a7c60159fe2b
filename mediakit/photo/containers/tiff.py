"""TIFF directories: the skeleton of TIFF files and of every EXIF block.

A reader of its own, because EXIF in the wild is broken in every way there is: it never follows a pointer twice, never
believes a count, and leaves out what it cannot read. Source: TIFF 6.0, CIPA DC-008 (Exif 2.32).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from mediakit.photo.containers.header import ColourTag, Header, corrupt, size_of, truncated

Value = int | float | str | bytes | tuple[int, ...] | tuple[float, ...]
Directory = dict[int, Value]

_SIZE_OF_TYPE = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_LETTER_OF_TYPE = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 11: "f", 12: "d", 13: "I"}
_MOST_VALUES = 1_000_000
_MOST_DIRECTORIES = 4096

ORIENTATION, EXIF_POINTER, GPS_POINTER = 0x0112, 0x8769, 0x8825
_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC = 0x100, 0x101, 0x102, 0x103, 0x106
_OFFSETS, _COUNTS = (0x111, 0x144), (0x117, 0x145)
_SAMPLES, _EXTRA_SAMPLES, _SAMPLE_FORMAT, _SUBFILE = 0x115, 0x152, 0x153, 0xFE
_XMP, _IPTC, _ICC = 0x2BC, 0x83BB, 0x8773


@dataclass(frozen=True, slots=True)
class TiffReader:
    """Directories of one TIFF block."""

    data: bytes
    order: str
    """ "<" or ">", as `struct` says it."""

    @classmethod
    def of(cls, data: bytes) -> TiffReader | None:
        """A reader for a block that begins with a TIFF header; None when it does not."""
        if data[:4] == b"II*\x00":
            return cls(data, "<")
        if data[:4] == b"MM\x00*":
            return cls(data, ">")
        return None

    def directory(self, at: int) -> tuple[Directory, int]:
        """The tags of the directory at offset `at`, and the offset of the next one (0: none)."""
        tags: Directory = {}
        if not 8 <= at <= len(self.data) - 2:
            return tags, 0
        (entries,) = struct.unpack_from(self.order + "H", self.data, at)
        for entry in range(at + 2, min(at + 2 + 12 * entries, len(self.data) - 11), 12):
            tag, kind, count = struct.unpack_from(self.order + "HHI", self.data, entry)
            value = self._value(kind, count, entry + 8)
            if value is not None and tag not in tags:
                tags[tag] = value
        end = at + 2 + 12 * entries
        following = struct.unpack_from(self.order + "I", self.data, end)[0] if end + 4 <= len(self.data) else 0
        return tags, following

    def first(self) -> Directory:
        """The first directory (IFD0)."""
        return self.directory(self._first_offset())[0]

    def all(self) -> list[Directory]:
        """Every directory of the chain, each visited once."""
        found: list[Directory] = []
        seen: set[int] = set()
        at = self._first_offset()
        while at and at not in seen and len(found) < _MOST_DIRECTORIES:
            seen.add(at)
            tags, at = self.directory(at)
            if tags:
                found.append(tags)
        return found

    def sub(self, parent: Directory, pointer: int) -> Directory:
        """The directory that `pointer` of `parent` leads to; empty when it leads nowhere."""
        at = parent.get(pointer)
        return self.directory(at)[0] if isinstance(at, int) else {}

    def _first_offset(self) -> int:
        return int(struct.unpack_from(self.order + "I", self.data, 4)[0]) if len(self.data) >= 8 else 0

    def _value(self, kind: int, count: int, at: int) -> Value | None:
        size = _SIZE_OF_TYPE.get(kind, 0) * count
        if not 0 < size <= 16 * _MOST_VALUES or (count > _MOST_VALUES and kind not in (1, 2, 7)):
            return None
        if size > 4:
            (at,) = struct.unpack_from(self.order + "I", self.data, at)
        raw = self.data[at : at + size]
        if len(raw) < size:
            return None
        if kind == 2:
            return _words(raw.split(b"\x00")[0])
        if kind == 7 or (kind == 1 and count > 4):
            return raw
        if kind in (5, 10):
            pairs = struct.unpack(self.order + ("II" if kind == 5 else "ii") * count, raw)
            ratios = tuple(n / d if d else 0.0 for n, d in zip(pairs[::2], pairs[1::2], strict=True))
            return ratios[0] if count == 1 else ratios
        values = struct.unpack(f"{self.order}{count}{_LETTER_OF_TYPE[kind]}", raw)
        return values[0] if count == 1 else values


def _words(raw: bytes) -> str:
    """Text as the standard (ASCII), most tools (UTF-8) and older Chinese ones (GB 18030) write it."""
    for code in ("utf-8", "gb18030"):
        try:
            return raw.decode(code).strip()
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1").strip()


def orientation_of(exif: bytes) -> int:
    """1..8 of an EXIF block; 1 when it says nothing, or nonsense."""
    reader = TiffReader.of(exif)
    value = reader.first().get(ORIENTATION) if reader else None
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def as_plain_rgb(data: bytes) -> bytes:
    """A copy whose three samples a pixel are called RGB, so that a decoder hands them out as they are."""
    reader = TiffReader.of(data)
    if reader is None:
        raise corrupt("its header does not hold together")
    copy = bytearray(data)
    (first,) = struct.unpack_from(reader.order + "I", data, 4)
    (entries,) = struct.unpack_from(reader.order + "H", data, first)
    for entry in range(first + 2, first + 2 + 12 * entries, 12):
        if struct.unpack_from(reader.order + "H", data, entry)[0] == _PHOTOMETRIC:
            struct.pack_into(reader.order + "H", copy, entry + 8, 2)
    return bytes(copy)


def _numbers(value: Value | None) -> tuple[int, ...]:
    if isinstance(value, int):
        return (value,)
    if isinstance(value, bytes):
        return tuple(value)
    if isinstance(value, tuple):
        return tuple(int(v) for v in value)
    return ()


def _number(tags: Directory, tag: int, default: int) -> int:
    return next(iter(_numbers(tags.get(tag))), default)


def _blob(tags: Directory, tag: int) -> bytes:
    value = tags.get(tag, b"")
    return value if isinstance(value, bytes) else b""


def read(data: bytes) -> Header:
    """The header of a TIFF's first picture. Raises FileError TRUNCATED or CORRUPT."""
    reader = TiffReader.of(data)
    if reader is None:
        raise corrupt("it is a kind of TIFF (BigTIFF) made for files of over 4 GB")
    directories = reader.all()
    if not directories:
        raise truncated("its table of contents lies beyond its end")
    first = directories[0]
    stored = size_of(_number(first, _WIDTH, 0), _number(first, _HEIGHT, 0))
    end = _last_byte(first)
    if end > len(data):
        raise truncated("the end of the picture is missing")
    pages = sum(1 for tags in directories if _WIDTH in tags and not _number(tags, _SUBFILE, 0) & 1)
    orientation = _number(first, ORIENTATION, 1)
    return Header(
        format="tiff",
        stored=stored,
        end=len(data),
        orientation=orientation if 1 <= orientation <= 8 else 1,
        bits=max(_numbers(first.get(_BITS)) or (1,)),
        frames=max(1, pages),
        colour=ColourTag(icc=_blob(first, _ICC)),
        exif=data if len(data) < 1 << 20 else data[: 1 << 20],
        xmp=_blob(first, _XMP),
        iptc=_blob(first, _IPTC),
        traits=_traits(first),
    )


def _last_byte(tags: Directory) -> int:
    """The offset behind the last strip or tile of a picture."""
    for offsets_tag, counts_tag in zip(_OFFSETS, _COUNTS, strict=True):
        offsets, counts = _numbers(tags.get(offsets_tag)), _numbers(tags.get(counts_tag))
        if offsets and len(offsets) == len(counts):
            return max(at + count for at, count in zip(offsets, counts, strict=True))
    raise corrupt("it does not say where its picture is")


def _traits(tags: Directory) -> frozenset[str]:
    found = {
        0: "grey", 1: "grey", 3: "palette", 5: "cmyk", 8: "lab", 9: "lab", 10: "lab",
    }.get(_number(tags, _PHOTOMETRIC, 2))  # fmt: skip
    traits = {found} if found else set()
    if _numbers(tags.get(_EXTRA_SAMPLES)):
        traits.add("alpha")
    if _number(tags, _SAMPLE_FORMAT, 1) == 3:
        traits.add("float")
    return frozenset(traits)
