"""What people would think of a photo at a glance, and which faults a network sees in it.

Statistics of what a network answers to the photo (`vision.statistics`) go through one linear head of our own numbers. It was
taught by `benchmarks/learn_quality.py` on 550 phone photos that people rated (the LIVE In the Wild Image Quality Challenge
Database, Ghadiyaram and Bovik, 2015; any use with acknowledgement), on copies of them with known faults, which shall never
gain by it, and on copies with what is done on purpose: black and white, a blurred ground, a dark one.

It judges technical quality, not taste: neither the product nor the composition. It was taught on ordinary phone photos; a
drawing or a screenshot gets an answer too, but nobody was asked about those. About 35 ms a photo on one core.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from mediakit.errors import MissingPartError
from mediakit.vision.statistics import statistics

Floats = NDArray[np.float32]

ANSWERS = ("opinion", "soft", "noise", "under", "over", "compression")
WEIGHTS = "impression.npz"


@dataclass(frozen=True, slots=True)
class Impression:
    """`opinion`: people's mean rating, 0..100. The faults: about 0 none, 1 light, 2 medium, 3 strong; noisy by 0.5."""

    opinion: float
    soft: float
    noise: float
    under: float
    over: float
    compression: float


def impression(rgb: NDArray[np.uint8]) -> Impression:
    """The network's impression of (H, W, 3) uint8 sRGB at any size. Raises MissingPartError where a part is not installed."""
    weights, offset = _head()
    answers = balanced(statistics(rgb)) @ weights + offset
    return Impression(*(float(answer) for answer in answers))


def balanced(statistics: NDArray[np.floating]) -> Floats:
    """Signed square roots, so that a few strong answers do not drown the others."""
    values = np.asarray(statistics, np.float32)
    return np.sign(values) * np.sqrt(np.abs(values))


@cache
def _head() -> tuple[Floats, Floats]:
    try:
        with (
            files("mediakit.quality").joinpath(WEIGHTS).open("rb") as packed,
            np.load(packed, allow_pickle=False) as found,
        ):
            return found["weights"].astype(np.float32) * found["scale"], found["offset"]
    except OSError as problem:
        hint = "Install mediakit again; `mediakit doctor` shows whether all parts are there."
        raise MissingPartError(f"{WEIGHTS} is not in this installation.", hint) from problem
