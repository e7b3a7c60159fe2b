"""Which part of a clip a surface shows, moment by moment: a still crop, a camera path where somebody moves, or a border.

Decided shot by shot: a border that two people far apart need in one shot is not there in the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
from mediakit.frame.scenes import Scene
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

MOST_SCENES = 12
"""Each is a chain of filters of its own."""


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
) -> tuple[Scene, ...]:
    """How the deliverable is framed, from its first frame to its last: one scene, more where its shots differ.

    `followed` is None where nobody followed anything, because `window_of` said so.
    """
    still = solve_clip(look.seen, recipe.shape, recipe.frame, safe_zone=clip_spec(recipe).safe_zone)
    window = window_of(recipe, info)
    grid = _grid(recipe, info, window, cut.fps) if window is not None else None
    if followed is None or window is None or grid is None:
        return (Scene(0, cut.frames, still),)
    director = _Director(recipe, look, followed, heard, info.size, window, grid, cut, still)
    scenes = director.scenes()
    knots = sum(len(scene.camera.knots) for scene in scenes if scene.camera is not None)
    return scenes if knots <= MOST_KNOTS else (Scene(0, cut.frames, still),)


def _grid(recipe: Recipe, info: ClipInfo, window: Size, fps: Fraction) -> Grid | None:
    """Places the renderer can show; None where the window has next to no room."""
    framing = Framing(Crop(0, 0, window.width_px, window.height_px), "crop", "")
    size, stored = even_size(export_size(recipe.shape, framing, info.size)), stored_size(info)
    pan = pan_for(info, stored, window, size)
    if pan is None:
        return None
    along = stored.height_px / info.size.height_px if pan.upright else stored.width_px / info.size.width_px
    return pan.grid(fps, along)


@dataclass(frozen=True, slots=True)
class _Part:
    """What one shot wants: `border` where no crop does it justice, else what its crop has to hold."""

    shot: Shot
    stretches: tuple[Stretch, ...]
    border: Framing | None = None
    apart: bool = False


@dataclass(frozen=True, slots=True)
class _Director:
    """Decides shot by shot, then puts neighbours of one kind into one scene."""

    recipe: Recipe
    look: ClipLook
    followed: Followed
    heard: Heard | None
    picture: Size
    window: Size
    grid: Grid
    cut: Cut
    still: Framing
    """Of the clip as a whole, if it were one picture."""

    def scenes(self) -> tuple[Scene, ...]:
        """The whole deliverable. So many that ffmpeg would choke on them become one crop that shows whom it can."""
        parts = [self._part(shot) for shot in self.followed.shots]
        runs = self._runs(parts)
        if len(runs) > MOST_SCENES:
            runs = self._runs([replace(part, border=None) for part in parts])
        return tuple(self._scene(begin, end, run) for begin, end, run in runs)

    def _part(self, shot: Shot) -> _Part:
        times = within(self.followed.times_s, shot)
        moments, crowded = moments_of(shot, times, self.picture, self.window)
        plain = _Part(shot, (Stretch(shot.begin_s, shot.end_s, moments, self._prefer(shot)),))
        if not main_tracks(shot, self.picture):
            return replace(plain, border=self._border_around_things(shot))
        if crowded <= CROWDED:
            return plain
        if self.recipe.clip is not None and self.recipe.clip.apart == "pad":
            bordered = self._solved(_people(shot, times, self.picture))
            return replace(plain, border=bordered if bordered.fit != "crop" else None, apart=True)
        return _Part(shot, tuple(self._speakers(shot, times)), apart=True)

    def _border_around_things(self, shot: Shot) -> Framing | None:
        """Without people: a title, or a thing that any crop would cut, as in a photo."""
        seen = self._seen(shot)
        if len(seen) == len(self.look.seen):
            return self.still if self.still.fit != "crop" else None
        zone = clip_spec(self.recipe).safe_zone
        framing = solve_clip(seen, self.recipe.shape, self.recipe.frame, safe_zone=zone) if seen else self.still
        return framing if framing.fit != "crop" else None

    def _speakers(self, shot: Shot, times: Sequence[float]) -> Iterator[Stretch]:
        spoken = self.heard.speech if self.heard else ()
        for begin, end, track in speaker_stretches(shot, times, self.picture, spoken):
            asked = [m for m in track_moments(track, times, self.picture, self.window) if begin <= m.t_s <= end]
            yield Stretch(begin, end, tuple(asked), self._prefer(shot))

    def _runs(self, parts: Sequence[_Part]) -> list[tuple[int, int, list[_Part]]]:
        """Neighbours that share a scene, with its frames; what lies outside the deliverable is left out."""
        runs: list[tuple[int, int, list[_Part]]] = []
        for n, part in enumerate(parts):
            begin = runs[-1][1] if runs else 0
            end = self.cut.frames if n + 1 == len(parts) else self._frame(part.shot.end_s)
            if end <= begin:
                continue
            if runs and _alike(runs[-1][2][-1].border, part.border):
                runs[-1] = (runs[-1][0], end, [*runs[-1][2], part])
            else:
                runs.append((begin, end, [part]))
        return runs

    def _frame(self, t_s: float) -> int:
        return min(self.cut.frames, max(0, round((t_s - self.cut.begin_s) * self.cut.fps)))

    def _scene(self, begin: int, end: int, parts: Sequence[_Part]) -> Scene:
        if parts[0].border is not None:
            return Scene(begin, end, parts[0].border)
        begin_s = self.cut.begin_s + begin / float(self.cut.fps)
        stretches = _begun([one for part in parts for one in part.stretches], begin_s)
        shots = [part.shot for part in parts]
        path = camera_path(stretches, self.picture, self.window, self.grid, end - begin)
        path = replace(path, shots=len(shots), apart=any(part.apart for part in parts))
        path = replace(path, held=held_share(path, shots, self.followed.times_s, begin_s))
        first = path.crop_at(0.0)
        if path.is_still:
            kept = self.still.fit == "crop" and self.still.crop == first
            return Scene(begin, end, self.still if kept else Framing(first, "crop", self._why_still(shots)))
        has_faces = any(main_tracks(shot, self.picture) for shot in shots)
        return Scene(begin, end, Framing(first, "crop", _why(path, has_faces)), path)

    def _why_still(self, shots: Sequence[Shot]) -> str:
        if self.still.fit == "crop":
            return self.still.why
        return (
            "the faces stay in it" if any(main_tracks(one, self.picture) for one in shots) else "nothing asks for more"
        )

    def _seen(self, shot: Shot) -> list[Findings]:
        pairs = zip(self.look.samples, self.look.seen, strict=True)
        return [seen for sample, seen in pairs if shot.begin_s - 1e-6 <= sample.t_s < shot.end_s]

    def _prefer(self, shot: Shot) -> float:
        """Where a still crop of this shot would start."""
        middle = (shot.begin_s + shot.end_s) / 2
        pairs = zip(self.look.samples, self.look.seen, strict=True)
        seen = self._seen(shot) or [min(pairs, key=lambda pair: abs(pair[0].t_s - middle))[1]]
        crop = self._solved(merge(seen)).crop
        if self.window.width_px < self.picture.width_px:
            return crop.x_px + (crop.w_px - self.window.width_px) / 2
        return crop.y_px + (crop.h_px - self.window.height_px) / 2

    def _solved(self, seen: Findings) -> Framing:
        return solve(seen, self.recipe.shape, self.recipe.frame, safe_zone=clip_spec(self.recipe).safe_zone)


def _alike(one: Framing | None, other: Framing | None) -> bool:
    """Whether two shots can share a scene: both crops, or the very same part in a border."""
    if one is None or other is None:
        return one is other
    return (one.crop, one.fit) == (other.crop, other.fit)


def _people(shot: Shot, times: Sequence[float], picture: Size) -> Findings:
    """The main faces of a shot when they are farthest apart, as one picture's."""
    tracks = main_tracks(shot, picture)
    moments = [[box for box in (track.box_at(t) for track in tracks) if box is not None] for t in times]
    widest = max((boxes for boxes in moments if boxes), key=lambda boxes: hull(boxes).w + hull(boxes).h)
    return Findings(picture, tuple(Face(box, 1.0) for box in sorted(widest, key=lambda box: -box.area)))


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
