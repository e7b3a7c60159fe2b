"""A picture's colour as a vector of numbers, for the small network that judges it (`mediakit.look.prior`).

Colour ratios are log2 in linear light, where a change of light or exposure is an addition. Which colours the brightest,
the middle and the darkest parts have says more about the light than any single grey-world figure: a clipped highlight
is white in a balanced picture, whatever the walls are. And a cast laid over whites ends where they ended: red still
reaches 255, blue stops at 237. Everything is measured on about 8 000 pixels, but for these ends, which averaging would hide.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from mediakit.pixels.light import LUMINANCE_WEIGHTS, Float, Rgb8, linear_from_srgb, luma
from mediakit.pixels.resample import shrink_to_pixels

MEASURED_PIXELS, CEILING_PIXELS = 8_000, 50_000
LEVELS = (0.001, 0.01, 0.05, 0.15, 0.3, 0.5, 0.7, 0.85, 0.95, 0.99, 0.999)
_SPREAD = (0.02, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 0.98)
_TOPS = (0.9, 0.97, 0.99, 0.995, 0.998, 0.9995)
"""Shares of the pixels that lie below the codes which tell how a channel ends."""
_TOP = 0.9997
_BANDS = ((0.0, 0.33), (0.33, 0.66), (0.66, 0.9), (0.9, 1.0))
Number = TypeVar("Number", np.uint8, np.float32)
_DARKEST = 0.01
"""Ratios of darker channels are quantisation noise."""


def features(rgb: Rgb8) -> Float:
    """About 210 numbers of a picture (H, W, 3) uint8 sRGB of any size."""
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
        _ceilings(np.ascontiguousarray(shrink_to_pixels(rgb, CEILING_PIXELS)[0])),
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
        shown = colours[top]
        found += [*shown.mean(axis=0), *_quantiles(shown, (0.5,))[0], float(flat[top].mean())]
    found += [*log_ratios(_quantiles(flat, (0.99, 0.997))).reshape(-1)]
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
        found.append(np.concatenate([_quantiles(band, _SPREAD), band.mean(axis=0)[None]]).reshape(-1))
    return np.concatenate(found).astype(np.float32)


def _quantiles(values: Rgb8 | Float, shares: Sequence[float]) -> Float:
    """Of each column of (N, K): (shares, K), interpolated. By sorting, which for so many at once is what costs least."""
    ordered = np.sort(np.ascontiguousarray(values.T))
    at = np.asarray(shares) * (ordered.shape[1] - 1)
    below = at.astype(np.intp)
    low, high = ordered[:, below], ordered[:, np.minimum(below + 1, ordered.shape[1] - 1)]
    between: Float = (low + (high.astype(np.float32) - low) * (at - below)).T.astype(np.float32)
    return between


def _means(flat: Float, linear: Float) -> Float:
    """Grey world, shades of grey (Minkowski means) and grey edge (van de Weijer et al., IEEE TIP 16(9), 2007)."""
    edges = (np.abs(np.diff(linear, axis=1))[:-1] + np.abs(np.diff(linear, axis=0))[:, :-1]).reshape(-1, 3)
    cubes, squares = flat * flat * flat, edges * edges
    powers = ((flat, 1), (cubes, 3), (cubes * cubes, 6), (edges, 1), (squares * squares, 4))
    return np.concatenate([_minkowski(raised, power) for raised, power in powers])


def _minkowski(raised: Float, power: int) -> Float:
    """The Minkowski mean of values that were raised to `power` already, as two ratios."""
    if len(raised) == 0:
        return np.zeros(2, np.float32)
    mean = raised.mean(axis=0) ** np.float32(1 / power)
    log = np.log2(mean + np.float32(1e-4))
    return np.array([log[0] - log[2], log[0] + log[2] - 2 * log[1]], np.float32)


def _greys(flat: Float, colours: Float) -> Float:
    """The centre of the near-neutral colours, found from zero in two widths, and how many colours are near zero."""
    darkest, lightest = channel_range(flat)
    usable = (darkest > 0.003) & (lightest < 0.98)
    near = colours[usable] * np.array([1, 2], np.float32) if usable.any() else np.zeros((1, 2), np.float32)
    warm, magenta = np.ascontiguousarray(near.T)
    found: list[float] = []
    for reach in (0.2, 0.4):
        centre = np.zeros(2, np.float32)
        for _ in range(3):
            weight = np.exp(_squared(warm - centre[0], magenta - centre[1]) * np.float32(-1 / (2 * reach**2)))
            centre = weight @ near / max(float(weight.sum()), 1e-3)
        found += [*centre]
    distance = _squared(warm, magenta)
    found += [float(np.exp(distance * np.float32(-1 / (2 * reach**2))).mean()) for reach in (0.1, 0.2, 0.4)]
    found += [float(warm.std()), float(magenta.std())]
    return np.array(found, np.float32)


def _squared(across: Float, down: Float) -> Float:
    """Squared lengths."""
    squared: Float = across * across + down * down
    return squared


def _levels(small: Rgb8) -> Float:
    """Code values 0..1 at LEVELS of the smallest channel, luma and largest channel; ends clipped; local contrast."""
    (darkest, lightest), grey = channel_range(small), luma(small)
    planes = np.stack([plane.reshape(-1) for plane in (darkest, grey, lightest)], axis=1)
    found = [*(_quantiles(planes, LEVELS) / 255).T]
    steps = (np.abs(np.diff(grey.astype(np.float32), axis=1)) / 255).astype(np.float32, copy=False)
    contrast = [steps.mean(), _quantiles(steps.reshape(-1, 1), (0.95,))[0, 0]] if steps.size else [0.0, 0.0]
    found.append(np.array([(lightest <= 2).mean(), (darkest >= 253).mean(), *contrast]))
    return np.concatenate(found).astype(np.float32)


def _ceilings(fine: Rgb8) -> Float:
    """Where each channel ends, how abruptly, and what colour is there: the mark of a cast laid over clipped whites."""
    planes = [np.ascontiguousarray(fine[..., channel]) for channel in range(3)]
    shares = [np.bincount(plane.reshape(-1), minlength=256) / plane.size for plane in planes]
    ends = np.stack([_end(share) for share in shares])
    tops = np.stack([np.searchsorted(np.cumsum(share), _TOPS) for share in shares], axis=1)
    colours = log_ratios(linear_from_srgb(tops.astype(np.uint8)[None])[0])
    highest = tops[-1].tolist()
    some = _near(planes, highest, 2, np.logical_or)
    every = _near(planes, highest, 4, np.logical_and)
    lit = fine[some] if some.any() else np.full((1, 3), 255, np.uint8)
    there = log_ratios(linear_from_srgb(np.ascontiguousarray(lit)[None])[0])
    found = [
        ends.reshape(-1),
        tops.reshape(-1) / 255,
        colours.reshape(-1),
        np.log10([some.mean() + 1e-4, every.mean() + 1e-4]),
        there.mean(axis=0),
        np.median(there, axis=0),
    ]
    return np.concatenate(found).astype(np.float32)


def _end(share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of a channel's histogram (256,): how much lies at its upper end, against just below, and where that end is."""
    top = int(np.searchsorted(np.cumsum(share), _TOP))
    spike = share[max(top - 2, 0) : top + 3].sum()
    below = share[max(top - 12, 0) : max(top - 2, 0)].sum() / 2
    return np.array([np.log10(spike + 1e-4), np.log10((spike + 1e-5) / (below + 1e-5)), top / 255])


def _near(planes: list[NDArray[np.uint8]], highest: list[int], codes: int, both: np.ufunc) -> NDArray[np.bool_]:
    """Where the channels lie so near their highest codes: some of them (`logical_or`) or all (`logical_and`)."""
    near = [plane >= max(top - codes, 1) for plane, top in zip(planes, highest, strict=True)]
    found: NDArray[np.bool_] = both(both(near[0], near[1]), near[2])
    return found
