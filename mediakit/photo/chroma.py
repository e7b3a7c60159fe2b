"""Whether a picture needs its colour at full resolution.

JPEG usually keeps colour at half the width and height (4:2:0), which no eye sees in most photos and which costs a fifth
fewer bytes. A saturated edge is the exception: red type on white, lipstick beside skin, a neon sign bleed by a pixel and
darken. So the loss is measured: colour planes halved, enlarged as a decoder does, compared.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

VISIBLE = 16
"""A difference of a colour plane from which on an edge is seen to bleed, in codes of 255."""
SHARE = 0.002
"""Of the picture's pixels; one letter of red type on a plain ground is about this much."""
_BAND_PX, _EVERY_PX = 32, 96
_MEASURED_WHOLE = 400_000


def needs_full_chroma(rgb: NDArray[np.uint8]) -> bool:
    """True where 4:2:0 would visibly harm an (H, W, 3) uint8 sRGB picture; of a large one a third of the rows is measured."""
    if rgb.shape[0] * rgb.shape[1] <= _MEASURED_WHOLE or rgb.shape[0] < _BAND_PX:
        moved = _moved(rgb)
    else:
        tops = range(0, rgb.shape[0] - _BAND_PX + 1, _EVERY_PX)
        moved = _moved(np.concatenate([rgb[top : top + _BAND_PX] for top in tops]))
        moved = moved.reshape(len(tops), _BAND_PX, -1)[:, 1:-1]  # where two bands meet there is an edge of no picture
    return bool(np.count_nonzero(moved > VISIBLE) > SHARE * moved.size)


def _moved(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """How far the colour of each pixel would move, in the plane that moves more; an odd last row and column left out."""
    height, width = rgb.shape[0] // 2 * 2, rgb.shape[1] // 2 * 2
    if not height or not width:
        return np.empty((0, 0), np.uint8)
    colours = cv2.cvtColor(rgb[:height, :width], cv2.COLOR_RGB2YCrCb)
    red, blue = (_change(cv2.extractChannel(colours, channel)) for channel in (1, 2))
    return np.asarray(cv2.max(red, blue), np.uint8)


def _change(plane: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """How far each sample of a colour plane moves when it is halved and enlarged again."""
    height, width = plane.shape
    halved = cv2.resize(plane, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    enlarged = cv2.resize(halved, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.absdiff(plane, enlarged), np.uint8)
