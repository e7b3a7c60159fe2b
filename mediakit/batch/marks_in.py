"""Codes and words in the job's pictures: looked for once a source, and blurred on a deliverable where the preset says so."""

from __future__ import annotations

import difflib
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mediakit.errors import Fault, FileError
from mediakit.marks.find import What, find_marks
from mediakit.marks.parts import HINT, NO_CODES, reads_codes, reads_words
from mediakit.model import Findings, Mark, Note, Outcome
from mediakit.presets.schema import Marks

if TYPE_CHECKING:
    from mediakit.photo.open import Photo
    from mediakit.photo.render import Look
    from mediakit.presets.recipe import Recipe
    from mediakit.video.clip import ClipInfo
    from mediakit.video.look import ClipLook

LOOKED_FOR = "looked_for"
"""The fact of an outcome that says what was looked for in it."""
MOST_FRAMES, SECONDS_A_FRAME = 4, 2.5
"""Frames of a clip that are searched, and how far they are apart at least: a mark is on screen for seconds."""
FRAME_EDGE_PX = 1280
_MORE = ("off", "codes", "all")


def what_to_find(marks: Marks, *, posts: bool) -> What:
    """What to look for: codes wherever they can be read, words too once somebody wants posts of it, unless the preset says.

    With "auto" nothing is looked for that the installation cannot; `mediakit doctor` and the run's notes tell.
    """
    if marks.find != "auto":
        return marks.find
    if posts or marks.on_find == "blur":
        return "all"
    return "codes" if reads_codes() else "off"


def missing(marks: Marks) -> tuple[Note, ...]:
    """What "auto" leaves out because it is not installed: said once a run. Anything more explicit says it at every source."""
    return () if marks.find != "auto" or reads_codes() else (NO_CODES,)


def knows(outcome: Outcome, what: What) -> bool:
    """Whether what an earlier run found out about a source covers `what`."""
    return outcome.problem is not None or covers(str(outcome.facts.get(LOOKED_FOR, "off")), what)


def covers(looked_for: str, what: What) -> bool:
    """Whether an earlier run that looked for one thing (its outcome's fact LOOKED_FOR) knows of `what`."""
    return _MORE.index(looked_for) >= _MORE.index(what)


def with_marks(look: Look, photo: Photo, what: What) -> Look:
    """The look at a photo with the marks in it, and notes on what could not be looked for."""
    marks, notes = find_marks(photo.pixels, photo.shown, what)
    if not marks and not notes:
        return look
    return replace(look, findings=replace(look.findings, marks=marks), notes=(*look.notes, *notes))


def with_clip_marks(look: ClipLook, path: Path, info: ClipInfo, what: What) -> ClipLook:
    """The look at a clip with the marks in a few of its frames, each once, with the second it was first seen at."""
    if what == "off":
        return look
    from mediakit.video.sample import sample_frames

    count = min(MOST_FRAMES, max(1, math.ceil(float(info.duration) / SECONDS_A_FRAME)))
    marks: list[Mark] = []
    notes: tuple[Note, ...] = ()
    for sample in sample_frames(path, info, count=count, long_edge_px=FRAME_EDGE_PX):
        found, notes = find_marks(sample.rgb, info.size, what)
        marks += [replace(mark, t_s=round(sample.t_s, 2)) for mark in found]
    if not marks and not notes:
        return look
    return replace(look, findings=replace(look.findings, marks=distinct(marks)), notes=(*look.notes, *notes))


def distinct(marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """Marks of several frames of one clip, each once: the first sight of it."""
    kept: list[Mark] = []
    for mark in marks:
        if not any(mark.kind == other.kind and _reads_alike(mark.text, other.text) for other in kept):
            kept.append(mark)
    return tuple(kept)


def _reads_alike(one: str, other: str) -> bool:
    return one == other or difflib.SequenceMatcher(None, one, other, autojunk=False).ratio() > 0.8


def without_marks(photo: Photo, findings: Findings, recipe: Recipe) -> tuple[Photo, tuple[Note, ...]]:
    """The photo with codes and contact details blurred, where the recipe says so and its surface minds them.

    Raises FileError where a code can still be read: a picture that should have been blurred is never made without.
    """
    if recipe.marks is None:
        return photo, ()
    if not reads_codes() or not (recipe.marks.find == "codes" or reads_words()):
        raise FileError(Fault.MISSING_PART, "Codes and contact details cannot be blurred: a part is missing.", HINT)
    hide = _minded(findings.marks, recipe)
    if not hide:
        return photo, ()
    from mediakit.batch.marked import (
        BLURRED,
    )  # here and below: planning asks this room, and needs neither rules nor OpenCV
    from mediakit.marks.hide import hide_marks

    pixels = hide_marks(photo.pixels, hide, photo.pixels.shape[1] / photo.shown.width_px)
    left, _ = find_marks(pixels, photo.shown, "codes")
    hidden_texts = {mark.text for mark in hide if mark.kind == "code"}
    if any(mark.kind == "code" and mark.text in hidden_texts for mark in left):
        words = "A code could not be blurred beyond reading, so the picture was not made."
        raise FileError(Fault.INTERNAL, words, 'Set marks.on_find to "report" to make it as it is.')
    named = "1 code or contact detail was" if len(hide) == 1 else f"{len(hide)} codes or contact details were"
    return replace(photo, pixels=pixels), (Note(BLURRED, f"{named} blurred, as the preset says."),)


def _minded(marks: Sequence[Mark], recipe: Recipe) -> list[Mark]:
    """Codes, where the surface does not allow them, and lines with contact details."""
    from mediakit.batch.marked import marked
    from mediakit.caption import load_rules

    minded = marked(marks, recipe.target, load_rules())
    return list({one.mark.corners: one.mark for one in minded if one.is_contact}.values())
