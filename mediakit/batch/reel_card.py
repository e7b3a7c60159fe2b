"""What a reel shows beside photos: the end card with the logo, and the disclosure that lies on every frame."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mediakit.errors import MissingPartError
from mediakit.model import Box, Crop, Findings, Note, Size
from mediakit.photo.finish import ground_of
from mediakit.photo.overlay import Rgba8, load_logo, standing_out, whole_pixels
from mediakit.photo.stamps import Ground, stamps_for
from mediakit.photo.words import words_picture
from mediakit.pixels.light import Rgb8
from mediakit.platforms.schema import Target
from mediakit.presets.load import LoadedPreset
from mediakit.presets.recipe import Recipe
from mediakit.presets.recipes import has_brand
from mediakit.reel.frames import Patch, Slide

_LOGO_SHARE = 0.44
"""Of the reel's width."""
_LOGO_AT = 0.45
"""Of its height, from the top: what looks like the middle."""
_WORDS_HEIGHT = 0.032
_APART = 0.05


def end_card(loaded: LoadedPreset, recipe: Recipe, size: Size) -> tuple[Rgb8 | None, tuple[Note, ...]]:
    """The last picture: the brand's logo and words on its colour. None where the preset wants none or has no logo."""
    preset = loaded.preset
    if preset.reel.card_s == 0:
        return None, ()
    logo = loaded.assets.get("overlay.logo")
    if logo is None or not _may_show(loaded, recipe.target):
        return None, ()
    on_dark = loaded.assets.get("overlay.logo_on_dark")
    card = np.empty((size.height_px, size.width_px, 3), np.uint8)
    card[:] = [int(preset.reel.card_colour[at : at + 2], 16) for at in (1, 3, 5)]
    versions = [load_logo(path) for path in (logo, on_dark) if path is not None]
    box = _centred(versions[0], _LOGO_SHARE * size.width_px, _LOGO_AT * size.height_px, size)
    place = whole_pixels(box, size)
    _blend(card, standing_out(card, versions, place.size), place)
    notes: tuple[Note, ...] = ()
    if preset.overlay.text:
        notes = _add_words(card, preset.overlay.text, loaded, box.bottom + _APART * size.height_px)
    return card, notes


def _may_show(loaded: LoadedPreset, target: Target) -> bool:
    return has_brand(loaded.preset.overlay, target)


def _centred(picture: Rgba8, width: float, middle_y: float, size: Size) -> Box:
    height = width * picture.shape[0] / picture.shape[1]
    return Box((size.width_px - width) / 2, middle_y - height / 2, width, height)


def _add_words(card: Rgb8, words: str, loaded: LoadedPreset, top: float) -> tuple[Note, ...]:
    size = Size(card.shape[1], card.shape[0])
    try:
        light = int(card[0, 0].astype(int).mean()) < 128
        drawn = words_picture(words, loaded.assets.get("overlay.font"), light=light, plate=False)
    except MissingPartError as error:
        return (Note("words-not-written", f"{error.message} {error.hint}"),)
    width = min(0.8 * size.width_px, _WORDS_HEIGHT * size.height_px * drawn.shape[1] / drawn.shape[0])
    box = _centred(drawn, width, top, size)
    place = whole_pixels(box, size)
    _blend(card, standing_out(card, [drawn], place.size), place)
    return ()


def _blend(card: Rgb8, drawn: Rgba8, at: Crop) -> None:
    Patch(drawn, at.x_px, at.y_px).on(card)


def disclosure_on(
    recipe: Recipe, faces: Sequence[Box], slide: Slide, size: Size
) -> tuple[Patch | None, tuple[Note, ...]]:
    """The preset's disclosure as a patch for every frame, clear of every face; None where it asks for none."""
    overlay = recipe.overlay
    if overlay is None or not overlay.disclosure:
        return None, ()
    spec = recipe.target.surface.clip
    under = slide.frame(0.5, size)
    ground = ground_of(under, Findings(size=size), spec.safe_zone if spec else None)
    clear = Ground(size=size, keep_clear=tuple(faces), avoid=(), safe_zone=ground.safe_zone, busy=ground.busy)
    alone = recipe.model_copy(update={"overlay": overlay.model_copy(update={"logo": None, "text": ""})})
    stamps, notes = stamps_for(alone, clear)
    if not stamps:
        return None, notes
    place = whole_pixels(stamps[0].box, size)
    ground_there = under[place.y_px : place.y_px + place.h_px, place.x_px : place.x_px + place.w_px]
    drawn = standing_out(ground_there, stamps[0].versions, place.size)
    return Patch(drawn, place.x_px, place.y_px), notes
