"""The saturated colours of a picture outside faces' skin: its products, as far as colour can tell.

A few dozen mean colours stand for all such pixels, so that a picture, a clip's frames and a scene can be described alike.
Lips are not skin here: a lipstick is the product.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mediakit.model import Box
from mediakit.pixels.lab import chroma, hue_deg, lab_from_srgb
from mediakit.pixels.light import Float, Rgb8
from mediakit.pixels.resample import shrink_to_pixels

MEASURED_PIXELS = 12_000
SATURATED = 28.0
"""CIELAB chroma from which on a colour counts; a strongly tanned face stays below."""
DARKEST_L, LIGHTEST_L = 12.0, 96.0
SECTOR_DEG = 30.0
LEAST_SHARE = 0.004
"""Of the picture that a hue's pixels must hold to be a product: a lipstick on a half-length portrait still does."""
SKIN_REACH = 16.0
"""a*b* distance from a face's own colour within which pixels are its skin, the neck's and the hands'."""


@dataclass(frozen=True, slots=True)
class Vivid:
    """Pixels of about one colour: mean `rgb` (sRGB 0..1), the `sector` of hues it lies in, its `share` of the picture."""

    rgb: tuple[float, float, float]
    sector: int
    share: float


def vivid_colours(rgb: Rgb8, skins: Sequence[tuple[float, float, float]]) -> tuple[Vivid, ...]:
    """The saturated colours of a picture (H, W, 3) uint8 sRGB. `skins`: L*a*b* of the faces in it."""
    small = np.ascontiguousarray(shrink_to_pixels(rgb, MEASURED_PIXELS)[0]).reshape(-1, 3)
    lab = lab_from_srgb(small)
    use = (chroma(lab) >= SATURATED) & (lab[:, 0] > DARKEST_L) & (lab[:, 0] < LIGHTEST_L)
    for skin in skins:
        use &= np.hypot(lab[:, 1] - skin[1], lab[:, 2] - skin[2]) > SKIN_REACH
    if not use.any():
        return ()
    return _grouped(small[use].astype(np.float32) / np.float32(255), lab[use], len(small))


def _grouped(colours: Float, lab: Float, pixels: int) -> tuple[Vivid, ...]:
    """Means by hue sector, lightness and chroma; sectors with too few pixels are left out."""
    sector = (hue_deg(lab) // SECTOR_DEG).astype(np.intp) % int(360 / SECTOR_DEG)
    light = (lab[:, 0] // 20).astype(np.intp)
    strength = np.minimum(chroma(lab) // 25, 4).astype(np.intp)
    group = (sector * 8 + light) * 8 + strength
    counts = np.bincount(group)
    sums = np.stack([np.bincount(group, weights=colours[:, channel]) for channel in range(3)], axis=1)
    held = np.bincount(sector, minlength=int(360 / SECTOR_DEG)) >= LEAST_SHARE * pixels
    found = [index for index in np.flatnonzero(counts) if held[index // 64]]
    return tuple(
        Vivid(rgb=_rounded(sums[i] / counts[i]), sector=int(i // 64), share=round(float(counts[i] / pixels), 5))
        for i in found
    )


def skins_of(rgb: Rgb8, boxes: Sequence[Box]) -> list[tuple[float, float, float]]:
    """The median L*a*b* of the middle of each face. `boxes` are in the picture's pixels."""
    skins = []
    for box in boxes:
        x, y, w, h = box.x + box.w * 0.25, box.y + box.h * 0.3, box.w * 0.5, box.h * 0.45
        part = rgb[max(int(y), 0) : max(int(y + h), 0) + 1, max(int(x), 0) : max(int(x + w), 0) + 1]
        if part.size:
            lightness, a, b = (float(v) for v in np.median(lab_from_srgb(part.reshape(-1, 3)), axis=0))
            skins.append((lightness, a, b))
    return skins


def _rounded(colour: NDArray[np.float64]) -> tuple[float, float, float]:
    red, green, blue = (round(float(v), 4) for v in colour)
    return red, green, blue
