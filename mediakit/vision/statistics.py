"""What a picture looks like to a network, as numbers without places: how strongly and how unevenly each channel answers.

Means and standard deviations over the picture inside the later blocks of the network in `trunk` tell how sharp, clean and
well lit a picture looks to people far better than edges and levels do (`quality.impression` reads them). About 30 ms a
photo on one core; building the network takes 0.1 s, once in a process.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.model import Size
from mediakit.pixels.resample import halved
from mediakit.vision.onnx_file import Graph
from mediakit.vision.torch_file import Floats, read_tensors
from mediakit.vision.trunk import INPUT, built, convolved, filtered, session, weight_bytes

if TYPE_CHECKING:
    import onnxruntime

AREA_PX = 500 * 500
"""Pictures are looked at with this many pixels, whatever they came with and whatever their proportions."""
LONGEST_PX = 1600
"""Of a strip, so that it does not become a line."""
FEWEST_PX = 32
WIDE_BLOCKS = range(9, 16)
"""Read after their depthwise convolution."""
NARROW_BLOCKS = range(8, 16)
"""Read at their end."""
GROUPS = (672,) * 3 + (1152,) * 4 + (112,) * 3 + (192,) * 4 + (320, 1280)
"""Channels of each place that is read; twice as many statistics of each: means, then deviations."""


def statistics(rgb: NDArray[np.uint8]) -> Floats:
    """(18656,) float32: for each of the `GROUPS` the means of its channels, then their standard deviations.

    rgb: (H, W, 3) uint8 sRGB at any size; enlarged where it is small, as a screen would. Raises MissingPartError where the
    weights are not there.
    """
    return statistics_as_it_is(looked_at(rgb))


def statistics_as_it_is(rgb: NDArray[np.uint8]) -> Floats:
    """`statistics` of a picture at the size it has: a detail of what was looked at, no softer for being a detail."""
    found = _network().run(None, {INPUT: cv2.dnn.blobFromImage(rgb, 1 / 128, mean=(127, 127, 127))})
    return np.concatenate([value.ravel() for value in found])


def looked_at(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The copy that the network sees: as many pixels as it was taught on, the proportions kept."""
    height, width = rgb.shape[:2]
    scale = min(math.sqrt(AREA_PX / (height * width)), LONGEST_PX / max(height, width))
    size = (max(FEWEST_PX, round(width * scale)), max(FEWEST_PX, round(height * scale)))
    if size == (width, height):
        return rgb
    if scale >= 1:
        return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_LINEAR), np.uint8)
    return np.asarray(cv2.resize(halved(rgb, Size(*size)), size, interpolation=cv2.INTER_AREA), np.uint8)


@lru_cache(maxsize=1)
def _network() -> onnxruntime.InferenceSession:
    return session(as_onnx(read_tensors(weight_bytes())))


def as_onnx(tensors: dict[str, Floats]) -> bytes:
    """The network, each place that is read followed by its statistics."""
    graph, blocks = built(tensors)
    last = convolved(graph, tensors, blocks[-1], "_conv_head", "_bn1", clipped=True)
    graph.constant("least", np.full((), 1e-8, np.float32))
    read = [*map(filtered, WIDE_BLOCKS), *(blocks[number] for number in NARROW_BLOCKS), last]
    return graph.as_bytes({INPUT: 3}, [name for at in read for name in _summed_up(graph, at)])


def _summed_up(graph: Graph, at: str) -> tuple[str, str]:
    """Mean and standard deviation of each channel over the picture.

    By pooling, also of the squares: what is pooled need not be put into another order first, which is a fifth of the time.
    """
    mean = graph.node("GlobalAveragePool", [at], f"{at}.mean")
    squared = graph.node("Mul", [at, at], f"{at}.squared")
    power = graph.node("GlobalAveragePool", [squared], f"{at}.power")
    square = graph.node("Mul", [mean, mean], f"{at}.square")
    variance = graph.node("Sub", [power, square], f"{at}.variance")
    kept = graph.node("Max", [variance, "least"], f"{at}.kept")
    return mean, graph.node("Sqrt", [kept], f"{at}.spread")
