"""Where a face is skin: not eyes, brows, lips, hair, glasses, teeth or background.

Three witnesses are multiplied: the face's oval, the colour of this very face (sampled on cheeks, nose bridge and chin, so
it holds for every complexion), and its lightness. Eyes with brows, the mouth and the nostrils are then cut out by the
face's own points, after smoothing, so nothing leaks into them. Made at a small size: a mask has no fine detail.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.model import Crop, Face
from mediakit.pixels.filters import guided, smoothstep
from mediakit.pixels.light import Float, Rgb8

WORKING_FACE_PX = 96
"""Width of the face in the copy that the mask is made on."""
SMALLEST_FACE_PX = 48
"""A narrower face shows no skin texture to retouch."""
_AROUND = 0.30
"""How far the region reaches beyond the face's box, in widths of the face."""
_TYPICAL = ((0.30, 0.40), (0.70, 0.40), (0.50, 0.58), (0.34, 0.76), (0.66, 0.76))
"""Where the five points lie in a face's box on average, for a detector that gives none."""

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SkinMask:
    """`weight` (H, W) float32 0..1 over the picture's `region`; exactly 0 where the face is not skin."""

    region: Crop
    weight: Float
    face_width_px: float


def skin_mask(rgb: Rgb8, face: Face) -> SkinMask | None:
    """The face's skin in a picture (H, W, 3); None where it is too small, outside, or shows too little skin."""
    if face.box.w < SMALLEST_FACE_PX:
        return None
    region = _region(rgb, face)
    if region is None:
        return None
    part = rgb[region.y_px : region.y_px + region.h_px, region.x_px : region.x_px + region.w_px]
    scale = min(WORKING_FACE_PX / face.box.w, 1.0)
    small = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else part
    oval, points = _in_working_copy(face, region, scale)
    likely = _likelihood(small, oval, points)
    if likely is None:
        return None
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    soft = np.clip(guided(grey, likely, 3, 0.002), 0, 1) * _outside_features(grey.shape, points) * oval
    soft = smoothstep(soft, 0.12, 0.75)
    if soft.mean() < 0.01:
        return None
    weight = cv2.resize(soft, (region.w_px, region.h_px), interpolation=cv2.INTER_LINEAR)
    return _trimmed(region, weight, face.box.w)


def _trimmed(region: Crop, weight: Float, face_width_px: float) -> SkinMask:
    """The mask without the empty rim around it."""
    rows, cols = np.flatnonzero(weight.any(axis=1)), np.flatnonzero(weight.any(axis=0))
    top, bottom, left, right = int(rows[0]), int(rows[-1]) + 1, int(cols[0]), int(cols[-1]) + 1
    tight = Crop(region.x_px + left, region.y_px + top, right - left, bottom - top)
    return SkinMask(tight, np.ascontiguousarray(weight[top:bottom, left:right]), face_width_px)


def _region(rgb: Rgb8, face: Face) -> Crop | None:
    margin = _AROUND * face.box.w
    left, top = max(int(face.box.x - margin), 0), max(int(face.box.y - margin), 0)
    right = min(int(face.box.right + margin) + 1, rgb.shape[1])
    bottom = min(int(face.box.bottom + margin) + 1, rgb.shape[0])
    if right - left < SMALLEST_FACE_PX // 2 or bottom - top < SMALLEST_FACE_PX // 2:
        return None
    return Crop(left, top, right - left, bottom - top)


def _in_working_copy(face: Face, region: Crop, scale: float) -> tuple[Float, Points]:
    """The soft oval of the face and its five points, in the working copy's pixels."""
    box = face.box
    given = face.points if len(face.points) == len(_TYPICAL) else None
    points = np.array(given or [(box.x + x * box.w, box.y + y * box.h) for x, y in _TYPICAL])
    points = (points - (region.x_px, region.y_px)) * scale
    height, width = max(round(region.h_px * scale), 1), max(round(region.w_px * scale), 1)
    if scale >= 1:
        height, width = region.h_px, region.w_px
    centre = (np.array(box.centre) - (region.x_px, region.y_px)) * scale
    right_axis, down_axis, _ = _axes(points)
    radii = (0.50 * box.w * scale, 0.57 * box.h * scale)
    return 1 - smoothstep(_elliptic((height, width), centre, right_axis, down_axis, radii), 0.82, 1.04), points


def _axes(points: Points) -> tuple[Points, Points, float]:
    """The face's own directions, to the right and down in the picture, and a length: the larger of eye distance and
    eye-to-mouth distance (one of them shrinks when a head turns)."""
    eyes, mouth = points[:2].mean(axis=0), points[3:].mean(axis=0)
    down = mouth - eyes
    length = max(float(np.hypot(*down)), float(np.hypot(*(points[1] - points[0]))), 1.0)
    down = down / max(float(np.hypot(*down)), 1e-6)
    return np.array([down[1], -down[0]]), down, length


def _elliptic(
    shape: tuple[int, ...], centre: Points, right_axis: Points, down_axis: Points, radii: tuple[float, float]
) -> Float:
    """Distance from a centre in units of the radii along the face's axes: 1 on the ellipse."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    across = ((x - centre[0]) * right_axis[0] + (y - centre[1]) * right_axis[1]) / radii[0]
    along = ((x - centre[0]) * down_axis[0] + (y - centre[1]) * down_axis[1]) / radii[1]
    distance: Float = np.sqrt(across * across + along * along).astype(np.float32)
    return distance


def _outside_features(shape: tuple[int, ...], points: Points) -> Float:
    """1 on skin, 0 on eyes with their brows, on the mouth and on the nostrils."""
    right_axis, down_axis, length = _axes(points)
    mouth = points[3:].mean(axis=0)
    mouth_half = max(float(np.hypot(*(points[4] - points[3]))) / 2, 0.22 * length)
    cut_out = [(eye - 0.16 * length * down_axis, (0.40 * length, 0.34 * length)) for eye in points[:2]]
    cut_out.append((mouth + 0.03 * length * down_axis, (1.35 * mouth_half, 0.95 * mouth_half)))
    cut_out.append((points[2] + 0.10 * length * down_axis, (0.24 * length, 0.12 * length)))
    keep = np.ones(shape, np.float32)
    for centre, radii in cut_out:
        keep *= smoothstep(_elliptic(shape, centre, right_axis, down_axis, radii), 0.92, 1.15)
    return keep


def _likelihood(small: Rgb8, oval: Float, points: Points) -> Float | None:
    """How much each pixel's colour and lightness are this face's skin, 0..1."""
    ycc = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_RGB2YCrCb), (0, 0), 1.0).astype(np.float32)
    samples = _samples(ycc, points)
    if len(samples) < 12:
        return None
    middle = np.median(samples, axis=0)
    spread = np.cov((samples - middle)[:, 1:], rowvar=False) + 9 * np.eye(2)
    off = ycc[..., 1:] - middle[1:].astype(np.float32)
    inverse = np.linalg.inv(spread).astype(np.float32)
    far = inverse[0, 0] * off[..., 0] ** 2 + 2 * inverse[0, 1] * off[..., 0] * off[..., 1]
    far += inverse[1, 1] * off[..., 1] ** 2
    colour = np.exp(-far / 8)
    # Shadow side and shine are skin too; hair, frames and teeth lie further out.
    lightness = smoothstep(ycc[..., 0], 0.38 * middle[0], 0.62 * middle[0])
    lightness *= 1 - smoothstep(ycc[..., 0], middle[0] + 75, middle[0] + 110)
    likely: Float = (colour * lightness * oval).astype(np.float32)
    return likely


def _samples(ycc: Float, points: Points) -> Float:
    """Colours on both cheeks, the bridge of the nose and the chin, without the darkest and lightest of them."""
    right_axis, down_axis, length = _axes(points)
    cheeks = [(points[eye] + points[corner]) / 2 for eye, corner in ((0, 3), (1, 4))]
    cheeks = [cheek + side * 0.10 * length * right_axis for cheek, side in zip(cheeks, (-1, 1), strict=True)]
    spots = [*cheeks, (points[:2].mean(axis=0) + points[2]) / 2, points[3:].mean(axis=0) + 0.45 * length * down_axis]
    half = max(round(0.10 * length), 2)
    taken = []
    for x, y in np.rint(spots).astype(int):
        patch = ycc[max(y - half, 0) : max(y + half + 1, 0), max(x - half, 0) : max(x + half + 1, 0)]
        taken.append(patch.reshape(-1, 3))
    samples = np.concatenate(taken)
    if len(samples) == 0:
        return samples
    low, high = np.quantile(samples[:, 0], (0.15, 0.95))
    kept: Float = samples[(samples[:, 0] >= low) & (samples[:, 0] <= high)]
    return kept
