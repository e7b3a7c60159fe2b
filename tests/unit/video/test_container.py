"""A file's skeleton tells a whole file from a cut or damaged one."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from clip_maker import encode, picture
from hypothesis import given, settings
from hypothesis import strategies as st

from mediakit.errors import Fault, FileError
from mediakit.video.container import check_whole


def box(kind: bytes, payload: bytes = b"") -> bytes:
    return struct.pack(">I4s", 8 + len(payload), kind) + payload


STSD = box(b"stsd", bytes(16))
TRAK = box(b"trak", box(b"mdia", box(b"minf", box(b"stbl", STSD + box(b"stts", bytes(8))))))
WHOLE = box(b"ftyp", b"isom0000") + box(b"moov", TRAK) + box(b"mdat", bytes(100))


def fault_of(path: Path, data: bytes, container: str = "mp4") -> Fault | None:
    path.write_bytes(data)
    try:
        check_whole(path, container)
    except FileError as error:
        assert error.message and error.hint
        return error.code
    return None


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (WHOLE, None),
        (WHOLE + bytes(6), None),
        (WHOLE + bytes(64), None),
        (WHOLE + box(b"SEFT")[:6] + b"\xff\xff\xff\xff", None),
        (WHOLE[:-10], Fault.TRUNCATED),
        (box(b"ftyp", b"isom") + box(b"mdat", bytes(50)), Fault.TRUNCATED),
        (box(b"ftyp", b"isom") + struct.pack(">I4s", 3, b"free") + WHOLE, Fault.CORRUPT),
        (box(b"moov", box(b"trak", struct.pack(">I4s", 5000, b"mdia"))) + box(b"mdat"), Fault.CORRUPT),
        (WHOLE.replace(b"stsd", b"free"), Fault.CORRUPT),
        (struct.pack(">I4sQ", 1, b"mdat", 2**40) + bytes(50), Fault.TRUNCATED),
        (box(b"moov", TRAK + bytes(8)) + box(b"mdat", bytes(5)), None),
        (box(b"moov", TRAK) + struct.pack(">I4s", 0, b"mdat") + bytes(80), None),
    ],
)
def test_boxes(tmp_path: Path, data: bytes, fault: Fault | None) -> None:
    assert fault_of(tmp_path / "x.mp4", data) is fault


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_bytes_make_it_hang_or_fail_in_another_way(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    junk = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 12))):
        junk[data.draw(st.integers(0, len(junk) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("junk") / "x"
    for container in ("mp4", "matroska", "avi"):
        fault_of(path, bytes(junk), container)


@pytest.mark.parametrize("container", ["mp4", "matroska", "avi"])
def test_real_files_whole_and_cut(tmp_path: Path, container: str) -> None:
    path = encode(*picture(), to=tmp_path / "x", codec="mpeg4", fmt=container)
    data = path.read_bytes()
    assert fault_of(path, data, container) is None
    assert fault_of(path, data[: len(data) // 2], container) is Fault.TRUNCATED


def test_a_live_recorded_matroska_has_no_length_to_miss(tmp_path: Path) -> None:
    path = encode(*picture(), to=tmp_path / "x", options=("-live", "1"), fmt="matroska")
    assert fault_of(path, path.read_bytes(), "matroska") is None
