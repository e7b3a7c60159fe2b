"""How good a photo is for posting, 0..100, and why.

Each part is a measured fact turned into 0 poor .. 1 fine; `total` puts them together so that one bad fault
sinks a picture, however good the rest is. No threshold lives here; `verdict` holds the brand's.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mediakit.model import Box, Face, Findings, Part, Score, Size
from mediakit.quality import measures

Pixels = NDArray[np.uint8]

FINE_SHORT_SIDE_PX = 1080
POOR_SHORT_SIDE_PX = 360
DECISIVE_WEIGHT = 1.0
"""A part of this weight and more can spoil a picture alone."""


def score_photo(
    rgb: Pixels, findings: Findings, *, shown: Size, encoded_quality: int | None = None, tilt_counts: bool = True
) -> Score:
    """The score of a picture.

    rgb: (H, W, 3) uint8 sRGB at any size that shows all of it; `findings` in pixels of `shown`, its full size.
    encoded_quality: the JPEG quality estimated from its tables, None where there are none.
    """
    work = measures.working_copy(rgb)
    scale = work.shape[1] / findings.size.width_px
    faces = [_scaled_face(face, scale) for face in findings.main_faces]
    subject = findings.subject.scaled(scale) if findings.subject else None
    parts = score_parts(work, faces, subject)
    parts.append(resolution_part(shown))
    if encoded_quality is not None:
        parts.append(compression_part(encoded_quality))
    if tilt_counts and findings.tilt_deg is not None:
        parts.append(tilt_part(findings.tilt_deg))
    if faces:
        parts.append(faces_part(faces, work))
    return total(parts)


def score_parts(work: Pixels, faces: Sequence[Face], subject: Box | None) -> list[Part]:
    """The parts that any single picture has, a photo or a frame of a clip; `work` at the working size."""
    grey = measures.luma(work)
    noise = measures.noise_sigma(grey)
    where = faces[0].box if faces else subject
    return [
        sharpness_part(grey, noise, where, of_face=bool(faces)),
        exposure_part(work, faces),
        clipping_part(work),
        noise_part(noise),
        cast_part(work),
    ]


def total(parts: Sequence[Part]) -> Score:
    """The weighted geometric mean of the parts times the square root of the worst that matters, 0..100.

    A mean alone forgives: seven good parts hide a hopeless blur, and nobody posts a blurred photo for its exposure. A
    part at zero counts as a fiftieth, so order is never lost.
    """
    weight = sum(part.weight for part in parts)
    logs = sum(part.weight * math.log(max(part.value, 0.02)) for part in parts)
    worst = min((part.value for part in parts if part.weight >= DECISIVE_WEIGHT), default=1.0)
    return Score(round(100 * math.exp(logs / weight) * math.sqrt(max(worst, 0.02)), 1), tuple(parts))


def sharpness_part(grey: NDArray[np.float32], noise: float, where: Box | None, *, of_face: bool) -> Part:
    """How soft the subject's edges are; the whole picture's where the subject shows none."""
    soft = measures.softness_px(grey, noise, where)
    if soft is None:
        soft = measures.softness_px(grey, noise)
    if soft is None:
        return Part(
            "sharpness", 0.6, 3.0, "no detail to judge sharpness by", "Move closer, or show something with edges."
        )
    what = "the face" if of_face else "the subject"
    tip = f"Hold still or tap to focus: {what} is blurred." if soft > 1.0 else ""
    # Softness alone calls a faint picture sharp; how much fine detail there is at all tells the two apart.
    detail = measures.fine_detail(grey, noise)
    value = 0.5 * ramp(soft, 2.0, 0.2) + 0.5 * ramp(math.log2(detail + 0.5), 0.3, 3.8)
    measured = f"edges of {what} {soft:.1f} px soft at 1024 px, fine detail of {detail:.1f} levels"
    return Part("sharpness", value, 3.0, measured, tip)


def exposure_part(work: Pixels, faces: Sequence[Face]) -> Part:
    """Median lightness of the face where there is one, else of the picture."""
    low, middle, high = measures.lightness(work, faces[0].box if faces else None)
    what = "face" if faces else "picture"
    value = min(ramp(middle, 8, 32), ramp(middle, 97, 84), max(ramp(high, 22, 66), 0.05))
    # Half the light is about 15 units of L* in the middle of the range.
    stops = (50 - middle) / 15
    measured = f"{what} at L* {middle:.0f}, darkest {low:.0f}, brightest {high:.0f}"
    if middle < 28:
        return Part("exposure", value, 2.0, measured, f"Turn towards the light: about {stops:.0f} stops under.")
    if middle > 88:
        return Part("exposure", value, 2.0, measured, f"Step out of the glare: about {-stops:.0f} stops over.")
    return Part("exposure", value, 2.0, measured)


def clipping_part(work: Pixels) -> Part:
    """Shares of the picture that are pure white or pure black."""
    white, black = measures.clipped_shares(work)
    value = min(ramp(white, 0.45, 0.04), ramp(black, 0.6, 0.12))
    tip = (
        "Avoid the lamp or window in the frame."
        if white > 0.15
        else "Add light: the shadows are empty."
        if black > 0.3
        else ""
    )
    return Part("clipping", value, 1.0, f"{100 * white:.1f} % pure white, {100 * black:.1f} % pure black", tip)


def noise_part(noise: float) -> Part:
    """Standard deviation on flat areas."""
    tip = "More light, or a steadier hand, would let the phone use less gain." if noise > 4 else ""
    return Part("noise", ramp(noise, 9, 1.2), 1.5, f"noise of {noise:.1f} levels of 255 on flat areas", tip)


def cast_part(work: Pixels) -> Part:
    """The tint of what should be grey; no fault without enough of it."""
    cast, share = measures.neutral_cast(work)
    if share < 0.05:
        return Part("colour-cast", 1.0, 0.7, "nothing grey to read a cast from")
    tip = "Switch off one of the two kinds of light." if cast > 13 else ""
    return Part("colour-cast", ramp(cast, 24, 8), 0.7, f"greys are {cast:.0f} units of a*b* off neutral", tip)


def resolution_part(shown: Size) -> Part:
    """The short side against what the platforms show, on a logarithmic scale."""
    short = shown.short_side_px
    value = ramp(math.log2(short), math.log2(POOR_SHORT_SIDE_PX / 2), math.log2(FINE_SHORT_SIDE_PX))
    tip = "Send the original, not a screenshot or a chat copy." if short < 720 else ""
    return Part("resolution", value, 1.2, f"short side {short} px, platforms show {FINE_SHORT_SIDE_PX}", tip)


def compression_part(quality: int) -> Part:
    """The JPEG quality the file was saved with."""
    tip = "Ask for the original: this copy was compressed hard." if quality < 50 else ""
    return Part("compression", ramp(quality, 10, 75), 1.0, f"saved at about JPEG quality {quality}", tip)


def tilt_part(tilt_deg: float) -> Part:
    """How far it leans, where lines show it."""
    tip = f"Hold the phone level: it leans {abs(tilt_deg):.0f} degrees." if abs(tilt_deg) > 2 else ""
    return Part("tilt", ramp(abs(tilt_deg), 14, 1.2), 0.6, f"leans {tilt_deg:+.1f} degrees", tip)


def faces_part(faces: Sequence[Face], work: Pixels) -> Part:
    """Faces cut by the frame or too small to read."""
    height, width = work.shape[:2]
    cut = sum(_is_cut(face.box, width, height) for face in faces)
    share = max(face.box.h for face in faces) / height
    value = min(ramp(share, 0.02, 0.08), 1.0 - 0.5 * cut / len(faces))
    tip = "Step back: a face is cut by the frame." if cut else "Move closer to the person." if share < 0.05 else ""
    noun = "face" if len(faces) == 1 else "faces"
    return Part(
        "faces", value, 0.8, f"{len(faces)} main {noun}, the largest {100 * share:.0f} % of the height, {cut} cut", tip
    )


def _is_cut(box: Box, width: int, height: int) -> bool:
    edge = 0.03 * box.h
    return box.x < -edge or box.y < -edge or box.right > width + edge or box.bottom > height + edge


def ramp(value: float, poor: float, fine: float) -> float:
    """0.0 at `poor` and beyond, 1.0 at `fine` and beyond, straight between; either may be the larger."""
    return min(1.0, max(0.0, (value - poor) / (fine - poor)))


def _scaled_face(face: Face, scale: float) -> Face:
    return Face(face.box.scaled(scale), face.confidence, tuple((x * scale, y * scale) for x, y in face.points))
