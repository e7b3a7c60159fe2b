"""Where a face is skin: not eyes, brows, lips, hair, glasses, teeth or background.

Three witnesses are multiplied: the face's oval, the colour of this very face (sampled on cheeks, nose bridge and chin, so
it holds for every complexion), and its lightness. Eyes with brows, the mouth and the nostrils are then cut out by the
face's own points, after smoothing, so nothing leaks into them. Made at a small size: a mask has no fine detail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.model import Crop, Face
from mediakit.pixels.filters import guided, smoothstep
from mediakit.pixels.light import Float, Rgb8

WORKING_FACE_PX = 104
"""Width of the face in the copy that the mask is made on, and the change of the skin."""
_WORKING_FACES = 3
"""More faces than these share the time that they take: the copies get smaller, by area."""
_LEAST_WORKING_FACE_PX = 56
SMALLEST_FACE_PX = 48
"""A narrower face shows no skin texture to retouch."""
_OVAL = (0.50, 0.57)
"""Radii of the face's oval, in widths and heights of its box."""
_OVAL_ENDS = 1.04
_SPOT = 0.06
"""The largest hole in the mask that is a spot, in widths of the face."""
_TYPICAL = ((0.30, 0.40), (0.70, 0.40), (0.50, 0.58), (0.34, 0.76), (0.66, 0.76))
"""Where the five points lie in a face's box on average, for a detector that gives none."""

_LEAST_SAMPLES = 12
_GREY_CODES = 1.5
"""A picture whose chroma is on average nearer to grey has no colour."""
_REDDER_CODES = 2.0

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SkinMask:
    """`weight` (H, W) float32 0..1 over the picture's `region`; exactly 0 where the face is not skin.

    `coarse` is the same on the working copy `small` of the region, from which `weight` is enlarged.
    """

    region: Crop
    weight: Float
    coarse: Float
    small: Rgb8
    face_width_px: float

    @property
    def unit_px(self) -> float:
        """A hundredth of the face's width, in pixels of the working copy."""
        return 0.01 * self.face_width_px * float(self.coarse.shape[1] / self.weight.shape[1])

    def part(self, picture: Rgb8) -> Rgb8:
        """The region of the whole picture, as a view."""
        area = self.region
        return picture[area.y_px : area.y_px + area.h_px, area.x_px : area.x_px + area.w_px]


def skin_masks(rgb: Rgb8, faces: Sequence[Face]) -> list[SkinMask]:
    """The skin of every face that shows enough of it, for a picture (H, W, 3)."""
    known = [face for face in faces if face.box.w >= SMALLEST_FACE_PX]
    crowd = max(len(known) / _WORKING_FACES, 1.0)
    working_px = max(WORKING_FACE_PX / crowd**0.5, _LEAST_WORKING_FACE_PX)
    return [mask for mask in (skin_mask(rgb, face, working_px) for face in known) if mask is not None]


def skin_mask(rgb: Rgb8, face: Face, working_px: float = WORKING_FACE_PX) -> SkinMask | None:
    """The face's skin in a picture (H, W, 3); None where it is too small, outside, or shows too little skin."""
    if face.box.w < SMALLEST_FACE_PX:
        return None
    points = _points_of(face)
    region = _region(rgb, face, points)
    if region is None:
        return None
    part = rgb[region.y_px : region.y_px + region.h_px, region.x_px : region.x_px + region.w_px]
    scale = min(working_px / face.box.w, 1.0)
    small = _resized(part, max(round(region.w_px * scale), 1), max(round(region.h_px * scale), 1))
    points = (points - (region.x_px, region.y_px)) * scale
    oval = _oval(small.shape[:2], face, points, (np.array(face.box.centre) - (region.x_px, region.y_px)) * scale, scale)
    likely = _likelihood(small, oval, points)
    if likely is None:
        return None
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    soft = np.clip(guided(grey, likely, max(round(0.03 * face.box.w * scale), 2), 0.002), 0, 1)
    soft = smoothstep(_closed(soft, face.box.w * scale) * _outside_features(grey.shape, points) * oval, 0.12, 0.75)
    if soft.mean() < 0.02:
        return None
    weight = cv2.resize(soft, (region.w_px, region.h_px), interpolation=cv2.INTER_LINEAR)
    return SkinMask(region, weight, soft, small, face.box.w)


def _closed(soft: Float, face_width_px: float) -> Float:
    """Without small holes: a spot of another colour is skin too."""
    side = 2 * max(round(_SPOT / 2 * face_width_px), 1) + 1
    closed: Float = cv2.morphologyEx(soft, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
    return closed


def _resized(part: Rgb8, width_px: int, height_px: int) -> Rgb8:
    if (height_px, width_px) == part.shape[:2]:
        return part
    small: Rgb8 = cv2.resize(part, (width_px, height_px), interpolation=cv2.INTER_AREA)
    return small


def _points_of(face: Face) -> Points:
    """The face's five points, or where they lie in a face's box on average."""
    box = face.box
    given = face.points if len(face.points) == len(_TYPICAL) else None
    return np.array(given or [(box.x + x * box.w, box.y + y * box.h) for x, y in _TYPICAL], np.float64)


def _region(rgb: Rgb8, face: Face, points: Points) -> Crop | None:
    """The part of the picture that holds the face's oval and a little more."""
    right_axis, down_axis, _ = _axes(points)
    along = np.abs(right_axis) * _OVAL[0] * face.box.w, np.abs(down_axis) * _OVAL[1] * face.box.h
    half = _OVAL_ENDS * np.hypot(*along) + 0.03 * face.box.w
    centre = np.array(face.box.centre)
    left, top = (int(v) for v in np.maximum(centre - half, 0))
    right, bottom = (int(v) for v in np.minimum(np.ceil(centre + half), (rgb.shape[1], rgb.shape[0])))
    if right - left < SMALLEST_FACE_PX // 2 or bottom - top < SMALLEST_FACE_PX // 2:
        return None
    return Crop(left, top, right - left, bottom - top)


def _oval(shape: tuple[int, ...], face: Face, points: Points, centre: Points, scale: float) -> Float:
    """The soft oval of the face on the working copy."""
    right_axis, down_axis, _ = _axes(points)
    radii = (_OVAL[0] * face.box.w * scale, _OVAL[1] * face.box.h * scale)
    return 1 - smoothstep(_elliptic(shape, centre, right_axis, down_axis, radii), 0.82**2, _OVAL_ENDS**2)


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
    """Squared distance from a centre in units of the radii along the face's axes: 1 on the ellipse."""
    x = np.arange(shape[1], dtype=np.float32)[None, :] - np.float32(centre[0])
    y = np.arange(shape[0], dtype=np.float32)[:, None] - np.float32(centre[1])
    across, along = (
        x * np.float32(axis[0] / radius) + y * np.float32(axis[1] / radius)
        for axis, radius in ((right_axis, radii[0]), (down_axis, radii[1]))
    )
    across *= across
    along *= along
    across += along
    return across


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
        keep *= smoothstep(_elliptic(shape, centre, right_axis, down_axis, radii), 0.92**2, 1.15**2)
    return keep


def _likelihood(small: Rgb8, oval: Float, points: Points) -> Float | None:
    """How much each pixel's colour and lightness are this face's skin, 0..1."""
    ycc = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_RGB2YCrCb), (0, 0), 1.0).astype(np.float32)
    samples = _samples(ycc, points)
    if len(samples) < _LEAST_SAMPLES:
        return None
    middle = np.median(samples, axis=0)
    spread = np.cov((samples - middle)[:, 1:], rowvar=False) + 9 * np.eye(2)
    off = ycc[..., 1:] - middle[1:].astype(np.float32)
    inverse = np.linalg.inv(spread).astype(np.float32)
    far = inverse[0, 0] * off[..., 0] ** 2 + 2 * inverse[0, 1] * off[..., 0] * off[..., 1]
    far += inverse[1, 1] * off[..., 1] ** 2
    colour = np.exp(-far / 8)
    # Shadow side and shine are skin too; hair, frames and teeth lie further out.
    own = max(float(middle[0]), 1.0)
    lightness = smoothstep(ycc[..., 0], 0.38 * own, 0.62 * own)
    lightness *= 1 - smoothstep(ycc[..., 0], middle[0] + 75, middle[0] + 110)
    likely: Float = (colour * lightness * oval).astype(np.float32)
    return likely


def _samples(ycc: Float, points: Points) -> Float:
    """Colours of this face's skin, without the darkest and lightest of them; none where nothing looks like skin.

    Cheeks, the bridge of the nose and the chin tell it, or, where they are another colour (a face mask, a scarf), the place
    between the eyes. A photo without any colour is taken at its word.
    """
    right_axis, down_axis, length = _axes(points)
    eyes, mouth = points[:2].mean(axis=0), points[3:].mean(axis=0)
    cheeks = [(points[eye] + points[corner]) / 2 for eye, corner in ((0, 3), (1, 4))]
    cheeks = [cheek + side * 0.10 * length * right_axis for cheek, side in zip(cheeks, (-1, 1), strict=True)]
    face = [*cheeks, (eyes + points[2]) / 2, mouth + 0.45 * length * down_axis]
    has_colour = float(np.abs(ycc[..., 1:] - 128).mean()) > _GREY_CODES
    for spots, reach in ((face, 0.10), ([eyes + 0.05 * length * down_axis], 0.08)):
        samples = _without_extremes(_patches(ycc, spots, max(round(reach * length), 2)))
        if len(samples) >= _LEAST_SAMPLES and (not has_colour or _is_like_skin(np.median(samples, axis=0))):
            return samples
    return np.empty((0, 3), np.float32)


def _patches(ycc: Float, spots: Sequence[Points], half: int) -> Float:
    taken = []
    for x, y in np.rint(spots).astype(int):
        patch = ycc[max(y - half, 0) : max(y + half + 1, 0), max(x - half, 0) : max(x + half + 1, 0)]
        taken.append(patch.reshape(-1, 3))
    return np.concatenate(taken)


def _without_extremes(samples: Float) -> Float:
    if len(samples) == 0:
        return samples
    low, high = np.quantile(samples[:, 0], (0.15, 0.95))
    kept: Float = samples[(samples[:, 0] >= low) & (samples[:, 0] <= high)]
    return kept


def _is_like_skin(colour: Float) -> bool:
    """Whether Y, Cr, Cb are redder than grey and not blue: skin of every complexion is, in any light a shop has."""
    return bool(colour[1] >= 128 + _REDDER_CODES and colour[2] <= 128 + _REDDER_CODES)
