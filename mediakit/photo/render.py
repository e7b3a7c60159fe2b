"""One photo for one surface: crop, size, colour, retouch, logo, file.

The photo is decoded once for all its surfaces, at the smallest scale that serves the largest (`decode_size`), and looked at
once (`looked_at`). Colour and retouch work on the picture at its final size, so their cost does not grow with the camera.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mediakit.frame.quiet import placed_map
from mediakit.frame.solve import Framing, focus_box, middle, solve
from mediakit.frame.straight import View, solve_straight
from mediakit.look.measure import Tone, measure
from mediakit.model import Box, Crop, Face, Findings, Note, Size
from mediakit.photo.finish import developed, stamped
from mediakit.photo.open import Photo
from mediakit.photo.retouch import retouch
from mediakit.photo.save import Saved, save_photo
from mediakit.pixels.resample import crop as cut
from mediakit.pixels.resample import fit_blur, fit_pad, placed, resize, shrink_quickly, size_of
from mediakit.pixels.steps import attempted
from mediakit.pixels.warp import seen_through
from mediakit.platforms.schema import PhotoSpec, SafeZone, Shape
from mediakit.presets.recipe import Recipe
from mediakit.vision.faces import working_scale
from mediakit.vision.look import look_at

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Look:
    """What a photo shows and what light it was taken in. `small` is the copy that was looked at, (H, W, 3) sRGB.

    `tone` is None where no colour is to be changed.
    """

    findings: Findings
    tone: Tone | None
    notes: tuple[Note, ...]
    small: Pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """What was written and why it looks so. `pixels` is the finished picture, (H, W, 3) sRGB, for score and preview.

    The framing's crop is in the source's shown pixels, also where the picture was turned (`frame.straight`); `findings`
    are those of the finished picture, in its own pixels.
    """

    pixels: Pixels
    framing: Framing
    findings: Findings
    facts: dict[str, object]
    notes: tuple[Note, ...] = ()


def decode_size(shown: Size, recipes: Sequence[Recipe]) -> Size:
    """How large a photo of `shown` must be decoded so that no recipe's crop is enlarged for want of decoded pixels."""
    scale = min(1.0, max([working_scale(shown), *(_needed_scale(shown, recipe.shape) for recipe in recipes)]))
    return Size(math.ceil(shown.width_px * scale), math.ceil(shown.height_px * scale))


def looked_at(photo: Photo, recipes: Sequence[Recipe] | None = None) -> Look:
    """Find faces, subject and tilt, and measure the light, on a working-size copy.

    Where `recipes` are given, what none of them needs is left out.
    """
    size = size_of(photo.pixels)
    scale = min(1.0, working_scale(size))
    goal = Size(max(1, round(size.width_px * scale)), max(1, round(size.height_px * scale)))
    small = shrink_quickly(photo.pixels, goal)
    if recipes is None:
        findings, notes = look_at(small, photo.shown)
    elif any(_has_to_see(recipe, photo.shown) for recipe in recipes):
        leaning = any(recipe.frame.straighten for recipe in recipes)
        findings, notes = look_at(small, photo.shown, leaning=leaning)
    else:
        findings, notes = Findings(photo.shown), ()
    tone = None
    if recipes is None or any(changes_colour(recipe) for recipe in recipes):
        to_small = small.shape[1] / photo.shown.width_px
        tone, untold = _measured(small, [face.box.scaled(to_small) for face in findings.main_faces])
        notes = (*notes, *untold)
    return Look(findings, tone, notes, small)


def _measured(small: Pixels, faces: Sequence[Box]) -> tuple[Tone | None, tuple[Note, ...]]:
    """The light of a photo; None, with a note, where measuring fails: its colours then stay as they are."""
    notes: list[Note] = []
    words = "Colours: the light could not be measured, so white balance, tone and look were left out"
    tone = attempted(lambda: measure(small, skin_boxes=faces), None, "develop-left-out", words, notes)
    return tone, tuple(notes)


def changes_colour(recipe: Recipe) -> bool:
    """Whether anything is to be done to white balance, tone or look."""
    develop = recipe.develop
    return (
        develop.white_balance > 0 or develop.auto_tone > 0 or (develop.look is not None and develop.look_strength > 0)
    )


def _has_to_see(recipe: Recipe, shown: Size) -> bool:
    """Whether it matters what the photo shows: something has to be left out, retouched, coloured or kept clear of a logo."""
    retouch = recipe.retouch
    if (
        recipe.privacy.bystanders == "blur"
        or retouch.skin > 0
        or retouch.sharpen > 0
        or recipe.frame.straighten
        or recipe.overlay is not None
        or changes_colour(recipe)
    ):
        return True
    return _largest_crop(shown, recipe.shape.value) != shown


def render_photo(photo: Photo, findings: Findings, tone: Tone | None, recipe: Recipe, path: Path) -> Rendered:
    """Make one deliverable and write it to `path`. Raises FileError where it cannot be written within its budget."""
    spec = recipe.target.surface.photo
    assert spec is not None  # planning gives a photo only to surfaces that take photos
    focus = focus_box(recipe.frame.focus or photo.meta.focus, photo.shown)
    findings = replace(findings, focus=focus)
    notes: list[Note] = []
    view, pixels = _view(photo, findings, recipe, spec.safe_zone, notes)
    framing, size = view.framing, size_of(pixels)
    seen = seen_in(view.findings, framing, size)
    pixels, developing = developed(pixels, tone, recipe, notes)
    retouched = retouch(pixels, seen.faces, recipe.retouch, shown_scale=size.width_px / framing.crop.w_px)
    notes += retouched.notes
    pixels = stamped(retouched.pixels, seen, recipe, spec.safe_zone, notes, shown_at(framing, size).as_box())
    saved = _save(pixels, path, photo, spec, recipe)
    facts: dict[str, object] = {
        "develop": developing,
        "retouch": retouched.facts,
        "quality": saved.quality,
        "subsampling": saved.subsampling,
        "alike": saved.alike,
    }
    facts |= view.facts()
    shown = replace(framing, crop=view.source_crop)
    return Rendered(pixels=pixels, framing=shown, findings=seen, facts=facts, notes=(*notes, *saved.notes))


def _view(
    photo: Photo, findings: Findings, recipe: Recipe, zone: SafeZone | None, notes: list[Note]
) -> tuple[View, Pixels]:
    """What is shown and its pixels at the size to write; not turned where turning fails, the middle where framing does."""

    def seen_by(view: View) -> tuple[View, Pixels]:
        size = export_size(recipe.shape, view.framing, view.findings.size)
        return view, viewed(photo.pixels, view, size, recipe.frame.pad_colour)

    def plainly() -> tuple[View, Pixels]:
        words = "The crop could not be chosen and is the middle of the picture"
        found = partial(solve, findings, recipe.shape, recipe.frame, safe_zone=zone)
        return seen_by(
            View(attempted(found, middle(findings.size, recipe.shape), "framing-left-out", words, notes), findings)
        )

    if not recipe.frame.straighten:
        return plainly()
    words = "Straightening failed on this picture and was left out"
    straight = partial(solve_straight, findings, recipe.shape, recipe.frame, safe_zone=zone)
    return attempted(lambda: seen_by(straight()), None, "straighten-left-out", words, notes) or plainly()


def export_size(shape: Shape, framing: Framing, shown: Size) -> Size:
    """The size to write: from the crop, or from the whole picture where it is laid into a frame."""
    return shape.export_size(framing.crop.size if framing.fit == "crop" else shown)


def viewed(pixels: Pixels, view: View, size: Size, pad_colour: str) -> Pixels:
    """What a view shows of a possibly smaller decoded picture, at `size`; a turned one in one interpolation."""
    if view.straight is None:
        return framed(pixels, view.framing, size, pad_colour, view.findings.size)
    crop, decoded = view.framing.crop, size_of(pixels)
    to_shown = np.diag(
        [view.straight.source.width_px / decoded.width_px, view.straight.source.height_px / decoded.height_px, 1]
    )
    to_output = np.diag([size.width_px / crop.w_px, size.height_px / crop.h_px, 1.0])
    to_crop = np.array([[1.0, 0.0, -crop.x_px], [0.0, 1.0, -crop.y_px], [0.0, 0.0, 1.0]])
    return seen_through(pixels, to_output @ to_crop @ view.straight.matrix @ to_shown, size)


def framed(pixels: Pixels, framing: Framing, size: Size, pad_colour: str, shown: Size) -> Pixels:
    """The crop (given in pixels of `shown`) of a possibly smaller decoded picture, at `size`."""
    part = _in_pixels(framing.crop, size_of(pixels), shown)
    if framing.fit == "crop":
        return resize(cut(pixels, part), size)
    if framing.fit == "blur":
        return fit_blur(pixels, part, size)
    return fit_pad(cut(pixels, part), size, pad_colour)


def part_of(pixels: Pixels, crop: Crop, shown: Size) -> Pixels:
    """The crop (given in pixels of `shown`) of a possibly smaller picture, as a view."""
    return cut(pixels, _in_pixels(crop, size_of(pixels), shown))


def shown_at(framing: Framing, size: Size) -> Crop:
    """Where, in a finished picture of `size`, the photo lies: all of it, or the part inside its border."""
    return Crop.whole(size) if framing.fit == "crop" else placed(framing.crop.size, size)


def seen_in(findings: Findings, framing: Framing, size: Size) -> Findings:
    """The findings that are still in the finished picture, in its pixels."""
    at = shown_at(framing, size)
    scale = at.w_px / framing.crop.w_px
    dx, dy = at.x_px - framing.crop.x_px * scale, at.y_px - framing.crop.y_px * scale

    def moved(box: Box) -> Box:
        return Box(box.x * scale + dx, box.y * scale + dy, box.w * scale, box.h * scale)

    faces = tuple(
        Face(moved(f.box), f.confidence, tuple((x * scale + dx, y * scale + dy) for x, y in f.points))
        for f in findings.faces
    )
    marks = tuple(
        replace(m, box=moved(m.box), corners=tuple((x * scale + dx, y * scale + dy) for x, y in m.corners))
        for m in findings.marks
    )
    return Findings(
        size=size,
        faces=tuple(face for face in faces if _is_inside(face.box, size)),
        subject=moved(findings.subject) if findings.subject else None,
        saliency=placed_map(findings.saliency, findings.size, framing.crop, at, size) if findings.saliency else None,
        tilt_deg=findings.tilt_deg,
        marks=tuple(mark for mark in marks if _is_inside(mark.box, size)),
    )


def _needed_scale(shown: Size, shape: Shape) -> float:
    crop = _largest_crop(shown, shape.value)
    goal = shape.export_size(crop)
    return max(goal.width_px / crop.width_px, goal.height_px / crop.height_px)


def _largest_crop(shown: Size, ratio: Fraction | None) -> Size:
    if ratio is None:
        return shown
    if shown.ratio > ratio:
        return Size(max(1, round(shown.height_px * ratio)), shown.height_px)
    return Size(shown.width_px, max(1, round(shown.width_px / ratio)))


def _in_pixels(crop: Crop, decoded: Size, shown: Size) -> Crop:
    sx, sy = decoded.width_px / shown.width_px, decoded.height_px / shown.height_px
    left, top = int(crop.x_px * sx), int(crop.y_px * sy)
    right = min(decoded.width_px, round((crop.x_px + crop.w_px) * sx))
    bottom = min(decoded.height_px, round((crop.y_px + crop.h_px) * sy))
    return Crop(left, top, max(1, right - left), max(1, bottom - top))


def _is_inside(box: Box, size: Size) -> bool:
    """More than half of it is in the picture."""
    width = min(box.right, size.width_px) - max(box.x, 0)
    height = min(box.bottom, size.height_px) - max(box.y, 0)
    return width > 0 and height > 0 and width * height > 0.5 * box.area


def _save(pixels: Pixels, path: Path, photo: Photo, spec: PhotoSpec, recipe: Recipe) -> Saved:
    return save_photo(
        pixels,
        path,
        format=spec.formats[0],
        max_bytes=spec.max_bytes,
        target_bytes=spec.target_bytes,
        meta=photo.meta,
        keep_capture_date=recipe.privacy.keep_capture_date,
    )
