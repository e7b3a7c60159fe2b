"""The colour of the light: what a neutral thing looks like in a picture.

Kept as two log ratios in linear light, because a change of light adds to them: `warm` = log2(red / blue) and `magenta`
= log2(red * blue / green^2) of a neutral. Both are 0 in a balanced picture. 15 mired are 0.23 of `warm`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mediakit.pixels.lab import XYZ_FROM_RGB
from mediakit.pixels.light import LUMINANCE_WEIGHTS, Float

_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]], np.float32)


@dataclass(frozen=True, slots=True)
class Cast:
    """Estimated colour of a neutral, as log2 ratios in linear light."""

    warm: float
    magenta: float

    @property
    def white(self) -> Float:
        """Linear sRGB (3,) of a neutral of luminance 1."""
        red_green, blue_green = (self.magenta + self.warm) / 2, (self.magenta - self.warm) / 2
        white = np.exp2(np.array([red_green, 0.0, blue_green], np.float32))
        colour: Float = (white / (white @ LUMINANCE_WEIGHTS)).astype(np.float32)
        return colour

    def scaled(self, share: float) -> Cast:
        """Part of this cast."""
        return Cast(share * self.warm, share * self.magenta)

    @classmethod
    def mean(cls, casts: Sequence[Cast]) -> Cast:
        """One light over several pictures."""
        warm, magenta = np.mean([(cast.warm, cast.magenta) for cast in casts], axis=0)
        return cls(round(float(warm), 4), round(float(magenta), 4))


def adaptation(white: Float) -> Float:
    """The linear sRGB matrix (3, 3) that turns `white` (linear sRGB, luminance 1) into D65 white (Bradford)."""
    to_cone = _BRADFORD @ XYZ_FROM_RGB
    gains = to_cone.sum(axis=1) / (to_cone @ white)
    matrix: Float = (np.linalg.inv(to_cone) @ np.diag(gains) @ to_cone).astype(np.float32)
    return matrix
