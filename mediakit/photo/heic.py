"""HEIC and HEIF pixels through libheif, in bounded memory.

A phone's large HEIC is a grid of tiles. libheif can only decode the grid as a whole (1.4 GB for 200 MP), so a large one
is decoded in bands: the file's own table of contents is edited, in a copy in memory, to show a grid of a few rows of
tiles, which libheif then decodes like any other; each band is reduced before the next one is decoded.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.errors import FileError
from mediakit.model import Size
from mediakit.photo.containers.header import Header, corrupt
from mediakit.photo.containers.isobmff import Box, Catalogue, boxes, read_catalogue

Pixels = NDArray[np.uint8] | NDArray[np.uint16]
_DIRECT_PIXELS = 50_000_000
_BAND_PIXELS = 16_000_000
_REFERENCE_HEAD = 12
"""Bytes of an empty reference box with 2-byte item numbers: box header, from, count."""


def can_band(data: bytes, header: Header) -> bool:
    """Whether a large picture can be decoded band by band."""
    try:
        return _grid(data, header) is not None
    except (struct.error, IndexError, FileError):
        return False


def decode_heic(data: bytes, header: Header, factor: int) -> tuple[Pixels, bool]:
    """(H, W) or (H, W, 3 or 4) RGB, reduced by up to `factor`; and whether it is turned as shown already.

    uint8, or uint16 0..65535 where the file has more than 8 bits.
    """
    if header.stored.pixels > _DIRECT_PIXELS:
        grid = _grid(data, header)
        if grid:
            return _decode_bands(data, grid, factor), False
    return _reduced(_open(data), factor), True


def _open(data: bytes) -> Pixels:
    import pillow_heif

    pillow_heif.options.DECODE_THREADS = 1
    return np.asarray(pillow_heif.open_heif(data, convert_hdr_to_8bit=False))


def _reduced(pixels: Pixels, factor: int) -> Pixels:
    if factor == 1:
        return pixels
    height, width = pixels.shape[:2]
    return np.asarray(cv2.resize(pixels, (-(-width // factor), -(-height // factor)), interpolation=cv2.INTER_AREA))


@dataclass(frozen=True, slots=True)
class _Grid:
    """Where in the file the grid is described: byte offsets of what has to be edited."""

    rows: int
    columns: int
    tile_height_px: int
    stored: Size
    tiles: tuple[int, ...]
    reference: Box
    payload_at: int
    is_wide: bool
    """Whether the payload writes its size in 4 bytes a side."""
    ispe_at: int
    turns_at: tuple[int, ...]


def _grid(data: bytes, header: Header) -> _Grid | None:
    """The primary picture's grid, or None when it has none that can be cut into bands."""
    meta = next((box for box in boxes(data, 0, len(data)) if box.kind == b"meta"), None)
    if meta is None or "alpha" in header.traits:
        return None
    found = read_catalogue(data, meta)
    item = found.items[found.primary]
    reference = next((r for r in found.references if r[0] == b"dimg" and r[1] == found.primary), None)
    kinds = {prop.kind for prop in item.properties}
    ispe = found.property(found.primary, b"ispe")
    if item.kind != b"grid" or reference is None or found.wide_ids or ispe is None or kinds & {b"imir", b"clap"}:
        return None
    payload_at, payload_bytes = item.extents[0]
    if len(item.extents) != 1 or payload_bytes < 8:
        return None
    return _Grid(
        rows=data[payload_at + 2] + 1,
        columns=data[payload_at + 3] + 1,
        tile_height_px=_tile_height(data, found, reference[2][0]),
        stored=header.stored,
        tiles=reference[2],
        reference=reference[3],
        payload_at=payload_at,
        is_wide=bool(data[payload_at + 1] & 1),
        ispe_at=ispe.start,
        turns_at=tuple(prop.start for prop in item.properties if prop.kind == b"irot"),
    )


def _tile_height(data: bytes, found: Catalogue, tile: int) -> int:
    ispe = found.property(tile, b"ispe")
    if ispe is None:
        raise corrupt("it does not say how large its tiles are")
    return int(struct.unpack_from(">I", data, ispe.start + 8)[0])


def _decode_bands(data: bytes, grid: _Grid, factor: int) -> Pixels:
    while grid.tile_height_px % factor:
        factor -= 1
    rows_a_band = max(1, _BAND_PIXELS // (grid.stored.width_px * grid.tile_height_px))
    bands: list[Pixels] = []
    for first in range(0, grid.rows, rows_a_band):
        rows = min(rows_a_band, grid.rows - first)
        bands.append(_reduced(_open(_with_band(data, grid, first, rows)), factor))
    whole: Pixels = np.concatenate(bands)  # type: ignore[assignment]  # numpy forgets the dtype of a union
    return whole


def _with_band(data: bytes, grid: _Grid, first: int, rows: int) -> bytes:
    """A copy of the file whose grid is `rows` rows of tiles from row `first` on, not turned."""
    copy = bytearray(data)
    height = min(rows * grid.tile_height_px, grid.stored.height_px - first * grid.tile_height_px)
    copy[grid.payload_at + 2] = rows - 1
    size_format = ">II" if grid.is_wide else ">HH"
    struct.pack_into(size_format, copy, grid.payload_at + 4, grid.stored.width_px, height)
    struct.pack_into(">II", copy, grid.ispe_at + 4, grid.stored.width_px, height)
    for at in grid.turns_at:
        copy[at] &= 0xFC
    _point_at_tiles(copy, grid, grid.tiles[first * grid.columns : (first + rows) * grid.columns])
    return bytes(copy)


def _point_at_tiles(copy: bytearray, grid: _Grid, tiles: tuple[int, ...]) -> None:
    """Rewrite the grid's reference box in place: the band's tiles, and a box of no meaning for the bytes left over."""
    start, end = grid.reference.start - 8, grid.reference.end
    (source,) = struct.unpack_from(">H", copy, grid.reference.start)
    length = _REFERENCE_HEAD + 2 * len(tiles)
    left_over = end - start - length
    if left_over and left_over < _REFERENCE_HEAD:
        raise corrupt("its grid of tiles does not hold together")
    struct.pack_into(f">I4sHH{len(tiles)}H", copy, start, length, b"dimg", source, len(tiles), *tiles)
    if left_over:
        spare = (left_over - _REFERENCE_HEAD) // 2
        ids = grid.tiles[:spare]
        struct.pack_into(f">I4sHH{spare}H", copy, start + length, left_over, b"none", grid.tiles[0], spare, *ids)
