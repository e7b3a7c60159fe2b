"""Points that two photos of one scene have in common, and how their colours differ there.

The same corner of the same shelf, seen twice, tells a change of white balance or exposure far more exactly than any
statistic of the whole picture, and no two different scenes share a dozen such points in one arrangement. Points and
descriptors: ORB (Rublee et al., ICCV 2011); the arrangement is a similarity found by RANSAC.
"""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.look.features import log_ratios
from mediakit.pixels.light import LUMINANCE_WEIGHTS, Float, Rgb8, linear_from_srgb, luma
from mediakit.pixels.resample import shrink_to_pixels

WORKING_PIXELS = 90_000
MOST_POINTS = 240
LEAST_COMMON = 12
"""Points in one arrangement from which on two photos show the same things."""
_DISTINCT = 0.8
"""A match counts when the next best one is at least this much worse (Lowe's ratio)."""
_REACH_PX = 5.0
_MOST_ZOOM = 4.0
_LEAST_AGREEING = 0.3
"""Share of the matches that lie in one arrangement; repeated prints match often, and agree on nothing."""
_DARK, _BLOWN = 0.004, 0.97
_COLOURED_STEP = 1000.0
"""Log colours are packed as whole thousandths."""


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Up to MOST_POINTS corners. `places` (N, 2) px, `described` (N, 32) uint8, `colours` (N, 3): warm, magenta, log2 light.

    A colour that is too dark or blown is not a number.
    """

    places: Float
    described: NDArray[np.uint8]
    colours: Float


def find_points(rgb: Rgb8) -> Points:
    """The corners of a picture (H, W, 3) uint8 sRGB; about 5 ms."""
    small = np.ascontiguousarray(shrink_to_pixels(rgb, WORKING_PIXELS)[0])
    detector = cv2.ORB.create(nfeatures=MOST_POINTS, fastThreshold=12, nlevels=6, edgeThreshold=16, patchSize=25)
    found, described = detector.detectAndCompute(luma(small), None)
    if described is None or len(found) == 0:
        return Points(np.zeros((0, 2), np.float32), np.zeros((0, 32), np.uint8), np.zeros((0, 3), np.float32))
    places = np.array([point.pt for point in found], np.float32)
    return Points(places, np.asarray(described, np.uint8), _colours_at(small, places))


def packed(points: Points) -> str:
    """As text, about 12 kB."""
    colours = np.where(np.isfinite(points.colours), points.colours, -32.0)
    parts = [
        np.int32(len(points.places)).tobytes(),
        np.rint(points.places * 8).astype(np.uint16).tobytes(),
        points.described.tobytes(),
        np.rint(colours * _COLOURED_STEP).astype(np.int16).tobytes(),
    ]
    return base64.b64encode(zlib.compress(b"".join(parts), 6)).decode("ascii")


def unpacked(text: str) -> Points:
    """The inverse of `packed`."""
    data = zlib.decompress(base64.b64decode(text))
    count = int(np.frombuffer(data, np.int32, 1)[0])
    places = np.frombuffer(data, np.uint16, 2 * count, 4).reshape(-1, 2).astype(np.float32) / np.float32(8)
    described = np.frombuffer(data, np.uint8, 32 * count, 4 + 4 * count).reshape(-1, 32)
    colours = np.frombuffer(data, np.int16, 3 * count, 4 + 36 * count).reshape(-1, 3) / np.float32(_COLOURED_STEP)
    return Points(places, described, np.where(colours < -31, np.float32(np.nan), colours).astype(np.float32))


def difference(first: Points, second: Points) -> tuple[int, Float]:
    """How many points two photos share, and how the second's colours differ there: (3,) medians, zeros without any."""
    nothing = np.zeros(3, np.float32)
    if min(len(first.places), len(second.places)) < LEAST_COMMON:
        return 0, nothing
    here, there = _matched(first, second)
    if len(here) < LEAST_COMMON:
        return 0, nothing
    cv2.setRNGSeed(1)
    moved, kept = cv2.estimateAffinePartial2D(first.places[here], second.places[there], ransacReprojThreshold=_REACH_PX)
    if moved is None or not 1 / _MOST_ZOOM < float(np.hypot(*moved[:, 0])) < _MOST_ZOOM:
        return 0, nothing
    inside = kept.ravel().astype(bool)
    if inside.mean() < _LEAST_AGREEING:
        return 0, nothing
    apart = (second.colours[there] - first.colours[here])[inside]
    apart = apart[np.isfinite(apart).all(axis=1)]
    if len(apart) < LEAST_COMMON:
        return 0, nothing
    return len(apart), np.median(apart, axis=0).astype(np.float32)


def _matched(first: Points, second: Points) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Indices of points that are each other's clear best match."""
    pairs = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(first.described, second.described, k=2)
    clear = [pair[0] for pair in pairs if len(pair) == 2 and pair[0].distance < _DISTINCT * pair[1].distance]
    best: dict[int, cv2.DMatch] = {}
    for match in clear:
        if match.trainIdx not in best or match.distance < best[match.trainIdx].distance:
            best[match.trainIdx] = match
    kept = list(best.values())
    return np.array([m.queryIdx for m in kept], np.intp), np.array([m.trainIdx for m in kept], np.intp)


def _colours_at(small: Rgb8, places: Float) -> Float:
    """Mean light around each place, as log ratios and log2 luminance."""
    blurred = cv2.blur(linear_from_srgb(small), (9, 9))
    x, y = np.rint(places).astype(np.intp).T
    light = blurred[np.clip(y, 0, small.shape[0] - 1), np.clip(x, 0, small.shape[1] - 1)]
    luminance = np.maximum(light @ LUMINANCE_WEIGHTS, 1e-4)
    colours = np.column_stack([log_ratios(light), np.log2(luminance)])
    colours[(light.min(axis=1) < _DARK) | (light.max(axis=1) > _BLOWN)] = np.nan
    return colours.astype(np.float32)
