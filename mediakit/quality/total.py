"""From parts to one number, 0..100, where 50 is the middle of 550 ordinary phone photos."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mediakit.model import Part, Score

REFERENCE_MEDIAN = -0.634
"""Of `raw` over the rated photos of the reference, each judged by what was learned without it (`benchmarks/score.py`)."""
STEEPNESS = 0.35
"""Of `raw` for one unit of log-odds: chosen so that two thirds of the reference lie between 30 and 70."""
LEAST = 0.02
"""A part at zero counts as a fiftieth, so order is never lost."""


def total(parts: Sequence[Part]) -> Score:
    """The parts put together: never more when a part gets worse.

    Each part multiplies, by its value to the power of its weight; nothing is traded against a fault, and a picture of eight
    fine parts and one hopeless one is not saved by a mean. The product is then laid on 0..100 by a logistic curve.
    """
    odds = (raw(parts) - REFERENCE_MEDIAN) / STEEPNESS
    return Score(round(100 / (1 + math.exp(-odds)), 1), tuple(parts))


def raw(parts: Sequence[Part]) -> float:
    """Log of the product."""
    return sum(part.weight * math.log(max(part.value, LEAST)) for part in parts)
