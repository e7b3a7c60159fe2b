"""What is done to a picture at its final size before it is written: colour, light, logo and words.

Each is a step of its own that may fail on one picture and is then left out with a note; but a disclosure, which has to be
there, is never left out: where it cannot be drawn, the file is not made.
"""

from __future__ import annotations

from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from mediakit.frame.quiet import busyness, standing_parts
from mediakit.look.develop import cube_for, notes_on
from mediakit.look.local_light import local_light
from mediakit.look.measure import Tone
from mediakit.model import Anchor, Box, Findings, Note
from mediakit.photo.stamps import Ground, draw_stamps, stamps_for
from mediakit.pixels.cube import Cube, read_cube
from mediakit.pixels.resample import size_of
from mediakit.pixels.steps import attempted
from mediakit.platforms.schema import SafeZone
from mediakit.presets.recipe import AssetRef, Recipe
from mediakit.presets.schema import Develop

Pixels = NDArray[np.uint8]

FACE_ROOM = 0.25
"""A logo keeps this share of a face's size away from it."""


def developed(pixels: Pixels, tone: Tone | None, recipe: Recipe, notes: list[Note]) -> tuple[Pixels, dict[str, object]]:
    """White balance, tone and look, then local light, each left out where it fails; and what was done."""

    def in_colour() -> tuple[Pixels, dict[str, object]]:
        if tone is None:
            return nothing
        cube, facts = _cube(tone, recipe)
        return (pixels if cube.is_identity else cube.apply(pixels)), facts

    nothing: tuple[Pixels, dict[str, object]] = pixels, {}
    words = "Colours: white balance, tone and look failed on this picture and were left out"
    coloured, facts = attempted(in_colour, nothing, "develop-left-out", words, notes)
    notes += notes_on(facts)
    words = "Local light failed on this picture and was left out"
    relit = partial(local_light, coloured, recipe.develop.local_light)
    unlit: tuple[Pixels, dict[str, object]] = coloured, {}
    lit, told = attempted(relit, unlit, "local-light-left-out", words, notes)
    return lit, {**facts, **told}


def stamped(
    pixels: Pixels, seen: Findings, recipe: Recipe, zone: SafeZone | None, notes: list[Note], picture: Box | None = None
) -> Pixels:
    """The picture with logo, words and disclosure; without logo and words where they fail, never without a disclosure.

    picture: where it lies in `pixels`, if there is a border around it.
    """

    def drawn() -> tuple[Pixels, tuple[Note, ...]]:
        stamps, said = stamps_for(recipe, ground_of(pixels, seen, zone, picture))
        return draw_stamps(pixels, stamps), said

    if recipe.overlay is None:
        return pixels
    if recipe.overlay.disclosure:
        result, said = drawn()
    else:
        words = "The logo and words failed on this picture and were left out"
        plain: tuple[Pixels, tuple[Note, ...]] = pixels, ()
        result, said = attempted(drawn, plain, "overlay-left-out", words, notes)
    notes += said
    return result


def ground_of(pixels: Pixels, seen: Findings, zone: SafeZone | None, picture: Box | None = None) -> Ground:
    """A finished picture as a ground for stamps: faces, codes and words are kept clear, what stands out is avoided."""
    return Ground(
        size=size_of(pixels),
        keep_clear=(*(grown(face.box, FACE_ROOM) for face in seen.faces), *(mark.box for mark in seen.marks)),
        avoid=_things(seen),
        safe_zone=zone,
        busy=busyness(pixels),
        picture=picture,
    )


def _things(seen: Findings) -> tuple[Box, ...]:
    """The subject and what else stands out, each by its own shape, where there is a map; else the subject's box."""
    if seen.saliency is not None:
        return standing_parts(seen.saliency, seen.size)
    return () if seen.subject is None else (seen.subject,)


def _cube(tone: Tone, recipe: Recipe) -> tuple[Cube, dict[str, object]]:
    look = recipe.develop.look
    cube, facts = _cube_of(tone, recipe.develop, recipe.assets[look] if look else None, recipe.anchor)
    return cube, dict(facts)


@lru_cache(maxsize=2)
def _cube_of(
    tone: Tone, develop: Develop, look: AssetRef | None, anchor: Anchor | None
) -> tuple[Cube, dict[str, object]]:
    """Kept, since a photo's surfaces share it."""
    return cube_for(tone, develop, read_cube(look.path) if look else None, anchor=anchor)


def grown(box: Box, share: float) -> Box:
    """A box with `share` of its size more on every side."""
    return Box(box.x - share * box.w, box.y - share * box.h, box.w * (1 + 2 * share), box.h * (1 + 2 * share))
