"""The brand's logo on the picture: which version, how large, how strong. Where it goes is `frame.place`'s to say.

Blended on code values (what a designer's program shows), with the logo's own alpha. Of the two versions the one that
stands out more from what lies under it is drawn. Nothing outside the box changes.
"""

from __future__ import annotations

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


def logo_ratio(path: Path) -> float:
    """Width over height of a logo file. Raises DataError where it does not open."""
    height, width = _load(path).shape[:2]
    return float(width / height)


def draw_logo(rgb: Rgb8, logo: Path, logo_on_dark: Path | None, placement_box: Box, opacity: float) -> Rgb8:
    """A copy of the picture with the logo in the box (clipped to the picture). Raises DataError for a bad logo file."""
    size = Size(rgb.shape[1], rgb.shape[0])
    at = _whole_pixels(placement_box, size)
    under = rgb[at.y_px : at.y_px + at.h_px, at.x_px : at.x_px + at.w_px]
    drawn = _chosen(under, logo, logo_on_dark, at.size)
    alpha = drawn[..., 3:].astype(np.float32) * np.float32(opacity / 255)
    mixed = under + alpha * (drawn[..., :3].astype(np.float32) - under)
    result = rgb.copy()
    result[at.y_px : at.y_px + at.h_px, at.x_px : at.x_px + at.w_px] = np.rint(mixed).astype(np.uint8)
    return result


def logo_for_clip(under: Rgb8, logo: Path, logo_on_dark: Path | None, opacity: float, to: Path) -> None:
    """Write the PNG that ffmpeg's `overlay` lays over a clip: the size of `under`, opacity already in its alpha.

    under: (H, W, 3) what typical frames show where the logo goes (their mean, say); it decides the version.
    """
    drawn = _chosen(under, logo, logo_on_dark, Size(under.shape[1], under.shape[0])).copy()
    drawn[..., 3] = np.rint(drawn[..., 3] * np.float32(opacity)).astype(np.uint8)
    Image.fromarray(drawn).save(to, format="PNG")


def _whole_pixels(box: Box, size: Size) -> Crop:
    x, y = round(box.x), round(box.y)
    w, h = max(round(box.w), 1), max(round(box.h), 1)
    w, h = min(w, size.width_px), min(h, size.height_px)
    return Crop(min(max(x, 0), size.width_px - w), min(max(y, 0), size.height_px - h), w, h)


def _chosen(under: Rgb8, logo: Path, logo_on_dark: Path | None, size: Size) -> Rgba8:
    """The version that stands out more, at the size it is drawn."""
    versions = [_sized(path, size) for path in (logo, logo_on_dark) if path is not None]
    if len(versions) == 1:
        return versions[0]
    ground = float(np.median(lab_from_srgb(shrink_to_pixels(under, 4096)[0])[..., 0]))
    return max(versions, key=lambda version: abs(_lightness(version) - ground))


def _lightness(logo: Rgba8) -> float:
    """Mean L* of what is not transparent."""
    ink = logo[..., 3].astype(np.float32)
    lightness = lab_from_srgb(np.ascontiguousarray(logo[..., :3]))[..., 0]
    return float((lightness * ink).sum() / max(float(ink.sum()), 1.0))


def _sized(path: Path, size: Size) -> Rgba8:
    """Resized with premultiplied alpha, so that invisible pixels lend no colour to the edge."""
    picture = Image.fromarray(_load(path))
    return np.asarray(picture.resize((size.width_px, size.height_px), Image.Resampling.LANCZOS))


def _load(path: Path) -> Rgba8:
    try:
        changed_ns = path.stat().st_mtime_ns
    except OSError as error:
        raise DataError(f"The logo {path} cannot be read: {error.strerror or error}.", "Check the preset.") from error
    return _decoded(path, changed_ns)


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
