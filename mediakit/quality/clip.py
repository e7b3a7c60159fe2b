"""How good a clip is for posting, 0..100, and why.

What a frame shows is judged as a photo's is, over frames sampled from the whole clip; what only time shows (shake, flicker,
black and frozen stretches) comes from `motion`, what is heard from the audio room. The parts are put together as a
photo's are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from statistics import median

import numpy as np
from numpy.typing import NDArray

from mediakit.model import Part, Score, Size
from mediakit.quality import measures
from mediakit.quality.impression import Impression, impression
from mediakit.quality.motion import Motion, measure_motion
from mediakit.quality.parts import impression_part, ramp, resolution_part
from mediakit.quality.photo import frame_parts
from mediakit.quality.total import total

Pixels = NDArray[np.uint8]

MOST_SEEN = 3
"""Frames that the network looks at: a clip is one scene, and costs no more than 0.15 of its length."""


def score_clip(
    frames: Sequence[Pixels],
    runs: Sequence[Sequence[Pixels]],
    *,
    shown: Size,
    clipped_share: float | None = None,
    silent: bool | None = None,
) -> Score:
    """The score of a clip.

    frames: (H, W, 3) uint8 sRGB, sampled over its length, at least one; runs: neighbouring frames, likewise. clipped_share:
    the share of sound samples at full scale, None where there is no sound; silent: whether the track is empty.
    """
    parts = [*_picture_parts(frames), resolution_part(shown)]
    motion = measure_motion([[measures.luma(frame) for frame in run] for run in runs])
    if motion is not None:
        parts += [_shake_part(motion), _flicker_part(motion), _stretches_part(motion)]
    if clipped_share is not None:
        parts.append(_sound_part(clipped_share, silent=bool(silent)))
    return total(parts)


def _picture_parts(frames: Sequence[Pixels]) -> list[Part]:
    """Each part at its median over the frames: a moment of blur in a pan is no fault of the clip."""
    seen = _impression_of(frames)
    scored = [frame_parts(measures.working_copy(frame), [], None, seen) for frame in frames]
    parts = [impression_part(seen.opinion)]
    for same in zip(*scored, strict=True):
        middle = median(part.value for part in same)
        example = min(same, key=lambda part: abs(part.value - middle))
        parts.append(Part(example.name, middle, example.weight, f"{example.measured} (median frame)", example.tip))
    return parts


def _impression_of(frames: Sequence[Pixels]) -> Impression:
    """The network's impression of a few frames, each answer at its median: one frame in three, at most three."""
    count = min(MOST_SEEN, max(1, len(frames) // 3))
    picked = [frames[(2 * number + 1) * len(frames) // (2 * count)] for number in range(count)]
    looked = [impression(frame) for frame in picked]
    return Impression(*(median(getattr(one, field.name) for one in looked) for field in fields(Impression)))


def _shake_part(motion: Motion) -> Part:
    tip = "Rest the phone or your elbows on something." if motion.shake > 6 else ""
    measured = f"the frame jumps {motion.shake / 10:.2f} % of its width from picture to picture"
    return Part("shake", ramp(motion.shake, 18, 1.5), 0.3, measured, tip)


def _flicker_part(motion: Motion) -> Part:
    tip = "Lamps flicker: set the camera to 50 Hz or use daylight." if motion.flicker > 2.5 else ""
    measured = f"brightness jumps {motion.flicker:.2f} levels of 255 between pictures"
    return Part("flicker", ramp(motion.flicker, 6, 0.8), 0.12, measured, tip)


def _stretches_part(motion: Motion) -> Part:
    worst = max(motion.frozen, motion.black)
    tip = "Cut the black or frozen stretches." if worst > 0.2 else ""
    measured = f"{100 * motion.black:.0f} % of the looks into it black, {100 * motion.frozen:.0f} % frozen"
    return Part("stretches", ramp(worst, 1.0, 0.05), 0.25, measured, tip)


def _sound_part(clipped_share: float, *, silent: bool) -> Part:
    if silent:
        return Part("sound", 0.7, 0.1, "the sound track is silent", "Add a bed, or mute it on purpose.")
    tip = "Hold the phone further from the loudspeaker." if clipped_share > 0.002 else ""
    return Part(
        "sound", ramp(clipped_share, 0.02, 0.0002), 0.15, f"{100 * clipped_share:.2f} % of the sound clipped", tip
    )
