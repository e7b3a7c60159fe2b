"""Retouch a finished-size picture: noise, skin, sharpness, in that order, each within its own limits.

Promises: with no face and denoise = sharpen = 0 it returns the very array it was given. Skin smoothing changes nothing
outside the skin mask and stays within the preset's ceilings, face by face. Nothing is invented: no shape, no shade changes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TypeVar

from mediakit.model import Face, Note
from mediakit.photo.denoise import denoise, left_over
from mediakit.photo.sharpen import sharpen
from mediakit.photo.skin import SkinFacts, smooth_skin, with_texture
from mediakit.photo.skin_mask import SkinMask, skin_masks
from mediakit.pixels.light import Rgb8
from mediakit.pixels.noise import Noise, measure_noise
from mediakit.pixels.steps import attempted
from mediakit.presets.schema import Retouch

Result = TypeVar("Result")
_Skin = tuple[Rgb8, list[dict[str, object]], tuple[Note, ...]]
"""A picture, the numbers of each face on it, notes."""

SKIN_LOWERED = "skin-lowered"
TEXTURE_PAST_DENOISE = 0.85
"""Share of a face's texture that denoising leaves; smoothing takes its own part of what is left."""


@dataclass(frozen=True, slots=True)
class Retouched:
    """The picture, (H, W, 3) uint8 sRGB; JSON-able facts; what a person should know."""

    pixels: Rgb8
    facts: dict[str, object]
    notes: tuple[Note, ...] = ()


def retouch(rgb: Rgb8, faces: Sequence[Face], options: Retouch, *, shown_scale: float = 1.0) -> Retouched:
    """The retouched picture and what was done.

    rgb: (H, W, 3) uint8 sRGB at its final size; never written to. `faces` are in its pixels. `shown_scale` is pixels of
    this picture for each pixel of the source: an enlarged picture holds no finer detail to sharpen. A step that fails on
    this picture is left out, and a note says which.
    """
    facts: dict[str, object] = {}
    notes: list[Note] = []
    noise = Noise(0.0, 0.0)
    if options.denoise > 0 or options.sharpen > 0:
        noise = _or_note(lambda: measure_noise(rgb), noise, "noise-measuring", notes)
        facts["noise"] = asdict(noise)
    clean = _or_note(lambda: denoise(rgb, noise, options.denoise), rgb, "denoise", notes)
    facts["denoised"] = clean is not rgb
    nobody: list[SkinMask] = []
    wanted = options.skin > 0 or options.sharpen > 0 or clean is not rgb
    masks = _or_note(lambda: skin_masks(clean, faces), nobody, "skin", notes) if wanted else nobody
    result = clean if clean is rgb else with_texture(rgb, clean, masks, TEXTURE_PAST_DENOISE)
    if options.skin > 0 and masks:
        before = result
        untouched: _Skin = (before, [], ())
        result, facts["faces"], lowered = _or_note(lambda: _skin(before, masks, options), untouched, "skin", notes)
        notes += lowered
    smooth = result
    strength = options.sharpen / max(shown_scale, 1.0)
    left = left_over(noise, options.denoise)
    kept = max(left.luma, left.grain)
    result = _or_note(lambda: sharpen(smooth, strength, noise_luma=kept, spare=masks), smooth, "sharpen", notes)
    return Retouched(result, facts, tuple(notes))


def _or_note(step: Callable[[], Result], otherwise: Result, name: str, notes: list[Note]) -> Result:
    """What a step makes of the picture; where it fails, the picture without it, and a note."""
    words = f"Retouch: {name} failed on this picture and was left out"
    return attempted(step, otherwise, f"{name}-left-out", words, notes)


def _skin(rgb: Rgb8, masks: Sequence[SkinMask], options: Retouch) -> _Skin:
    """A copy with all faces retouched, their numbers, and a note where a ceiling held."""
    picture = rgb.copy()
    numbers = [_smooth(picture, mask, options) for mask in masks]
    rows: list[dict[str, object]] = [
        {"region_px": mask.region.as_list(), **asdict(each)} for mask, each in zip(masks, numbers, strict=True)
    ]
    return picture, rows, _lowered(numbers, options)


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
