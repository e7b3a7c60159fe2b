"""Is the file whole? Read from its skeleton alone, before any decoder sees it.

Containers say how long their parts are. Where the parts do not fit the file, its end is missing or its inside damaged;
a decoder would show what is left and call it done. Only headers are read, so a 20 GB file costs milliseconds.
Sources: ISO/IEC 14496-12 (boxes), RFC 8794 and RFC 9559 (EBML, Matroska), the AVI RIFF specification.
Limits: FLV, MPEG-TS and MPEG-PS carry no sizes; for them only the demuxed duration tells (see `probe`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from mediakit.errors import Fault, FileError

MAX_BOXES = 400_000
MAX_MOOV_BYTES = 128 << 20
COPY_AGAIN = "Copy it from the phone again; if that does not help, it was not recorded to its end."
EXPORT_AGAIN = "Copy it from the phone again, or export it anew."
_NESTED = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl"})


def check_whole(path: Path, container: str) -> None:
    """Raise FileError(truncated) or FileError(corrupt) where the skeleton of `path` does not add up."""
    check = {"mp4": _check_boxes, "matroska": _check_matroska, "avi": _check_avi}.get(container)
    if check is None:
        return
    with path.open("rb") as file:
        file.seek(0, 2)
        end = file.tell()
        file.seek(0)
        check(file, end)


@dataclass(frozen=True, slots=True)
class _Box:
    kind: bytes
    start: int
    header: int
    size: int

    @property
    def end(self) -> int:
        return self.start + self.size


def _check_boxes(file: BinaryIO, end: int) -> None:
    seen: set[bytes] = set()
    for count, box in enumerate(_top_boxes(file, end, seen)):
        if count > MAX_BOXES:
            raise FileError(Fault.CORRUPT, f"It has more than {MAX_BOXES} boxes.", EXPORT_AGAIN)
        if box.end > end:
            raise FileError(
                Fault.TRUNCATED,
                f"The end is missing: its {_name(box.kind)} part should reach to byte {box.end}, the file has {end}.",
                COPY_AGAIN,
            )
        seen.add(box.kind)
        if box.kind == b"moov":
            _check_moov(file, box)
    if b"moov" not in seen:
        raise FileError(Fault.TRUNCATED, "The index that every MP4 needs (its moov part) is missing.", COPY_AGAIN)


def _top_boxes(file: BinaryIO, end: int, seen: set[bytes]) -> Iterator[_Box]:
    """The boxes of a file, one after the other. Once index and media are there, whatever trails them is left alone:
    phones append padding and tables of their own."""
    at = 0
    while at + 8 <= end:
        file.seek(at)
        box = _parse(file.read(16), at, end)
        complete = b"moov" in seen and bool(seen & {b"mdat", b"moof"})
        if complete and (box is None or (box.end > end and box.kind not in (b"mdat", b"moof"))):
            return
        if box is None:
            raise FileError(Fault.CORRUPT, f"The box at byte {at} has an impossible size.", EXPORT_AGAIN)
        yield box
        at = box.end


def _parse(head: bytes, at: int, end: int) -> _Box | None:
    """The box whose header `head` begins; None where its size cannot be."""
    size, kind, header = int.from_bytes(head[:4], "big"), head[4:8], 8
    if size == 1:
        size, header = int.from_bytes(head[8:16], "big"), 16
    elif size == 0:
        size = end - at
    return _Box(kind, at, header, size) if size >= header and len(head) >= header else None


def _name(kind: bytes) -> str:
    return repr(kind.decode("latin-1"))


def _check_moov(file: BinaryIO, box: _Box) -> None:
    if box.size > MAX_MOOV_BYTES:
        raise FileError(Fault.TOO_LARGE, f"Its index is {box.size / 1e6:.0f} MB.", EXPORT_AGAIN)
    file.seek(box.start)
    data = file.read(box.size)
    _check_inside(data, _Box(b"moov", 0, box.header, box.size), box.start)


def _check_inside(data: bytes, parent: _Box, offset: int) -> None:
    """Children must fill their parent, and a track must say how its samples are coded (`stsd`)."""
    at = parent.start + parent.header
    kinds = []
    while at + 8 <= parent.end:
        child = _parse(data[at : at + 16], at, parent.end)
        if child is None and not any(data[at : parent.end]):
            break  # zero padding
        if child is None or child.end > parent.end:
            raise FileError(
                Fault.CORRUPT, f"The box at byte {offset + at} does not fit into {_name(parent.kind)}.", EXPORT_AGAIN
            )
        kinds.append(child.kind)
        if child.kind in _NESTED:
            _check_inside(data, child, offset)
        at = child.end
    if parent.kind == b"stbl" and b"stsd" not in kinds:
        raise FileError(Fault.CORRUPT, "A track does not say how it is coded (its stsd part is missing).", EXPORT_AGAIN)


_SEGMENT_ID = 0x18538067


def _check_matroska(file: BinaryIO, end: int) -> None:
    """The Segment says how long it is, unless it was recorded live."""
    at = 0
    for _ in range(8):  # the EBML header, perhaps a Void or two, the Segment
        file.seek(at)
        head = file.read(12)
        ident, id_length = _vint(head, keep_marker=True)
        size, size_length = _vint(head[id_length:], keep_marker=False)
        if not id_length or not size_length:
            raise FileError(Fault.CORRUPT, f"The element at byte {at} has no valid header.", EXPORT_AGAIN)
        unknown = size == (1 << (7 * size_length)) - 1
        reaches = at + id_length + size_length + size
        if ident == _SEGMENT_ID:
            if not unknown and reaches > end:
                raise FileError(
                    Fault.TRUNCATED,
                    f"The end is missing: it should be {reaches} bytes, the file has {end}.",
                    COPY_AGAIN,
                )
            return
        if unknown or reaches >= end:
            break
        at = reaches
    raise FileError(Fault.TRUNCATED, "Nothing follows its header.", COPY_AGAIN)


def _vint(data: bytes, *, keep_marker: bool) -> tuple[int, int]:
    """An EBML variable-length number and its length in bytes; (0, 0) where there is none."""
    if not data or data[0] == 0:
        return 0, 0
    length = 9 - data[0].bit_length()
    if len(data) < length:
        return 0, 0
    value = int.from_bytes(data[:length], "big")
    return (value if keep_marker else value & ((1 << (7 * length)) - 1)), length


def _check_avi(file: BinaryIO, end: int) -> None:
    size = int.from_bytes(file.read(8)[4:8], "little")
    if size and 8 + size > end + 1:  # a missing pad byte harms nobody
        raise FileError(
            Fault.TRUNCATED, f"The end is missing: it should be {8 + size} bytes, the file has {end}.", COPY_AGAIN
        )
