"""From what was measured to one colour cube: white balance, tone, the brand's look.

Help and do no harm: every step is limited and does nothing where nothing is wrong. All of it is one function of a
pixel's colour, sampled once into a 33-point cube, so photos and clips share it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from mediakit.look.cast import Cast, adaptation
from mediakit.look.features import channel_range
from mediakit.look.guard import Held, hold_back
from mediakit.look.measure import Tone
from mediakit.look.tone_curve import apply_curve, curve_for, exposure_ev
from mediakit.model import Anchor, Note
from mediakit.pixels.cube import Cube
from mediakit.pixels.filters import smoothstep
from mediakit.pixels.lab import chroma, hue_deg, lab_from_linear, linear_from_lab
from mediakit.pixels.light import Float, decode, encode
from mediakit.presets.schema import Develop

DEFAULT_AMOUNT = 0.6
"""At this amount, the default of a preset, a correction is what the measurement advises."""
MAX_STRENGTH = 1.25
"""At an amount of 0.75 and more it goes this much further."""
MAX_WARM, MAX_MAGENTA = 0.5, 0.24
"""Limits of the correction, log2 ratios: about 33 mired, and a green tube light. More is a sunset, or a stage."""
SCENE_REACH = 2.0
"""A photo may be brought to its scene's light from so many times further: that light is known, not guessed."""
NEGLIGIBLE, NOTICEABLE = 0.01, 0.05
"""log2 ratios: a cast under the first is left alone, above the second it is taken in full."""

SKIN_HUE_DEG, SKIN_HUE_REACH_DEG = 55.0, 6.0
"""The CIELAB hue of skin under neutral light, light to dark. Pink and olive skin lie up to 13 degrees away, but what turns
skin away from the middle needs a better reason than a guess: it may by this much."""

SKIN_CHROMA, SKIN_RICHER = 25.0, 1.1
"""CIELAB chroma that skin reaches under neutral light; skin that has more may gain no more than a tenth of its own."""

Step = Callable[[Float], Float]


def cube_for(
    tone: Tone, develop: Develop, look: Cube | None, *, anchor: Anchor | None = None
) -> tuple[Cube, dict[str, object]]:
    """The cube for one source, and what it does in JSON-able numbers.

    `look` is the brand's cube, applied last at `develop.look_strength`. With both amounts 0 and no look the result is
    exactly the identity (`Cube.is_identity`). An `anchor` takes the place of what the photo alone would be judged to be.
    """
    cube, facts = neutral_cube(tone, develop, anchor)
    if look is not None and develop.look_strength > 0:
        held = _held(cube, look, tone, develop)
        strength = held.strength if anchor is None else min(held.strength, anchor.look_at_most)
        facts["look_strength"] = strength
        if held.strength < develop.look_strength:
            facts["product_shift"] = {"limit": develop.product_shift, "asked": round(held.asked, 2)}
        elif strength < held.strength:
            facts["held_back_by"] = "scene"
        cube = cube.compose(look.blended(strength))
    return cube, facts


def look_strength(tone: Tone, develop: Develop, look: Cube, anchor: Anchor) -> float:
    """How far a photo's own products let the look go: a scene uses it no further than its most delicate photo."""
    cube, _ = neutral_cube(tone, develop, anchor)
    return _held(cube, look, tone, develop).strength


def neutral_cube(tone: Tone, develop: Develop, anchor: Anchor | None = None) -> tuple[Cube, dict[str, object]]:
    """White balance and tone alone, without the brand's look."""
    facts: dict[str, object] = {}
    steps: list[Step] = []
    if anchor is not None:
        tone = replace(tone, cast=Cast(anchor.warm, anchor.magenta), curve=anchor.curve or tone.curve)
        facts["light_from"] = f"colour checker in {anchor.chart}" if anchor.chart else "scene"
    reach = 1.0 if anchor is None else SCENE_REACH
    cast = correction(tone.cast, _strength(develop.white_balance), reach)
    if cast is not None and tone.skin_lab is not None and anchor is None:
        cast = kind_to_skin(cast, tone.skin_lab)
    if cast is not None:
        facts["cast_removed"] = {"warm": round(cast.warm, 3), "magenta": round(cast.magenta, 3)}
        steps.append(_in_light(adaptation(cast.white)))
    if anchor is not None and anchor.matrix and develop.white_balance > 0:
        share = np.float32(min(_strength(develop.white_balance), 1.0))
        whole = np.array(anchor.matrix, np.float32).reshape(3, 3)
        steps.append(_in_light(np.eye(3, dtype=np.float32) * (1 - share) + whole * share))
    strength = _strength(develop.auto_tone)
    agreed = anchor is not None and bool(anchor.curve)
    knots = curve_for(tone, strength, agreed=agreed) if strength > 0 else None
    if knots is not None:
        facts["exposure_ev"] = round(exposure_ev(knots), 2)
        facts["curve"] = [round(float(value), 3) for value in knots]
        steps.append(lambda rgb: apply_curve(knots, rgb))
    return Cube.from_function(lambda rgb: _in_turn(steps, rgb)) if steps else Cube.identity(), facts


def notes_on(facts: Mapping[str, object]) -> tuple[Note, ...]:
    """What a person should know about what `cube_for` did."""
    held = facts.get("product_shift")
    if isinstance(held, dict):
        why = f"it would move a product's colour by {held['asked']} (CIEDE2000), {held['limit']} is the preset's limit"
    elif "held_back_by" in facts:
        why = "a product's colour in another photo of the same scene allows no more"
    else:
        return ()
    return (Note("look-held-back", f"The look was used at strength {facts['look_strength']}: {why}."),)


def _held(cube: Cube, look: Cube, tone: Tone, develop: Develop) -> Held:
    return hold_back(cube, look, develop.look_strength, tone.vivid, develop.product_shift)


def correction(cast: Cast, strength: float, reach: float = 1.0) -> Cast | None:
    """The part of a measured cast that is taken away: limited (`reach` times), and None where there is hardly any."""
    size = float(np.hypot(cast.warm, 1.5 * cast.magenta))
    share = strength * float(smoothstep(np.array(size, np.float32), NEGLIGIBLE, NOTICEABLE))
    if share == 0:
        return None
    most = reach * MAX_WARM / max(abs(cast.warm), 1e-6), reach * MAX_MAGENTA / max(abs(cast.magenta), 1e-6)
    limit = min(*most, share)
    return cast.scaled(limit)


def kind_to_skin(cast: Cast, skin_lab: tuple[float, float, float]) -> Cast | None:
    """As much of the correction as neither turns skin from its hue nor makes it gaudy, in the steps 1, 3/4, 1/2, 1/4, 0."""
    skin = linear_from_lab(np.array(skin_lab, np.float32))
    before, richest = _off_skin_deg(skin), max(SKIN_CHROMA, SKIN_RICHER * _chroma(skin))
    for share in (1.0, 0.75, 0.5, 0.25):
        part = cast.scaled(share)
        after = adaptation(part.white) @ skin
        if _off_skin_deg(after) <= before + 1.0 and _chroma(after) <= richest:
            return part
    return None


def _off_skin_deg(linear: Float) -> float:
    """How far a colour's hue lies outside the middle of what skin has under neutral light."""
    hue = float(hue_deg(lab_from_linear(linear[None]))[0])
    return max(abs((hue - SKIN_HUE_DEG + 180) % 360 - 180) - SKIN_HUE_REACH_DEG, 0.0)


def _chroma(linear: Float) -> float:
    return float(chroma(lab_from_linear(linear[None]))[0])


def _strength(amount: float) -> float:
    return min(amount / DEFAULT_AMOUNT, MAX_STRENGTH)


def _in_turn(steps: list[Step], rgb: Float) -> Float:
    for step in steps:
        rgb = step(rgb)
    return rgb


def _in_light(matrix: Float) -> Step:
    """Mix the channels in linear light: from the picture's own white to D65, or from a camera's colours to true ones."""

    def mixed(rgb: Float) -> Float:
        changed = encode(decode(rgb) @ matrix.T)
        # A clipped highlight has lost the light's colour: white stays white.
        keep = smoothstep(channel_range(rgb)[0][..., None], 0.95, 1.0)
        result: Float = changed + keep * (rgb - changed)
        return result

    return mixed
