"""HEIC, HEIF and AVIF: the boxes that say what is in the file and where.

Source: ISO/IEC 14496-12 (boxes, `meta`), 23008-12 (HEIF items and properties). Only what is needed to judge the file and
to decode a tiled picture in bands is read.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from mediakit.errors import FileError
from mediakit.model import Size
from mediakit.photo.containers.header import ColourTag, Header, corrupt, size_of, truncated

_TOP_BOXES = frozenset({b"ftyp", b"meta", b"mdat", b"moov", b"free", b"skip", b"uuid", b"idat", b"mpvd"})
_CONTAINERS_OF_MOTION = (b"mpvd", b"moov")
_QUARTER_TURN_TO_EXIF = {0: 1, 1: 8, 2: 3, 3: 6}


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
            is_cut = end == len(data) and kind in _TOP_BOXES
            raise (
                truncated("the end of the picture is missing") if is_cut else corrupt("its boxes do not hold together")
            )
        yield Box(kind, body, at + length)
        at += length


def read(data: bytes, fmt: str) -> Header:
    """The header of a HEIC or AVIF. Raises FileError TRUNCATED or CORRUPT."""
    top = list(boxes(data, 0, len(data)))
    meta = next((box for box in top if box.kind == b"meta"), None)
    if meta is None:
        raise _without_meta(top)
    try:
        catalogue = read_catalogue(data, meta)
    except (struct.error, IndexError) as why:
        raise corrupt("its table of contents does not hold together") from why
    if catalogue.primary not in catalogue.items:
        raise corrupt("it does not say which of its pictures is meant")
    for item in catalogue.items.values():
        if any(at + length > len(data) for at, length in item.extents):
            raise truncated("the end of the picture is missing")
    return _header(data, fmt, catalogue, top)


def _without_meta(top: list[Box]) -> FileError:
    if all(box.kind in _TOP_BOXES for box in top):
        return truncated("its table of contents is missing")
    return corrupt("its boxes do not hold together")


def _header(data: bytes, fmt: str, catalogue: Catalogue, top: list[Box]) -> Header:
    primary = catalogue.primary
    stored = _stored_size(data, catalogue, primary)
    traits = set(_traits(data, catalogue))
    if any(box.kind in _CONTAINERS_OF_MOTION for box in top):
        traits.add("motion")
    return Header(
        format=fmt,
        stored=stored,
        end=max((box.end for box in top), default=len(data)),
        orientation=_orientation(data, catalogue.items[primary]),
        bits=_bits(data, catalogue, primary),
        frames=max(1, _pictures(catalogue)),
        colour=colour_of(data, catalogue, primary),
        exif=_exif(data, catalogue),
        xmp=_payload(data, next((i for i in catalogue.items.values() if i.mime == b"application/rdf+xml"), Item())),
        traits=frozenset(traits),
    )


def read_catalogue(data: bytes, meta: Box) -> Catalogue:
    """Items, properties, references and places from a `meta` box. May raise struct.error on damage."""
    found = Catalogue()
    parts = {box.kind: box for box in boxes(data, meta.start + 4, meta.end)}
    if b"pitm" in parts:
        found.primary = _unsigned(data, parts[b"pitm"].start + 4, 4 if data[parts[b"pitm"].start] else 2)
    if b"iinf" in parts:
        _read_items(data, parts[b"iinf"], found)
    if b"iloc" in parts:
        _read_places(data, parts[b"iloc"], parts.get(b"idat"), found)
    if b"iref" in parts:
        _read_references(data, parts[b"iref"], found)
    if b"iprp" in parts:
        _read_properties(data, parts[b"iprp"], found)
    return found


def _unsigned(data: bytes, at: int, size: int) -> int:
    if at + size > len(data):
        raise truncated("it ends inside its table of contents")
    return int.from_bytes(data[at : at + size], "big")


def _read_items(data: bytes, iinf: Box, found: Catalogue) -> None:
    for box in boxes(data, iinf.start + (8 if data[iinf.start] else 6), iinf.end):
        if box.kind != b"infe" or data[box.start] < 2:
            continue
        size = 2 if data[box.start] == 2 else 4
        number = _unsigned(data, box.start + 4, size)
        kind_at = box.start + 6 + size
        kind = data[kind_at : kind_at + 4]
        words = data[kind_at + 4 : box.end].split(b"\x00")
        found.items[number] = Item(kind=kind, mime=words[1] if kind == b"mime" and len(words) > 1 else b"")


def _read_places(data: bytes, iloc: Box, idat: Box | None, found: Catalogue) -> None:
    version = data[iloc.start]
    sizes = _unsigned(data, iloc.start + 4, 2)
    offset_size, length_size, base_size = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15
    index_size = sizes & 15 if version else 0
    number_size = 4 if version == 2 else 2
    at = iloc.start + 6
    count = _unsigned(data, at, number_size)
    at += number_size
    for _ in range(count):
        number = _unsigned(data, at, number_size)
        at += number_size
        method = _unsigned(data, at, 2) & 15 if version else 0
        at += (2 if version else 0) + 2
        base = _unsigned(data, at, base_size)
        at += base_size
        extents = _unsigned(data, at, 2)
        at += 2
        if at > iloc.end:
            raise corrupt("its table of contents does not hold together")
        base += idat.start if method == 1 and idat else 0
        for _ in range(extents):
            at += index_size
            offset = _unsigned(data, at, offset_size)
            length = _unsigned(data, at + offset_size, length_size)
            at += offset_size + length_size
            if method < 2 and number in found.items:
                found.items[number].extents.append((base + offset, length))


def _read_references(data: bytes, iref: Box, found: Catalogue) -> None:
    size = 4 if data[iref.start] else 2
    found.wide_ids = size == 4
    for box in boxes(data, iref.start + 4, iref.end):
        source = _unsigned(data, box.start, size)
        count = _unsigned(data, box.start + size, 2)
        first = box.start + size + 2
        if first + count * size > box.end:
            raise corrupt("its table of contents does not hold together")
        targets = tuple(_unsigned(data, first + i * size, size) for i in range(count))
        found.references.append((box.kind, source, targets, box))


def _read_properties(data: bytes, iprp: Box, found: Catalogue) -> None:
    parts = list(boxes(data, iprp.start, iprp.end))
    shelf = next((list(boxes(data, box.start, box.end)) for box in parts if box.kind == b"ipco"), [])
    for ipma in (box for box in parts if box.kind == b"ipma"):
        number_size = 4 if data[ipma.start] else 2
        is_wide = bool(data[ipma.start + 3] & 1)
        at = ipma.start + 8
        for _ in range(_unsigned(data, ipma.start + 4, 4)):
            number = _unsigned(data, at, number_size)
            count = data[at + number_size]
            at += number_size + 1
            for _ in range(count):
                index = _unsigned(data, at, 2) & 0x7FFF if is_wide else data[at] & 0x7F
                at += 2 if is_wide else 1
                if 0 < index <= len(shelf) and number in found.items:
                    found.items[number].properties.append(shelf[index - 1])


def _payload(data: bytes, item: Item) -> bytes:
    return b"".join(data[at : at + length] for at, length in item.extents)


def _exif(data: bytes, catalogue: Catalogue) -> bytes:
    """The TIFF block of the first Exif item: behind a 4-byte offset to it."""
    raw = next((_payload(data, i) for i in catalogue.items.values() if i.kind == b"Exif"), b"")
    if len(raw) < 8:
        return b""
    start = 4 + int.from_bytes(raw[:4], "big")
    return raw[start:] if raw[start : start + 2] in (b"II", b"MM") else raw[4:].removeprefix(b"Exif\x00\x00")


def _stored_size(data: bytes, catalogue: Catalogue, item: int) -> Size:
    """`ispe`, cut down by `clap` where there is one: the size before any rotation."""
    ispe = catalogue.property(item, b"ispe")
    if ispe is None:
        raise corrupt("it does not say how large its picture is")
    width, height = _unsigned(data, ispe.start + 4, 4), _unsigned(data, ispe.start + 8, 4)
    clap = catalogue.property(item, b"clap")
    if clap is not None and clap.end - clap.start >= 16:
        w_n, w_d, h_n, h_d = struct.unpack_from(">IIII", data, clap.start)
        if w_d and h_d:
            width, height = min(width, w_n // w_d), min(height, h_n // h_d)
    return size_of(width, height)


def _orientation(data: bytes, item: Item) -> int:
    """Rotation and mirroring as an EXIF number. Only whether sides swap matters here: libheif turns the picture."""
    turns = sum(data[p.start] & 3 for p in item.properties if p.kind == b"irot")
    return _QUARTER_TURN_TO_EXIF[turns % 4]


def _bits(data: bytes, catalogue: Catalogue, item: int) -> int:
    pixi = catalogue.property(item, b"pixi")
    if pixi is not None and pixi.end - pixi.start > 5:
        return max(data[pixi.start + 5 : pixi.end])
    av1 = catalogue.property(item, b"av1C")
    if av1 is not None and av1.end - av1.start >= 3 and data[av1.start + 2] & 0x40:
        return 12 if data[av1.start + 2] & 0x20 else 10
    return 8


def colour_of(data: bytes, catalogue: Catalogue, item: int) -> ColourTag:
    """The item's `colr` properties; a grid without one takes its first tile's."""
    icc, primaries, transfer = b"", 2, 2
    tiles = next((to for kind, source, to, _ in catalogue.references if kind == b"dimg" and source == item), ())
    for holder in (item, *tiles[:1]):
        for prop in catalogue.items.get(holder, Item()).properties:
            kind = data[prop.start : prop.start + 4] if prop.kind == b"colr" else b""
            if kind in (b"prof", b"rICC") and not icc:
                icc = data[prop.start + 4 : prop.end]
            elif kind == b"nclx" and prop.end - prop.start >= 10 and primaries == transfer == 2:
                primaries, transfer = struct.unpack_from(">HH", data, prop.start + 4)
        if icc or (primaries, transfer) != (2, 2):
            break
    return ColourTag(icc=icc, primaries=primaries, transfer=transfer)


def _pictures(catalogue: Catalogue) -> int:
    """How many pictures a viewer would offer: coded ones that are no tile, thumbnail, map or alpha of another."""
    tiles = {to for kind, _, targets, _ in catalogue.references if kind == b"dimg" for to in targets}
    helpers = {source for kind, source, _, _ in catalogue.references if kind in (b"thmb", b"auxl", b"cdsc")}
    pictures = {n for n, item in catalogue.items.items() if item.kind in (b"hvc1", b"av01", b"grid", b"iden", b"iovl")}
    return len(pictures - tiles - helpers)


def _traits(data: bytes, catalogue: Catalogue) -> Iterator[str]:
    kinds = {item.kind for item in catalogue.items.values()}
    aux = [data[p.start + 4 : p.end] for i in catalogue.items.values() for p in i.properties if p.kind == b"auxC"]
    if b"tmap" in kinds or any(b"hdrgainmap" in name for name in aux):
        yield "gain-map"
    if any(b"auxid:1\x00" in name or b"auxiliary:alpha" in name for name in aux):
        yield "alpha"
    if catalogue.items[catalogue.primary].kind == b"grid":
        yield "tiled"
    if any(
        item.mime in (b"application/c2pa", b"application/x-c2pa-manifest-store") for item in catalogue.items.values()
    ):
        yield "credentials"
