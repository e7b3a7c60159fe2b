"""Pixels out of files: every format to one Pillow picture in the file's own colours, as small as the caller can use.

JPEG is decoded at 1/2, 1/4 or 1/8 by libjpeg itself; other formats are decoded whole and reduced by a whole factor with
a box filter before anything else is done to them. Decoders run on one thread: parallelism belongs to the batch.
"""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from mediakit.errors import Fault, FileError
from mediakit.photo.colour import srgb_of_deep_lab
from mediakit.photo.containers import png, tiff
from mediakit.photo.containers.header import Header, corrupt, truncated
from mediakit.photo.heic import decode_heic

Samples = NDArray[np.uint8] | NDArray[np.uint16]
# What decoders raise on damaged input; a mistake of our own (NameError, ImportError) is not among them.
_ON_DAMAGE = (
    OSError, SyntaxError, ValueError, RuntimeError, EOFError, ArithmeticError, LookupError, TypeError, AttributeError,
    AssertionError, struct.error, zlib.error, cv2.error, Image.DecompressionBombError,
)  # fmt: skip
JPEG_FACTORS = (8, 4, 2, 1)
_GREY_AT = {
    1: cv2.IMREAD_GRAYSCALE,
    2: cv2.IMREAD_REDUCED_GRAYSCALE_2,
    4: cv2.IMREAD_REDUCED_GRAYSCALE_4,
    8: cv2.IMREAD_REDUCED_GRAYSCALE_8,
}
_COLOUR_AT = _GREY_AT
"""The same reductions serve for colour: OpenCV adds IMREAD_COLOR_RGB to them, but not to its IMREAD_REDUCED_COLOR_*."""
AvifImagePlugin.DEFAULT_MAX_THREADS = 1


@dataclass(frozen=True, slots=True)
class Decoded:
    """A picture in the file's own colours, nothing transparent."""

    image: Image.Image | Samples
    """Mode L, RGB, CMYK or LAB; or (H, W, 3) RGB: uint8, or uint16 for files of more than 8 bits."""
    is_turned: bool = False
    """Whether the decoder applied the orientation already."""
    is_srgb: bool = False
    """Whether the colours are sRGB already, whatever the file's tags say."""


def decode(data: bytes, header: Header, factor: int) -> Decoded:
    """Decode, reduced by the whole `factor` (1 = full size). JPEG takes the largest of 1, 2, 4, 8 up to it.

    Raises FileError CORRUPT, TRUNCATED or UNSUPPORTED_CODEC.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if header.format in _PLUGINS:
                return _by_pillow(_PLUGINS[header.format], data, factor)
            return _DECODERS[header.format](data, header, factor)
    except FileError:
        raise
    except MemoryError as why:
        raise FileError(
            Fault.OUT_OF_MEMORY, "There was not enough memory to open it.", "Close other programs."
        ) from why
    except _ON_DAMAGE as why:
        raise _named(why) from why


def _named(why: Exception) -> FileError:
    words = str(why).lower()
    if "truncated" in words or "end-of-file" in words or "end of file" in words:
        return truncated("the end of the picture is missing")
    if "unsupported" in words or "not supported" in words:
        return FileError(
            Fault.UNSUPPORTED_CODEC, f"This kind of picture cannot be decoded ({why}).", "Save it as JPEG or PNG."
        )
    return corrupt("its picture cannot be decoded")


def _jpeg(data: bytes, header: Header, factor: int) -> Decoded:
    """By OpenCV's libjpeg, straight into an array: the pixels Pillow's makes, without its copies (a sixth of the time).

    Ink stays with Pillow, which alone keeps the four channels; arithmetic coding only OpenCV's reads.
    """
    scale = next(f for f in JPEG_FACTORS if f <= factor)
    if "cmyk" in header.traits:
        image = JpegImagePlugin.JpegImageFile(io.BytesIO(data))
        image.draft(image.mode, (max(1, image.width // scale), max(1, image.height // scale)))
        image.load()
        return Decoded(image)
    grey = "grey" in header.traits
    flags = (_GREY_AT if grey else _COLOUR_AT)[scale] | cv2.IMREAD_IGNORE_ORIENTATION
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flags if grey else flags | cv2.IMREAD_COLOR_RGB)
    if pixels is None:
        raise corrupt("its picture cannot be decoded")
    return Decoded(Image.fromarray(pixels) if grey else pixels)


def _png(data: bytes, header: Header, factor: int) -> Decoded:
    picture = png.bare(data)
    if header.bits == 16:
        return _sixteen_bits(picture, header, factor)
    return _by_pillow(PngImagePlugin.PngImageFile, picture, factor)


def _tiff(data: bytes, header: Header, factor: int) -> Decoded:
    if header.bits == 16 and "lab" in header.traits:
        decoded = _deep_lab(data, factor)
    elif header.bits in (16, 32) and "cmyk" not in header.traits:
        decoded = _sixteen_bits(data, header, factor)
    else:
        decoded = _by_pillow(TiffImagePlugin.TiffImageFile, data, factor)
    return replace(decoded, is_turned=True)  # both decoders turn TIFFs, and only TIFFs, by themselves


def _deep_lab(data: bytes, factor: int) -> Decoded:
    """16-bit CIELAB, which no decoder here knows: its samples are fetched raw. a* and b* are signed."""
    samples = cv2.imdecode(np.frombuffer(tiff.as_plain_rgb(data), np.uint8), cv2.IMREAD_UNCHANGED)
    if samples is None or samples.dtype != np.uint16 or samples.shape[2:] != (3,):
        raise corrupt("its picture cannot be decoded")
    lab = cv2.cvtColor(samples, cv2.COLOR_BGR2RGB) ^ np.array([0, 0x8000, 0x8000], np.uint16)
    return Decoded(Image.fromarray(srgb_of_deep_lab(reduce_pixels(lab, factor))), is_srgb=True)


def _sixteen_bits(data: bytes, header: Header, factor: int) -> Decoded:
    """16-bit (or float 0..1) samples. Grey ones become 8-bit after they were reduced; colours keep their depth."""
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise corrupt("its picture cannot be decoded")
    if pixels.dtype == np.float32:
        pixels = np.rint(np.nan_to_num(pixels).clip(0, 1) * 65535).astype(np.uint16)
    pixels = reduce_pixels(over_white(pixels), factor)
    if "grey" in header.traits and pixels.ndim == 3:
        pixels = pixels[..., 0]
    if pixels.ndim == 2:
        return Decoded(Image.fromarray(eight_bits(pixels)))
    rgb = cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB)
    return Decoded(rgb if rgb.dtype == np.uint16 else Image.fromarray(rgb))


def eight_bits(samples: Samples) -> NDArray[np.uint8]:
    """0..65535 rounded to 0..255; 8-bit samples as they are."""
    if samples.dtype == np.uint8:
        return samples.astype(np.uint8, copy=False)
    rounded: NDArray[np.uint8] = cv2.convertScaleAbs(np.ascontiguousarray(samples), alpha=255 / 65535)
    return rounded


def over_white(pixels: Samples) -> Samples:
    """Transparent parts become white: (H, W, 4) uint8 or uint16 to (H, W, 3); other shapes as they are."""
    if pixels.ndim != 3 or pixels.shape[2] != 4:
        return pixels
    top = 65535 if pixels.dtype == np.uint16 else 255
    over = np.empty((*pixels.shape[:2], 3), pixels.dtype)
    for row in range(0, len(pixels), 256):  # a few rows at a time: the arithmetic is in float
        band = pixels[row : row + 256]
        share = band[..., 3:].astype(np.float32) / top
        over[row : row + 256] = np.rint(band[..., :3] * share + (1 - share) * top)
    return over


def reduce_pixels(pixels: Samples, factor: int) -> Samples:
    """Averaged over blocks of `factor` x `factor`; the last column and row average what is left."""
    if factor == 1:
        return pixels
    height, width = pixels.shape[:2]
    reduced: Samples = cv2.resize(pixels, (-(-width // factor), -(-height // factor)), interpolation=cv2.INTER_AREA)
    return reduced


def _heic(data: bytes, header: Header, factor: int) -> Decoded:
    samples, is_turned = decode_heic(data, header, factor)
    pixels = over_white(samples)
    if pixels.dtype == np.uint16 and pixels.ndim == 3:
        return Decoded(pixels.astype(np.uint16, copy=False), is_turned=is_turned)
    return Decoded(Image.fromarray(eight_bits(pixels)), is_turned=is_turned)


def _by_pillow(plugin: Callable[[io.BytesIO], Image.Image], data: bytes, factor: int) -> Decoded:
    """The plugin itself rather than `Image.open`: exactly the format that was recognised, and our own size limits."""
    image = plugin(io.BytesIO(data))
    image.load()
    image = _plain_mode(image)
    return Decoded(image.reduce(factor) if factor > 1 else image)


def _plain_mode(image: Image.Image) -> Image.Image:
    """L, RGB, CMYK or LAB, transparency over white."""
    if image.mode in ("L", "RGB", "CMYK", "LAB") and "transparency" not in image.info:
        return image
    if image.mode.startswith("I") or image.mode == "F":
        return _from_wide_grey(image)
    if image.mode == "1":
        return image.convert("L")
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        clear = image.convert("RGBA")
        white = Image.new("RGB", image.size, (255, 255, 255))
        white.paste(clear, mask=clear.getchannel("A"))
        return white
    return image.convert("RGB")


def _from_wide_grey(image: Image.Image) -> Image.Image:
    values = np.asarray(image)
    top = 65535 if image.mode.startswith("I") else 1
    return Image.fromarray(np.rint(np.clip(values / top, 0, 1) * 255).astype(np.uint8))


_DECODERS: dict[str, Callable[[bytes, Header, int], Decoded]] = {
    "jpeg": _jpeg,
    "png": _png,
    "tiff": _tiff,
    "heic": _heic,
}
_PLUGINS: dict[str, Callable[[io.BytesIO], Image.Image]] = {
    "webp": WebPImagePlugin.WebPImageFile,
    "gif": GifImagePlugin.GifImageFile,
    "bmp": BmpImagePlugin.BmpImageFile,
    "avif": AvifImagePlugin.AvifImageFile,
}
