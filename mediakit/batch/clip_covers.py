"""Covers of a clip go the way of any photo, from its best frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from mediakit.batch.make_photo import deliver, judged_by
from mediakit.batch.people import without_bystanders
from mediakit.batch.plan import Wanted
from mediakit.batch.problems import failed
from mediakit.errors import FileError
from mediakit.model import Delivered, Size
from mediakit.photo.metadata import PhotoMeta
from mediakit.photo.open import Photo
from mediakit.photo.render import looked_at
from mediakit.video.clip import ClipInfo
from mediakit.video.cover import best_cover
from mediakit.video.look import ClipLook


def deliver_covers(wanted: Sequence[Wanted], path: Path, info: ClipInfo, look: ClipLook, out: Path) -> list[Delivered]:
    """Every cover that is wanted of the clip at `path`; a clip that gives no frame fails its covers, not its clips."""
    try:
        frame = best_cover(path, info, look)
    except FileError as error:
        return [failed(item, error) for item in wanted]
    size = Size(frame.rgb.shape[1], frame.rgb.shape[0])
    photo = Photo(pixels=frame.rgb, shown=size, scale=1.0, notes=(), meta=PhotoMeta())
    seen = looked_at(photo)
    try:
        hidden = without_bystanders(photo, seen.findings, [item.recipe for item in wanted])
    except FileError as error:
        return [failed(item, error) for item in wanted]
    judged = judged_by(photo, seen)
    made = [deliver(item, hidden.photo, hidden.findings, seen.tone, out, judged) for item in wanted]
    return [replace(one, facts={**one.facts, "frame_s": round(frame.t_s, 3)}) for one in made]
