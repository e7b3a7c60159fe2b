"""What a picture's colour is like before anything is done to it.

Everything is measured on a copy of about 50 000 pixels and kept as a few numbers, so a photo, a clip's frames and a
whole scene are described alike and can be averaged (`merge_tones`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from mediakit.look.cast import Cast, estimate_cast
from mediakit.model import Box
from mediakit.pixels.lab import lab_from_srgb
from mediakit.pixels.light import Rgb8, linear_from_srgb, luma
from mediakit.pixels.resample import shrink_to_pixels

MEASURED_PIXELS = 50_000
QUANTILES = (0.001, 0.01, 0.05, 0.15, 0.3, 0.5, 0.7, 0.85, 0.95, 0.99, 0.999)
"""Shares of the pixels below each of a Tone's levels."""
CLIPPED_LIGHT, CLIPPED_DARK = 253, 2
"""Code values from which on a pixel counts as clipped (JPEG blurs exact 255 and 0)."""


@dataclass(frozen=True, slots=True)
class Tone:
    """A picture's colour in numbers. Levels are code values 0..1 at QUANTILES; `skin_lab` is a mean, None without faces.

    `dark` are levels of each pixel's smallest channel (haze lifts them), `mid` of its luma, `light` of its largest
    channel (underexposure lowers them). `clipped_*` are shares of pixels with all three channels at the end.
    """

    cast: Cast
    dark: tuple[float, ...]
    mid: tuple[float, ...]
    light: tuple[float, ...]
    clipped_dark: float
    clipped_light: float
    skin_lab: tuple[float, float, float] | None = None

    def as_facts(self) -> dict[str, object]:
        """JSON-able, for the manifest and the ledger."""
        return asdict(self)


def measure(rgb_small: Rgb8, *, skin_boxes: Sequence[Box] = ()) -> Tone:
    """Describe a picture: (H, W, 3) uint8 sRGB, of any size (shrunk inside). `skin_boxes` are faces in its pixels."""
    small, scale = shrink_to_pixels(rgb_small, MEASURED_PIXELS)
    small = np.ascontiguousarray(small)
    darkest, lightest = small.min(axis=2), small.max(axis=2)
    return Tone(
        cast=estimate_cast(linear_from_srgb(small)),
        dark=_levels(darkest),
        mid=_levels(luma(small)),
        light=_levels(lightest),
        clipped_dark=round(float((lightest <= CLIPPED_DARK).mean()), 5),
        clipped_light=round(float((darkest >= CLIPPED_LIGHT).mean()), 5),
        skin_lab=_skin(small, [box.scaled(scale) for box in skin_boxes]),
    )


def merge_tones(tones: Sequence[Tone]) -> Tone:
    """One description of several pictures of one scene: a clip's frames. Raises ValueError where there are none."""
    if not tones:
        raise ValueError("no tones to merge")
    skins = [tone.skin_lab for tone in tones if tone.skin_lab is not None]
    return Tone(
        cast=Cast.merged([tone.cast for tone in tones]),
        dark=_mean_levels([tone.dark for tone in tones]),
        mid=_mean_levels([tone.mid for tone in tones]),
        light=_mean_levels([tone.light for tone in tones]),
        clipped_dark=float(np.mean([tone.clipped_dark for tone in tones])),
        clipped_light=float(np.mean([tone.clipped_light for tone in tones])),
        skin_lab=_triple(np.mean(skins, axis=0)) if skins else None,
    )


def _levels(plane: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> tuple[float, ...]:
    """QUANTILES of 8-bit values from their histogram, 0..1, interpolated inside a code value."""
    counts = np.bincount(plane.reshape(-1), minlength=256)
    below = np.concatenate([[0.0], np.cumsum(counts) / plane.size])
    values = np.interp(QUANTILES, below, np.arange(257) - 0.5)
    return tuple(round(float(v), 4) for v in np.clip(values / 255, 0, 1))


def _mean_levels(levels: Sequence[tuple[float, ...]]) -> tuple[float, ...]:
    return tuple(round(float(v), 4) for v in np.mean(levels, axis=0))


def _skin(small: Rgb8, boxes: Sequence[Box]) -> tuple[float, float, float] | None:
    """Median colour of the middles of the faces, weighted by nothing but their size."""
    middles = []
    for box in boxes:
        x, y, w, h = box.x + box.w * 0.25, box.y + box.h * 0.3, box.w * 0.5, box.h * 0.45
        part = small[max(int(y), 0) : max(int(y + h), 0) + 1, max(int(x), 0) : max(int(x + w), 0) + 1]
        middles.append(part.reshape(-1, 3))
    pixels = np.concatenate(middles) if middles else np.empty((0, 3), np.uint8)
    if len(pixels) == 0:
        return None
    return _triple(np.median(lab_from_srgb(pixels), axis=0))


def _triple(values: np.ndarray[tuple[int, ...], np.dtype[np.floating]]) -> tuple[float, float, float]:
    lightness, a, b = (round(float(v), 2) for v in values)
    return lightness, a, b
