"""Covers of a clip go the way of any photo, from its best frame; two others are offered in the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mediakit.batch.make_photo import deliver, judged_by
from mediakit.batch.people import without_bystanders
from mediakit.batch.plan import Wanted
from mediakit.batch.preview import preview_name, write_preview
from mediakit.batch.problems import failed
from mediakit.errors import FileError
from mediakit.model import Delivered, Findings, Note, Size
from mediakit.photo.metadata import AiLabel, PhotoMeta
from mediakit.photo.open import Photo
from mediakit.photo.render import looked_at
from mediakit.quality.photo import score_photo
from mediakit.video.clip import ClipInfo
from mediakit.video.cover import Cover, best_covers
from mediakit.video.look import ClipLook


def deliver_covers(wanted: Sequence[Wanted], path: Path, info: ClipInfo, look: ClipLook, out: Path) -> list[Delivered]:
    """Every cover that is wanted of the clip at `path`; a clip that gives no frame fails its covers, not its clips."""
    try:
        frame, *others = best_covers(path, info, look, _as_photo)
    except FileError as error:
        return [failed(item, error) for item in wanted]
    size = Size(frame.rgb.shape[1], frame.rgb.shape[0])
    photo = Photo(pixels=frame.rgb, shown=size, scale=1.0, notes=(), meta=PhotoMeta(ai_label=_label_of(info)))
    seen = looked_at(photo)
    try:
        hidden = without_bystanders(photo, seen.findings, [item.recipe for item in wanted])
    except FileError as error:
        return [failed(item, error) for item in wanted]
    judged = judged_by(photo, seen)
    made = [deliver(item, hidden.photo, hidden.findings, seen.tone, out, judged) for item in wanted]
    offered = [_offered(one, wanted[0], out) for one in others]
    facts = {"frame_s": round(frame.t_s, 3), "other_frames": offered}
    note = _also(others)
    return [replace(one, facts={**one.facts, **facts}, notes=(*one.notes, *note)) for one in made]


def _label_of(info: ClipInfo) -> AiLabel | None:
    """The clip's AI-content label: a frame of it is as much made by AI as all of it."""
    said = {key.lower(): value for key, value in info.kept}
    label = AiLabel(said.get("aigc", ""), said.get("digitalsourcetype", ""))
    return None if label == AiLabel() else label


def _as_photo(rgb: NDArray[np.uint8], findings: Findings) -> float:
    return score_photo(rgb, findings, shown=findings.size, tilt_counts=False).value


def _offered(cover: Cover, item: Wanted, out: Path) -> dict[str, object]:
    """Another frame that would do, with a small picture of it."""
    name = f"{preview_name(item)}-{round(cover.t_s * 1000)}"
    return {"frame_s": round(cover.t_s, 3), "preview": write_preview(cover.rgb, out, name)}


def _also(others: Sequence[Cover]) -> tuple[Note, ...]:
    if not others:
        return ()
    moments = " and ".join(f"{cover.t_s:.1f} s" for cover in others)
    return (Note("other-covers", f"The frames at {moments} would do as a cover too."),)
