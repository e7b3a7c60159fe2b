"""Look at a picture once: faces, subject, tilt, as one `Findings` that everything later reads.

A detector that fails on a picture costs that finding, not the photo: it becomes a Note with its reason, and the picture
is framed by what the others saw. A model that is missing is different: the installation is incomplete, so
MissingPartError goes up and the run ends before anything is written.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from mediakit.errors import Fault, FileError, SetupError
from mediakit.model import Box, Findings, Note, Saliency, Size
from mediakit.pixels.steps import reason
from mediakit.vision.faces import Candidate, faces_among, find_candidates, hints_among
from mediakit.vision.plain_ground import on_plain_ground
from mediakit.vision.subject import content_box, likelihood, saliency, subject_box, with_content
from mediakit.vision.tilt import lean_of

Seen = TypeVar("Seen")


def look_at(rgb: NDArray[np.uint8], shown: Size, *, leaning: bool = True) -> tuple[Findings, tuple[Note, ...]]:
    """What a picture shows, in pixels of the picture `shown`, and which detectors failed.

    rgb: (H, W, 3) uint8 sRGB, oriented as shown, at any size; a copy shrunk by `faces.working_scale(shown)` costs about 30 ms
    and loses nothing. leaning: whether its tilt is asked for, a third of the time. Raises MissingPartError when a model is
    not there, FileError for an array that is no picture.
    """
    if rgb.dtype != np.uint8 or rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.size == 0:
        raise FileError(Fault.INTERNAL, "The working picture is not an 8-bit RGB picture.", "The log has the details.")
    notes: list[Note] = []
    nobody: tuple[Candidate, ...] = ()
    candidates = _or_note(lambda: find_candidates(rgb, shown=shown), nobody, "faces", notes)
    nothing: tuple[Saliency | None, Box | None, bool] = (None, None, False)
    standing_out, subject, alone = _or_note(lambda: _subject(rgb, shown, candidates), nothing, "subject", notes)
    lean = _or_note(lambda: lean_of(rgb), None, "tilt", notes) if leaning else None
    tilt_deg, convergence_deg = (lean.tilt_deg, lean.convergence_deg) if lean else (None, 0.0)
    faces = faces_among(candidates)
    return (
        Findings(
            shown,
            faces,
            subject,
            standing_out,
            tilt_deg=tilt_deg,
            convergence_deg=convergence_deg,
            stands_alone=alone,
        ),
        tuple(notes),
    )


def _subject(
    rgb: NDArray[np.uint8], shown: Size, candidates: tuple[Candidate, ...]
) -> tuple[Saliency | None, Box | None, bool]:
    """What stands out, the subject's box, and whether it stands on a plain ground."""
    likely = likelihood(rgb, faces_among(candidates), hints_among(candidates), shown=shown)
    content = on_plain_ground(rgb)
    if content is None:
        return saliency(likely), subject_box(likely, shown=shown), False
    return saliency(with_content(likely, content)), content_box(content, shown=shown), True


def _or_note(look: Callable[[], Seen], otherwise: Seen, what: str, notes: list[Note]) -> Seen:
    """What a detector saw; where it fails on this picture, a note and the answer of one that saw nothing."""
    try:
        return look()
    except SetupError:
        raise
    except Exception as problem:  # whatever a detector raises on one picture must not cost the others
        notes.append(Note(f"{what}-unknown", f"The {what} could not be looked for: {reason(problem)}"))
        return otherwise
