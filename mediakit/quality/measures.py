"""Numbers about a picture, without judgement: how sharp, how noisy, how bright, how tinted.

All take pictures at the working size (`working_copy`), so that the same shot at 12 and at 2 megapixels measures alike.
`grey` is (H, W) float32, 0..255, gamma-encoded luma (ITU-R BT.601 weights); `rgb` is (H, W, 3) uint8 sRGB.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.model import Box, Size
from mediakit.pixels.resample import halved

Pixels = NDArray[np.uint8]
Grey = NDArray[np.float32]

WORKING_EDGE_PX = 1024
TILE_PX = 32
SOFTEST_PX = 3.5
SOFTNESS_CURVE = ((0.33, 1.11, 1.81, 2.47, 2.96), (0.0, 0.7, 1.2, 2.0, SOFTEST_PX))
"""Octaves of detail lost against the sigma, in px, of the Gaussian that loses them; measured on sharp photos blurred."""


def working_copy(rgb: Pixels) -> Pixels:
    """The picture with its long edge at most 1024 px (area-averaged); never enlarged."""
    scale = WORKING_EDGE_PX / max(rgb.shape[:2])
    if scale >= 1:
        return rgb
    size = (max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale)))
    return np.asarray(cv2.resize(halved(rgb, Size(*size)), size, interpolation=cv2.INTER_AREA), np.uint8)


def thumbnail(rgb: Pixels, edge_px: int = 384) -> Pixels:
    """A copy for what needs no detail, picked rather than averaged: pure white and black stay what they are."""
    step = max(1, max(rgb.shape[:2]) // edge_px)
    return np.ascontiguousarray(rgb[::step, ::step])


def luma(rgb: Pixels) -> Grey:
    """(H, W) float32 luma, 0..255."""
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.float32)


def softness_px(grey: Grey, noise: float, box: Box | None = None) -> float | None:
    """Blur of the best-detailed fifth of the tiles, as the sigma of a Gaussian in px of the working copy.

    Compares detail between octaves: a sharp picture holds almost as much at the finest scale as two octaves up, a blurred
    one much less. Noise is subtracted first, since it would pass for detail. Only the tiles that hold most detail speak,
    so a soft background behind a sharp subject is no fault. None: nothing but flat areas, no evidence.
    """
    area = np.asarray(_inside(grey, box), np.float32)
    if min(area.shape) < TILE_PX:
        return None
    blurred = [cv2.GaussianBlur(area, (0, 0), sigma) for sigma in (0.8, 1.6, 3.2, 6.4)]
    # White noise of sigma n leaves 0.75 n in the finest band (variance of the filter).
    fine = _root(_tile_means((area - blurred[0]) ** 2) - (0.75 * noise) ** 2).ravel()
    coarse = _root(_tile_means((blurred[1] - blurred[2]) ** 2)).ravel()
    wide = _root(_tile_means((blurred[2] - blurred[3]) ** 2)).ravel()
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
    fine = _tile_means((grey - cv2.GaussianBlur(grey, (0, 0), 0.8)) ** 2) - (0.75 * noise) ** 2
    to_mid_grey = 118.0 / (float(np.mean(grey)) + 12.0)
    return float(np.percentile(_root(fine), 90)) * to_mid_grey


def noise_sigma(grey: Grey) -> float:
    """Standard deviation of the noise, in levels of 255, on the flattest tiles.

    Immerkaer's operator ("Fast noise variance estimation", CVIU 1996) applied tile by tile; the median of the flattest
    fifth, so that texture is not read as noise.
    """
    mask = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    response = np.abs(cv2.filter2D(grey, cv2.CV_32F, mask))
    if min(grey.shape) < TILE_PX:
        return float(np.mean(response)) * math.sqrt(math.pi / 2) / 6
    usable = (grey > 8) & (grey < 247)
    per_tile = _tile_means(response)
    gradient = _tile_means(cv2.magnitude(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)))
    lit = _tile_means(usable.astype(np.float32)) > 0.9
    candidates = np.flatnonzero(lit)
    if candidates.size == 0:
        return 0.0
    order = candidates[np.argsort(gradient.ravel()[candidates])]
    flattest = order[: max(1, order.size // 5)]
    return float(np.median(per_tile.ravel()[flattest])) * math.sqrt(math.pi / 2) / 6


def clipped_shares(rgb: Pixels) -> tuple[float, float]:
    """Shares of the picture with no detail left: (blown to white in all channels, crushed to black in all channels)."""
    pixels = rgb.shape[0] * rgb.shape[1]
    white = cv2.countNonZero(cv2.inRange(rgb, (253, 253, 253), (255, 255, 255)))
    black = cv2.countNonZero(cv2.inRange(rgb, (0, 0, 0), (3, 3, 3)))
    return white / pixels, black / pixels


def lightness(rgb: Pixels, box: Box | None = None) -> tuple[float, float, float]:
    """CIE L* of the darkest 5 %, the median and the brightest 5 % of the picture or of a box in it, 0..100 each."""
    area = np.ascontiguousarray(_inside(rgb, box))
    area = thumbnail(area)
    small = cv2.resize(area, (min(128, area.shape[1]), min(128, area.shape[0])), interpolation=cv2.INTER_AREA)
    values = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2Lab)[..., 0]
    low, middle, high = np.percentile(values, [5, 50, 95])
    return float(low), float(middle), float(high)


def neutral_cast(rgb: Pixels) -> tuple[float, float]:
    """(chroma of the cast in a*b* units, share of the picture that could be read): the tint of what looks nearly grey.

    Mid-bright pixels of little chroma only, so a red wall or a face is not read as a cast; where a strong cast leaves
    none of those, the least coloured quarter speaks. A share under a twentieth is no evidence.
    """
    small = cv2.resize(rgb, (128, 128), interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2Lab).reshape(-1, 3)
    lit = lab[(lab[:, 0] > 35) & (lab[:, 0] < 96)]
    if lit.shape[0] < 0.05 * lab.shape[0]:
        return 0.0, 0.0
    chroma = np.hypot(lit[:, 1], lit[:, 2])
    near = chroma < min(max(22.0, float(np.percentile(chroma, 25))), 36.0)
    if not near.any():
        return 0.0, 0.0
    middle = np.median(lit[near, 1:], axis=0)
    return float(np.hypot(*middle)), float(near.sum() / lab.shape[0])


def _inside(image: NDArray[np.generic], box: Box | None) -> NDArray[np.generic]:
    if box is None:
        return image
    height, width = image.shape[:2]
    left, top = max(0, int(box.x)), max(0, int(box.y))
    right, bottom = min(width, int(np.ceil(box.right))), min(height, int(np.ceil(box.bottom)))
    if right - left < 8 or bottom - top < 8:
        return image
    return image[top:bottom, left:right]


def _tile_means(values: Grey) -> Grey:
    rows, cols = values.shape[0] // TILE_PX, values.shape[1] // TILE_PX
    cut = values[: rows * TILE_PX, : cols * TILE_PX]
    return np.asarray(cv2.resize(cut, (cols, rows), interpolation=cv2.INTER_AREA), np.float32)


def _root(values: Grey) -> Grey:
    return np.sqrt(np.maximum(values, 0))
