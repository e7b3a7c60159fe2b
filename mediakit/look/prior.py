"""What balanced photos look like, learned: a small network that says how far a picture is from one.

Input: `mediakit.look.features`. Output: the cast of the light (warm, magenta; see `cast.py`) and one tone curve, as
the code values that nine knots should have had. It was trained by `benchmarks/learn_look.py` on phone photos of the
LIVE In the Wild Image Quality Challenge Database (Ghadiyaram & Bovik, 2015; any use with acknowledgement) that were
given known faults, on details of them, and on them before drawn walls. The loss is close to absolute: where a picture
does not tell, the answer goes to "nothing wrong". Three networks that learned in different orders, and a copy of each that
learned on under tinted lights, for casts above all, speak together. 500 kB, no runtime.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from mediakit.pixels.light import Float

KNOTS = (0.0, 0.06, 0.13, 0.22, 0.35, 0.5, 0.68, 0.85, 1.0)
"""Code values at which the tone curve is answered."""
CAST_SCALE, CURVE_SCALE = 0.08, 0.02
"""The network answers in units of about one visible difference: log2 ratio of a cast, code value of a curve."""
_FARTHEST = 4.0
"""Standardised features are cut here: a strange picture must not be answered by extrapolation."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """How far from balanced: cast (log2 ratios) and, for each knot, the code value it should have (0..1)."""

    warm: float
    magenta: float
    curve: tuple[float, ...]


def judge(features: Float) -> Judgement:
    """The network's answer for one picture's features (N,)."""
    weights = _weights()
    layer = np.clip((features - weights["mean"]) / weights["spread"], -_FARTHEST, _FARTHEST)[None, None]
    for index in range(2):
        layer = np.maximum(layer @ weights[f"w{index}"] + weights[f"b{index}"], 0)
    answer = (layer @ weights["w2"] + weights["b2"]).mean(axis=0)[0]
    warm, magenta = answer[:2] * CAST_SCALE
    curve = np.array(KNOTS) + answer[2:] * CURVE_SCALE
    return Judgement(float(warm), float(magenta), tuple(float(v) for v in curve))


@cache
def _weights() -> dict[str, Float]:
    """The trained numbers, float32: w (networks, in, out), b (networks, 1, out), mean and spread of the features."""
    with (
        files("mediakit.look").joinpath("prior.npz").open("rb") as packed,
        np.load(packed, allow_pickle=False) as found,
    ):
        return {name: found[name].astype(np.float32) for name in found.files}
