"""The reasons of a photo's score: each a measured fact turned into 0 poor .. 1 fine, with what to do about it in the shop.

Where the network's impression is known it says how much of a fault there is (it tells a soft picture from a plain one); the
measured number beside it is the fact a person can check. No threshold of a brand lives here.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mediakit.model import Box, Crop, Face, Part, Size
from mediakit.quality.exposed import Exposed

Pixels = NDArray[np.uint8]

FINE_SHORT_SIDE_PX, POOR_SHORT_SIDE_PX = 720, 90
"""Phones show about 720 px well enough; nobody can use 90."""
FINE_LEVEL, POOR_LEVEL = 0.4, 2.8
"""Levels of a learned fault: 1 light, 2 medium, 3 strong."""
NAMED = 0.75
"""A part under this gets its tip."""
DARK_LEVEL = 0.9
"""Underexposure up to this is how many fine photos look: a dark dress, an evening."""
SHARP_PX, NOT_SHARP_PX = 0.35, 0.7
"""Where the subject's own edges are as sharp as the first, softness that the network sees is the background's."""
FACE_SHARP_PX, FACE_NOT_SHARP_PX = 0.6, 0.9
"""The same of a face: skin has few edges, and sharp ones measure up to 0.7 px (`benchmarks/score.py`)."""
SHARP_EYES_PX, SOFT_EYES_PX = 0.75, 2.0
"""Of 30 sharp faces 95 % measure under 0.84 px, slightly blurred ones (a disc of 0.3 % of the long side) 1.0 to 2.6."""
LIT, NOT_LIT = 50.0, 35.0
"""L* of a face: where it is as light as the first, the dark that the network sees lies around it, as on a stage."""
PALEST, BLOWN = 86.0, 98.0
"""L* of a face: the lightest skin in good light, and no skin to be seen any more."""
NO_MARK, MARKED = (-0.6, 88.0, 72.0), (0.4, 96.0, 84.0)
"""`exposed.heaped`, L* of the brightest 5 % and of the median: too much light leaves one of them at the second, on every one
of 16 photos given 0.7 stops and more; under all of the first, the network takes a pale wall or lilac light for it."""
GROUND_IS_BRIGHT = 2.5
"""Levels of overexposure that a plain white ground is taken for, all of the picture."""
EXPOSURE_COUNTS = 0.12
"""With 0.2 the whole agrees less with people (0.833 against 0.835): much of it is in their impression already."""
CAST_COUNTS = 0.02
"""With any weight from 0 to 0.06 the whole agrees alike with people, whose impression has what a tint costs; with this one it
rises least where a tint is laid over photos, some of which are tinted already and gain by it."""
HEAPED, NOT_HEAPED = 2.2, -0.2
"""Of `exposed.heaped`: fine photos stay under the second."""
HEAP_COSTS, STOPS_COST = 0.35, 0.4
"""The most of exposure's value that lights heaped up at the end take, and that light missing or too much does."""
FEW_STOPS, MANY_STOPS = 0.15, 1.5
UNITS_OF_LIGHT = 14.0
"""a*b* units by which a light one log2 ratio off white tints a mid grey."""
TINTS = (0.7, 12.6, 35.0)
"""Units: none to be seen, strong, and no colour right any more."""
LAMPS_TOO = 0.5
OF_THEIR_OWN = 6.0
"""Units that greys may be off beyond the light's tint before it is said that the things are so."""
LEARNED_SHARE = 0.7
"""Of a part's value, where the network has an answer; the rest is measured."""
WELL_EXPOSED = Exposed()


def impression_part(opinion: float) -> Part:
    """What people would say, as a part; the others are why."""
    shown = min(max(opinion, 2.0), 98.0)
    return Part("impression", shown / 100, 1.0, f"people would rate it about {shown:.0f} of 100")


def sharpness_part(soft_px: float | None, detail: float, level: float | None, *, of_face: bool) -> Part:
    """How soft the subject's edges are. soft_px: of `measures.softness_px`, None where nothing shows it."""
    what = "the face" if of_face else "the subject"
    if soft_px is None:
        measured_value, fact = 0.6, "no detail to judge sharpness by"
        tip = "Move closer, or show something with edges."
    else:
        measured_value = 0.5 * ramp(soft_px, 2.0, 0.2) + 0.5 * ramp(np.log2(detail + 0.5), 0.3, 3.8)
        if level is not None:
            sharp = (FACE_SHARP_PX, FACE_NOT_SHARP_PX) if of_face else (SHARP_PX, NOT_SHARP_PX)
            level = min(level, float(np.interp(soft_px, sharp, (0.6, 3.5))))
        fact = f"edges of {what} {soft_px:.1f} px soft at 1024 px, fine detail of {detail:.1f} levels"
        tip = f"Hold still, tap to focus or move closer: {what} is blurred."
    return _named("sharpness", mixed(measured_value, level), 0.2, fact, tip)


def exposure_part(
    light: tuple[float, float, float],
    white: float,
    under: float | None,
    over: float | None,
    *,
    of_face: bool,
    ground: float = 0.0,
    exposed: Exposed = WELL_EXPOSED,
) -> Part:
    """light: CIE L* of the darkest 5 %, the median and the brightest 5 % of face or picture; white: share of it blown.

    under, over: levels that the network sees, None where nobody asked it; ground: the share of plain white paper.
    """
    low, middle, high = light
    what = "face" if of_face else "picture"
    dark = min(ramp(middle, 8, 32), max(ramp(high, 22, 66), 0.05))
    bright = 0.5 * ramp(middle, 97, 84) + 0.5 * ramp(white - ground, 0.6, 0.05)
    # Half the light is about 15 units of L* in the middle of the range.
    stops = (50 - middle) / 15
    # A night street is dark and a product on white is bright, and both are right: where the network has an answer, levels
    # alone count only for what is wrong whatever it shows, nearly black or without a dark spot.
    missing = exposed.stops * (ramp(middle, LIT, NOT_LIT) if of_face else 1.0)
    if under is not None and of_face:
        under = min(under, float(np.interp(middle, (NOT_LIT, LIT), (POOR_LEVEL, 0.6))))
    if over is not None:
        marks = (exposed.heaped, high, middle)
        mark = max(ramp(*one) for one in zip(marks, NO_MARK, MARKED, strict=True))
        over = mark * (over - GROUND_IS_BRIGHT * ground)
    black = 1.0 if exposed.black_ground else ramp(middle, -0.5, 2.5)
    dark_value = dark if under is None else min(ramp(under, POOR_LEVEL, DARK_LEVEL), black)
    bright_value = bright if over is None else min(_of_level(over), 1.0 if ground else ramp(low, 99, 90))
    if of_face:
        bright_value = min(bright_value, ramp(middle, BLOWN, PALEST))
    dark_value *= 1 - STOPS_COST * ramp(missing, FEW_STOPS, MANY_STOPS)
    bright_value *= 1 - STOPS_COST * ramp(-exposed.stops, FEW_STOPS, MANY_STOPS)
    bright_value *= 1 - HEAP_COSTS * ramp(exposed.heaped, NOT_HEAPED, HEAPED)
    fact = f"{what} at L* {middle:.0f}, darkest {low:.0f}, brightest {high:.0f}"
    if dark_value <= bright_value:
        by = max(stops, under or 0.0, missing)
        return _named(
            "exposure", dark_value, EXPOSURE_COUNTS, fact, f"Turn towards the light: about {_stops(by)} under."
        )
    by = max(-stops, 0.75 * (over or 0.0), -exposed.stops)
    return _named(
        "exposure", bright_value, EXPOSURE_COUNTS, fact, f"Turn away from the glare, or tap on it: {_stops(by)} over."
    )


def _stops(count: float) -> str:
    whole = max(1, round(count))
    return "1 stop" if whole == 1 else f"{whole} stops"


def clipping_part(white: float, black: float, ground: float = 0.0) -> Part:
    """Shares of the picture that are pure white or pure black; ground: the share that is plain white paper, no fault."""
    white = max(0.0, white - ground)
    value = min(ramp(white, 0.75, 0.1), ramp(black, 0.75, 0.15))
    tip = "Keep the lamp or window out of the frame." if white > black else "Add light: the shadows are empty."
    return _named("clipping", value, 0.06, f"{100 * white:.1f} % pure white, {100 * black:.1f} % pure black", tip)


def noise_part(sigma: float, level: float | None) -> Part:
    """Standard deviation on flat areas, levels of 255."""
    tip = "Find more light, or hold still longer: it is grainy."
    fact = f"noise of {sigma:.1f} levels of 255 on flat areas"
    return _named("noise", mixed(ramp(sigma, 11, 1.5), level), 0.3, fact, tip)


def cast_part(chroma: float, share: float, judged: float) -> Part:
    """The tint of what should be grey; `judged`: the light's colour as `look` reads it, log2 ratios."""
    seen = share >= 0.05
    # The judged light tells a tinted lamp from a painted wall; greys alone do not. Where the lamp is clearly tinted,
    # part of what they are off beyond it is the lamp's as well.
    light = UNITS_OF_LIGHT * judged
    own = max(0.0, chroma - light) if seen else 0.0
    light += LAMPS_TOO * ramp(judged, 0.3, 0.8) * own
    value = float(np.interp(light, TINTS, (1.0, 0.1, 0.0)))
    fact = f"the light tints greys by {light:.0f} units of a*b*"
    if seen and chroma > light + OF_THEIR_OWN:
        fact += f"; things that look grey are {chroma:.0f} off by a colour of their own"
    tip = "Switch off one of the two kinds of light, or go to the window: the colours are tinted."
    return _named("colour-cast", value, CAST_COUNTS, fact, tip, below=0.6)


def resolution_part(shown: Size, source: Size | None = None, crop: Crop | None = None) -> Part:
    """The short side against what a phone shows, on a logarithmic scale; source, crop: what a deliverable was cut from."""
    short = shown.short_side_px
    value = ramp(np.log2(max(short, 1)), np.log2(POOR_SHORT_SIDE_PX), np.log2(FINE_SHORT_SIDE_PX))
    if source is None or source.short_side_px < FINE_SHORT_SIDE_PX:
        tip = "Send the original, not a screenshot or a chat copy."
    elif crop is not None and min(crop.w_px, crop.h_px) < FINE_SHORT_SIDE_PX:
        tip = "Hold the phone the way it is shown, or stand so that less is cut off: little of it is left."
    else:
        tip = ""  # the surface itself is small
    return _named("resolution", value, 0.25, f"short side {short} px, a phone shows {FINE_SHORT_SIDE_PX}", tip)


def compression_part(quality: int | None, level: float | None) -> Part | None:
    """The JPEG quality the file was saved with, and what the network sees of an earlier save; None where neither is known."""
    if quality is None and level is None:
        return None
    saved = 1.0 if quality is None else ramp(quality, 5, 70)
    value = saved if level is None else min(saved, ramp(level, 3.2, 0.8))
    fact = "no compression to be seen in the file" if quality is None else f"saved at about JPEG quality {quality}"
    return _named("compression", value, 0.15, fact, "Ask for the original: this copy was compressed hard.")


def tilt_part(tilt_deg: float) -> Part:
    """How far it leans, where lines show it."""
    tip = f"Hold the phone level: it leans {abs(tilt_deg):.0f} degrees."
    return _named("tilt", ramp(abs(tilt_deg), 14, 0.5), 0.06, f"leans {tilt_deg:+.1f} degrees", tip, below=0.9)


def faces_part(faces: Sequence[Face], size: Size) -> Part:
    """Faces cut by the frame or too small to read; `faces` in pixels of the picture of `size`."""
    cut = sum(_is_cut(face.box, size) for face in faces)
    share = max(face.box.h for face in faces) / size.height_px
    # A person far off may be meant so: small costs half at most, cut costs more.
    value = min(0.5 + 0.5 * ramp(share, 0.02, 0.08), 1.0 - 0.6 * cut / len(faces))
    tip = "Step back: a face is cut by the frame." if cut else "Move closer to the person: the face is small."
    noun = "face" if len(faces) == 1 else "faces"
    fact = f"{len(faces)} main {noun}, the largest {100 * share:.0f} % of the height, {cut} cut"
    return _named("faces", value, 0.1, fact, tip)


def eyes_part(soft_px: float) -> Part:
    """How soft the eyes of the largest face are, px at 1024. Whether they are open is not judged: five points cannot tell."""
    fact = f"eyes {soft_px:.1f} px soft at 1024 px"
    return _named(
        "eyes", ramp(soft_px, SOFT_EYES_PX, SHARP_EYES_PX), 0.1, fact, "Tap on the face to focus: the eyes are soft."
    )


def _is_cut(box: Box, size: Size) -> bool:
    edge = 0.03 * box.h
    return box.x < -edge or box.y < -edge or box.right > size.width_px + edge or box.bottom > size.height_px + edge


def mixed(measured: float, level: float | None) -> float:
    """A part's value from what was measured and what the network sees of the fault."""
    if level is None:
        return measured
    return LEARNED_SHARE * _of_level(level) + (1 - LEARNED_SHARE) * measured


def _of_level(level: float) -> float:
    return ramp(level, POOR_LEVEL, FINE_LEVEL)


def ramp(value: float, poor: float, fine: float) -> float:
    """0.0 at `poor` and beyond, 1.0 at `fine` and beyond, straight between; either may be the larger."""
    return float(min(1.0, max(0.0, (value - poor) / (fine - poor))))


def _named(name: str, value: float, weight: float, fact: str, tip: str, below: float = NAMED) -> Part:
    return Part(name, round(value, 4), weight, fact, tip if value < below else "")
