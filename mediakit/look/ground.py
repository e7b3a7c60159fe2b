"""Plain grounds: the white paper behind a cut-out product, the black bars around a clip.

They say nothing about light or exposure, and taken for blown highlights or deep shadow they would spoil the judgement.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.look.features import channel_range
from mediakit.pixels.light import Rgb8

WHITE_FROM, BLACK_TO = 247, 4
"""Code values: a ground is plain when all channels are beyond."""
LEAST_BORDER = 0.6
"""Share of the picture's border that a ground has to hold; a blown sky seldom does."""
LEAST_REST = 64
"""Pixels that must be left to judge by."""


@dataclass(frozen=True, slots=True)
class Ground:
    """`white`, `black`: shares of the picture that are plain ground. `rest` is the picture without them."""

    white: float
    black: float
    rest: Rgb8


def without_ground(rgb: Rgb8) -> Ground:
    """Take plain white and black that reach in from the border out of a small picture (H, W, 3) uint8.

    The pixels left over come back row after row as a picture of their own shape (for statistics, not for the eye).
    """
    darkest, lightest = channel_range(rgb)
    white = _from_border(darkest >= WHITE_FROM)
    black = _from_border(lightest <= BLACK_TO)
    rest = rgb[~(white | black)]
    if len(rest) == rgb.shape[0] * rgb.shape[1] or len(rest) < LEAST_REST:
        return Ground(0.0, 0.0, rgb)
    width = max(int(np.sqrt(len(rest))), 1)
    return Ground(
        white=round(float(white.mean()), 4),
        black=round(float(black.mean()), 4),
        rest=np.ascontiguousarray(rest[: len(rest) // width * width].reshape(-1, width, 3)),
    )


def _from_border(plain: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The plain regions that touch the border, if together they hold most of it."""
    border = np.concatenate([plain[0], plain[-1], plain[:, 0], plain[:, -1]])
    if border.mean() < LEAST_BORDER:
        return np.zeros_like(plain)
    _, labels = cv2.connectedComponents(plain.astype(np.uint8), connectivity=4)
    touching = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
    reached: NDArray[np.bool_] = np.isin(labels, touching[touching > 0])
    return reached
