"""From parts to one number, 0..100, where 50 is the middle of 550 ordinary phone photos."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from mediakit.model import Part, Score

REFERENCE_MEDIAN = -0.623
"""Of `raw` over the rated photos of the reference, each judged by what was learned without it (`benchmarks/score.py`)."""
STEEPNESS = 0.35
"""Of `raw` for one unit of log-odds: chosen so that two thirds of the reference lie between 30 and 70."""
FELT = "impression"
WEAK = 0.5
"""An impression under this asks for advice."""
WEAK_TIP = "Wipe the lens, go closer and find even light: beside other phone photos it looks weak."
LEAST = 0.02
"""A part at zero counts as a fiftieth, so order is never lost."""


def total(parts: Sequence[Part]) -> Score:
    """The parts put together: never more when a part gets worse.

    Each part multiplies, by its value to the power of its weight; nothing is traded against a fault, and a picture of eight
    fine parts and one hopeless one is not saved by a mean. The product is then laid on 0..100 by a logistic curve.
    """
    odds = (raw(parts) - REFERENCE_MEDIAN) / STEEPNESS
    return Score(round(100 / (1 + math.exp(-odds)), 1), _advised(parts))


def _advised(parts: Sequence[Part]) -> tuple[Part, ...]:
    """The parts, with a tip for a weak impression that nothing measured explains: nobody is told "fix" and not how."""
    unexplained = not any(part.tip for part in parts)
    return tuple(
        replace(part, tip=WEAK_TIP) if unexplained and part.name == FELT and part.value < WEAK else part
        for part in parts
    )


def raw(parts: Sequence[Part]) -> float:
    """Log of the product."""
    return sum(part.weight * math.log(max(part.value, LEAST)) for part in parts)
