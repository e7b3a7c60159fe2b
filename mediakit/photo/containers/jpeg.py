"""JPEG: segments up to the first scan, then where the picture ends.

libjpeg paints what is missing in grey and says nothing, so the end marker and the markers inside the compressed data are
checked here. Source: ITU-T T.81 annex B; CIPA DC-007 for pictures appended behind the first (MPF).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from mediakit.errors import Fault, FileError
from mediakit.photo.containers.header import ColourTag, Header, corrupt, size_of, truncated
from mediakit.photo.containers.tiff import orientation_of

_SOI, _EOI, _SOS, _DQT = 0xD8, 0xD9, 0xDA, 0xDB
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_HUFFMAN_FRAMES, _ARITHMETIC_FRAMES = (0xC0, 0xC1, 0xC2), (0xC9, 0xCA)
_PROGRESSIVE_FRAMES = (0xC2, 0xCA)
_SEQUENTIAL_FRAMES = (0xC0, 0xC1)
_DHT = 0xC4
_BARE = frozenset({0x01, *range(0xD0, 0xD8)})
_BETWEEN_SCANS = frozenset({0xC4, 0xCC, _SOS, _DQT, 0xDC, 0xDD, 0xFE, *range(0xE0, 0xF0)})
_SEARCHED_BYTES = 1 << 22
_HOLE_BYTES = 512
_MOST_SCANS = 500
"""More scans than this are an attack on the decoder's time, not a photo."""

# Luminance table of T.81 annex K.1 in zigzag order; libjpeg's quality scales it.
_ANNEX_K = (
    16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61,
    60, 57, 51, 56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103, 104, 103, 62, 77, 113, 121,
    112, 100, 120, 92, 101, 103, 99,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Segment:
    marker: int
    body: bytes
    end: int


def read(data: bytes) -> Header:
    """The header of a JPEG. Raises FileError TRUNCATED, CORRUPT or UNSUPPORTED_CODEC."""
    segments = list(_segments(data))
    frame = next((s for s in segments if s.marker in _FRAMES), None)
    if frame is None or len(frame.body) < 6:
        raise corrupt("it holds no picture data, only the beginning of a header")
    if segments[-1].marker != _SOS:
        raise truncated("it ends before the picture begins")
    bits, height, width, components = struct.unpack_from(">BHHB", frame.body)
    if frame.marker not in _HUFFMAN_FRAMES + _ARITHMETIC_FRAMES or bits != 8:
        raise FileError(
            Fault.UNSUPPORTED_CODEC,
            f"This kind of JPEG (lossless or {bits} bits a channel) is not supported.",
            "Save it as an ordinary JPEG or PNG.",
        )
    stored = size_of(width, height)
    end = _end_of_picture(data, segments[-1].end)
    if frame.marker in _SEQUENTIAL_FRAMES and end - segments[-1].end < _least_scan_bytes(frame, segments):
        raise truncated("most of its picture is missing")
    if frame.marker in _SEQUENTIAL_FRAMES and _has_hole(data, segments[-1].end, end, segments):
        raise corrupt("a part of its picture is blank")
    exif = _app(segments, 0xE1, b"Exif\x00")[1:]
    xmp = _xmp(segments)
    return Header(
        format="jpeg",
        stored=stored,
        end=end,
        orientation=orientation_of(exif),
        colour=ColourTag(icc=_icc(segments)),
        exif=exif,
        xmp=xmp,
        iptc=_app(segments, 0xED, b"Photoshop 3.0\x00"),
        quality=_quality(segments),
        credentials=b"".join(s.body for s in segments if s.marker == 0xEB and s.body.startswith(b"JP")),
        traits=frozenset(_traits(frame.marker, components, xmp)),
    )


def _segments(data: bytes) -> Iterator[_Segment]:
    """Every segment up to and with the first scan header. Junk between segments is stepped over, as decoders do."""
    at = 2
    while True:
        at = data.find(b"\xff", at)
        while at >= 0 and data[at : at + 2] == b"\xff\xff":
            at += 1
        if at < 0 or at + 4 > len(data):
            return
        marker = data[at + 1]
        if marker in _BARE or marker in (0x00, _SOI, _EOI):
            at += 2
            continue
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if end > len(data):
            return
        yield _Segment(marker, data[at + 4 : end], end)
        if marker == _SOS:
            return
        at = max(end, at + 4)


def _end_of_picture(data: bytes, first_scan: int) -> int:
    """The offset behind the end marker. Markers that have no business inside compressed data mean damage."""
    at, scans = first_scan, 1
    for start in _markers(data, first_scan):
        if start < at:  # inside a segment between two scans
            continue
        marker = data[start + 1]
        if marker == _EOI:
            return start + 2
        if marker not in _BETWEEN_SCANS:
            raise corrupt("its compressed picture holds a wrong marker")
        scans += marker == _SOS
        if scans > _MOST_SCANS:
            raise corrupt(f"its picture is sent in more than {_MOST_SCANS} passes")
        at = start + 2 + int.from_bytes(data[start + 2 : start + 4], "big")
    raise truncated("the end of the picture is missing")


def _markers(data: bytes, begin: int) -> Iterator[int]:
    """Where real markers stand from `begin` on: an FF followed by neither stuffing, padding nor a restart."""
    for first in range(begin, len(data) - 1, _SEARCHED_BYTES):
        codes = np.frombuffer(data, np.uint8, min(_SEARCHED_BYTES + 1, len(data) - first), first)
        at = np.flatnonzero(codes[:-1] == 0xFF)
        following = codes[at + 1]
        is_real = (following != 0x00) & (following != 0xFF) & ((following < 0xD0) | (following > 0xD7))
        yield from (first + at[is_real]).tolist()


def _least_scan_bytes(frame: _Segment, segments: list[_Segment]) -> int:
    """Below this many bytes a sequential scan cannot hold all blocks, whatever they show.

    Each block takes at least its shortest DC code and its end-of-block code. This catches files whose data stops early
    though an end marker follows. 0 where the scan holds only some of the components.
    """
    scan = segments[-1].body
    height, width, components = struct.unpack_from(">HHB", frame.body, 1)
    if not scan or scan[0] != components or len(frame.body) < 6 + 3 * components:
        return 0
    codes = _code_lengths(segments)
    sampling = {frame.body[6 + 3 * i]: frame.body[7 + 3 * i] for i in range(components)}
    if components == 1:  # a scan of one component is not interleaved: one block a unit, whatever its sampling says
        sampling = dict.fromkeys(sampling, 0x11)
    widest = max(s >> 4 for s in sampling.values())
    tallest = max(s & 15 for s in sampling.values())
    if not widest or not tallest:
        return 0
    units = -(-width // (8 * widest)) * -(-height // (8 * tallest))
    bits = 0
    for i in range(components):
        component, tables = scan[1 + 2 * i], scan[2 + 2 * i]
        sample = sampling.get(component, 0)
        dc, ac = codes.get((0, tables >> 4), {}), codes.get((1, tables & 15), {})
        end_of_block = ac.get(0, 4 * min(ac.values(), default=0))
        bits += units * (sample >> 4) * (sample & 15) * (min(dc.values(), default=0) + end_of_block)
    return bits // 8


def _has_hole(data: bytes, begin: int, end: int, segments: list[_Segment]) -> bool:
    """Whether between `begin` and `end` a stretch of zero bytes, as a dying card leaves it, stands in for compressed data.

    A long run of zero bits is honest only where it is the code for "nothing more in this block".
    """
    ac_tables = [table for (kind, _), table in _code_lengths(segments).items() if kind == 1]
    zero_means_nothing = bool(ac_tables) and next(iter(ac_tables[0]), 0) == 0
    return not zero_means_nothing and data.find(bytes(_HOLE_BYTES), begin, end) >= 0


def _code_lengths(segments: list[_Segment]) -> dict[tuple[int, int], dict[int, int]]:
    """Bits of every symbol's code, by (0 for DC or 1 for AC, table number)."""
    found: dict[tuple[int, int], dict[int, int]] = {}
    for body in (s.body for s in segments if s.marker == _DHT):
        at = 0
        while at + 17 <= len(body):
            counts = body[at + 1 : at + 17]
            symbols = iter(body[at + 17 : at + 17 + sum(counts)])
            table = {symbol: bits for bits, n in enumerate(counts, 1) for symbol in islice(symbols, n)}
            found[body[at] >> 4, body[at] & 15] = table
            at += 17 + sum(counts)
    return found


def _app(segments: list[_Segment], marker: int, magic: bytes) -> bytes:
    """The body behind `magic` of the first such segment; empty when there is none."""
    return next((s.body[len(magic) :] for s in segments if s.marker == marker and s.body.startswith(magic)), b"")


def _icc(segments: list[_Segment]) -> bytes:
    """The profile, put together from its numbered pieces; empty when a piece is missing."""
    pieces = [s.body[12:] for s in segments if s.marker == 0xE2 and s.body.startswith(b"ICC_PROFILE\x00")]
    pieces = [piece for piece in pieces if len(piece) > 2]
    numbers = [piece[0] for piece in pieces]
    if sorted(numbers) != list(range(1, len(pieces) + 1)):
        return b""
    return b"".join(piece[2:] for piece in sorted(pieces, key=lambda piece: piece[0]))


def _xmp(segments: list[_Segment]) -> bytes:
    """The XMP packet, with what was too long for one segment appended (XMP part 3, 1.1.3.1)."""
    main = _app(segments, 0xE1, b"http://ns.adobe.com/xap/1.0/\x00")
    magic = b"http://ns.adobe.com/xmp/extension/\x00"
    extended = [s.body[len(magic) + 40 :] for s in segments if s.marker == 0xE1 and s.body.startswith(magic)]
    return b"\x00".join([main, b"".join(extended)]) if extended else main


def _quality(segments: list[_Segment]) -> int | None:
    """libjpeg's quality from the first (luminance) table's mean scale against annex K; None without such a table."""
    for segment in segments:
        if segment.marker == _DQT and len(segment.body) >= 65 and segment.body[0] == 0:
            scale = sum(100 * q / k for q, k in zip(segment.body[1:65], _ANNEX_K, strict=True)) / 64
            quality = (200 - scale) / 2 if scale <= 100 else 5000 / scale
            return max(1, min(100, round(quality)))
    return None


def _traits(frame: int, components: int, xmp: bytes) -> Iterator[str]:
    if frame in _PROGRESSIVE_FRAMES:
        yield "progressive"
    if frame in _ARITHMETIC_FRAMES:
        yield "arithmetic"
    if components == 4:
        yield "cmyk"
    if components == 1:
        yield "grey"
    if b"hdrgm:" in xmp or b"HDRGainMap" in xmp or b"hdr-gain-map" in xmp:
        yield "gain-map"
    if b"MotionPhoto=" in xmp or b"MicroVideo=" in xmp or b"<GCamera:MotionPhoto>" in xmp:
        yield "motion"
