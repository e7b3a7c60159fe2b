"""What to change on skin, found on a small copy of the face: evenness, shine, spots.

Everything is a change of Y, Cr, Cb in code values at full strength; `skin` decides how much of it is applied, where, and
within which ceilings. Spots are told apart by what colours them: blood absorbs green and leaves red (a pimple, a scratch),
melanin darkens red as well (a mole, a freckle); Takiwaki et al., Skin Pharmacology 7, 1994, measure erythema as
log(red / green) and melanin as -log(red), and so do we. A spot is round: lines and folds are no spots.
"""

from __future__ import annotations

import cv2
import numpy as np

from mediakit.photo.skin_mask import SkinMask
from mediakit.pixels.filters import box_blur, edge_aware, gaussian_blur, smoothstep
from mediakit.pixels.light import Float, Rgb8
from mediakit.presets.schema import Retouch

_PATCH, _BLOTCH, _AROUND, _SPOT, _SOFT, _SHINE, _BROAD, _FINEST = 5.5, 4.7, 4.0, 0.95, 0.6, 2.0, 11.0, 0.8
"""Sizes (radius or sigma), all in hundredths of the face's width: uneven patches in luma and in colour, what a spot is
compared with, a spot, its soft rim, a shine, what a shine is compared with, and what is too fine to be touched."""
_STEP_CODES = 14.0
"""Unevenness well under this, in code values, is evened out; steps well above it (folds, the jaw) stay."""
_BLOTCH_CODES = 6.0
_MOST_SHINE_CODES = 48.0
_LOCAL_SHINE_CODES = (1.5, 12.0)
"""From where to where a place shines more than what is around it."""
_LEAST_CHROMA_CODES = 5.0
"""Skin with less colour (a black-and-white photo) does not tell shine from light."""


def skin_change(mask: SkinMask, options: Retouch) -> tuple[Float, Float]:
    """What to change on the working copy of the mask's region, not yet weighted, and what counts as the skin's texture.

    Change: (h, w, 3) float32, of Y, Cr, Cb. Texture: (h, w) float32 0..1, the mask without the moles and freckles that the
    preset wants softened: taking them away is no loss of texture.
    """
    unit = mask.unit_px
    ycc = cv2.cvtColor(mask.small, cv2.COLOR_RGB2YCrCb).astype(np.float32)
    around = _masked_blur(ycc, mask.coarse, _AROUND * unit)
    red, dark = _spots(mask.small, around, unit)
    change = _evened(ycc, unit)
    change *= (1 - dark)[..., None]
    unwanted = dark if options.spots == "all" else np.zeros_like(dark)
    treated = unwanted if options.spots == "keep" else np.maximum(red, unwanted)
    change += treated[..., None] * (around - ycc - change)
    if options.calm_shine:
        change += _matted(ycc, mask.coarse, unit)
    # The small copy of a small face shows its finest texture too, which is not ours to touch.
    change[..., 0] = gaussian_blur(np.ascontiguousarray(change[..., 0]), max(_FINEST * unit, 0.6))
    return change, mask.coarse * (1 - unwanted)


def _evened(ycc: Float, unit: float) -> Float:
    """Minus the unevenness of middle size."""
    change = np.empty_like(ycc)
    shade = np.ascontiguousarray(ycc[..., 0])
    change[..., 0] = edge_aware(shade, max(round(_PATCH * unit), 2), _STEP_CODES**2) - shade
    blotch = _twice_blurred(ycc[..., 1:], _BLOTCH * unit) - ycc[..., 1:]
    change[..., 1:] = 0.75 * blotch * np.exp(-((blotch / np.float32(_BLOTCH_CODES)) ** 2))
    return change


def _spots(small: Rgb8, around: Float, unit: float) -> tuple[Float, Float]:
    """How much each pixel belongs to a short-lived red spot, and to a mole or freckle: two (h, w) planes, 0..1."""
    soft = _SOFT * unit
    here = _pigments(gaussian_blur(small.astype(np.float32), max(soft, 0.5)))
    skin = _pigments(cv2.cvtColor(around / 255, cv2.COLOR_YCrCb2RGB) * 255)
    more_red, darker = cv2.split(here - skin)
    round_red, round_dark = cv2.split(_roundness(gaussian_blur(here, max(_SPOT * unit, 0.6))))
    is_red = smoothstep(more_red, 0.035, 0.08) * round_red * (1 - smoothstep(darker, 0.05, 0.12))
    is_dark = smoothstep(darker, 0.03, 0.07) * np.maximum(round_dark, smoothstep(darker, 0.10, 0.20))
    return gaussian_blur(is_red, max(soft, 0.5)), _grown(is_dark)


def _pigments(rgb: Float) -> Float:
    """(h, w, 2): how much blood and how much melanin darken the skin; code values serve as well as light, scaled."""
    code = np.log(np.maximum(rgb[..., :2], 0) + 6)
    pigments: Float = np.dstack([code[..., 0] - code[..., 1], -code[..., 0]])
    return pigments


def _roundness(smooth: Float) -> Float:
    """1 in the middle of a small round bump, 0 on lines, edges and flat ground: from the planes' second derivatives."""
    across = cv2.Sobel(smooth, cv2.CV_32F, 2, 0, scale=0.25)
    down = cv2.Sobel(smooth, cv2.CV_32F, 0, 2, scale=0.25)
    mixed = cv2.Sobel(smooth, cv2.CV_32F, 1, 1, scale=0.25)
    half, root = (across + down) / 2, np.sqrt(((across - down) / 2) ** 2 + mixed**2)
    strong, weak = half - root, half + root  # both negative on a bump, the strong one more so
    ratio = np.where(strong < 0, np.clip(weak / np.minimum(strong, -1e-6), 0, 1), 0)
    return _grown(smoothstep(ratio.astype(np.float32), 0.25, 0.55))


def _grown(plane: Float) -> Float:
    """A little wider and softer: a spot's rim belongs to it."""
    return gaussian_blur(cv2.dilate(plane, np.ones((3, 3), np.uint8)), 0.8)


def _masked_blur(plane: Float, weight: Float, sigma_px: float) -> Float:
    """What the skin around is like: a blur that hair, lips and background do not bleed into."""
    sure = weight + np.float32(1e-3)
    total = _twice_blurred(sure, sigma_px)
    if plane.ndim == 2:
        return _twice_blurred(plane * sure, sigma_px) / total
    return _twice_blurred(plane * sure[..., None], sigma_px) / total[..., None]


def _twice_blurred(plane: Float, sigma_px: float) -> Float:
    """Nearly a Gaussian, at a cost that does not grow with it."""
    radius_px = max(round((np.sqrt(6 * sigma_px**2 + 1) - 1) / 2), 1)
    return box_blur(box_blur(plane, radius_px), radius_px)


def _matted(ycc: Float, weight: Float, unit: float) -> Float:
    """Less of the light that the skin mirrors, where there is more of it than around: a change of Y, Cr, Cb.

    Mirrored light has the lamp's colour, not the skin's: it adds luma and no chroma (Shafer's dichromatic model, 1985).
    So the chroma says how bright the skin itself is, and the rest of the luma is shine. Where there is a local shine, the
    skin goes half of the way to the skin around it that does not shine, in colour as well, or it would turn grey. Light
    that models the whole face is left, and so is texture.
    """
    change = np.zeros_like(ycc)
    skin = weight > 0.5
    if not skin.any():
        return change
    y, colour = ycc[..., 0], ycc[..., 1:] - 128
    own = np.median(colour[skin], axis=0)
    length = float(np.hypot(*own))
    if length < _LEAST_CHROMA_CODES:
        return change
    strength = colour @ (own / length).astype(np.float32)
    per_luma = np.float32(max(float(np.median(strength[skin] / np.maximum(y[skin], 1))), 1e-3))
    mirrored = np.clip(y - strength / per_luma, 0, _MOST_SHINE_CODES)
    smooth = _masked_blur(ycc, weight, _SHINE * unit)
    local = _masked_blur(mirrored, weight, _SHINE * unit) - _masked_blur(mirrored, weight, _BROAD * unit)
    shines = smoothstep(local, *_LOCAL_SHINE_CODES) * smoothstep(smooth[..., 0], *_bright(y[skin]))
    matt = _masked_blur(ycc, weight * (1 - shines), _BROAD * unit)
    change = 0.5 * shines[..., None] * (matt - smooth)
    change[..., 0] = np.minimum(change[..., 0], 0)
    return change


def _bright(luma_of_skin: Float) -> tuple[float, float]:
    """From where to where skin counts as bright: its median and well above."""
    middle = float(np.median(luma_of_skin))
    return middle, middle + 40
