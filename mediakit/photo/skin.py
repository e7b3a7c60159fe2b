"""Skin: blotches calmed, texture kept.

Frequency separation by size of the structure against the face. Pores and fine hair (under about 1 % of the face's
width) stay but for a touch; uneven patches of 1 to 6 % are softened, in luma by an edge-keeping filter, in colour by a
band; light and shadow above that stay. Deviations that stand out clearly (moles, freckles, folds) are left. The share
of texture energy kept has a floor, and the change is scaled back where it would go below. Where the mask is 0 nothing
changes, bit by bit.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.photo.skin_mask import SkinMask
from mediakit.pixels.filters import box_blur, gaussian_blur
from mediakit.pixels.lab import hue_deg, lab_from_srgb
from mediakit.pixels.light import Float, Rgb8, luma

WORKING_FACE_PX = 128
"""Patches are found on a copy with the face this wide; larger structure needs no more pixels."""
_PATCH_SIGMA_PX = 4.0
_STEP_CODES = 14.0
"""Luma steps well above this, in code values, are edges to the patch filter: folds, moles, the jaw."""
_SPOT_CODES = 22.0
"""A spot this much darker or lighter than what is around it is a feature of the face, and is left."""
_FINE = 0.008
"""Sigma that separates texture, in widths of the face."""
_FINE_STEP_CODES = 12.0
_TEXTURE = 0.02
"""What is finer than this share of the face's width is texture, for the figure that is reported and held."""
_TO_RGB = np.array([[1, 1.403, 0], [1, -0.714, -0.344], [1, 0, 1.773]], np.float32)
"""Change of Y, Cr, Cb to change of R, G, B (BT.601, full range)."""


@dataclass(frozen=True, slots=True)
class SkinFacts:
    """What the retouch did to one face: share of texture energy kept, change of mean L* and of mean hue."""

    texture_kept: float
    lightness_change: float
    hue_change_deg: float


def texture_floor(amount: float) -> float:
    """Share of texture energy that is kept at least: 0.80 at the default amount of 0.35, 0.43 at full."""
    return 1.0 - 0.57 * amount


def smooth_skin(rgb: Rgb8, mask: SkinMask, amount: float) -> tuple[Rgb8, SkinFacts]:
    """The region of `mask`, retouched: (h, w, 3) uint8, and the numbers. `rgb` is the whole picture, not written to."""
    area = mask.region
    before = np.ascontiguousarray(rgb[area.y_px : area.y_px + area.h_px, area.x_px : area.x_px + area.w_px])
    y = luma(before)
    change = _patches(before, mask, amount)
    change[..., 0] += _texture(y, mask.face_width_px, amount)
    change *= mask.weight[..., None]
    mean = np.array(cv2.sumElems(change)[:3], np.float32) / mask.weight.sum()
    change -= mask.weight[..., None] * mean  # so that the mean shade stays
    change *= np.float32(_allowed(y.astype(np.float32), change[..., 0], mask, texture_floor(amount)))
    after = _add(before, change)
    return after, _facts(before, after, mask)


def _patches(before: Rgb8, mask: SkinMask, amount: float) -> Float:
    """Minus the unevenness of middle size, as a change of Y, Cr, Cb in code values: (h, w, 3) float32."""
    scale = min(WORKING_FACE_PX / mask.face_width_px, 1.0)
    size = (max(round(before.shape[1] * scale), 1), max(round(before.shape[0] * scale), 1))
    small = cv2.resize(before, size, interpolation=cv2.INTER_AREA)
    ycc = gaussian_blur(cv2.cvtColor(small, cv2.COLOR_RGB2YCrCb).astype(np.float32), 1.0)
    shade = np.ascontiguousarray(ycc[..., 0])
    even = cv2.bilateralFilter(shade, 0, _STEP_CODES, _PATCH_SIGMA_PX, borderType=cv2.BORDER_REFLECT_101)
    change = np.empty_like(ycc)
    stands_out = (shade - gaussian_blur(shade, _PATCH_SIGMA_PX)) / np.float32(_SPOT_CODES)
    change[..., 0] = np.float32(min(2.2 * amount, 1.0)) * (even - shade) * np.exp(-(stands_out**2))
    blotch = gaussian_blur(ycc[..., 1:], 1.5 * _PATCH_SIGMA_PX) - ycc[..., 1:]
    change[..., 1:] = np.float32(min(1.4 * amount, 0.8)) * blotch * np.exp(-((blotch / 6) ** 2))
    grown: Float = cv2.resize(change, before.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return grown


def _texture(y: NDArray[np.uint8], face_width_px: float, amount: float) -> Float:
    """A touch less of the finest structure, by table: the clearer a detail stands out, the less it is touched."""
    detail = cv2.subtract(y, cv2.GaussianBlur(y, (0, 0), max(_FINE * face_width_px, 0.8)), dtype=cv2.CV_16S)
    values = np.arange(-255, 256, dtype=np.float32)
    table: Float = np.float32(-0.3 * amount) * values * np.exp(-((values / np.float32(_FINE_STEP_CODES)) ** 2))
    change: Float = table[detail + np.int16(255)]
    return change


def _allowed(y: Float, change: Float, mask: SkinMask, floor: float) -> float:
    """The largest part of the change, 0..1, that leaves at least `floor` of the texture's energy.

    Energy of (y + p * change) is quadratic in p, so three sums say where it crosses the floor.
    """
    own, both, added = _energies(y, change, mask)
    if own <= 0 or added <= 0 or own + 2 * both + added >= floor * own:
        return 1.0
    root = both * both - added * own * (1 - floor)
    return float(np.clip((-both - np.sqrt(max(root, 0.0))) / added, 0.0, 1.0))


def _energies(y: Float, change: Float, mask: SkinMask) -> tuple[float, float, float]:
    """Texture energy of the skin, of the change, and their product, weighted by the mask."""
    radius = max(round(_TEXTURE * mask.face_width_px), 2)
    own, added = (plane - box_blur(plane, radius) for plane in (y, change))
    weighted = own * mask.weight
    return (
        float(np.vdot(weighted, own)),
        float(np.vdot(weighted, added)),
        float(np.vdot(added * mask.weight, added)),
    )


def _add(before: Rgb8, change: Float) -> Rgb8:
    """Add a change of Y, Cr, Cb to RGB code values; pixels with no change come back untouched."""
    moved = cv2.add(cv2.transform(change, _TO_RGB), before, dtype=cv2.CV_32F)
    after: Rgb8 = cv2.convertScaleAbs(np.maximum(moved, 0, out=moved))
    return after


def _facts(before: Rgb8, after: Rgb8, mask: SkinMask) -> SkinFacts:
    step = max(int(mask.face_width_px / 80), 1)
    weight = mask.weight[::step, ::step].reshape(-1, 1)
    means = []
    for picture in (before, after):
        lab = lab_from_srgb(np.ascontiguousarray(picture[::step, ::step])).reshape(-1, 3)
        means.append((weight * lab).sum(axis=0) / weight.sum())
    turn = float(hue_deg(means[1]) - hue_deg(means[0]) + 180) % 360 - 180
    y, y_after = luma(before).astype(np.float32), luma(after).astype(np.float32)
    own, both, added = _energies(y, y_after - y, mask)
    return SkinFacts(
        texture_kept=round((own + 2 * both + added) / own, 3) if own > 0 else 1.0,
        lightness_change=round(float(means[1][0] - means[0][0]), 3),
        hue_change_deg=round(turn, 3),
    )
