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
from mediakit.quality.clip import score_clip
from mediakit.video.clip import ClipInfo
from mediakit.video.look import ClipLook
from mediakit.video.sample import Sample

Pixels = NDArray[np.uint8]

_FRAMES = 5
"""Looked at for each deliverable, from all over its length; the source is scored on every sample."""


def score_source(look: ClipLook, heard: Heard | None, info: ClipInfo) -> Score:
    """The score of the clip as it came from the phone."""
    return score_clip(
        look.frames,
        look.runs,
        shown=info.size,
        clipped_share=heard.clipped_share if heard else None,
        silent=heard.silent if heard else None,
    )


def score_output(
    planned: Planned, recipe: Recipe, shown: Size, look: ClipLook, heard: Heard | None, info: ClipInfo
) -> Score:
    """The score of one deliverable of `shown` pixels: its stretch, its crop, its colours and its sound."""
    colour = recipe.frame.pad_colour
    cube = planned.output.look
    frames = [
        _framed(sample.rgb, _at(planned, sample.t_s), shown, colour, info.size) for sample in _kept(planned, look, info)
    ]
    runs = [[_framed(rgb, planned.framing, shown, colour, info.size) for rgb in run] for run in look.runs]
    clipped_share, silent = _sound(planned, recipe, heard)
    return score_clip(
        [cube.apply(rgb) for rgb in frames] if cube else frames,
        runs,
        shown=_true_size(planned.framing, shown),
        clipped_share=clipped_share,
        silent=silent,
    )


def _at(planned: Planned, t_s: float) -> Framing:
    """The framing at a moment of the source: it moves where the camera does."""
    camera = planned.output.camera
    if camera is None:
        return planned.framing
    return replace(planned.framing, crop=camera.crop_at(t_s - float(planned.output.begin)))


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


def _sound(planned: Planned, recipe: Recipe, heard: Heard | None) -> tuple[float | None, bool | None]:
    """Share of clipped samples and whether it is silent; what was clipped in the shop stays so under a bed."""
    if planned.output.track is None:
        return None, None
    mode = recipe.sound.mode if recipe.sound else None
    if mode == "music" or heard is None:
        return 0.0, False
    return heard.clipped_share, heard.silent and mode == "keep"
