"""The colour of the light: what a neutral thing looks like in this picture, and how sure that is.

Kept as two log ratios in linear light, because a change of light adds to them: `warm` = log2(red / blue) and `magenta`
= log2(red * blue / green^2) of a neutral. Both are 0 in a balanced picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mediakit.pixels.light import LUMINANCE_WEIGHTS, Float


@dataclass(frozen=True, slots=True)
class Cast:
    """Estimated colour of a neutral. `sure` runs 0 (no evidence) .. 1."""

    warm: float
    magenta: float
    sure: float

    def white(self, strength: float = 1.0) -> Float:
        """Linear sRGB (3,) of a neutral of luminance 1 under `strength` of this cast."""
        red_green = strength * (self.warm + self.magenta) / 2
        blue_green = strength * (self.magenta - self.warm) / 2
        white = np.exp2(np.array([red_green, 0.0, blue_green], np.float32))
        colour: Float = (white / (white @ LUMINANCE_WEIGHTS)).astype(np.float32)
        return colour

    @classmethod
    def merged(cls, casts: Sequence[Cast]) -> Cast:
        """One light over several pictures: the mean, the sure ones counting more."""
        weights = np.array([cast.sure for cast in casts]) + 1e-3
        values = np.array([[cast.warm, cast.magenta, cast.sure] for cast in casts])
        warm, magenta, sure = np.average(values, axis=0, weights=weights)
        return cls(round(float(warm), 4), round(float(magenta), 4), round(float(sure), 4))


_REACH = 0.35
_ROUNDS = 4


def estimate_cast(linear: Float) -> Cast:
    """Colour of the light of a small linear picture (H, W, 3): the centre of its near-neutral colours."""
    pixels = linear.reshape(-1, 3)
    usable = (pixels.min(axis=1) > 0.01) & (pixels.max(axis=1) < 0.95)
    pixels = pixels[usable]
    if len(pixels) < 50:
        return Cast(0.0, 0.0, 0.0)
    log = np.log2(pixels)
    colour = np.stack([log[:, 0] - log[:, 2], log[:, 0] + log[:, 2] - 2 * log[:, 1]], axis=1)
    centre = np.zeros(2, np.float32)
    near = np.zeros(len(colour), np.float32)
    for _ in range(_ROUNDS):
        near = np.exp(-((colour - centre) ** 2).sum(axis=1) / (2 * _REACH**2))
        centre = (near[:, None] * colour).sum(axis=0) / max(float(near.sum()), 1e-6)
    sure = float(np.clip(near.mean() * 2, 0, 1)) * len(pixels) / len(usable)
    return Cast(round(float(centre[0]), 4), round(float(centre[1]), 4), round(sure, 4))
