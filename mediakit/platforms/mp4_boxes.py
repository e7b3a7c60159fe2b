"""What an MP4's boxes say that a demuxer hides: where the index lies, edit lists, display matrices, hidden metadata.

Only box headers and a few small boxes are read, never the media itself. Sizes are not trusted: a box that claims to
reach beyond the file marks it as cut short, nesting and counts are bounded. Layout: ISO/IEC 14496-12, QuickTime File
Format (udta, meta, keys, ilst, ©xyz).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

_TOP_LEVEL_MOST = 200_000
_INDEX_BYTES_MOST = 256_000_000
_FULL_BOX_WITH_CHILDREN = b"meta"
_CONTAINERS = frozenset({b"moov", b"trak", b"mdia", b"minf", b"edts"})
_METADATA = frozenset({b"udta", b"meta"})
_XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_IDENTITY = (1.0, 0.0, 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Edit:
    """One entry of an edit list, in seconds; `media_start_s` is None for an empty edit (a pause before the track)."""

    length_s: float
    media_start_s: float | None


@dataclass(slots=True)
class Track:
    """One track: `handler` is "vide", "soun", "meta"...; `matrix` is a, b, c, d of the display matrix."""

    handler: str = ""
    matrix: tuple[float, float, float, float] = _IDENTITY
    media_scale: int = 1
    media_length_s: float = 0.0
    entry: str = ""
    """The four letters of the first sample description: "avc1", "mp4a", "gpmd"."""
    raw_edits: list[tuple[int, int]] = field(default_factory=list)
    edits: tuple[Edit, ...] = ()

    @property
    def is_upright(self) -> bool:
        """Shown as stored: neither turned nor mirrored nor scaled."""
        return self.matrix == _IDENTITY


@dataclass(slots=True)
class Mp4:
    """The outline of a file."""

    brand: str = ""
    order: list[str] = field(default_factory=list)
    """Top-level boxes by name, repeats left out."""
    is_cut_short: bool = False
    movie_scale: int = 1
    tracks: list[Track] = field(default_factory=list)
    metadata: bytes = b""
    """Everything in udta, meta and XMP boxes, one after the other."""

    @property
    def layout(self) -> str:
        """ "moov first" (plays while it loads), "moov last", "fragmented", or "no moov"."""
        if "moof" in self.order:
            return "fragmented"
        if "moov" not in self.order:
            return "no moov"
        if "mdat" not in self.order or self.order.index("moov") < self.order.index("mdat"):
            return "moov first"
        return "moov last"


def read_mp4(file: BinaryIO, length: int) -> Mp4:
    """The outline of the file of `length` bytes behind `file`."""
    outline = Mp4()
    at, count = 0, 0
    while at + 8 <= length and count < _TOP_LEVEL_MOST:
        count += 1
        file.seek(at)
        name, start, end = _header(file.read(32), at, length)
        if end <= at + 7 or not _is_a_name(name):
            break
        outline.is_cut_short |= end > length
        _note(outline, name)
        if name in (b"moov", b"ftyp", b"meta") or name == b"uuid":
            _read_top(outline, file, name, start, min(end, length))
        at = end
    for track in outline.tracks:
        track.edits = tuple(_in_seconds(raw, outline.movie_scale, track.media_scale) for raw in track.raw_edits)
    return outline


def _header(head: bytes, at: int, length: int) -> tuple[bytes, int, int]:
    """Name, start of the payload, end; both offsets absolute."""
    size, name = int.from_bytes(head[:4], "big"), head[4:8]
    if size == 1:
        return name, at + 16, at + int.from_bytes(head[8:16], "big")
    return name, at + 8, length if size == 0 else at + size


def _is_a_name(name: bytes) -> bool:
    return len(name) == 4 and all(32 <= byte < 127 or byte == 0xA9 for byte in name)


def _note(outline: Mp4, name: bytes) -> None:
    word = name.decode("latin-1")
    if word not in outline.order:
        outline.order.append(word)


def _read_top(outline: Mp4, file: BinaryIO, name: bytes, start: int, end: int) -> None:
    file.seek(start)
    payload = file.read(min(end - start, _INDEX_BYTES_MOST))
    if name == b"ftyp":
        outline.brand = payload[:4].decode("latin-1")
    elif name == b"moov":
        _walk(outline, payload, depth=0)
    elif name == b"meta" or payload[:16] == _XMP_UUID:
        outline.metadata += payload


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(data):
        name, start, end = _header(data[at : at + 16], at, len(data))
        if end < start or end > len(data):
            return
        yield name, data[start:end]
        at = end


def _walk(outline: Mp4, data: bytes, depth: int) -> None:
    for name, payload in _boxes(data):
        if name == b"trak":
            outline.tracks.append(Track())
        if name in _METADATA or (name == b"uuid" and payload[:16] == _XMP_UUID):
            outline.metadata += payload
        elif name in _CONTAINERS and depth < 6:
            _walk(outline, payload, depth + 1)
        elif name == b"mvhd":
            outline.movie_scale = _timescale(payload)[0]
        elif outline.tracks:
            _read_track_box(outline.tracks[-1], name, payload, depth)


def _read_track_box(track: Track, name: bytes, payload: bytes, depth: int) -> None:
    if name == b"hdlr" and not track.handler:
        track.handler = payload[8:12].decode("latin-1")
    elif name == b"tkhd":
        track.matrix = _matrix(payload)
    elif name == b"mdhd":
        track.media_scale, units = _timescale(payload)
        track.media_length_s = units / track.media_scale
    elif name == b"elst":
        track.raw_edits = list(_edit_entries(payload))
    elif name == b"stsd":
        track.entry = payload[12:16].decode("latin-1")
    elif name == b"stbl" and depth < 6:
        for inner, inside in _boxes(payload):
            _read_track_box(track, inner, inside, depth + 1)


def _timescale(payload: bytes) -> tuple[int, int]:
    """Units a second, and the duration in them, of an mvhd or mdhd box."""
    wide = payload[:1] == b"\x01"
    at, width = (20, 8) if wide else (12, 4)
    scale = int.from_bytes(payload[at : at + 4], "big")
    return max(1, scale), int.from_bytes(payload[at + 4 : at + 4 + width], "big")


def _matrix(payload: bytes) -> tuple[float, float, float, float]:
    at = 52 if payload[:1] == b"\x01" else 40
    if len(payload) < at + 20:
        return _IDENTITY
    a, b, _, c, d = struct.unpack(">5i", payload[at : at + 20])
    return a / 65536, b / 65536, c / 65536, d / 65536


def _edit_entries(payload: bytes) -> Iterator[tuple[int, int]]:
    wide = payload[:1] == b"\x01"
    layout, step = (">Qq", 20) if wide else (">Ii", 12)
    count = min(int.from_bytes(payload[4:8], "big"), (len(payload) - 8) // step)
    for number in range(count):
        length, start = struct.unpack_from(layout, payload, 8 + number * step)
        yield length, start


def _in_seconds(raw: tuple[int, int], movie_scale: int, media_scale: int) -> Edit:
    length, start = raw
    return Edit(length / movie_scale, None if start < 0 else start / media_scale)
