"""A mark with alpha on the picture: which version, how large, how strong. Where it goes is said by `stamps`.

Blended on code values (what a designer's program shows), with the logo's own alpha. Of the two versions the one that
stands out more from what lies under it is drawn. Nothing outside the box changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mediakit.errors import DataError
from mediakit.model import Box, Crop, Size
from mediakit.pixels.lab import lab_from_srgb
from mediakit.pixels.light import Rgb8
from mediakit.pixels.resample import shrink_to_pixels

Rgba8 = NDArray[np.uint8]
"""(H, W, 4) uint8 sRGB with straight alpha."""

MAX_PIXELS = 40_000_000
_FORMATS = ("PNG", "WEBP")


def load_logo(path: Path) -> Rgba8:
    """A logo file. Raises DataError where it does not open, is huge, or shows nothing."""
    try:
        changed_ns = path.stat().st_mtime_ns
    except OSError as error:
        raise DataError(f"The logo {path} cannot be read: {error.strerror or error}.", "Check the preset.") from error
    return _decoded(path, changed_ns)


def blended(under: Rgb8, drawn: Rgba8, opacity: float) -> Rgb8:
    """What lies under a mark of the same size, with the mark on it."""
    alpha = drawn[..., 3:].astype(np.float32) * np.float32(opacity / 255)
    mixed: Rgb8 = np.rint(under + alpha * (drawn[..., :3].astype(np.float32) - under)).astype(np.uint8)
    return mixed


def standing_out(under: Rgb8, versions: Sequence[Rgba8], size: Size) -> Rgba8:
    """The version that stands out more from the ground, at the size it is drawn."""
    sized = [_sized(version, size) for version in versions]
    if len(sized) == 1:
        return sized[0]
    ground = float(np.median(lab_from_srgb(shrink_to_pixels(np.ascontiguousarray(under), 4096)[0])[..., 0]))
    return max(sized, key=lambda version: abs(_lightness(version) - ground))


def whole_pixels(box: Box, size: Size) -> Crop:
    """A box on whole pixels inside a picture of `size`."""
    x, y = round(box.x), round(box.y)
    w, h = max(round(box.w), 1), max(round(box.h), 1)
    w, h = min(w, size.width_px), min(h, size.height_px)
    return Crop(min(max(x, 0), size.width_px - w), min(max(y, 0), size.height_px - h), w, h)


def _lightness(logo: Rgba8) -> float:
    """Mean L* of what is not transparent."""
    ink = logo[..., 3].astype(np.float32)
    lightness = lab_from_srgb(np.ascontiguousarray(logo[..., :3]))[..., 0]
    return float((lightness * ink).sum() / max(float(ink.sum()), 1.0))


def _sized(picture: Rgba8, size: Size) -> Rgba8:
    """Resized with premultiplied alpha, so that invisible pixels lend no colour to the edge."""
    resized = Image.fromarray(picture).resize((size.width_px, size.height_px), Image.Resampling.LANCZOS)
    return np.asarray(resized)


@lru_cache(maxsize=8)
def _decoded(path: Path, _changed_ns: int) -> Rgba8:
    try:
        with Image.open(path, formats=_FORMATS) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise DataError(f"The logo {path} has {picture.width}x{picture.height} pixels.", "Give one of 2000 px.")
            pixels = np.asarray(picture.convert("RGBA"))
    except DataError:
        raise
    except Exception as error:  # Pillow's decoders raise many kinds
        raise DataError(f"The logo {path} does not open as a picture.", "Give a PNG with transparency.") from error
    if not pixels[..., 3].any():
        raise DataError(f"The logo {path} is transparent everywhere.", "Give a PNG that shows something.")
    pixels.setflags(write=False)
    return pixels
