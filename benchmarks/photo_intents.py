"""What is done on purpose and looks like a fault to a measure: to learn from that it is none.

Pictures are (H, W, 3) uint8 sRGB in and out; lengths are shares of the long side, light is changed in linear light.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from mediakit.model import Size
from mediakit.pixels.light import Float, Rgb8, linear_from_srgb, srgb_from_linear
from mediakit.vision.look import look_at

BLUR = 0.012
"""Of the long side: the sigma of a background that a large lens throws out of focus."""
STAGE_STOPS = -2.5
"""How much darker what the spotlight leaves out is."""
EDGE = 0.008
"""Of the long side: how softly the subject goes over into what is around it."""


def intents(rgb: Rgb8) -> Iterator[Rgb8]:
    """Black and white; the ground out of focus; the ground in the dark. The last two the picture itself where it is about
    nothing that stands out."""
    yield cv2.cvtColor(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    mask = subject_mask(rgb)
    yield rgb if mask is None else out_of_focus(rgb, mask)
    yield rgb if mask is None else on_stage(rgb, mask)


def subject_mask(rgb: Rgb8) -> Float | None:
    """(H, W, 1) 0..1: what the picture is about; None where nothing stands out."""
    findings, _ = look_at(rgb, Size(rgb.shape[1], rgb.shape[0]), leaning=False)
    if findings.subject is None or findings.saliency is None:
        return None
    grid = findings.saliency
    cells = np.frombuffer(grid.cells, np.uint8).reshape(grid.rows, grid.cols).astype(np.float32) / 255
    clear = np.clip((cv2.resize(cells, rgb.shape[1::-1], interpolation=cv2.INTER_CUBIC) - 0.25) / 0.3, 0, 1)
    return np.asarray(cv2.GaussianBlur(clear, (0, 0), EDGE * max(rgb.shape[:2]))[..., None], np.float32)


def out_of_focus(rgb: Rgb8, mask: Float) -> Rgb8:
    """A sharp subject before a blurred ground."""
    linear = linear_from_srgb(rgb)
    blurred = cv2.GaussianBlur(linear, (0, 0), BLUR * max(rgb.shape[:2]))
    return srgb_from_linear(np.clip(linear * mask + blurred * (1 - mask), 0, 1))


def on_stage(rgb: Rgb8, mask: Float) -> Rgb8:
    """A lit subject before a dark ground."""
    return srgb_from_linear(linear_from_srgb(rgb) * (mask + (1 - mask) * np.float32(2.0**STAGE_STOPS)))
