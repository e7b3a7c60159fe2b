"""ISO base media boxes: what is in a HEIF file and where.

Source: ISO/IEC 14496-12 (boxes, `meta`), 23008-12 (items, references, properties). Nothing here believes a length.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from mediakit.photo.containers.header import corrupt, truncated

TOP_BOXES = frozenset({b"ftyp", b"meta", b"mdat", b"moov", b"free", b"skip", b"uuid", b"idat", b"mpvd"})
"""Boxes that may stand at the top of a file."""


@dataclass(frozen=True, slots=True)
class Box:
    """One box: its type and where its content lies, in bytes of the file."""

    kind: bytes
    start: int
    end: int


@dataclass(slots=True)
class Item:
    """A picture, a piece of metadata, a grid of pictures."""

    kind: bytes = b""
    mime: bytes = b""
    extents: list[tuple[int, int]] = field(default_factory=list)
    """(offset, length) in the file."""
    properties: list[Box] = field(default_factory=list)
    """In the order they apply in."""


@dataclass(slots=True)
class Catalogue:
    """What the `meta` box tells."""

    primary: int = 0
    items: dict[int, Item] = field(default_factory=dict)
    references: list[tuple[bytes, int, tuple[int, ...], Box]] = field(default_factory=list)
    """(type, from, to, the box), in file order."""
    wide_ids: bool = False
    """Whether references use 4-byte item numbers."""

    def property(self, item: int, kind: bytes) -> Box | None:
        """The first property of `kind` of an item."""
        return next((p for p in self.items.get(item, Item()).properties if p.kind == kind), None)


def boxes(data: bytes, start: int, end: int) -> Iterator[Box]:
    """The boxes in start..end. A box that reaches beyond `end`: TRUNCATED where a known one meets the file's end."""
    at = start
    while at + 8 <= end:
        length, kind = struct.unpack_from(">I4s", data, at)
        body = at + 8
        if length == 1 and at + 16 <= end:
            (length,) = struct.unpack_from(">Q", data, at + 8)
            body = at + 16
        elif length == 0:
            length = end - at
        if length < body - at:
            raise corrupt("its boxes do not hold together")
        if at + length > end:
            is_cut = end == len(data) and kind in TOP_BOXES
            raise (
                truncated("the end of the picture is missing") if is_cut else corrupt("its boxes do not hold together")
            )
        yield Box(kind, body, at + length)
        at += length


def read_catalogue(data: bytes, meta: Box) -> Catalogue:
    """Items, properties, references and places from a `meta` box. May raise struct.error on damage."""
    found = Catalogue()
    parts = {box.kind: box for box in boxes(data, meta.start + 4, meta.end)}
    if b"pitm" in parts:
        found.primary = unsigned(data, parts[b"pitm"].start + 4, 4 if data[parts[b"pitm"].start] else 2)
    if b"iinf" in parts:
        _read_items(data, parts[b"iinf"], found)
    if b"iloc" in parts:
        _read_places(data, parts[b"iloc"], parts.get(b"idat"), found)
    if b"iref" in parts:
        _read_references(data, parts[b"iref"], found)
    if b"iprp" in parts:
        _read_properties(data, parts[b"iprp"], found)
    return found


def unsigned(data: bytes, at: int, size: int) -> int:
    """The big-endian number of `size` bytes at `at`; TRUNCATED where the file ends before."""
    if at + size > len(data):
        raise truncated("it ends inside its table of contents")
    return int.from_bytes(data[at : at + size], "big")


def _read_items(data: bytes, iinf: Box, found: Catalogue) -> None:
    for box in boxes(data, iinf.start + (8 if data[iinf.start] else 6), iinf.end):
        if box.kind != b"infe" or data[box.start] < 2:
            continue
        size = 2 if data[box.start] == 2 else 4
        number = unsigned(data, box.start + 4, size)
        kind_at = box.start + 6 + size
        kind = data[kind_at : kind_at + 4]
        words = data[kind_at + 4 : box.end].split(b"\x00")
        found.items[number] = Item(kind=kind, mime=words[1] if kind == b"mime" and len(words) > 1 else b"")


def _read_places(data: bytes, iloc: Box, idat: Box | None, found: Catalogue) -> None:
    version = data[iloc.start]
    sizes = unsigned(data, iloc.start + 4, 2)
    offset_size, length_size, base_size = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15
    index_size = sizes & 15 if version else 0
    number_size = 4 if version == 2 else 2
    at = iloc.start + 6
    count = unsigned(data, at, number_size)
    at += number_size
    for _ in range(count):
        number = unsigned(data, at, number_size)
        at += number_size
        method = unsigned(data, at, 2) & 15 if version else 0
        at += (2 if version else 0) + 2
        base = unsigned(data, at, base_size)
        at += base_size
        extents = unsigned(data, at, 2)
        at += 2
        if at > iloc.end:
            raise corrupt("its table of contents does not hold together")
        base += idat.start if method == 1 and idat else 0
        for _ in range(extents):
            at += index_size
            offset = unsigned(data, at, offset_size)
            length = unsigned(data, at + offset_size, length_size)
            at += offset_size + length_size
            if method < 2 and number in found.items:
                found.items[number].extents.append((base + offset, length))


def _read_references(data: bytes, iref: Box, found: Catalogue) -> None:
    size = 4 if data[iref.start] else 2
    found.wide_ids = size == 4
    for box in boxes(data, iref.start + 4, iref.end):
        source = unsigned(data, box.start, size)
        count = unsigned(data, box.start + size, 2)
        first = box.start + size + 2
        if first + count * size > box.end:
            raise corrupt("its table of contents does not hold together")
        targets = tuple(unsigned(data, first + i * size, size) for i in range(count))
        found.references.append((box.kind, source, targets, box))


def _read_properties(data: bytes, iprp: Box, found: Catalogue) -> None:
    parts = list(boxes(data, iprp.start, iprp.end))
    shelf = next((list(boxes(data, box.start, box.end)) for box in parts if box.kind == b"ipco"), [])
    for ipma in (box for box in parts if box.kind == b"ipma"):
        number_size = 4 if data[ipma.start] else 2
        is_wide = bool(data[ipma.start + 3] & 1)
        at = ipma.start + 8
        for _ in range(unsigned(data, ipma.start + 4, 4)):
            number = unsigned(data, at, number_size)
            count = data[at + number_size]
            at += number_size + 1
            for _ in range(count):
                index = unsigned(data, at, 2) & 0x7FFF if is_wide else data[at] & 0x7F
                at += 2 if is_wide else 1
                if 0 < index <= len(shelf) and number in found.items:
                    found.items[number].properties.append(shelf[index - 1])
