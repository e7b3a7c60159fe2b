"""What a picture's colour is like before anything is done to it.

Kept as a few numbers, so a photo, a clip's frames and a whole scene are described alike and can be averaged
(`merge_tones`). About 10 ms a picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mediakit.look import one_hue, wall
from mediakit.look.cast import Cast
from mediakit.look.features import LEVELS, channel_range, features
from mediakit.look.ground import without_ground
from mediakit.look.prior import Judgement, judge
from mediakit.look.vivid import Vivid, skins_of, vivid_colours
from mediakit.model import Box
from mediakit.pixels.lab import lab_from_srgb
from mediakit.pixels.light import Rgb8, luma
from mediakit.pixels.resample import shrink_to_pixels

MEASURED_PIXELS = 50_000
NO_CAST = Cast(0.0, 0.0)
GREY = 4
"""Code values between the channels of a pixel that JPEG may put into a black-and-white photo."""
CLIPPED_LIGHT, CLIPPED_DARK = 253, 2
"""Code values from which on a pixel counts as clipped (JPEG blurs exact 255 and 0)."""


@dataclass(frozen=True, slots=True)
class Tone:
    """A picture's colour in numbers.

    `cast` is the light's colour as far as the picture tells, `curve` the code values (0..1) that `prior.KNOTS` should
    have. Levels are code values 0..1 at `features.LEVELS`: `dark` of each pixel's smallest channel (haze lifts them),
    `mid` of its luma, `light` of its largest channel. `clipped_*` are shares of pixels with all three channels at the
    end. All leave a plain white or black ground out; `white_ground` is the white one's share of the picture.
    `skin_lab` is the median colour of the faces, None without any; `vivid` are the saturated colours outside their skin.
    """

    cast: Cast
    curve: tuple[float, ...]
    dark: tuple[float, ...]
    mid: tuple[float, ...]
    light: tuple[float, ...]
    clipped_dark: float
    clipped_light: float
    white_ground: float = 0.0
    skin_lab: tuple[float, float, float] | None = None
    vivid: tuple[Vivid, ...] = ()
    judged: Cast = NO_CAST
    """The cast as it was judged, before any of it is disbelieved: what a score names, where nothing is changed by it."""

    def as_facts(self) -> dict[str, object]:
        """JSON-able, for the manifest and the ledger."""
        return asdict(self)


def measure(rgb_small: Rgb8, *, skin_boxes: Sequence[Box] = ()) -> Tone:
    """Describe a picture: (H, W, 3) uint8 sRGB, of any size (shrunk inside). `skin_boxes` are faces in its pixels."""
    small, scale = shrink_to_pixels(rgb_small, MEASURED_PIXELS)
    small = np.ascontiguousarray(small)
    boxes = [box.scaled(scale) for box in skin_boxes]
    ground = without_ground(small)
    judgement = judge(features(ground.rest))
    darkest, lightest = channel_range(ground.rest)
    judged = _cast(judgement, lightest - darkest)
    return Tone(
        cast=judged.scaled(one_hue.believed(ground.rest, judged) * wall.believed(small, judged)),
        judged=judged,
        curve=tuple(round(value, 4) for value in judgement.curve),
        dark=_levels(darkest),
        mid=_levels(luma(ground.rest)),
        light=_levels(lightest),
        clipped_dark=round(float((lightest <= CLIPPED_DARK).mean()), 5),
        clipped_light=round(float((darkest >= CLIPPED_LIGHT).mean()), 5),
        white_ground=ground.white,
        skin_lab=_skin(small, boxes),
        vivid=vivid_colours(small, skins_of(small, boxes)),
    )


def merge_tones(tones: Sequence[Tone]) -> Tone:
    """One description of several pictures of one scene: a clip's frames. Raises ValueError where there are none."""
    if not tones:
        raise ValueError("no tones to merge")
    skins = [tone.skin_lab for tone in tones if tone.skin_lab is not None]
    return Tone(
        cast=Cast.mean([tone.cast for tone in tones]),
        curve=_mean([tone.curve for tone in tones]),
        dark=_mean([tone.dark for tone in tones]),
        mid=_mean([tone.mid for tone in tones]),
        light=_mean([tone.light for tone in tones]),
        clipped_dark=round(float(np.mean([tone.clipped_dark for tone in tones])), 5),
        clipped_light=round(float(np.mean([tone.clipped_light for tone in tones])), 5),
        white_ground=round(float(np.mean([tone.white_ground for tone in tones])), 4),
        skin_lab=_triple(np.mean(skins, axis=0)) if skins else None,
        vivid=tuple(replace(item, share=item.share / len(tones)) for tone in tones for item in tone.vivid),
        judged=Cast.mean([tone.judged for tone in tones]),
    )


def _cast(judgement: Judgement, colourfulness: NDArray[np.uint8]) -> Cast:
    """The judged cast; none for a black-and-white photo, which is to stay one."""
    if np.quantile(colourfulness, 0.98) <= GREY:
        return NO_CAST
    return Cast(round(judgement.warm, 4), round(judgement.magenta, 4))


def _levels(plane: NDArray[np.uint8]) -> tuple[float, ...]:
    """LEVELS of 8-bit values from their histogram, 0..1, interpolated inside a code value."""
    counts = np.bincount(plane.reshape(-1), minlength=256)
    below = np.concatenate([[0.0], np.cumsum(counts) / plane.size])
    values = np.interp(LEVELS, below, np.arange(257) - 0.5)
    return tuple(round(float(v), 4) for v in np.clip(values / 255, 0, 1))


def _mean(levels: Sequence[tuple[float, ...]]) -> tuple[float, ...]:
    return tuple(round(float(v), 4) for v in np.mean(levels, axis=0))


def _skin(small: Rgb8, boxes: Sequence[Box]) -> tuple[float, float, float] | None:
    """Median colour of the middles of the faces; larger faces count more."""
    middles = []
    for box in boxes:
        x, y, w, h = box.x + box.w * 0.25, box.y + box.h * 0.3, box.w * 0.5, box.h * 0.45
        part = small[max(int(y), 0) : max(int(y + h), 0) + 1, max(int(x), 0) : max(int(x + w), 0) + 1]
        middles.append(part.reshape(-1, 3))
    pixels = np.concatenate(middles) if middles else np.empty((0, 3), np.uint8)
    if len(pixels) == 0:
        return None
    return _triple(np.median(lab_from_srgb(pixels), axis=0))


def _triple(values: NDArray[np.floating]) -> tuple[float, float, float]:
    lightness, a, b = (round(float(v), 2) for v in values)
    return lightness, a, b
