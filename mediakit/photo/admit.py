"""The door: which files are photos that may be decoded. Everything is judged by header, before a pixel is made.

Refusals, in this order: not a plain file, empty, too many bytes, not a picture, not what its name says, cut off or
damaged, a second file behind the picture, too many or too few pixels, more memory than a worker may use.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from mediakit.errors import Fault, FileError
from mediakit.model import Note, Size
from mediakit.photo.containers import Header, read_header
from mediakit.photo.containers.trailer import check_trailer
from mediakit.photo.heic import can_band
from mediakit.photo.raw import read_raw_header
from mediakit.presets.schema import Limits
from mediakit.tools.sniff import kind_of_format, name_fits, open_plainly, sniff_bytes

MEMORY_BYTES = 750_000_000
"""What decoding one photo may take; with the interpreter and its libraries a worker stays under 1 GB."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """A photo that may be decoded: its bytes and what they say."""

    data: bytes
    header: Header
    notes: tuple[Note, ...]


_NAMES = {"jxl": "JPEG XL", "jp2": "JPEG 2000", "psd": "Photoshop"}
"""Formats that are recognised but not opened."""


def admit(path: Path, limits: Limits) -> Admitted:
    """Read a file and judge it. Raises FileError with the fault that fits."""
    data = _read(path, limits)
    fmt, notes = _judge_name(sniff_bytes(data[:4096], path.suffix), path.suffix, limits)
    if fmt in _NAMES:
        raise _not_supported(fmt)
    header = read_raw_header(data) if fmt == "raw" else read_header(data, fmt)
    _judge_size(header.shown, limits)
    trailer = check_trailer(data, header.end) if fmt != "raw" else frozenset[str]()
    header = _with_traits(header, trailer)
    return Admitted(data, header, notes)


def judge_memory(admitted: Admitted, factor: int) -> None:
    """Refuse what would not fit into a worker's memory when decoded at 1/`factor`. Raises FileError TOO_LARGE."""
    need = _memory(admitted, factor)
    if need > MEMORY_BYTES:
        raise FileError(
            Fault.TOO_LARGE,
            f"Decoding its {admitted.header.shown} pixels as {admitted.header.format.upper()} would take about "
            f"{need // 1_000_000} MB of memory, more than the {MEMORY_BYTES // 1_000_000} MB a photo may take.",
            "Save it smaller." if admitted.header.format == "jpeg" else "Save it smaller, or as JPEG.",
        )


def _read(path: Path, limits: Limits) -> bytes:
    most = int(limits.max_photo_mb * 1_000_000)
    with open_plainly(path) as file:
        try:
            # Of as many bytes as are asked for a buffer is made first.
            data = file.read(min(os.fstat(file.fileno()).st_size, most) + 1)
        except OSError as why:
            raise FileError(
                Fault.UNREADABLE, f"The file could not be read: {why.strerror}.", "Check the disk or card it is on."
            ) from why
    if len(data) > most:
        raise FileError(
            Fault.TOO_LARGE,
            f"The file is larger than {limits.max_photo_mb:g} MB.",
            "Raise limits.max_photo_mb in the preset if such photos are wanted.",
        )
    return data


def _judge_name(fmt: str | None, suffix: str, limits: Limits) -> tuple[str, tuple[Note, ...]]:
    if fmt is None:
        raise FileError(Fault.NOT_MEDIA, "This is no picture, whatever its name says.", "Remove it from the shoot.")
    if kind_of_format(fmt) != "photo":
        raise FileError(
            Fault.MISLABELLED, f"The name says photo, the content is {fmt}.", "Give the file the ending that fits it."
        )
    if name_fits(fmt, suffix):
        return fmt, ()
    words = f"The name ends in {suffix}, the content is {fmt.upper()}."
    if limits.mislabelled == "refuse":
        raise FileError(Fault.MISLABELLED, words, "Rename it, or set limits.mislabelled to accept in the preset.")
    return fmt, (Note("mislabelled", f"{words} It was opened as {fmt.upper()}."),)


def _not_supported(fmt: str) -> FileError:
    return FileError(
        Fault.UNSUPPORTED_FORMAT, f"{_NAMES[fmt]} pictures are not supported.", "Save it as JPEG, PNG or HEIC."
    )


def _judge_size(shown: Size, limits: Limits) -> None:
    if shown.short_side_px < limits.min_side_px:
        raise FileError(
            Fault.TOO_SMALL,
            f"The picture is {shown} pixels; a side is under {limits.min_side_px}.",
            "Use the original photo.",
        )
    megapixels = shown.pixels / 1_000_000
    if megapixels > limits.max_megapixels:
        raise FileError(
            Fault.TOO_LARGE,
            f"The picture is {shown}, {megapixels:.0f} megapixels; the limit is {limits.max_megapixels:g}.",
            "Save it smaller, or raise limits.max_megapixels in the preset.",
        )


def _with_traits(header: Header, more: frozenset[str]) -> Header:
    return replace(header, traits=header.traits | more) if more else header


_BYTES_A_PIXEL = {"png": 4, "webp": 16, "gif": 9, "bmp": 8, "tiff": 8, "avif": 9, "heic": 6, "raw": 14}
"""Peak bytes for each stored pixel while decoding 8 bits a channel, measured; JPEG is reckoned apart."""
_DEEP_BYTES_A_PIXEL = {"png": 12, "tiff": 12, "avif": 9, "heic": 12, "raw": 14}
"""The same for more bits a channel."""


def _memory(admitted: Admitted, factor: int) -> int:
    """Bytes: the file, the decoder's own buffers, the picture made and its copies."""
    header, size = admitted.header, len(admitted.data)
    stored, made = header.stored.pixels, header.stored.pixels / factor**2
    after = 10 * made
    if header.format == "jpeg":
        coefficients = 6 * stored if "progressive" in header.traits else 0
        return int(size + coefficients + after)
    if header.format == "heic" and "tiled" in header.traits and can_band(admitted.data, header):
        return int(2 * size + 200_000_000 + after)
    table = _DEEP_BYTES_A_PIXEL if header.bits > 8 else _BYTES_A_PIXEL
    clear = 8 if "alpha" in header.traits else 0
    return int(size + (table[header.format] + clear) * stored + after)
