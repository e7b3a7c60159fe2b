"""Which part of a clip a surface shows, moment by moment: one still crop, or a camera path where somebody moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from mediakit.audio.hear import Heard
from mediakit.batch.clip_plan import clip_spec, even_size
from mediakit.frame.clip import merge, solve_clip
from mediakit.frame.geometry import hull, largest_crop
from mediakit.frame.path import Grid, Moment
from mediakit.frame.reframe import (
    CROWDED,
    CameraPath,
    Stretch,
    camera_path,
    held_share,
    moments_of,
    speaker_stretches,
    track_moments,
    within,
)
from mediakit.frame.solve import Framing, solve
from mediakit.frame.track import Shot, main_tracks
from mediakit.model import Crop, Face, Findings, Size
from mediakit.photo.render import export_size
from mediakit.presets.recipe import Recipe
from mediakit.video.clip import ClipInfo
from mediakit.video.follow import Followed
from mediakit.video.look import ClipLook
from mediakit.video.pan import MOST_KNOTS, pan_for
from mediakit.video.picture import stored_size


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """The part of the clip that is used, at the deliverable's rate."""

    begin_s: float
    frames: int
    fps: Fraction


def window_of(recipe: Recipe, info: ClipInfo) -> Size | None:
    """How large a crop that may slide is; None where there is nothing to slide, or where it is said where to look."""
    assert recipe.clip is not None
    ratio = recipe.shape.value
    if ratio is None or recipe.frame.fit != "crop" or recipe.frame.focus or not recipe.clip.follow:
        return None
    window = largest_crop(info.size, ratio)
    return None if window == info.size else window


def framed_over_time(
    recipe: Recipe, info: ClipInfo, look: ClipLook, followed: Followed | None, heard: Heard | None, cut: Cut
) -> tuple[Framing, CameraPath | None]:
    """The framing of the first frame, and the path of the others; None where the crop stays.

    `followed` is None where nobody followed anything, because `window_of` said so.
    """
    still = solve_clip(look.seen, recipe.shape, recipe.frame, safe_zone=clip_spec(recipe).safe_zone)
    window = window_of(recipe, info)
    if followed is None or window is None:
        return still, None
    has_faces = any(main_tracks(shot, info.size) for shot in followed.shots)
    grid = _grid(recipe, info, window, cut.fps)
    if grid is None or (still.fit != "crop" and not has_faces):
        return still, None
    stretches, apart = _stretches(recipe, look, followed, heard, info.size, window)
    if apart is not None and _wants_border(recipe):
        bordered = solve(apart, recipe.shape, recipe.frame, safe_zone=clip_spec(recipe).safe_zone)
        if bordered.fit != "crop":
            return bordered, None
    path = camera_path(_begun(stretches, cut.begin_s), info.size, window, grid, cut.frames)
    path = replace(path, shots=len(followed.shots), apart=apart is not None)
    path = replace(path, held=held_share(path, followed.shots, followed.times_s, cut.begin_s))
    if len(path.knots) > MOST_KNOTS:
        return still, None
    first = path.crop_at(0.0)
    if path.is_still:
        return (still if still.crop == first else Framing(first, "crop", still.why)), None
    return Framing(first, "crop", _why(path, has_faces)), path


def _wants_border(recipe: Recipe) -> bool:
    return recipe.clip is not None and recipe.clip.apart == "pad"


def _grid(recipe: Recipe, info: ClipInfo, window: Size, fps: Fraction) -> Grid | None:
    """Places the renderer can show; None where the window has next to no room."""
    framing = Framing(Crop(0, 0, window.width_px, window.height_px), "crop", "")
    size, stored = even_size(export_size(recipe.shape, framing, info.size)), stored_size(info)
    pan = pan_for(info, stored, window, size)
    if pan is None:
        return None
    along = stored.height_px / info.size.height_px if pan.upright else stored.width_px / info.size.width_px
    return pan.grid(fps, along)


def _stretches(
    recipe: Recipe, look: ClipLook, followed: Followed, heard: Heard | None, picture: Size, window: Size
) -> tuple[list[Stretch], Findings | None]:
    """What every shot asks for, and who was too far apart for one crop in the first shot in which that was so."""
    found: list[Stretch] = []
    first_apart: Findings | None = None
    for shot in followed.shots:
        times = within(followed.times_s, shot)
        moments, apart = moments_of(shot, times, picture, window)
        prefer = _prefer(recipe, look, shot)
        if apart <= CROWDED:
            found.append(Stretch(shot.begin_s, shot.end_s, moments, prefer))
            continue
        first_apart = first_apart or _people(shot, times, picture)
        for begin, end, track in speaker_stretches(shot, times, picture, heard.speech if heard else ()):
            asked = [one for one in track_moments(track, times, picture, window) if begin <= one.t_s <= end]
            found.append(Stretch(begin, end, tuple(asked), prefer))
    return found, first_apart


def _people(shot: Shot, times: Sequence[float], picture: Size) -> Findings:
    """The main faces of a shot when they are farthest apart, as one picture's."""
    tracks = main_tracks(shot, picture)
    moments = [[box for box in (track.box_at(t) for track in tracks) if box is not None] for t in times]
    widest = max((boxes for boxes in moments if boxes), key=lambda boxes: hull(boxes).w + hull(boxes).h)
    return Findings(picture, tuple(Face(box, 1.0) for box in sorted(widest, key=lambda box: -box.area)))


def _prefer(recipe: Recipe, look: ClipLook, shot: Shot) -> float:
    """Where a still crop of this shot would start."""
    near = [seen for sample, seen in zip(look.samples, look.seen, strict=True) if _is_in(sample.t_s, shot)]
    middle = (shot.begin_s + shot.end_s) / 2
    seen: Sequence[Findings] = near or [
        min(zip(look.samples, look.seen, strict=True), key=lambda pair: abs(pair[0].t_s - middle))[1]
    ]
    crop = solve(merge(seen), recipe.shape, recipe.frame, safe_zone=clip_spec(recipe).safe_zone).crop
    window = largest_crop(seen[0].size, recipe.shape.value) if recipe.shape.value is not None else seen[0].size
    if window.width_px < seen[0].size.width_px:
        return crop.x_px + (crop.w_px - window.width_px) / 2
    return crop.y_px + (crop.h_px - window.height_px) / 2


def _is_in(t_s: float, shot: Shot) -> bool:
    return shot.begin_s - 1e-6 <= t_s < shot.end_s


def _begun(stretches: Sequence[Stretch], begin_s: float) -> list[Stretch]:
    """On the deliverable's own clock, which begins where its stretch of the clip does."""
    if begin_s == 0:
        return list(stretches)
    return [
        Stretch(
            one.begin_s - begin_s,
            one.end_s - begin_s,
            tuple(Moment(m.t_s - begin_s, m.must, m.want) for m in one.moments),
            one.prefer_px,
        )
        for one in stretches
        if one.end_s > begin_s
    ]


def _why(path: CameraPath, has_faces: bool) -> str:
    who = "whoever speaks" if path.apart else "the faces" if has_faces else "what moves"
    over = f" over {path.shots} shots" if path.shots > 1 else ""
    held = f"; fully inside {path.held:.0%} of the time" if path.held is not None else ""
    return f"the crop follows {who}{over}{held}"
