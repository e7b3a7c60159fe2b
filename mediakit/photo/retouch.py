"""Retouch a finished-size picture: noise, skin, sharpness, in that order, each within its own limits.

Promises: with no face and denoise = sharpen = 0 it returns the very array it was given. Skin smoothing changes nothing
outside the skin mask and leaves the shares that `SkinFacts` reports. Nothing is invented: no shape, no shade changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from mediakit.model import Face
from mediakit.photo.denoise import denoise
from mediakit.photo.sharpen import sharpen
from mediakit.photo.skin import smooth_skin
from mediakit.photo.skin_mask import SkinMask, skin_mask
from mediakit.pixels.light import Rgb8
from mediakit.pixels.noise import Noise, measure_noise
from mediakit.presets.schema import Retouch


def retouch(
    rgb: Rgb8, faces: Sequence[Face], options: Retouch, *, shown_scale: float = 1.0
) -> tuple[Rgb8, dict[str, object]]:
    """The retouched picture and, JSON-able, what was done.

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
    masks = [mask for mask in (skin_mask(result, face) for face in faces) if mask is not None]
    if options.skin > 0 and masks:
        result = result.copy() if result is rgb else result
        facts["faces"] = [_smooth(result, mask, options.skin) for mask in masks]
    strength = options.sharpen / max(shown_scale, 1.0)
    left_over = noise.luma * (1 - min(2 * options.denoise, 1.0) * 0.7)
    return sharpen(result, strength, noise_luma=left_over, spare=masks), facts


def _smooth(picture: Rgb8, mask: SkinMask, amount: float) -> dict[str, object]:
    """Retouch one face in place; the numbers with where it was."""
    area = mask.region
    changed, numbers = smooth_skin(picture, mask, amount)
    picture[area.y_px : area.y_px + area.h_px, area.x_px : area.x_px + area.w_px] = changed
    return {"region_px": area.as_list(), **asdict(numbers)}
