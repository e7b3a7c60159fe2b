"""Exposure and contrast as one curve over code values, the same for all three channels.

An exposure error, a flat contrast and haze are each undone by one curve applied to every channel.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mediakit.look.measure import QUANTILES, Tone
from mediakit.pixels.light import Float, decode, encode

MAX_LIFT_EV, MAX_CUT_EV = 1.0, 0.5
_DEFAULT_AMOUNT = 0.6


def curve_for(tone: Tone, amount: float, facts: dict[str, object]) -> Callable[[Float], Float] | None:
    """The curve for one picture, None where it would change nothing worth it."""
    strength = min(amount / _DEFAULT_AMOUNT, 1.25)
    top = tone.light[QUANTILES.index(0.99)]
    middle = tone.mid[QUANTILES.index(0.5)]
    room_ev = float(np.log2(0.9 / max(float(decode(np.array([top], np.float32))[0]), 0.02)))
    wish_ev = float(np.log2(0.42 / max(middle, 0.05))) * 1.2
    lift_ev = strength * float(np.clip(min(room_ev, wish_ev), 0.0, MAX_LIFT_EV))
    if lift_ev < 0.05:
        return None
    facts["exposure_ev"] = round(lift_ev, 2)
    gain = np.float32(2.0**lift_ev)

    def lift(rgb: Float) -> Float:
        linear = decode(rgb)
        return encode(linear * gain / (1 + linear * (gain - 1) * linear))

    return lift
