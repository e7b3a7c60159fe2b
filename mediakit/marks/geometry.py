"""Where a mark is: its corners and the upright box around them, in the source's shown pixels."""

from __future__ import annotations

from collections.abc import Sequence

from mediakit.model import Box, Mark, MarkKind

Corner = tuple[float, float]


def mark_at(kind: MarkKind, text: str, corners: Sequence[Corner], to_shown: float, confidence: float) -> Mark:
    """A mark found at `corners` (clockwise from the top left) of a picture that is `1 / to_shown` the size of the source."""
    placed = tuple((x * to_shown, y * to_shown) for x, y in corners)
    across, down = [x for x, _ in placed], [y for _, y in placed]
    box = Box(min(across), min(down), max(across) - min(across), max(down) - min(down))
    return Mark(kind, text, box, placed, confidence)
