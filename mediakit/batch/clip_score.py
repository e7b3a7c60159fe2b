"""The score of a clip as it was shot, and of each deliverable as people will see it.

A deliverable is scored from the frames that were looked at anyway, cut, laid out and coloured as it is: nothing is
decoded again. What the encoder does to them is left to the checks, which read the written file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mediakit.audio.hear import Heard
from mediakit.batch.clip_plan import Planned
from mediakit.frame.solve import Framing
from mediakit.model import Score, Size
from mediakit.photo.render import framed
from mediakit.presets.recipe import Recipe
from mediakit.quality.clip import ClipSeen, score_clip
from mediakit.quality.clip_parts import LEAST_SPEECH_S, ClipSound
from mediakit.video.clip import ClipInfo
from mediakit.video.look import ClipLook
from mediakit.video.sample import Sample

Pixels = NDArray[np.uint8]

_FRAMES = 5
"""Looked at for each deliverable, from all over its length; the source is scored on every sample."""


def score_source(look: ClipLook, heard: Heard | None, info: ClipInfo) -> Score:
    """The score of the clip as it came from the phone."""
    seen = ClipSeen(
        frames=look.frames,
        times_s=[sample.t_s for sample in look.samples],
        findings=look.seen,
        runs=look.runs,
        run_times_s=_run_times(look, info),
        tone=look.tone,
    )
    return score_clip(seen, shown=info.size, sound=_as_heard(heard))


def score_output(
    planned: Planned, recipe: Recipe, shown: Size, look: ClipLook, heard: Heard | None, info: ClipInfo
) -> Score:
    """The score of one deliverable of `shown` pixels: its stretch, its crop, its colours and its sound."""
    colour = recipe.frame.pad_colour
    cube = planned.output.look
    kept = _kept(planned, look, info)
    frames = [_framed(sample.rgb, _at(planned, sample.t_s), shown, colour, info.size) for sample in kept]
    run_times = _run_times(look, info)
    runs = [
        [_framed(rgb, _at(planned, time_s), shown, colour, info.size) for rgb in run]
        for time_s, run in zip(run_times, look.runs, strict=True)
    ]
    begin = float(planned.output.begin)
    seen = ClipSeen(
        frames=[cube.apply(rgb) for rgb in frames] if cube else frames,
        times_s=[max(0.0, sample.t_s - begin) for sample in kept],
        runs=runs,
        run_times_s=[max(0.0, time_s - begin) for time_s in run_times],
    )
    return score_clip(
        seen,
        shown=_true_size(planned.framing, shown),
        source=info.size,
        crop=planned.framing.crop,
        sound=_sound(planned, recipe, heard),
    )


def _run_times(look: ClipLook, info: ClipInfo) -> list[float]:
    """When the runs were taken: in the middles of equal stretches."""
    step = float(info.duration) / max(1, len(look.runs))
    return [step * (number + 0.5) for number in range(len(look.runs))]


def _at(planned: Planned, t_s: float) -> Framing:
    """The framing at a moment of the source."""
    return planned.output.framing_at(max(0.0, t_s - float(planned.output.begin)))


def _kept(planned: Planned, look: ClipLook, info: ClipInfo) -> Sequence[Sample]:
    """A few frames of the stretch that is kept; the nearest one where none was sampled inside."""
    begin = float(planned.output.begin)
    end = begin + float(planned.output.length if planned.output.length is not None else info.duration)
    inside = [sample for sample in look.samples if begin <= sample.t_s <= end]
    if not inside:
        return [min(look.samples, key=lambda sample: abs(sample.t_s - begin))]
    picked = np.unique(np.linspace(0, len(inside) - 1, min(_FRAMES, len(inside))).round().astype(int))
    return [inside[n] for n in picked]


def _framed(rgb: Pixels, framing: Framing, shown: Size, pad_colour: str, source: Size) -> Pixels:
    """One frame laid out as the deliverable is, no larger than the looked-at copy gives pixels for."""
    content_px = framing.crop.w_px * rgb.shape[1] / source.width_px
    laid_px = framing.crop.w_px * min(shown.width_px / framing.crop.w_px, shown.height_px / framing.crop.h_px)
    scale = min(1.0, content_px / laid_px)
    size = Size(max(2, round(shown.width_px * scale)), max(2, round(shown.height_px * scale)))
    return framed(rgb, framing, size, pad_colour, source)


def _true_size(framing: Framing, shown: Size) -> Size:
    """The pixels it really has: enlarging a small crop makes no detail."""
    laid = min(shown.width_px / framing.crop.w_px, shown.height_px / framing.crop.h_px)
    scale = min(1.0, 1 / laid)
    return Size(max(1, round(shown.width_px * scale)), max(1, round(shown.height_px * scale)))


def _sound(planned: Planned, recipe: Recipe, heard: Heard | None) -> ClipSound | None:
    """What is heard of a deliverable; what was clipped in the shop stays so under a bed, which is no noise."""
    if planned.output.track is None:
        return None
    mode = recipe.sound.mode if recipe.sound else "keep"
    if mode == "music" or heard is None:
        return ClipSound()
    found = _as_heard(heard)
    if found is None or mode == "keep":
        return found
    if mode == "hush":  # the voices are gone, and nothing was laid over the rest
        return replace(found, speech_gap_db=None)
    return replace(found, silent=False, floor_lufs=None, speech_gap_db=_over_bed(found.speech_gap_db, recipe))


def _over_bed(gap_db: float | None, recipe: Recipe) -> float | None:
    """How far speech stands above the louder of what was under it and the ducked bed."""
    if gap_db is None or recipe.sound is None:
        return gap_db
    return min(gap_db, recipe.sound.bed_under_db + recipe.sound.duck_db)


def _as_heard(heard: Heard | None) -> ClipSound | None:
    if heard is None:
        return None
    gap = None
    if heard.speech_s >= LEAST_SPEECH_S and heard.loudness_lufs is not None and heard.noise_floor_lufs is not None:
        gap = heard.loudness_lufs - heard.noise_floor_lufs
    return ClipSound(
        clipped=heard.clipped_share, silent=heard.silent, floor_lufs=heard.noise_floor_lufs, speech_gap_db=gap
    )
