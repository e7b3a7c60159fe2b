"""A picture of one hue: a heap of bananas, a wall of mushrooms, a red curtain. Its colour is the things', not the light's.

What light fell on it can hardly be told, and the likeliest answer, that the light was as yellow as the bananas, is the most
harmful one. So the more of a picture has one hue, the less of the judged cast is believed. A strong light gives all of it one
hue, too, but less of it than a heap has: so half of the judged cast is taken away first. Bananas stay yellow then.
"""

from __future__ import annotations

import numpy as np

from mediakit.look.cast import Cast, adaptation
from mediakit.pixels.filters import smoothstep
from mediakit.pixels.lab import lab_from_linear
from mediakit.pixels.light import Float, Rgb8, linear_from_srgb
from mediakit.pixels.resample import shrink_to_pixels

MEASURED_PIXELS = 6_000
DARKEST_L, LIGHTEST_L = 8.0, 97.0
COLOURED = 12.0
"""CIELAB chroma from which on a colour has a hue that counts."""
SAME_HUE = 0.9
"""Cosine of the hue's distance from the picture's mean one: within 26 degrees."""
MANY, ALL = 0.6, 0.9
"""Share of the picture that has the one hue: up to the first all of a cast is believed, from the second on LEAST."""
LEAST = 0.3
TAKEN = 0.5
"""Share of the judged cast that is taken away before hues are counted."""


def believed(rgb: Rgb8, cast: Cast) -> float:
    """Which share of a judged cast to believe, 0.3 .. 1.0. `rgb` (H, W, 3) uint8 sRGB of any size."""
    share = one_hue_share(rgb, cast.scaled(TAKEN))
    return 1.0 - (1.0 - LEAST) * float(smoothstep(np.array(share, np.float32), MANY, ALL))


def one_hue_share(rgb: Rgb8, light: Cast) -> float:
    """The share of a picture in this light, black and white left out, that is coloured and has the picture's mean hue."""
    linear = linear_from_srgb(np.ascontiguousarray(shrink_to_pixels(rgb, MEASURED_PIXELS)[0])).reshape(-1, 3)
    lab = lab_from_linear(linear @ adaptation(light.white).T)
    colours: Float = lab[(lab[:, 0] > DARKEST_L) & (lab[:, 0] < LIGHTEST_L)][:, 1:]
    if len(colours) == 0:
        return 0.0
    mean = colours.mean(axis=0)
    length = float(np.hypot(*mean))
    if length == 0:
        return 0.0
    chroma = np.hypot(colours[:, 0], colours[:, 1])
    along = colours @ (mean / length)
    return float(((chroma > COLOURED) & (along > SAME_HUE * chroma)).mean())
