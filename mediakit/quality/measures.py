"""Numbers about a picture, without judgement: how sharp, how noisy, how bright, how tinted.

All take pictures at the working size (`working_copy`), so that the same shot at 12 and at 2 megapixels measures alike.
`grey` is (H, W) float32, 0..255, gamma-encoded luma (ITU-R BT.601 weights); `rgb` is (H, W, 3) uint8 sRGB.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.model import Box, Size
from mediakit.pixels.light import luma as _luma8
from mediakit.pixels.resample import halved

Pixels = NDArray[np.uint8]
Grey = NDArray[np.float32]

WORKING_EDGE_PX = 1024
LARGEST_COPY_PX = 1600
"""Long edge of the longest copy made of a photo: the network's, of a strip (`vision.statistics`)."""
TILE_PX = 32
SOFTEST_PX = 3.5
SOFTNESS_CURVE = ((0.33, 1.11, 1.81, 2.47, 2.96), (0.0, 0.7, 1.2, 2.0, SOFTEST_PX))
"""Octaves of detail lost against the sigma, in px, of the Gaussian that loses them; measured on sharp photos blurred."""


def halved_to_near(rgb: Pixels) -> Pixels:
    """The picture halved while every copy that is looked at stays smaller: what they all would begin with, done once."""
    scale = LARGEST_COPY_PX / max(rgb.shape[:2])
    return halved(rgb, Size(math.ceil(rgb.shape[1] * scale), math.ceil(rgb.shape[0] * scale)))


def working_copy(rgb: Pixels) -> Pixels:
    """The picture with its long edge at most 1024 px (area-averaged); never enlarged."""
    return _shrunk(rgb, cv2.INTER_AREA)


def working_grey(rgb: Pixels) -> Grey:
    """`luma(working_copy(rgb))` to a quarter of a level, in half the time: one plane is averaged instead of three."""
    return np.asarray(_shrunk(_luma8(rgb), cv2.INTER_AREA), np.float32)


def working_colours(rgb: Pixels) -> Pixels:
    """`working_copy` for what needs no fine detail: bilinear, which below half the size averages four pixels as well."""
    return _shrunk(rgb, cv2.INTER_LINEAR)


def _shrunk(picture: Pixels, interpolation: int) -> Pixels:
    scale = WORKING_EDGE_PX / max(picture.shape[:2])
    if scale >= 1:
        return picture
    size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    return np.asarray(cv2.resize(halved(picture, Size(*size)), size, interpolation=interpolation), np.uint8)


def thumbnail(rgb: Pixels, edge_px: int = 384) -> Pixels:
    """A copy for what needs no detail, picked rather than averaged: pure white and black stay what they are."""
    step = max(1, max(rgb.shape[:2]) // edge_px)
    height, width = rgb.shape[0] // step, rgb.shape[1] // step
    if step == 1 or not height or not width:
        return np.ascontiguousarray(rgb[::step, ::step])
    even = rgb[: height * step, : width * step]  # so that the nearest pixel is every `step`-th
    return np.asarray(cv2.resize(even, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)


def luma(rgb: Pixels) -> Grey:
    """(H, W) float32 luma, 0..255."""
    return np.asarray(_luma8(rgb), np.float32)


def softness_px(grey: Grey, noise: float, box: Box | None = None) -> float | None:
    """Blur of the best-detailed fifth of the tiles, as the sigma of a Gaussian in px of the working copy.

    Compares detail between octaves: a sharp picture holds almost as much at the finest scale as two octaves up, a blurred
    one much less. Noise is subtracted first, since it would pass for detail. Only the tiles that hold most detail speak,
    so a soft background behind a sharp subject is no fault. None: nothing but flat areas, no evidence.
    """
    area = np.asarray(_inside(grey, box), np.float32)
    if min(area.shape) < TILE_PX:
        return None
    fine = _finest_octave(area, noise).ravel()
    coarse, wide = (octave.ravel() for octave in _coarser_octaves(area))
    best = np.argsort(coarse + wide)[-max(4, coarse.size // 5) :]
    if float(np.median(coarse[best])) < 0.6:
        return SOFTEST_PX if float(np.median(wide[best])) > 1.0 else None
    lost = -np.median(np.log2((fine[best] + 0.05) / (coarse[best] + 0.05)))
    return float(np.interp(lost, *SOFTNESS_CURVE))


def fine_detail(grey: Grey, noise: float) -> float:
    """Contrast of the finest octave where the picture holds most of it (90th percentile of tiles), levels of 255.

    Scaled to a mid-grey picture: brightening alone adds no detail.
    """
    if min(grey.shape) < TILE_PX:
        return 0.0
    to_mid_grey = 118.0 / (float(np.mean(grey)) + 12.0)
    return float(np.percentile(_finest_octave(grey, noise), 90)) * to_mid_grey


def noise_sigma(grey: Grey) -> float:
    """Standard deviation of the noise, in levels of 255, on the flattest tiles.

    Immerkaer's operator ("Fast noise variance estimation", CVIU 1996) applied tile by tile; the median of the flattest
    fifth, so that texture is not read as noise.
    """
    mask = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    response = np.abs(cv2.filter2D(grey, cv2.CV_32F, mask))
    if min(grey.shape) < TILE_PX:
        return float(np.mean(response)) * math.sqrt(math.pi / 2) / 6
    per_tile = _tile_means(response)
    gradient = _tile_means(cv2.magnitude(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)))
    lit = _tile_means(cv2.inRange(grey, 8.01, 246.99).astype(np.float32)) > 0.9 * 255
    candidates = np.flatnonzero(lit)
    if candidates.size == 0:
        return 0.0
    order = candidates[np.argsort(gradient.ravel()[candidates])]
    flattest = order[: max(1, order.size // 5)]
    return float(np.median(per_tile.ravel()[flattest])) * math.sqrt(math.pi / 2) / 6


@dataclass(frozen=True, slots=True)
class Light:
    """What a picture's brightness and greys are like.

    `levels`: CIE L* of the darkest 5 %, the median and the brightest 5 %. `white`, `black`: shares with no detail left in
    any channel. `cast` is the tint of what looks nearly grey, in a*b* units, `readable` the share of the picture it was
    read from; under a twentieth it is no evidence.
    """

    levels: tuple[float, float, float]
    white: float
    black: float
    cast: float
    readable: float


def read_light(rgb: Pixels) -> Light:
    """All of it from one small copy of a picture of any size."""
    small = thumbnail(rgb)
    lab = _lab_of(small)
    pixels = small.shape[0] * small.shape[1]
    white = cv2.countNonZero(cv2.inRange(small, (253, 253, 253), (255, 255, 255)))
    black = cv2.countNonZero(cv2.inRange(small, (0, 0, 0), (3, 3, 3)))
    cast, readable = _neutral_cast(lab)
    return Light(_levels(lab), white / pixels, black / pixels, cast, readable)


def lightness(rgb: Pixels, box: Box) -> tuple[float, float, float]:
    """CIE L* of the darkest 5 %, the median and the brightest 5 % of a box in the picture, 0..100 each."""
    return _levels(_lab_of(thumbnail(np.asarray(_inside(rgb, box), np.uint8))))


def _lab_of(small: Pixels) -> NDArray[np.float32]:
    """CIELAB of a copy of at most 128 x 128 pixels."""
    size = (min(128, small.shape[1]), min(128, small.shape[0]))
    tiny = cv2.resize(small, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(tiny.astype(np.float32) / 255, cv2.COLOR_RGB2Lab), np.float32)


def _levels(lab: NDArray[np.float32]) -> tuple[float, float, float]:
    low, middle, high = np.percentile(lab[..., 0], [5, 50, 95])
    return float(low), float(middle), float(high)


def _neutral_cast(lab: NDArray[np.float32]) -> tuple[float, float]:
    """(chroma, share read) of the cast over (H, W, 3) CIELAB.

    Mid-bright pixels of little chroma only, so a red wall or a face is not read as a cast; where a strong cast leaves
    none of those, the least coloured quarter speaks.
    """
    light, green_red, blue_yellow = (plane.ravel() for plane in cv2.split(lab))
    lit = (light > 35) & (light < 96)
    if np.count_nonzero(lit) < 0.05 * lit.size:
        return 0.0, 0.0
    green_red, blue_yellow = green_red[lit], blue_yellow[lit]
    chroma = np.hypot(green_red, blue_yellow)
    near = chroma < min(max(22.0, float(np.percentile(chroma, 25))), 36.0)
    if not near.any():
        return 0.0, 0.0
    middle = math.hypot(float(np.median(green_red[near])), float(np.median(blue_yellow[near])))
    return middle, float(np.count_nonzero(near) / lit.size)


def _inside(image: NDArray[np.generic], box: Box | None) -> NDArray[np.generic]:
    if box is None:
        return image
    height, width = image.shape[:2]
    left, top = max(0, int(box.x)), max(0, int(box.y))
    right, bottom = min(width, int(np.ceil(box.right))), min(height, int(np.ceil(box.bottom)))
    if right - left < 8 or bottom - top < 8:
        return image
    return image[top:bottom, left:right]


def _finest_octave(grey: Grey, noise: float) -> Grey:
    """Contrast of each tile finer than a sigma of 0.8 px, without the noise: white noise of sigma n leaves 0.75 n there."""
    return _root(_energy(grey, cv2.GaussianBlur(grey, (0, 0), 0.8), TILE_PX) - (0.75 * noise) ** 2)


def _coarser_octaves(grey: Grey) -> tuple[Grey, Grey]:
    """Contrast of each tile between sigmas of 1.6, 3.2 and 6.4 px.

    From a copy of half the size, which loses nothing so coarse: means of two by two pixels blur by a variance of 0.25.
    """
    height, width = grey.shape[0] // 2, grey.shape[1] // 2
    half = cv2.resize(grey[: 2 * height, : 2 * width], (width, height), interpolation=cv2.INTER_AREA)
    fine, middle, wide = (cv2.GaussianBlur(half, (0, 0), math.sqrt(s * s - 0.25) / 2) for s in (1.6, 3.2, 6.4))
    return _root(_energy(fine, middle, TILE_PX // 2)), _root(_energy(middle, wide, TILE_PX // 2))


def _energy(one: Grey, other: Grey, tile_px: int) -> Grey:
    """The mean squared difference in each tile."""
    difference = cv2.subtract(one, other)
    return _tile_means(cv2.multiply(difference, difference, dst=difference), tile_px)


def _tile_means(values: Grey, tile_px: int = TILE_PX) -> Grey:
    rows, cols = values.shape[0] // tile_px, values.shape[1] // tile_px
    cut = values[: rows * tile_px, : cols * tile_px]
    return np.asarray(cv2.resize(cut, (cols, rows), interpolation=cv2.INTER_AREA), np.float32)


def _root(values: Grey) -> Grey:
    return np.sqrt(np.maximum(values, 0))
