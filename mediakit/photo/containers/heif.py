"""HEIC, HEIF and AVIF: the facts of the main picture.

Source: ISO/IEC 23008-12 (HEIF), 23000-22 (MIAF). Only what is needed to judge the file is read.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from mediakit.errors import Fault, FileError
from mediakit.model import Size
from mediakit.photo.containers.header import ColourTag, Header, corrupt, size_of, truncated
from mediakit.photo.containers.isobmff import TOP_BOXES, Box, Catalogue, Item, boxes, read_catalogue, unsigned

_C2PA_UUID = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_NEVER_IN_HEVC = bytes(64)
"""Coded pictures break up every run of three zero bytes (H.265 7.4.2); a long one is a hole in the file."""
_CONTAINERS_OF_MOTION = (b"mpvd", b"moov")
# (quarter turns anticlockwise, mirrored, the mirror's axis) -> EXIF: turned first, then mirrored, as MIAF orders them.
_EXIF_OF_TURN = {
    (0, False, 0): 1, (1, False, 0): 8, (2, False, 0): 3, (3, False, 0): 6,
    (0, True, 0): 4, (1, True, 0): 5, (2, True, 0): 2, (3, True, 0): 7,
    (0, True, 1): 2, (1, True, 1): 7, (2, True, 1): 4, (3, True, 1): 5,
}  # fmt: skip


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
        if item.kind == b"hvc1" and any(data.find(_NEVER_IN_HEVC, at, at + n) >= 0 for at, n in item.extents):
            raise corrupt("a part of its picture is blank")
    return _header(data, fmt, catalogue, top)


def _without_meta(top: list[Box]) -> FileError:
    if any(box.kind == b"moov" for box in top):
        return FileError(
            Fault.UNSUPPORTED_FORMAT, "A HEIF that holds only a film strip is not supported.", "Save a still from it."
        )
    if all(box.kind in TOP_BOXES for box in top):
        return truncated("its table of contents is missing")
    return corrupt("its boxes do not hold together")


def _header(data: bytes, fmt: str, catalogue: Catalogue, top: list[Box]) -> Header:
    primary = catalogue.primary
    stored = _stored_size(data, catalogue, primary)
    traits = set(_traits(data, catalogue))
    manifest = next((data[box.start + 16 : box.end] for box in top if _is_c2pa(data, box)), b"")
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
        credentials=manifest,
        traits=frozenset(traits),
    )


def _is_c2pa(data: bytes, box: Box) -> bool:
    return box.kind == b"uuid" and data[box.start : box.start + 16] == _C2PA_UUID


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
    width, height = unsigned(data, ispe.start + 4, 4), unsigned(data, ispe.start + 8, 4)
    clap = catalogue.property(item, b"clap")
    if clap is not None and clap.end - clap.start >= 16:
        w_n, w_d, h_n, h_d = struct.unpack_from(">IIII", data, clap.start)
        if w_d and h_d:
            width, height = min(width, w_n // w_d), min(height, h_n // h_d)
    return size_of(width, height)


def _orientation(data: bytes, item: Item) -> int:
    """`irot` and `imir` as an EXIF number."""
    turns = sum(data[p.start] & 3 for p in item.properties if p.kind == b"irot") % 4
    mirrors = [data[p.start] & 1 for p in item.properties if p.kind == b"imir"]
    return _EXIF_OF_TURN[turns, bool(mirrors), mirrors[0] if mirrors else 0]


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
