"""Everything that is laid over a picture: the disclosure, the logo, the brand's words; placed, chosen, drawn.

The disclosure comes first, since it has to be there: where every corner is taken it lies over the subject, never over a
face, and only where faces leave nothing over one, and a note says so. The logo and then the words take what is left, or
are left out with a note. Of a light and a dark version the one that stands out more from the ground is drawn.

How large a disclosure has to be: characters of at least 2.8 % of the picture's width (`LEAST_HEIGHT` in the preset's
schema), which is 1.8 mm on a phone that shows the picture 65 mm wide, the least that GB 7718-2011 takes for Chinese on a
label. No platform or law here names a size for pictures; they ask for "distinct".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from mediakit.errors import MissingPartError
from mediakit.frame.geometry import hull
from mediakit.frame.place import NOWHERE, Placement, place_logo
from mediakit.frame.quiet import Busyness
from mediakit.model import Box, Crop, Note, Size
from mediakit.photo.overlay import Rgba8, blended, load_logo, standing_out, whole_pixels
from mediakit.photo.words import character_share, words_picture
from mediakit.pixels.light import Rgb8
from mediakit.platforms.schema import SafeZone
from mediakit.presets.recipe import Recipe
from mediakit.presets.schema import LEAST_HEIGHT, Corner, Overlay

WORDS_NOWHERE = Note(
    "words-left-out",
    "No words: every corner shows a face, the product, something else to see, or what the app draws itself.",
)
DISCLOSURE_COVERS = Note(
    "disclosure-covers", "The disclosure covers a part of what the picture is about: no corner was free."
)
DISCLOSURE_SMALL = Note(
    "disclosure-small",
    "The disclosure is smaller than is legible: the app leaves too little room. Say it in fewer words.",
)
MOST_BUSY = 0.12  # of the brand's words may lie on edges: over other words and labels nobody reads them
SMALLEST_LOGO = 0.75  # of the preset's width, where it fits nowhere at its own
APART = 0.25  # stamps keep this share of their height from each other


@dataclass(frozen=True, slots=True, eq=False)
class Stamp:
    """One thing to draw: where, in output pixels, and its versions with straight alpha."""

    box: Box
    versions: tuple[Rgba8, ...]
    opacity: float


Placed = tuple[Stamp | None, tuple[Note, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The picture a stamp is laid on: its size, what may not be covered, what should not, how busy it is, and where it
    lies in its border, if it has one.
    """

    size: Size
    keep_clear: tuple[Box, ...]
    avoid: tuple[Box, ...]
    safe_zone: SafeZone | None
    busy: Busyness
    picture: Box | None = None


def stamps_for(recipe: Recipe, ground: Ground) -> tuple[tuple[Stamp, ...], tuple[Note, ...]]:
    """The stamps of a recipe, placed so that none touches another, and what had to be left out or could not be written."""
    overlay = recipe.overlay
    if overlay is None:
        return (), ()
    stamps: list[Stamp] = []
    notes: list[Note] = []
    stamp: Stamp | None
    font = recipe.asset(overlay.font)
    if overlay.disclosure:
        stamp, said = _written(lambda: _disclosure(overlay, font, ground))
        stamps += [stamp] if stamp else []
        notes += said
    logo = recipe.asset(overlay.logo)
    if logo is not None:
        stamp = _logo(overlay, logo, recipe.asset(overlay.logo_on_dark), ground, stamps)
        notes += [] if stamp else [NOWHERE]
        stamps += [stamp] if stamp else []
    if overlay.text:
        stamp, said = _written(lambda: _text(overlay, font, ground, stamps))
        stamps += [stamp] if stamp else []
        notes += said
    return tuple(stamps), tuple(notes)


def draw_stamps(rgb: Rgb8, stamps: Sequence[Stamp]) -> Rgb8:
    """A copy of the picture with the stamps; the same array where there are none. Nothing outside their boxes changes."""
    if not stamps:
        return rgb
    result = rgb.copy()
    size = Size(rgb.shape[1], rgb.shape[0])
    for stamp in stamps:
        at = whole_pixels(stamp.box, size)
        under = result[at.y_px : at.y_px + at.h_px, at.x_px : at.x_px + at.w_px]
        under[:] = blended(under, standing_out(under, stamp.versions, at.size), stamp.opacity)
    return result


def stamps_for_clip(under: Rgb8, stamps: Sequence[Stamp], to: Path) -> Crop:
    """Write the PNG that ffmpeg's `overlay` lays over a clip, all stamps in one, and answer where it goes.

    under: (H, W, 3) what a typical frame shows, at the clip's size; it decides the versions. The place lies on even pixels.
    """
    size = Size(under.shape[1], under.shape[0])
    places = [whole_pixels(stamp.box, size) for stamp in stamps]
    around = _even(hull([place.as_box() for place in places]), size)
    sheet = Image.new("RGBA", (around.w_px, around.h_px), (0, 0, 0, 0))
    for stamp, at in zip(stamps, places, strict=True):
        ground = under[at.y_px : at.y_px + at.h_px, at.x_px : at.x_px + at.w_px]
        drawn = standing_out(ground, stamp.versions, at.size).copy()
        drawn[..., 3] = np.rint(drawn[..., 3] * np.float32(stamp.opacity)).astype(np.uint8)
        sheet.paste(Image.fromarray(drawn), (at.x_px - around.x_px, at.y_px - around.y_px))
    sheet.save(to, format="PNG")
    return around


def _written(write: Callable[[], Placed]) -> Placed:
    """Words, or a note where no font can write them."""
    try:
        return write()
    except MissingPartError as error:
        return None, (Note("words-not-written", f"{error.message} {error.hint}"),)


def _disclosure(overlay: Overlay, font: Path | None, ground: Ground) -> Placed:
    versions = tuple(words_picture(overlay.disclosure, font, light=light, plate=True) for light in (True, False))
    height = overlay.disclosure_height / character_share(overlay.disclosure, font, plate=True)
    anywhere = replace(ground, picture=None)
    ways: tuple[tuple[Ground, tuple[Box, ...], tuple[Box, ...]], ...] = (
        (ground, ground.keep_clear, ground.avoid),
        (anywhere, ground.keep_clear, ground.avoid),
        (anywhere, ground.keep_clear, ()),
        (anywhere, (), ()),
    )
    for where, clear, avoid in ways:
        found = _placed(overlay, overlay.disclosure_corner, versions[0], height, where, clear, avoid)
        if found is not None:
            said = [DISCLOSURE_COVERS] if clear != ground.keep_clear or avoid != ground.avoid else []
            characters = found.box.h * character_share(overlay.disclosure, font, plate=True)
            said += [DISCLOSURE_SMALL] if characters < 0.99 * LEAST_HEIGHT * ground.size.width_px else []
            return Stamp(found.box, versions, 1.0), tuple(said)
    return None, (Note("disclosure-left-out", "The app leaves no room on the picture for the disclosure."),)


def _text(overlay: Overlay, font: Path | None, ground: Ground, stamps: Sequence[Stamp]) -> Placed:
    versions = tuple(words_picture(overlay.text, font, light=light, plate=False) for light in (False, True))
    height = overlay.text_height / character_share(overlay.text, font, plate=False)
    clear = (*ground.keep_clear, *_taken(stamps))
    found = _placed(overlay, overlay.text_corner, versions[0], height, ground, clear, ground.avoid)
    if found is None or ground.busy(found.box) > MOST_BUSY:
        return None, (WORDS_NOWHERE,)
    return Stamp(found.box, versions, overlay.opacity), ()


def _placed(
    overlay: Overlay,
    corner: Corner,
    picture: Rgba8,
    height: float,
    ground: Ground,
    clear: tuple[Box, ...],
    avoid: tuple[Box, ...],
) -> Placement | None:
    """A place for words whose picture is to be `height` of the output's width high."""
    ratio = picture.shape[1] / picture.shape[0]
    sized = overlay.model_copy(update={"corner": corner, "width": height * ratio})
    return place_logo(
        ground.size,
        ratio,
        sized,
        keep_clear=clear,
        avoid=avoid,
        safe_zone=ground.safe_zone,
        busy=ground.busy,
        picture=ground.picture,
    )


def _logo(overlay: Overlay, logo: Path, on_dark: Path | None, ground: Ground, stamps: Sequence[Stamp]) -> Stamp | None:
    versions = tuple(load_logo(path) for path in (logo, on_dark) if path is not None)
    found = place_logo(
        ground.size,
        versions[0].shape[1] / versions[0].shape[0],
        overlay,
        keep_clear=(*ground.keep_clear, *_taken(stamps)),
        avoid=ground.avoid,
        safe_zone=ground.safe_zone,
        busy=ground.busy,
        picture=ground.picture,
        smallest=SMALLEST_LOGO,
    )
    return Stamp(found.box, versions, overlay.opacity) if found else None


def _taken(stamps: Sequence[Stamp]) -> tuple[Box, ...]:
    """Where other stamps are, with some room around."""
    boxes = []
    for stamp in stamps:
        room = APART * stamp.box.h
        box = stamp.box
        boxes.append(Box(box.x - room, box.y - room, box.w + 2 * room, box.h + 2 * room))
    return tuple(boxes)


def _even(box: Box, size: Size) -> Crop:
    """Out to even pixels: a clip's colours come two by two."""
    left, top = int(box.x) // 2 * 2, int(box.y) // 2 * 2
    right = min(size.width_px, -(-int(np.ceil(box.right)) // 2) * 2)
    bottom = min(size.height_px, -(-int(np.ceil(box.bottom)) // 2) * 2)
    return Crop(left, top, right - left, bottom - top)
