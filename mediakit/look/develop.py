"""From what was measured to one colour cube: white balance, tone, the brand's look.

Help and do no harm: every step is limited, fades out where the measurement is unsure, and does nothing where nothing is
wrong. All of it is one function of a pixel's colour, sampled once into a 33-point cube, so photos and clips share it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mediakit.look.cast import Cast
from mediakit.look.measure import Tone
from mediakit.look.tone_curve import curve_for
from mediakit.pixels.cube import Cube
from mediakit.pixels.filters import smoothstep
from mediakit.pixels.lab import RGB_FROM_XYZ, XYZ_FROM_RGB
from mediakit.pixels.light import Float, decode, encode
from mediakit.presets.schema import Develop

DEFAULT_AMOUNT = 0.6
"""The amount a preset has unless it says otherwise: what the measurement asks for. More goes beyond, up to a limit."""
MAX_WARM, MAX_MAGENTA = 0.9, 0.35
"""Limits of the correction, log2 ratios: about 60 mired, and a strong green tube light."""
MAX_STRENGTH = 1.25
"""An amount of 0.75 and more goes this far beyond what the default takes."""
NEGLIGIBLE = 0.012
"""log2 ratios under this are less than a code value at middle grey."""
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]], np.float32)


def cube_for(tone: Tone, develop: Develop, look: Cube | None) -> tuple[Cube, dict[str, object]]:
    """The cube for one source, and what it does in JSON-able numbers.

    `look` is the brand's cube, applied last at `develop.look_strength`. With both amounts 0 and no look the result is
    exactly the identity (`Cube.is_identity`).
    """
    facts: dict[str, object] = {}
    steps = []
    adapt = _white_balance(tone, develop.white_balance, facts)
    if adapt is not None:
        steps.append(adapt)
    curve = curve_for(tone, develop.auto_tone, facts)
    if curve is not None:
        steps.append(curve)

    def change(rgb: Float) -> Float:
        for step in steps:
            rgb = step(rgb)
        return rgb

    cube = Cube.from_function(change) if steps else Cube.identity()
    if look is not None and develop.look_strength > 0:
        cube = cube.compose(look.blended(develop.look_strength))
        facts["look_strength"] = develop.look_strength
    return cube, facts


def _white_balance(tone: Tone, amount: float, facts: dict[str, object]) -> Callable[[Float], Float] | None:
    """Take the cast away by adapting the picture from its own white to D65 (Bradford), in linear light."""
    strength = min(amount / DEFAULT_AMOUNT, MAX_STRENGTH) * _trust(tone.cast)
    warm = float(np.clip(strength * tone.cast.warm, -MAX_WARM, MAX_WARM))
    magenta = float(np.clip(strength * tone.cast.magenta, -MAX_MAGENTA, MAX_MAGENTA))
    if max(abs(warm), abs(magenta)) < NEGLIGIBLE:
        return None
    facts["white_balance"] = {"warm_log2": round(warm, 3), "magenta_log2": round(magenta, 3)}
    matrix = adaptation(Cast(warm, magenta, tone.cast.sure).white())

    def adapt(rgb: Float) -> Float:
        adapted = encode(decode(rgb) @ matrix.T)
        # A clipped highlight has lost the light's colour: white stays white.
        keep = smoothstep(rgb.min(axis=-1, keepdims=True), 0.94, 1.0)
        mixed: Float = adapted + keep * (rgb - adapted)
        return mixed

    return adapt


def adaptation(white: Float) -> Float:
    """The linear sRGB matrix (3, 3) that turns `white` (linear sRGB, luminance 1) into D65 white (Bradford)."""
    to_cone = _BRADFORD @ XYZ_FROM_RGB
    gains = to_cone.sum(axis=1) / (to_cone @ white)
    matrix: Float = (RGB_FROM_XYZ @ np.linalg.inv(_BRADFORD) @ np.diag(gains) @ to_cone).astype(np.float32)
    return matrix


def _trust(cast: Cast) -> float:
    """How much of the estimate is taken."""
    return min(cast.sure / 0.5, 1.0) * 0.8
