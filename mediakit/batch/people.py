"""People on a photo that it is not about: shown to whoever decides, and blurred where the preset says so.

A face is known by its number: 1 for the largest on the photo, as in manifest.json and the report. A face stays sharp when its
number is among the recipe's `keep_faces`, or when it is that of somebody in the preset's reference photos.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np

from mediakit.batch.preview import write_preview
from mediakit.errors import Fault, FileError
from mediakit.model import Face, Findings, Note
from mediakit.photo.bystanders import bystanders, head_box, hide_heads, small_faces
from mediakit.photo.open import Photo
from mediakit.pixels.light import Rgb8
from mediakit.presets.recipe import Recipe
from mediakit.vision.staff import Staff

MOST_SHOWN = 24
"""Thumbnails a photo: a crowd is not looked through one by one."""
_ROOM = 0.15


@dataclass(frozen=True, slots=True)
class Hidden:
    """A photo as it may be shown and whose faces are left on it; JSON-able facts and what a person should know."""

    photo: Photo
    findings: Findings
    facts: dict[str, object] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()


def without_bystanders(photo: Photo, findings: Findings, recipes: Sequence[Recipe]) -> Hidden:
    """The photo with its bystanders' heads blurred, where the recipes (all of one preset) say so.

    Raises FileError where that fails: a photo that should have been blurred is never made without.
    """
    recipe = next((each for each in recipes if each.privacy.bystanders == "blur"), None)
    if recipe is None:
        return Hidden(photo, findings)
    try:
        return _hidden(photo, findings, recipe)
    except (cv2.error, MemoryError, ValueError) as problem:
        raise FileError(
            Fault.INTERNAL,
            "The faces in the background could not be blurred, so the photo was not made.",
            'Set privacy.bystanders to "ask" to make it as it is.',
        ) from problem


def _hidden(photo: Photo, findings: Findings, recipe: Recipe) -> Hidden:
    to_pixels = photo.pixels.shape[1] / photo.shown.width_px
    staff = Staff.of(recipe.staff) if recipe.staff else None
    hide: list[Face] = []
    known: list[int] = []
    for number, face in bystanders(findings, keep=recipe.keep_faces):
        if staff is not None and staff.knows(photo.pixels, _scaled(face, to_pixels)):
            known.append(number)
        else:
            hide.append(face)
    extra = small_faces(photo.pixels, findings)
    heads = [_scaled(face, to_pixels) for face in (*hide, *extra)]
    pixels = hide_heads(photo.pixels, heads)
    numbers = [number for number, face in enumerate(findings.faces, start=1) if face in hide]
    facts: dict[str, object] = {"hidden": numbers, "hidden_small": len(extra), "staff": known}
    facts["kept"] = [number for number in recipe.keep_faces if number <= len(findings.faces)]
    left = replace(findings, faces=tuple(face for face in findings.faces if face not in hide))
    notes = _notes(facts, recipe, len(findings.faces))
    return Hidden(replace(photo, pixels=pixels), left, {"bystanders": facts}, notes)


def _notes(facts: dict[str, object], recipe: Recipe, faces: int) -> tuple[Note, ...]:
    notes = [
        Note("face-unknown", f"Face {number} was to be kept, but the photo shows {faces}.")
        for number in recipe.keep_faces
        if number > faces
    ]
    hidden, small = facts["hidden"], facts["hidden_small"]
    assert isinstance(hidden, list) and isinstance(small, int)
    if hidden or small:
        count = len(hidden) + small
        people = "1 face" if count == 1 else f"{count} faces"
        notes.append(Note("bystanders-hidden", f"{people} in the background blurred for good."))
    return tuple(notes)


def thumbnails(rgb: Rgb8, findings: Findings, out: Path, name: str) -> list[dict[str, object]]:
    """A small picture of each bystander, written below `out`: [{"face": 3, "preview": path}, ...], largest first.

    rgb: (H, W, 3) sRGB, the photo as shown at any size.
    """
    shown = []
    scale = rgb.shape[1] / findings.size.width_px
    for number, face in bystanders(findings)[:MOST_SHOWN]:
        box = head_box(face.box.scaled(scale))
        left, top = max(int(box.x - _ROOM * box.w), 0), max(int(box.y - _ROOM * box.h), 0)
        right, bottom = int(box.right + _ROOM * box.w) + 1, int(box.bottom + _ROOM * box.h) + 1
        head = np.ascontiguousarray(rgb[top:bottom, left:right])
        if head.size:
            shown.append({"face": number, "preview": write_preview(head, out, f"{name}-face{number}")})
    return shown


def _scaled(face: Face, scale: float) -> Face:
    return Face(face.box.scaled(scale), face.confidence, tuple((x * scale, y * scale) for x, y in face.points))
