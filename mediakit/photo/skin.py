"""Skin: blotches, shine and short-lived spots calmed; texture, moles and shade kept.

Frequency separation by size of the structure against the face: what is finer than a hundredth of the face's width (pores,
fine hair, the grain of the skin) is never touched, since the change is made on a copy too small to show it
(`skin_change`) and laid over the full picture. Light and shadow that model the face stay too.

Promises, for every face: at least `least_texture` of its texture energy is kept, its mean lightness moves by at most
`most_lightness` and its mean hue by at most `most_hue_deg` (the amount is lowered until that is so, and the facts say to
what). Where the mask is 0 nothing changes, bit by bit. A bigger amount never keeps more texture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.photo.skin_change import skin_change
from mediakit.photo.skin_mask import SkinMask
from mediakit.pixels.filters import box_blur
from mediakit.pixels.lab import hue_deg, lab_from_srgb
from mediakit.pixels.light import Float, Rgb8, luma
from mediakit.presets.schema import Retouch

TEXTURE = 0.02
"""What is finer than this share of the face's width is texture, for the figure that is reported and held."""
_MEASURED_FACE_PX = 256
"""Texture is measured on a copy with the face this wide: finer texture is not touched, so no figure gets better by it."""
_SLACK = 0.005
"""How much of the texture energy a change may add after having taken some: less than anybody measures."""
_TRIES = 6
_CURVE = 2.4
_TO_RGB = np.array([[1, 1.403, 0], [1, -0.714, -0.344], [1, 0, 1.773]], np.float32)
"""Change of Y, Cr, Cb to change of R, G, B (BT.601, full range)."""


@dataclass(frozen=True, slots=True)
class SkinFacts:
    """What the retouch did to one face: the amount asked for and the one applied, the share of texture energy kept, the
    change of mean L* and of mean CIELAB hue (0 for skin with no colour of its own)."""

    asked: float
    amount: float
    texture_kept: float
    lightness_change: float
    hue_change_deg: float

    def within(self, options: Retouch) -> bool:
        """Whether the preset's ceilings hold."""
        return (
            self.texture_kept >= options.least_texture
            and abs(self.lightness_change) <= options.most_lightness
            and abs(self.hue_change_deg) <= options.most_hue_deg
        )


def smooth_skin(rgb: Rgb8, mask: SkinMask, options: Retouch) -> tuple[Rgb8, SkinFacts]:
    """The region of `mask`, retouched: (h, w, 3) uint8, and the numbers. `rgb` is the whole picture, not written to."""
    before = np.ascontiguousarray(mask.part(rgb))
    change, textured = skin_change(mask, options)
    change = _without_shift(change, mask)
    texture = _Texture(luma(before), textured, mask.face_width_px)
    share = min(_share(options.skin), texture.largest_share(change[..., 0], options.least_texture))
    for _ in range(_TRIES):
        after = _applied(before, change, share)
        facts = _facts(before, after, mask, texture, options.skin, share)
        if facts.within(options):
            return after, facts
        share *= 0.7
    return before, SkinFacts(options.skin, 0.0, 1.0, 0.0, 0.0)


def with_texture(before: Rgb8, after: Rgb8, masks: Sequence[SkinMask], floor: float) -> Rgb8:
    """`after`, a picture of `before` with less noise, with as much given back to skin as keeps `floor` of its texture.

    On a grainy face nobody can tell grain from pores, and wax is worse than grain.
    """
    result = after
    for mask in masks:
        old, new = (np.ascontiguousarray(mask.part(picture)) for picture in (before, result))
        change = luma(new).astype(np.float32) - luma(old)
        taken = _Texture(luma(old), mask.weight, mask.face_width_px).largest_share(change, floor)
        if taken < 1:
            result = result.copy() if result is after else result
            back = (mask.weight * np.float32(1 - taken))[..., None]
            mask.part(result)[:] = np.rint(new + back * (old.astype(np.float32) - new)).astype(np.uint8)
    return result


def _applied(before: Rgb8, change: Float, share: float) -> Rgb8:
    """The region with a share of the change added; where the change is 0, and all around it, the very same codes."""
    moved = cv2.transform(change, _TO_RGB * np.float32(share))
    full = cv2.resize(moved, before.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    after: Rgb8 = cv2.add(before, full, dtype=cv2.CV_8U)
    return after


def _share(amount: float) -> float:
    """How much of the whole change an amount stands for: 0.64 at the default of 0.35, all at 1."""
    return float(1 - (1 - amount) ** _CURVE)


def _amount(share: float) -> float:
    """The amount that a share stands for."""
    return float(1 - (1 - share) ** (1 / _CURVE))


def _without_shift(change: Float, mask: SkinMask) -> Float:
    """The change under the mask, less its own mean, so that the mean shade stays."""
    weighted = change * mask.coarse[..., None]
    mean = np.array(cv2.sumElems(weighted)[:3], np.float32) / mask.coarse.sum()
    shifted: Float = weighted - mask.coarse[..., None] * mean
    return shifted


class _Texture:
    """The texture energy of one face's skin, and what a change of its luma would leave of it."""

    def __init__(self, y: NDArray[np.uint8], weight: Float, face_width_px: float) -> None:
        self._step = max(round(face_width_px / _MEASURED_FACE_PX), 1)
        self._radius_px = max(round(TEXTURE * face_width_px / self._step), 2)
        self._fine = self._texture_of(y)
        self._weight: Float = cv2.resize(weight, self._fine.shape[::-1], interpolation=cv2.INTER_LINEAR)
        self._weighted = self._fine * self._weight
        self._energy = float(np.vdot(self._weighted, self._fine))

    def kept(self, y: NDArray[np.uint8]) -> float:
        """The share of the energy that the luma `y` still has."""
        if self._energy <= 0:
            return 1.0
        fine = self._texture_of(y)
        return float(np.vdot(fine * self._weight, fine)) / self._energy

    def largest_share(self, change: Float, floor: float) -> float:
        """The largest part of a change of luma, 0..1, that leaves `floor` of the energy and does not add to it.

        The energy of (y + p * change) is quadratic in p, so three sums say where it crosses the floor and where it turns.
        """
        large: Float = cv2.resize(change, self._fine.shape[::-1], interpolation=cv2.INTER_LINEAR)
        added = large - box_blur(large, self._radius_px)
        both = float(np.vdot(self._weighted, added))
        own_of_change = float(np.vdot(added * self._weight, added))
        if self._energy <= 0 or own_of_change <= 0:
            return 1.0
        turn = max(-both, 0.0) / own_of_change + (_SLACK * self._energy / own_of_change) ** 0.5
        beyond = both * both - own_of_change * self._energy * (1 - floor)
        crossing = (-both - beyond**0.5) / own_of_change if beyond > 0 and both < 0 else turn
        return float(min(turn, crossing, 1.0))

    def _texture_of(self, y: NDArray[np.uint8]) -> Float:
        step, (height, width) = self._step, y.shape
        if step > 1:  # a whole number of pixels each way: four times as fast as a part of one
            size = (width // step, height // step)
            y = cv2.resize(y[: size[1] * step, : size[0] * step], size, interpolation=cv2.INTER_AREA)
        plane = y.astype(np.float32)
        return plane - box_blur(plane, self._radius_px)


def _facts(before: Rgb8, after: Rgb8, mask: SkinMask, texture: _Texture, asked: float, share: float) -> SkinFacts:
    step = max(int(mask.face_width_px / 64), 1)
    weight = mask.weight[::step, ::step].reshape(-1, 1)
    weight = weight / max(float(weight.sum()), 1e-6)
    one, other = ((weight * lab_from_srgb(p[::step, ::step]).reshape(-1, 3)).sum(axis=0) for p in (before, after))
    turn = float(hue_deg(other) - hue_deg(one) + 180) % 360 - 180
    return SkinFacts(
        asked=round(asked, 3),
        amount=round(_amount(share), 3),
        texture_kept=round(texture.kept(luma(after)), 3),
        lightness_change=round(float(other[0] - one[0]), 3),
        hue_change_deg=round(turn, 3) if np.hypot(one[1], one[2]) >= _LEAST_CHROMA else 0.0,
    )


_LEAST_CHROMA = 2.0
"""C*ab under which a hue means nothing: black-and-white photos."""
