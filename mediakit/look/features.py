"""A picture's colour as a vector of numbers, for the small network that judges it (`mediakit.look.prior`).

Colour ratios are log2 in linear light, where a change of light or exposure is an addition. Which colours the brightest,
the middle and the darkest parts have says more about the light than any single grey-world figure: a clipped highlight
is white in a balanced picture, whatever the walls are. Everything is measured on about 8 000 pixels.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from mediakit.pixels.light import LUMINANCE_WEIGHTS, Float, Rgb8, linear_from_srgb, luma
from mediakit.pixels.resample import shrink_to_pixels

MEASURED_PIXELS = 8_000
LEVELS = (0.001, 0.01, 0.05, 0.15, 0.3, 0.5, 0.7, 0.85, 0.95, 0.99, 0.999)
_SPREAD = (0.02, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 0.98)
_BANDS = ((0.0, 0.33), (0.33, 0.66), (0.66, 0.9), (0.9, 1.0))
Number = TypeVar("Number", np.uint8, np.float32)
_DARKEST = 0.01
"""Ratios of darker channels are quantisation noise."""


def features(rgb: Rgb8) -> Float:
    """About 170 numbers of a picture (H, W, 3) uint8 sRGB of any size."""
    small = np.ascontiguousarray(shrink_to_pixels(rgb, MEASURED_PIXELS)[0])
    linear = linear_from_srgb(small)
    flat = linear.reshape(-1, 3)
    bright_order = np.argsort(flat @ LUMINANCE_WEIGHTS, kind="stable")
    colours = log_ratios(flat)
    parts = [
        _highlights(flat, colours, bright_order),
        _bands(flat, colours, bright_order),
        _means(flat, linear),
        _greys(flat, colours),
        _levels(small),
    ]
    return np.concatenate(parts).astype(np.float32)


def log_ratios(linear: Float) -> Float:
    """(N, 3) linear light to (N, 2): warm = log2(red / blue), magenta = log2(red * blue / green^2)."""
    log = np.log2(np.maximum(linear, np.float32(_DARKEST)))
    return np.stack([log[:, 0] - log[:, 2], log[:, 0] + log[:, 2] - 2 * log[:, 1]], axis=1)


def channel_range(colours: NDArray[Number]) -> tuple[NDArray[Number], NDArray[Number]]:
    """The smallest and the largest of the three channels of (..., 3), ten times as fast as along a short last axis."""
    red, green, blue = (colours[..., i] for i in range(3))
    return np.minimum(np.minimum(red, green), blue), np.maximum(np.maximum(red, green), blue)


def _highlights(flat: Float, colours: Float, order: NDArray[np.intp]) -> Float:
    """What colour the very brightest pixels have, clipped ones included."""
    found: list[float] = []
    for share in (0.002, 0.01, 0.03, 0.08):
        top = order[-max(int(share * len(order)), 5) :]
        found += [*colours[top].mean(axis=0), *np.median(colours[top], axis=0), float(flat[top].mean())]
    for share in (0.99, 0.997):
        found += [*log_ratios(np.quantile(flat, share, axis=0)[None].astype(np.float32))[0]]
    found += [*(flat > 0.985).mean(axis=0)]
    return np.array(found, np.float32)


def _bands(flat: Float, colours: Float, order: NDArray[np.intp]) -> Float:
    """How warm and how magenta the shadows, middle tones and lights are: quantiles and means of what is not clipped."""
    darkest, lightest = (plane[order] for plane in channel_range(flat))
    usable = order[(darkest > 0.003) & (lightest < 0.98)]
    if len(usable) < 40:
        return np.zeros(len(_BANDS) * 2 * (len(_SPREAD) + 1), np.float32)
    found = []
    for low, high in _BANDS:
        start, stop = int(low * len(usable)), int(high * len(usable))
        band = colours[usable[start : max(stop, start + 5)]]
        found.append(np.concatenate([np.quantile(band, _SPREAD, axis=0), band.mean(axis=0)[None]]).reshape(-1))
    return np.concatenate(found).astype(np.float32)


def _means(flat: Float, linear: Float) -> Float:
    """Grey world, shades of grey (Minkowski means) and grey edge (van de Weijer et al., IEEE TIP 16(9), 2007)."""
    found = [_minkowski(flat, power) for power in (1, 3, 6)]
    edges = np.abs(np.diff(linear, axis=1))[:-1] + np.abs(np.diff(linear, axis=0))[:, :-1]
    found += [_minkowski(edges.reshape(-1, 3), power) for power in (1, 4)]
    return np.concatenate(found)


def _minkowski(values: Float, power: int) -> Float:
    if len(values) == 0:
        return np.zeros(2, np.float32)
    mean = (values**power).mean(axis=0) ** np.float32(1 / power)
    log = np.log2(mean + np.float32(1e-4))
    return np.array([log[0] - log[2], log[0] + log[2] - 2 * log[1]], np.float32)


def _greys(flat: Float, colours: Float) -> Float:
    """The centre of the near-neutral colours, found from zero in two widths, and how many colours are near zero."""
    darkest, lightest = channel_range(flat)
    usable = (darkest > 0.003) & (lightest < 0.98)
    near = colours[usable] * np.array([1, 2], np.float32) if usable.any() else np.zeros((1, 2), np.float32)
    found: list[float] = []
    for reach in (0.2, 0.4):
        centre = np.zeros(2, np.float32)
        for _ in range(3):
            weight = np.exp(-((near - centre) ** 2).sum(axis=1) / np.float32(2 * reach**2))
            centre = weight @ near / max(float(weight.sum()), 1e-3)
        found += [*centre]
    distance = (near**2).sum(axis=1)
    found += [float(np.exp(-distance / np.float32(2 * reach**2)).mean()) for reach in (0.1, 0.2, 0.4)]
    found += [*near.std(axis=0)]
    return np.array(found, np.float32)


def _levels(small: Rgb8) -> Float:
    """Code values 0..1 at LEVELS of the smallest channel, luma and largest channel; ends clipped; local contrast."""
    (darkest, lightest), grey = channel_range(small), luma(small)
    found = [np.quantile(plane, LEVELS) / 255 for plane in (darkest, grey, lightest)]
    steps = np.abs(np.diff(grey.astype(np.float32), axis=1)) / 255
    contrast = [steps.mean(), np.quantile(steps, 0.95)] if steps.size else [0.0, 0.0]
    found.append(np.array([(lightest <= 2).mean(), (darkest >= 253).mean(), *contrast]))
    return np.concatenate(found).astype(np.float32)
