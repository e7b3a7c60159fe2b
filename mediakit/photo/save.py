"""Write a finished photo: the best picture that fits the surface's bytes, saying only what it should say.

Every file carries an sRGB profile of under 500 bytes, no position, serial number, maker note, owner or thumbnail; the
copyright and the AI label of the original are written back and read again to prove it.

JPEG is progressive with tables of its own where it takes more than a quarter of its bytes: that saves 5 % and takes four
times as long to write and to open, so a picture that fits easily does without. Colour is kept at full resolution
(4:4:4) where the picture needs it and the bytes allow it, because saturated red bleeds at half (4:2:0).
"""

from __future__ import annotations

import errno
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin

from mediakit.errors import Fault, FileError
from mediakit.model import Note
from mediakit.photo.chroma import needs_full_chroma
from mediakit.photo.containers import read_header
from mediakit.photo.icc import srgb_profile
from mediakit.photo.jpeg_write import jpeg_encoder
from mediakit.photo.labels import exif_block, xmp_packet
from mediakit.photo.metadata import PhotoMeta, read_meta
from mediakit.photo.search import ALIKE, Budget, Encode, Encoded, Judge, Search
from mediakit.pixels.similarity import ssim

Format = Literal["jpeg", "png", "webp"]
Subsampling = Literal["4:4:4", "4:2:0"]
_LONGEST_SIDE_PX = {"jpeg": 65500, "webp": 16383, "png": 1 << 30}
LOWEST_QUALITY = 30
"""A limit of bytes is kept to down to here; below, a picture shows little but blocks."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What was written. `quality` is libjpeg's or libwebp's scale, 100 for PNG; `encodes` how many tries it took."""

    bytes: int
    format: Format
    quality: int
    subsampling: Subsampling
    encodes: int
    reached_target: bool
    """Whether `target_bytes` was met; True where there was none."""
    alike: float | None = None
    """SSIM of its luma against the picture (Wang et al. 2004); None where nothing had to be given up for bytes."""

    @property
    def notes(self) -> tuple[Note, ...]:
        """A word where a limit of bytes took the picture below the perceptual floor."""
        if self.alike is None or self.alike >= ALIKE:
            return ()
        words = (
            f"It had to be compressed hard to fit its surface (quality {self.quality}, likeness {self.alike:.2f} of 1)."
        )
        return (Note("compressed-hard", words),)


def save_photo(  # noqa: PLR0913 - all by name, and each is a fact of the surface or the preset
    rgb: NDArray[np.uint8],
    path: Path,
    *,
    format: Format = "jpeg",
    max_bytes: int | None = None,
    target_bytes: int | None = None,
    meta: PhotoMeta | None = None,
    keep_capture_date: bool = False,
    quality: int = 92,
    floor: int = LOWEST_QUALITY,
) -> Saved:
    """Write (H, W, 3) uint8 sRGB to `path`.

    The first try is at `quality`; it is the only one when it fits. Else the best that meets `target_bytes` is looked for,
    not going below the perceptual floor (`search.ALIKE`) for its sake; `max_bytes` is kept to down to quality `floor`.
    Raises FileError: CHECK_FAILED when even `floor` does not fit, or a label did not survive; DISK_FULL; NOT_WRITABLE.
    """
    meta = meta or PhotoMeta()
    longest = max(rgb.shape[:2])
    if longest > _LONGEST_SIDE_PX[format]:
        raise FileError(
            Fault.CHECK_FAILED,
            f"{format.upper()} cannot hold a side of {longest} pixels.",
            f"Make it at most {_LONGEST_SIDE_PX[format]} pixels long.",
        )
    encode = _encoder(rgb, format, meta, keep_capture_date)
    chosen, tries = _choose(encode, rgb, format, Budget(max_bytes, target_bytes, quality, floor))
    _check_label(chosen.data, format, meta)
    _write(path, chosen.data)
    return Saved(
        bytes=len(chosen.data),
        format=format,
        quality=chosen.quality,
        subsampling="4:4:4" if chosen.full_chroma else "4:2:0",
        encodes=tries,
        reached_target=target_bytes is None or len(chosen.data) <= target_bytes,
        alike=None if chosen.alike is None else round(chosen.alike, 4),
    )


def _encoder(rgb: NDArray[np.uint8], format: Format, meta: PhotoMeta, keep_capture_date: bool) -> Encode:
    exif, xmp, icc = exif_block(meta, keep_capture_date), xmp_packet(meta), srgb_profile()
    if format == "jpeg":
        return jpeg_encoder(rgb, exif=exif, xmp=xmp, icc=icc)
    image = Image.fromarray(rgb)

    def encode(quality: int, *, full_chroma: bool, thorough: bool) -> bytes:  # noqa: ARG001 - neither has half chroma
        file = io.BytesIO()
        if format == "webp":
            image.save(file, "WEBP", quality=quality, method=4 if thorough else 2, icc_profile=icc, exif=exif, xmp=xmp)
        else:
            image.save(file, "PNG", icc_profile=icc, exif=exif, pnginfo=_png_texts(meta, xmp))
        return file.getvalue()

    return encode


def _png_texts(meta: PhotoMeta, xmp: bytes) -> PngImagePlugin.PngInfo:
    texts = PngImagePlugin.PngInfo()
    if xmp:
        texts.add_itxt("XML:com.adobe.xmp", xmp.decode())
    if meta.ai_label and meta.ai_label.aigc:
        texts.add_itxt("AIGC", meta.ai_label.aigc)
    return texts


def _choose(encode: Encode, rgb: NDArray[np.uint8], format: Format, budget: Budget) -> tuple[Encoded, int]:
    """The file to write and how many tries it took."""
    if format == "png":
        only = Encoded(encode(100, full_chroma=True, thorough=True), 100, True)
        if len(only.data) > budget.limit:
            raise _too_big(len(only.data), budget, "PNG keeps every pixel; choose JPEG for this surface.")
        return only, 1
    search = Search(encode, _likeness(rgb), budget)
    found = search.best(full_chroma=format == "jpeg" and needs_full_chroma(rgb))
    if len(found.data) > budget.limit:
        raise _too_big(len(found.data), budget, "Make the picture smaller, or lower its details.")
    return found, search.tries


def _likeness(rgb: NDArray[np.uint8]) -> Judge:
    def judge(data: bytes) -> float:
        written = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE | cv2.IMREAD_IGNORE_ORIENTATION)
        if written is None:
            raise FileError(Fault.INTERNAL, "The picture cannot be read back after encoding.", "Report this file.")
        return ssim(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), written)

    return judge


def _too_big(size: int, budget: Budget, hint: str) -> FileError:
    words = f"The picture takes {size} bytes at the lowest quality allowed; {budget.max_bytes} fit."
    return FileError(Fault.CHECK_FAILED, words, hint)


def _check_label(data: bytes, format: Format, meta: PhotoMeta) -> None:
    """The AI label and the copyright are read back from the bytes to be written."""
    found = read_meta(read_header(data, format))
    if found.ai_label != meta.ai_label or found.copyright != meta.copyright:
        raise FileError(
            Fault.CHECK_FAILED,
            "The AI label or copyright of the original did not survive writing.",
            "Report this file: it must not be posted without its label.",
        )


def _write(path: Path, data: bytes) -> None:
    """All of it or nothing."""
    try:
        path.write_bytes(data)
    except OSError as why:
        path.unlink(missing_ok=True)
        if why.errno in (errno.ENOSPC, errno.EDQUOT):
            raise FileError(Fault.DISK_FULL, "The disk is full.", "Make room, then run again.") from why
        raise FileError(
            Fault.NOT_WRITABLE, f"The output could not be written: {why.strerror}.", "Check the output folder."
        ) from why
