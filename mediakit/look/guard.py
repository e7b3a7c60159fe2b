"""Product colour guard: a brand's look may tint the room, not the lipstick.

The look is laid over the neutral develop only so far that the saturated colours of the picture stay near what the neutral
develop makes of them. Each range of hues counts by itself: much green in the background buys no freedom for a little red.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mediakit.look.vivid import Vivid
from mediakit.pixels.cube import Cube
from mediakit.pixels.lab import ciede2000, lab_from_srgb
from mediakit.pixels.light import Float

STEP = 0.05
"""The strength is lowered in steps of this share, so that photos of one set seldom differ by a hair."""


@dataclass(frozen=True, slots=True)
class Held:
    """`strength` the look is used at, and how far (mean CIEDE2000, worst hue) products move: `asked` and `moved`."""

    strength: float
    asked: float
    moved: float


def hold_back(neutral: Cube, look: Cube, strength: float, products: Sequence[Vivid], limit: float) -> Held:
    """The largest strength up to `strength` at which no hue's products move further than `limit` from `neutral`."""
    if not products or strength == 0:
        return Held(strength, 0.0, 0.0)
    before = neutral.apply_float(np.array([product.rgb for product in products], np.float32))
    after = look.apply_float(before)
    asked = _worst(before, after, strength, products)
    if asked <= limit:
        return Held(strength, asked, asked)
    for kept in np.arange(1 - STEP, 0.0, -STEP):
        moved = _worst(before, after, strength * float(kept), products)
        if moved <= limit:
            return Held(round(strength * float(kept), 4), asked, moved)
    return Held(0.0, asked, 0.0)


def _worst(before: Float, after: Float, strength: float, products: Sequence[Vivid]) -> float:
    """Mean CIEDE2000 of the range of hues that moves furthest."""
    part = np.clip(before + np.float32(strength) * (after - before), 0.0, 1.0)
    moved = ciede2000(lab_from_srgb(before), lab_from_srgb(part))
    sectors = np.array([product.sector for product in products])
    shares = np.array([product.share for product in products])
    means = [np.average(moved[sectors == s], weights=shares[sectors == s]) for s in np.unique(sectors)]
    return float(max(means))
