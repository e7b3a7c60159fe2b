"""Exposure and contrast as one curve over code values, the same for all three channels.

An exposure error, a flat development and haze are each undone by one such curve. The learned judgement says which; this
file holds it within limits: no more than one and a half stops up or 0.7 down (haze apart), no highlight pushed into
clipping, no white turned grey, no slope that would tear gradients, and nothing at all where next to nothing is wrong.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mediakit.look.features import LEVELS
from mediakit.look.measure import Tone
from mediakit.look.prior import KNOTS
from mediakit.pixels.filters import smoothstep
from mediakit.pixels.lab import srgb_from_lab
from mediakit.pixels.light import Float, decode, encode

MAX_LIFT_EV, MAX_CUT_EV = 1.5, 0.7
MIN_SLOPE, MAX_SLOPE = 0.4, 3.5
PLAIN, TELLING = 0.05, 0.15
"""Span between darks and lights: up to the first a picture is one plain colour, of whose light nothing can be told."""
MAX_STRETCH = 2.2
"""How many times its own the span between darks and lights may become: a picture of fog stays one."""
WHITE = 0.93
"""Code value that white keeps at least; a white ground stays white."""
DARK, LIT = 0.38, 0.5
"""Seven tenths of a picture lie below this code value: up to the first it is dark, and its lights are lamps."""
MIXED, BACKLIT = 0.6, 0.8
"""Distance of that code value from the one three tenths lie below: from the second on it is a shadow before a white sky.
Neither is made darker."""
HEADROOM = 0.985
"""Where the lightest channel may end up if it was below."""
NEGLIGIBLE, NOTICEABLE = 0.004, 0.016
"""Mean change in code value: under the first the curve is left out, above the second it counts in full."""
SKIN_DARKER, SKIN_BLOWN_L = 0.02, 82.0
"""Faces lighter than this L* may be darkened like all else, others by no more than this much code value."""
NOTHING = 0.004
"""A curve that moves no code value by more than this one is none."""

Knots = NDArray[np.float64]


def curve_for(tone: Tone, strength: float, *, agreed: bool = False) -> Knots | None:
    """Code values (0..1) for `prior.KNOTS`, rising; None where the picture needs no curve. `strength` 1 is the advice.

    `agreed`: the advice is a whole scene's, so it is not this photo's to call it too little to be worth it.
    """
    x = np.array(KNOTS)
    change = _within_limits(x, x + strength * (np.array(tone.curve) - x), tone) - x
    change *= _told(tone) * _unstretched(x, change, tone) * _kind_to_skin(x, change, tone)
    if not agreed:
        change *= worth(change, tone)
    if np.abs(change).max() < NOTHING:
        return None
    return _rising(x, _below_clipping(x, x + change, tone))


def apply_curve(knots: Knots, codes: Float) -> Float:
    """The curve on code values 0..1 of any shape: a monotone cubic through its knots (Fritsch & Carlson, 1980)."""
    table_at = np.linspace(0, 1, 1025)
    table = _monotone_cubic(np.array(KNOTS), knots, table_at)
    return np.interp(codes, table_at, table).astype(np.float32)


def exposure_ev(knots: Knots) -> float:
    """What the curve does to a middle grey, in stops."""
    grey = np.array([0.46], np.float32)
    return float(np.log2(decode(apply_curve(knots, grey))[0] / decode(grey)[0]))


def _within_limits(x: Knots, y: Knots, tone: Tone) -> Knots:
    """One and a half stops up at most; down 0.7 of a stop, or what lies under the darkest thing in the picture: haze.

    A dark picture, and one against the light, come down by haze alone.
    """
    light = decode(x.astype(np.float32))
    veil = float(decode(np.array([tone.dark[LEVELS.index(0.001)]], np.float32))[0])
    # Without lights to tell it from, the darkest thing is no veil: the picture is plain.
    veil *= float(smoothstep(np.array(_span(tone), np.float32), 0.1, 0.3))
    without_veil = encode((light - veil) / max(1 - veil, 0.1))
    most = MAX_CUT_EV * _bright(tone)
    lowest = np.minimum(encode(light * 2**-most), without_veil)
    lowest[-1] = 1.0 if tone.white_ground > 0 else WHITE
    return np.clip(y, lowest, encode(light * 2**MAX_LIFT_EV))


def _bright(tone: Tone) -> float:
    """0 for a picture that is dark but for its lights, 1 for one that may be too light."""
    shade, lights = (np.array(tone.mid[LEVELS.index(level)], np.float32) for level in (0.3, 0.7))
    return float(smoothstep(lights, DARK, LIT) * (1 - smoothstep(lights - shade, MIXED, BACKLIT)))


def worth(change: Knots, tone: Tone) -> float:
    """0 where the curve would move this picture's own levels by next to nothing, 1 where it clearly would."""
    moved = float(np.abs(np.interp(tone.mid[1:-1], KNOTS, change)).mean())
    t = float(np.clip((moved - NEGLIGIBLE) / (NOTICEABLE - NEGLIGIBLE), 0, 1))
    return t * t * (3 - 2 * t)


def _told(tone: Tone) -> float:
    """The part of the change, 0..1, that a picture has enough in it to ask for."""
    return float(smoothstep(np.array(_span(tone), np.float32), PLAIN, TELLING))


def _span(tone: Tone) -> float:
    return tone.light[LEVELS.index(0.99)] - tone.dark[LEVELS.index(0.01)]


def _unstretched(x: Knots, change: Knots, tone: Tone) -> float:
    """The part of the change, 0..1, that stretches the picture's own span by no more than MAX_STRETCH."""
    ends = [tone.dark[LEVELS.index(0.01)], tone.light[LEVELS.index(0.99)]]
    span = ends[1] - ends[0]
    grown = float(np.diff(np.interp(ends, x, change))[0])
    if grown <= (MAX_STRETCH - 1) * span:
        return 1.0
    return (MAX_STRETCH - 1) * span / grown


def _kind_to_skin(x: Knots, change: Knots, tone: Tone) -> float:
    """The part of the change, 0..1, that darkens skin by no more than SKIN_DARKER, unless it is nearly blown."""
    if tone.skin_lab is None or tone.skin_lab[0] >= SKIN_BLOWN_L:
        return 1.0
    grey = srgb_from_lab(np.array([tone.skin_lab[0], 0.0, 0.0], np.float32))[0]
    darker = -float(np.interp(grey, x, change))
    return SKIN_DARKER / darker if darker > SKIN_DARKER else 1.0


def _below_clipping(x: Knots, y: Knots, tone: Tone) -> Knots:
    """Pull the upper half in so that the lightest channel does not leave its room."""
    top = tone.light[LEVELS.index(0.99)]
    reached = float(np.interp(top, x, y))
    allowed = max(HEADROOM, top)
    if reached <= allowed or reached <= top:
        return y
    share = (allowed - top) / (reached - top)
    part = np.interp(x, [0.0, 0.35 * top, top], [1.0, 1.0, share])
    return x + (y - x) * part


def _rising(x: Knots, y: Knots) -> Knots:
    """Hold the slope between knots, from the middle outwards, so that gradients neither tear nor go flat."""
    held = y.copy()
    middle = len(x) // 2
    for i in range(middle + 1, len(x)):
        step = x[i] - x[i - 1]
        held[i] = np.clip(held[i], held[i - 1] + MIN_SLOPE * step, held[i - 1] + MAX_SLOPE * step)
    for i in range(middle - 1, -1, -1):
        step = x[i + 1] - x[i]
        held[i] = np.clip(held[i], held[i + 1] - MAX_SLOPE * step, held[i + 1] - MIN_SLOPE * step)
    return np.clip(held, 0.0, 1.0)


def _monotone_cubic(x: Knots, y: Knots, at: Knots) -> Knots:
    """Hermite cubics with harmonic-mean slopes, which never overshoot."""
    width = np.diff(x)
    slope = np.diff(y) / width
    weight = (width[1:] + 2 * width[:-1]) / (3 * (width[1:] + width[:-1]))
    left, right = slope[:-1], slope[1:]
    blend = weight * right + (1 - weight) * left
    inner = np.where(left * right > 0, left * right / np.where(blend == 0, 1.0, blend), 0.0)
    tangent = np.concatenate([slope[:1], inner, slope[-1:]])
    i = np.clip(np.searchsorted(x, at, side="right") - 1, 0, len(width) - 1)
    t = (at - x[i]) / width[i]
    value: Knots = (
        y[i] * (1 + 2 * t) * (1 - t) ** 2
        + tangent[i] * width[i] * t * (1 - t) ** 2
        + y[i + 1] * t * t * (3 - 2 * t)
        + tangent[i + 1] * width[i] * t * t * (t - 1)
    )
    return np.clip(value, 0.0, 1.0)
