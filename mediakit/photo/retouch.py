"""Retouch a finished-size picture: noise, skin, sharpness, in that order, each within its own limits.

Promises: with no face and denoise = sharpen = 0 it returns the very array it was given. Skin smoothing changes nothing
outside the skin mask and stays within the preset's ceilings, face by face. Nothing is invented: no shape, no shade changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from mediakit.model import Face, Note
from mediakit.photo.denoise import denoise, left_over
from mediakit.photo.sharpen import sharpen
from mediakit.photo.skin import SkinFacts, smooth_skin
from mediakit.photo.skin_mask import SkinMask, skin_masks
from mediakit.pixels.light import Rgb8
from mediakit.pixels.noise import Noise, measure_noise
from mediakit.presets.schema import Retouch

SKIN_LOWERED = "skin-lowered"


@dataclass(frozen=True, slots=True)
class Retouched:
    """The picture, (H, W, 3) uint8 sRGB; JSON-able facts; what a person should know."""

    pixels: Rgb8
    facts: dict[str, object]
    notes: tuple[Note, ...] = ()


def retouch(rgb: Rgb8, faces: Sequence[Face], options: Retouch, *, shown_scale: float = 1.0) -> Retouched:
    """The retouched picture and what was done.

    rgb: (H, W, 3) uint8 sRGB at its final size; never written to. `faces` are in its pixels. `shown_scale` is pixels of
    this picture for each pixel of the source: an enlarged picture holds no finer detail to sharpen.
    """
    facts: dict[str, object] = {}
    noise = Noise(0.0, 0.0)
    if options.denoise > 0 or options.sharpen > 0:
        noise = measure_noise(rgb)
        facts["noise"] = asdict(noise)
    result = denoise(rgb, noise, options.denoise)
    facts["denoised"] = result is not rgb
    wanted = options.skin > 0 or options.sharpen > 0
    masks = skin_masks(result, faces) if wanted else []
    notes: tuple[Note, ...] = ()
    if options.skin > 0 and masks:
        result = result.copy() if result is rgb else result
        numbers = [_smooth(result, mask, options) for mask in masks]
        facts["faces"] = [
            {"region_px": mask.region.as_list(), **asdict(each)} for mask, each in zip(masks, numbers, strict=True)
        ]
        notes = _lowered(numbers, options)
    strength = options.sharpen / max(shown_scale, 1.0)
    result = sharpen(result, strength, noise_luma=left_over(noise, options.denoise).luma, spare=masks)
    return Retouched(result, facts, notes)


def _smooth(picture: Rgb8, mask: SkinMask, options: Retouch) -> SkinFacts:
    """Retouch one face in place."""
    changed, numbers = smooth_skin(picture, mask, options)
    mask.part(picture)[:] = changed
    return numbers


def _lowered(numbers: Sequence[SkinFacts], options: Retouch) -> tuple[Note, ...]:
    """A note where a ceiling of the preset asked for less than its amount."""
    held = [each.amount for each in numbers if each.amount < 0.95 * each.asked]
    if not held:
        return ()
    people = "one face" if len(held) == 1 else f"{len(held)} faces"
    limits = (
        f"{options.least_texture:.0%} of the texture stays, lightness within {options.most_lightness:g} L*, "
        f"hue within {options.most_hue_deg:g} degrees"
    )
    words = f"The skin of {people} is retouched at {min(held):.2f} instead of {options.skin:g}: {limits}."
    return (Note(SKIN_LOWERED, words),)
