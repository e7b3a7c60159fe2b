"""Faces a picture shows without being about them: listed, when the preset asks for it, for a person to decide.

Nothing is blurred here, since blurring the wrong face ruins the picture. What counts is what the deliverable shows: a
face in the background that the crop leaves out, or that comes out too small to be known, is nobody's business.
"""

from __future__ import annotations

from mediakit.model import Box, Crop, Delivered, Findings, Note

CODE = "bystanders"
KNOWABLE_PX = 20.0
"""Height on the deliverable from which a face may be recognised; YuNet itself finds hardly any below it."""
SURE = 0.6


def bystanders(findings: Findings | None, delivered: Delivered) -> Note | None:
    """A note that counts the other faces on a deliverable, None where there are none."""
    if findings is None or delivered.crop is None or delivered.size is None:
        return None
    scale = delivered.size.height_px / delivered.crop.h_px
    main = findings.main_faces
    others = [face for face in findings.faces if face not in main and face.confidence >= SURE]
    seen = [face for face in others if _inside(face.box, delivered.crop) and face.box.h * scale >= KNOWABLE_PX]
    if not seen:
        return None
    people = "1 face" if len(seen) == 1 else f"{len(seen)} faces"
    return Note(CODE, f"{people} in the background may be customers: make sure they agree before you post.")


def _inside(box: Box, crop: Crop) -> bool:
    """Whether the middle of a face lies in the crop: half a face can be recognised."""
    x, y = box.centre
    return crop.x_px <= x < crop.x_px + crop.w_px and crop.y_px <= y < crop.y_px + crop.h_px
