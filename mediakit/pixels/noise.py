"""How noisy a picture is: the standard deviation of its noise, in 8-bit code values, luma and chroma apart.

Immerkaer's operator (Computer Vision and Image Understanding 64(2), 1996) answers to noise and not to ramps; it is read
only in the flattest tiles, so that texture is not taken for noise. Tiles that are nearly black or nearly white are left
out: clipping hides the noise there. It sees noise as fine as a pixel; what a phone has smeared into coarser grain is read
once more on 2 x 2 means, and believed where it is equally strong all over, as texture seldom is.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.pixels.filters import smoothstep
from mediakit.pixels.light import Float, Rgb8

TILE_PX = 16
MAX_TILES_SIDE = 24
"""Larger pictures are sampled: 24 x 24 tiles, of which the flattest are read, are a figure steady to a few per cent."""
_BLOCK_PX = 4
_TO_SIGMA = float(np.sqrt(np.pi / 2) / 6)
_FLATTEST = 0.2
"""Share of tiles that are read."""
_DARKEST, _LIGHTEST = 12, 243
MOST_COARSER = 1.6
_EVEN, _UNEVEN = 0.36, 0.5
"""Spread of the tiles' grain (quartiles' distance over the median) up to which it is noise, and from which it is texture."""


@dataclass(frozen=True, slots=True)
class Noise:
    """Standard deviations in 8-bit code values. 0 for a drawn or well-denoised picture, 2-4 a phone indoors, 10 bad."""

    luma: float
    chroma: float
    grain: float = 0.0
    """Luma noise coarser than a pixel: of 2 x 2 means, less what `luma` alone would leave there."""


def measure_noise(rgb: Rgb8) -> Noise:
    """Noise of a picture as it is, at its own pixel size (a resized picture answers for its resized noise).

    rgb: (H, W, 3) uint8 sRGB. Costs about 1 ms whatever the size of the picture.
    """
    tiles = _flattest_tiles(rgb)
    if tiles is None:
        return Noise(0.0, 0.0)
    ycc = cv2.cvtColor(tiles.reshape(-1, TILE_PX, 3), cv2.COLOR_RGB2YCrCb).reshape(tiles.shape)
    # Chroma noise comes out of a camera blotchy (and JPEG halves its resolution): read it on 2 x 2 and on 4 x 4 means, which
    # halve white noise again. Luma is not: fine texture is as strong there in clean pictures as noise in others.
    halves = [_halved(ycc[..., channel].astype(np.float32)) for channel in (1, 2)]
    chroma = max(*(_sigma(half) for half in halves), *(2 * _sigma(_halved(half)) for half in halves))
    grey = ycc[..., 0].astype(np.float32)
    luma = _sigma(grey)
    return Noise(luma, chroma, _grain(_halved(grey), luma))


def _grain(halves: Float, luma: float) -> float:
    """The coarse noise of 2 x 2 means of tiles (n, side, side), 0 where they differ as texture does.

    Grain that was enlarged is coarser still: what 4 x 4 means have counts as well, up to MOST_COARSER of it.
    """
    low, middle, high = (float(value) for value in np.quantile(_tile_sigmas(halves), (0.25, 0.5, 0.75)))
    coarse = float(np.sqrt(max(middle**2 - (luma / 2) ** 2, 0.0)))
    if coarse == 0:
        return 0.0
    coarse *= float(np.clip(2 * _sigma(_halved(halves)) / middle, 1.0, MOST_COARSER))
    even = 1 - float(smoothstep(np.array((high - low) / middle, np.float32), _EVEN, _UNEVEN))
    return round(coarse * even, 3)


def _flattest_tiles(rgb: Rgb8) -> Rgb8 | None:
    """(n, TILE_PX, TILE_PX, 3): tiles that hold no structure, being those whose 4 x 4 blocks differ least in green.

    None where the picture has too few that are neither nearly black nor nearly white.
    """
    rows, cols = rgb.shape[0] // TILE_PX, rgb.shape[1] // TILE_PX
    if min(rows, cols) < 2:
        return None
    tiles = rgb[: rows * TILE_PX, : cols * TILE_PX].reshape(rows, TILE_PX, cols, TILE_PX, 3)
    row_at, col_at = (at.ravel() for at in np.meshgrid(_spread(rows), _spread(cols), indexing="ij"))
    green = np.ascontiguousarray(tiles[row_at, :, col_at, :, 1])
    side = TILE_PX // _BLOCK_PX
    size = (side, len(green) * side)
    blocks = cv2.resize(green.reshape(-1, TILE_PX).astype(np.float32), size, interpolation=cv2.INTER_AREA)
    blocks = blocks.reshape(len(green), side * side)
    level = blocks.mean(axis=1)
    usable = (level > _DARKEST) & (level < _LIGHTEST)
    if usable.sum() < 8:
        return None
    spread = np.ptp(blocks, axis=1)
    flat = usable & (spread <= np.quantile(spread[usable], _FLATTEST))
    return np.ascontiguousarray(tiles[row_at[flat], :, col_at[flat]])


def _spread(count: int) -> NDArray[np.intp]:
    """At most MAX_TILES_SIDE of `count` places, evenly spread."""
    return np.unique(np.linspace(0, count - 1, min(count, MAX_TILES_SIDE)).astype(np.intp))


def _halved(tiles: Float) -> Float:
    """Means of 2 x 2 pixels of every tile."""
    rows = tiles[:, ::2] + tiles[:, 1::2]
    return (rows[:, :, ::2] + rows[:, :, 1::2]) * np.float32(0.25)


def _sigma(tiles: Float) -> float:
    """Median of the tiles' sigmas."""
    return round(float(np.median(_tile_sigmas(tiles))), 3)


def _tile_sigmas(tiles: Float) -> NDArray[np.float32]:
    """Immerkaer's estimate of each of (n, side, side) tiles: the mean answer of [[1 -2 1] [-2 4 -2] [1 -2 1]]."""
    across = tiles[:, :, :-2] - 2 * tiles[:, :, 1:-1] + tiles[:, :, 2:]
    answer = np.abs(across[:, :-2] - 2 * across[:, 1:-1] + across[:, 2:])
    sigmas: NDArray[np.float32] = answer.mean(axis=(1, 2)) * np.float32(_TO_SIGMA)
    return sigmas
