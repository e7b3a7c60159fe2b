"""Which of the two readers are installed, and what to say where one is not."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec

from mediakit.model import Note

HINT = "Install it with: pip install 'mediakit[marks]'"
NO_CODES = Note("marks-missing", f"Codes were not looked for: zxing-cpp is not installed. {HINT}")
NO_WORDS = Note("marks-missing", f"Words in the picture were not read: rapidocr is not installed. {HINT}")


@cache
def reads_codes() -> bool:
    """Whether zxing-cpp is installed."""
    return find_spec("zxingcpp") is not None


@cache
def reads_words() -> bool:
    """Whether rapidocr is installed."""
    return find_spec("rapidocr") is not None
