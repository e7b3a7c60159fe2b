"""What goes wrong when a phone takes a photo, put into fine photos in three strengths: to learn from, to measure with.

Pictures are (H, W, 3) uint8 sRGB in and out. Lengths are shares of the long side, so that a fault looks alike on a
12 MP photo and on its small copy; light is added and taken away in linear light, as a lens or a sensor does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from faults import cast, light

from mediakit.pixels.light import Rgb8, linear_from_srgb, srgb_from_linear

STRENGTHS = ("light", "medium", "strong")
Make = Callable[[Rgb8, float, np.random.Generator], Rgb8]


@dataclass(frozen=True)
class PhotoFault:
    """`make` puts it in at a strength in its own unit; `amounts` are the three strengths; `part` is the one to name it."""

    part: str
    amounts: tuple[float, float, float]
    make: Make


def defocus(rgb: Rgb8, radius: float, rng: np.random.Generator) -> Rgb8:
    """A disc of this radius in thousandths of the long side."""
    del rng
    radius_px = radius / 1000 * max(rgb.shape[:2])
    side = 2 * int(np.ceil(radius_px)) + 1
    grid = np.arange(side * 8) / 8 - side / 2 + 1 / 16
    fine = (np.hypot(grid[:, None], grid[None]) <= radius_px).astype(np.float32)
    disc = cv2.resize(fine, (side, side), interpolation=cv2.INTER_AREA)
    return _filtered(rgb, disc / disc.sum())


def motion(rgb: Rgb8, length: float, rng: np.random.Generator) -> Rgb8:
    """A straight smear of this length in thousandths of the long side, in any direction."""
    length_px = length / 1000 * max(rgb.shape[:2])
    side = int(np.ceil(length_px)) | 1
    line = np.zeros((side + 2, side + 2), np.float32)
    angle, middle = rng.uniform(0, np.pi), (side + 1) / 2
    for t in np.linspace(-length_px / 2, length_px / 2, 16 * side):
        x, y = middle + t * np.cos(angle), middle + t * np.sin(angle)
        left, top = int(x), int(y)
        line[top : top + 2, left : left + 2] += np.outer([top + 1 - y, y - top], [left + 1 - x, x - left])
    return _filtered(rgb, line / line.sum())


def noise(rgb: Rgb8, sigma: float, rng: np.random.Generator) -> Rgb8:
    """Sensor noise of this deviation (levels of 255) at 1024 px: stronger in the shadows, some of it in colour."""
    at_full = sigma * max(1.0, max(rgb.shape[:2]) / 1024)
    grey = rng.standard_normal((*rgb.shape[:2], 1), np.float32) * 0.8 + rng.standard_normal(rgb.shape, np.float32) * 0.6
    shadows = 1.25 - 0.5 * rgb.astype(np.float32) / 255
    return _eight_bits(rgb + grey * shadows * at_full)


def exposure(rgb: Rgb8, stops: float, rng: np.random.Generator) -> Rgb8:
    """So many stops more light, clipped where it is too much."""
    del rng
    return srgb_from_linear(np.clip(linear_from_srgb(rgb) * np.float32(2.0**stops), 0, 1))


def tint(rgb: Rgb8, mired: float, rng: np.random.Generator) -> Rgb8:
    """Lit warmer or cooler by so many mired, or as visibly greener or more magenta."""
    way = rng.integers(4)
    white = light(mired * (1, -0.8)[way]) if way < 2 else light(0, mired / 3600 * (1 if way == 2 else -1))
    return cast(rgb, white)


def compression(rgb: Rgb8, quality: float, rng: np.random.Generator) -> Rgb8:
    """Saved as JPEG at this quality and opened again."""
    del rng
    _, coded = cv2.imencode(".jpg", rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, int(quality)])
    return np.ascontiguousarray(cv2.imdecode(coded, cv2.IMREAD_COLOR)[..., ::-1])


def small(rgb: Rgb8, short_side_px: float, rng: np.random.Generator) -> Rgb8:
    """A copy of this short side, as a chat sends it."""
    del rng
    scale = min(1.0, short_side_px / min(rgb.shape[:2]))
    return cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def enlarged(rgb: Rgb8, short_side_px: float, rng: np.random.Generator) -> Rgb8:
    """The same, blown up to its old size again."""
    return cv2.resize(small(rgb, short_side_px, rng), rgb.shape[1::-1], interpolation=cv2.INTER_CUBIC)


def tilt(rgb: Rgb8, degrees: float, rng: np.random.Generator) -> Rgb8:
    """Turned, and cut to the largest upright part of the same proportions."""
    angle = degrees * rng.choice([-1, 1])
    height, width = rgb.shape[:2]
    turn = np.radians(abs(angle))
    grow = max(np.cos(turn) + height / width * np.sin(turn), np.cos(turn) + width / height * np.sin(turn))
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), angle, grow)
    return cv2.warpAffine(rgb, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)


PHOTO_FAULTS: Mapping[str, PhotoFault] = {
    "defocus": PhotoFault("sharpness", (1.5, 3.0, 6.0), defocus),
    "motion": PhotoFault("sharpness", (5.0, 10.0, 20.0), motion),
    "noise": PhotoFault("noise", (5.0, 11.0, 22.0), noise),
    "under": PhotoFault("exposure", (-1.0, -2.0, -3.0), exposure),
    "over": PhotoFault("exposure", (0.7, 1.4, 2.2), exposure),
    "cast": PhotoFault("colour-cast", (25.0, 50.0, 90.0), tint),
    "compression": PhotoFault("compression", (35, 18, 8), compression),
    "small": PhotoFault("resolution", (540, 320, 200), small),
    "enlarged": PhotoFault("sharpness", (300, 200, 120), enlarged),
    "tilt": PhotoFault("tilt", (2.5, 5.0, 9.0), tilt),
}


def _filtered(rgb: Rgb8, kernel: np.ndarray) -> Rgb8:
    blurred = cv2.filter2D(linear_from_srgb(rgb), -1, kernel, borderType=cv2.BORDER_REFLECT)
    return srgb_from_linear(np.clip(blurred, 0, 1))


def _eight_bits(values: np.ndarray) -> Rgb8:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)
