"""Faces a picture shows without being about them: counted, listed with their numbers, for a person to decide.

Nothing is blurred here (`batch.people` does, where the preset says so). What counts for the note is what the deliverable
shows: a face in the background that the crop leaves out, or that comes out too small to be known, is nobody's business.
"""

from __future__ import annotations

from collections.abc import Collection

from mediakit.model import Box, Crop, Delivered, Face, Findings, Note, Outcome

CODE = "bystanders"
KNOWABLE_PX = 20.0
"""Height on the deliverable from which a face may be recognised; YuNet itself finds hardly any below it."""
SURE = 0.6


def _not_subjects(findings: Findings, keep: Collection[int] = ()) -> tuple[tuple[int, Face], ...]:
    from mediakit.photo.bystanders import bystanders as not_subjects  # a run without photos must not wait for OpenCV

    return not_subjects(findings, keep=keep)


def bystanders(findings: Findings | None, delivered: Delivered, *, keep: Collection[int] = ()) -> Note | None:
    """A note that counts the other faces on a deliverable, None where there are none. `keep`: those nobody asks about."""
    if findings is None or delivered.crop is None or delivered.size is None:
        return None
    scale = delivered.size.height_px / delivered.crop.h_px
    seen = [
        number
        for number, face in _not_subjects(findings, keep)
        if face.confidence >= SURE and _inside(face.box, delivered.crop) and face.box.h * scale >= KNOWABLE_PX
    ]
    if not seen:
        return None
    people = "1 face" if len(seen) == 1 else f"{len(seen)} faces"
    numbers = ", ".join(str(number) for number in seen)
    words = f"{people} in the background may be customers (no. {numbers}): make sure they agree before you post, "
    return Note(CODE, words + "or have them blurred with --bystanders blur.")


def people(outcome: Outcome, *, ask: bool, keep: Collection[int] = ()) -> list[dict[str, object]]:
    """Every bystander of a source with its number, what became of it, and where its thumbnail is (None: not shown).

    What became of it: `blurred`; `kept` (by number) or `staff` (known) where others were blurred; `asked`; `shown`.
    """
    followed = _followed(outcome)
    if followed:
        return followed
    if outcome.findings is None:
        return []
    previews = {}
    for shown in _listed(outcome.facts.get("people")):
        if isinstance(shown, dict):
            previews[shown.get("face")] = shown.get("preview")
    done = outcome.facts.get("bystanders")
    done = done if isinstance(done, dict) else {}
    states = {number: name for name in ("hidden", "staff", "kept") for number in _listed(done.get(name))}
    otherwise = "asked" if ask else "shown"
    return [
        {
            "face": number,
            "state": _STATES.get(str(states.get(number)), "shown" if number in keep else otherwise),
            "preview": previews.get(number),
        }
        for number, _ in _not_subjects(outcome.findings)
    ]


def _followed(outcome: Outcome) -> list[dict[str, object]]:
    """Everybody but the main people of a clip in which somebody was blurred, as its first such deliverable tells it."""
    told = next((_listed(one.facts["people"]) for one in outcome.delivered if one.facts.get("people")), [])
    return [
        {"face": one.get("face"), "state": _STATES[str(one["is"])], "preview": one.get("preview")}
        for one in told
        if isinstance(one, dict) and one.get("is") in _STATES
    ]


_STATES = {"hidden": "blurred", "staff": "staff", "kept": "kept"}


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []


def _inside(box: Box, crop: Crop) -> bool:
    """Whether the middle of a face lies in the crop: half a face can be recognised."""
    x, y = box.centre
    return crop.x_px <= x < crop.x_px + crop.w_px and crop.y_px <= y < crop.y_px + crop.h_px
