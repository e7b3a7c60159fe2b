"""The plain surface behind the subject: a painted wall, a paper roll. Its colour is its own more often than the light's.

A blue-grey wall that fills most of a portrait looks like a grey one in blue light, and judged so it turns grey and the face
before it yellow. So the more of a picture is wall that a correction would make grey, the less of the cast is believed.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.look.cast import Cast
from mediakit.look.features import channel_range, log_ratios
from mediakit.pixels.filters import smoothstep
from mediakit.pixels.light import Float, Rgb8, linear_from_srgb
from mediakit.pixels.resample import shrink_to_pixels

MEASURED_PIXELS = 8_000
STEEPEST = 40.0
"""Sobel's answer, in code values of any channel, up to which a surface goes on."""
LEAST_PIECE = 0.08
"""Share of the picture that a surface needs to be part of a wall: a head may part it in two."""
GREY = 0.15
"""Distance in log2 ratios (`magenta` counts one and a half times) within which a colour is grey."""
PAPER = 217
"""Code value of the largest channel from which on a wall counts as white, whose colour is the light's."""
SOME, MOST = 0.2, 0.5
"""Share of the picture that is wall and would become grey: up to the first all is believed, from the second on LEAST."""
LEAST = 0.4


def believed(rgb: Rgb8, cast: Cast) -> float:
    """Which share of a judged cast to believe, 0.4 .. 1.0. `rgb` (H, W, 3) uint8 sRGB of any size."""
    small = np.ascontiguousarray(shrink_to_pixels(rgb, MEASURED_PIXELS)[0])
    wall = _surfaces(small) & (channel_range(small)[1] < PAPER)
    share = float(wall.mean())
    if share <= SOME:
        return 1.0
    colours = log_ratios(linear_from_srgb(np.ascontiguousarray(small[wall][None]))[0])
    turned_grey = share * (_grey(colours, cast) - _grey(colours, Cast(0.0, 0.0)))
    return 1.0 - (1.0 - LEAST) * float(smoothstep(np.array(turned_grey, np.float32), SOME, MOST))


def _grey(colours: Float, light: Cast) -> float:
    """The share of colours (N, 2) that are grey in this light."""
    off = colours - np.array([light.warm, light.magenta], np.float32)
    return float((np.hypot(off[:, 0], 1.5 * off[:, 1]) < GREY).mean())


def _surfaces(small: Rgb8) -> NDArray[np.bool_]:
    """The large connected areas without edges."""
    plane = small.astype(np.float32)
    steps = [np.abs(cv2.Sobel(plane, cv2.CV_32F, *way)) for way in ((1, 0), (0, 1))]
    steep = (steps[0] + steps[1]).max(axis=2)
    _, labels, stats, _ = cv2.connectedComponentsWithStats((steep < STEEPEST).astype(np.uint8), connectivity=4)
    large = stats[:, cv2.CC_STAT_AREA] >= LEAST_PIECE * steep.size
    large[0] = False
    surfaces: NDArray[np.bool_] = large[labels]
    return surfaces
