"""The box reader: hand-made files with known contents, and damage."""

from __future__ import annotations

import io
import struct

from hypothesis import given
from hypothesis import strategies as st

from mediakit.platforms.mp4_boxes import Edit, Mp4, read_mp4


def box(name: bytes, *parts: bytes) -> bytes:
    payload = b"".join(parts)
    return struct.pack(">I4s", len(payload) + 8, name) + payload


def read(data: bytes) -> Mp4:
    return read_mp4(io.BytesIO(data), len(data))


def matrix(a: float, b: float, c: float, d: float) -> bytes:
    return struct.pack(">9i", *(round(v * 65536) for v in (a, b, 0, c, d, 0, 0, 0)), 1 << 30)


def track(handler: bytes, shown: bytes, *edits: tuple[int, int]) -> bytes:
    listed = struct.pack(">II", 0, len(edits)) + b"".join(struct.pack(">IiI", n, start, 65536) for n, start in edits)
    return box(
        b"trak",
        box(b"tkhd", bytes(40), shown, bytes(8)),
        box(b"edts", box(b"elst", listed)),
        box(
            b"mdia",
            box(b"mdhd", struct.pack(">IIIII", 0, 0, 0, 90_000, 450_000), bytes(4)),
            box(b"hdlr", bytes(8), handler, bytes(12)),
            box(b"minf", box(b"stbl", box(b"stsd", bytes(8), box(b"avc1", bytes(70))))),
        ),
    )


UPRIGHT, SIDEWAYS = matrix(1, 0, 0, 1), matrix(0, 1, -1, 0)
FTYP = box(b"ftyp", b"isom", bytes(4), b"mp42")
MVHD = box(b"mvhd", struct.pack(">IIIII", 0, 0, 0, 1000, 5000), bytes(80))


def moov(*tracks: bytes, extra: bytes = b"") -> bytes:
    return box(b"moov", MVHD, *tracks, extra)


def test_the_order_of_boxes_decides_the_layout() -> None:
    index, media = moov(track(b"vide", UPRIGHT)), box(b"mdat", bytes(50))
    assert read(FTYP + index + media).layout == "moov first"
    assert read(FTYP + media + index).layout == "moov last"
    assert read(FTYP + media).layout == "no moov"
    assert read(FTYP + index + box(b"moof", bytes(8)) + media).layout == "fragmented"


def test_a_track_is_read_to_its_edits() -> None:
    outline = read(FTYP + moov(track(b"vide", SIDEWAYS, (500, -1), (4000, 90_000)), track(b"soun", UPRIGHT)))
    video, sound = outline.tracks
    assert (video.handler, video.entry, video.media_length_s) == ("vide", "avc1", 5.0)
    assert not video.is_upright and sound.is_upright
    assert video.edits == (Edit(0.5, None), Edit(4.0, 1.0))
    assert outline.brand == "isom"


def test_metadata_is_collected_wherever_it_lies() -> None:
    place = box(b"udta", box(b"\xa9xyz", b"\0\x12\x15\xc7+31.2304+121.4737/"))
    xmp = box(b"uuid", bytes.fromhex("be7acfcb97a942e89c71999491e3afac"), b"<x:xmpmeta exif:GPSLatitude/>")
    outline = read(FTYP + moov(track(b"vide", UPRIGHT), extra=place) + xmp)
    assert b"\xa9xyz" in outline.metadata and b"GPSLatitude" in outline.metadata


def test_a_box_longer_than_the_file_is_a_cut_file() -> None:
    whole = FTYP + moov() + box(b"mdat", bytes(500))
    assert not read(whole).is_cut_short
    assert read(whole[:-1]).is_cut_short


def test_wide_boxes_and_boxes_to_the_end_are_understood() -> None:
    wide = struct.pack(">I4sQ", 1, b"mdat", 16 + 20) + bytes(20)
    to_the_end = struct.pack(">I4s", 0, b"mdat") + bytes(99)
    assert read(FTYP + wide + moov()).order == ["ftyp", "mdat", "moov"]
    outline = read(FTYP + moov() + to_the_end)
    assert outline.layout == "moov first" and not outline.is_cut_short


def test_nesting_without_end_is_survived() -> None:
    data = b""
    for _ in range(500):
        data = box(b"moov", data)
    assert read(data).order == ["moov"]


@given(st.binary(max_size=400))
def test_any_bytes_are_survived(data: bytes) -> None:
    read(data)


@given(st.data())
def test_any_damage_is_survived(data: st.DataObject) -> None:
    content = bytearray(FTYP + moov(track(b"vide", SIDEWAYS, (500, -1), (4000, 90_000))) + box(b"mdat", bytes(20)))
    for _ in range(data.draw(st.integers(1, 10))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    read(bytes(content))
