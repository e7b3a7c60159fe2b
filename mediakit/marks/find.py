"""What is to be found of marks in a picture, with what is installed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mediakit.marks.parts import NO_CODES, NO_WORDS, reads_codes, reads_words
from mediakit.model import Mark, Note, Size

What = Literal["off", "codes", "all"]


def find_marks(rgb: NDArray[np.uint8], shown: Size, what: What) -> tuple[tuple[Mark, ...], tuple[Note, ...]]:
    """Codes, and with "all" words too, in (H, W, 3) uint8 sRGB; boxes in pixels of `shown`.

    What could not be looked for, or failed on this one picture, is said in a note and never silently left out.
    """
    marks: list[Mark] = []
    notes: list[Note] = []
    if what != "off":
        if reads_codes():
            from mediakit.marks.codes import find_codes

            _add(marks, notes, find_codes, rgb, shown)
        else:
            notes.append(NO_CODES)
    if what == "all":
        if reads_words():
            from mediakit.marks.words import read_words

            _add(marks, notes, read_words, rgb, shown)
        else:
            notes.append(NO_WORDS)
    return tuple(marks), tuple(notes)


def _add(
    marks: list[Mark],
    notes: list[Note],
    read: Callable[[NDArray[np.uint8], Size], tuple[Mark, ...]],
    rgb: NDArray[np.uint8],
    shown: Size,
) -> None:
    """What a reader finds; where it gives up on this one picture, a note says so and the picture is made all the same."""
    try:
        marks += read(rgb, shown)
    except Exception as error:  # a reader from elsewhere may raise anything
        notes.append(Note("marks-failed", f"Codes or words could not be looked for ({type(error).__name__}: {error})."))
