"""A step that fails on one picture is left out and named; the picture is made all the same.

Not for steps a person relies on not to be missing (blurred bystanders, a disclosure): where those fail, the file is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from mediakit.errors import FileError, SetupError
from mediakit.model import Note

Result = TypeVar("Result")


def attempted(step: Callable[[], Result], otherwise: Result, code: str, words: str, notes: list[Note]) -> Result:
    """What `step` makes; where it fails on this picture `otherwise`, and a note `code` in `words` with the reason.

    A part that is not installed or not as it should be (SetupError), and a file that is refused by name (FileError) are no
    failures of the step: they go up.
    """
    try:
        return step()
    except (SetupError, FileError):
        raise
    except Exception as problem:  # whatever a step raises on one picture must not cost the others
        notes.append(Note(code, f"{words}: {reason(problem)}"))
        return otherwise


def reason(problem: Exception) -> str:
    """The first line of what was raised, never empty."""
    return (str(problem).strip() or type(problem).__name__).splitlines()[0]
