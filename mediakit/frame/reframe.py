"""Reframe over time: what every shot of a clip has to show, and the camera path that shows it.

In each shot the main faces (or, without faces, the thing it is about) say where the crop may start; `frame.path` finds the
path, which jumps only where the clip itself cuts. Where two people do not fit into one crop, the preset decides: a
border, or whoever is speaking, told by the mouth that moves while speech is heard; then the camera cuts between them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mediakit.frame.geometry import hull
from mediakit.frame.path import Grid, Knot, Moment, Span, solve_path
from mediakit.frame.solve import SLACK, with_margin
from mediakit.frame.taste import Line
from mediakit.frame.track import Shot, Track, main_tracks
from mediakit.model import Box, Crop, Face, Size

ROOM = 1.6
"""Space around a face that a moving crop seeks, in those of a still one: it must not run along somebody's ear."""
CROWDED = 0.1
"""Of a shot's moments with faces: when they do not fit into one crop for longer, they are too far apart."""
STAYS_S = 0.7
"""Somebody is still there for this long before they are first seen and after they are last seen: heads turn away."""
SPEAKER_WINDOW_S = 2.0
SPEAKER_LEAD = 1.5
"""Levels of 255 by which another mouth must move more before the camera cuts to it."""
SPEAKER_HOLD_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraPath:
    """Where the crop of `window` pixels starts in every frame of a deliverable: at a knot, evenly between knots.

    `shots`, `held` and `apart` are facts for the manifest: how many shots there are, in which share of looked-at moments
    the main faces are fully inside, and whether people were too far apart for one crop.
    """

    picture: Size
    window: Size
    upright: bool
    grid: Grid
    knots: tuple[Knot, ...]
    shots: int = 1
    held: float | None = None
    apart: bool = False

    @property
    def is_still(self) -> bool:
        """Whether the crop never moves."""
        return len({knot.start for knot in self.knots}) == 1

    def start_px(self, frame: float) -> float:
        """Where the crop starts at a frame, in px of the clip as shown."""
        units = np.interp(frame, [knot.frame for knot in self.knots], [knot.start for knot in self.knots])
        return self.grid.first_px + float(units) * self.grid.unit_px

    def crop_at(self, t_s: float) -> Crop:
        """The crop at a moment of the deliverable, to whole pixels."""
        return self._crop(t_s * float(self.grid.fps))

    def _crop(self, frame: float) -> Crop:
        line = _line(self.picture, self.window)
        start = min(max(0, round(self.start_px(frame))), line.length_px - line.window_px)
        x, y = (0, start) if self.upright else (start, 0)
        return Crop(x, y, self.window.width_px, self.window.height_px)

    def facts(self) -> dict[str, object]:
        """For the manifest: knots as [seconds, x, y], the crop's size, shots, and the share of moments that hold."""
        crops = [(knot.frame / float(self.grid.fps), self._crop(knot.frame)) for knot in self.knots]
        return {
            "knots": [[round(t_s, 3), crop.x_px, crop.y_px] for t_s, crop in crops],
            "shots": self.shots,
            "faces_held": None if self.held is None else round(self.held, 4),
            "too_far_apart": self.apart,
        }


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a deliverable in which the camera does not cut: its frames, and what has to be seen in them."""

    begin_s: float
    end_s: float
    moments: tuple[Moment, ...]
    prefer_px: float


def camera_path(stretches: Sequence[Stretch], picture: Size, window: Size, grid: Grid, frames: int) -> CameraPath:
    """The path over `frames` frames of a deliverable whose stretches follow one another from 0."""
    line = _line(picture, window)
    knots: list[Knot] = []
    begin = 0
    for n, one in enumerate(stretches):
        end = frames if n + 1 == len(stretches) else min(frames, round(one.end_s * grid.fps))
        if end > begin:
            part = range(begin, end)
            knots += solve_path(one.moments, grid, part, window_px=line.window_px, prefer_px=one.prefer_px)
        begin = max(begin, end)
    return CameraPath(picture=picture, window=window, upright=line.upright, grid=grid, knots=tuple(knots))


def moments_of(shot: Shot, times_s: Sequence[float], picture: Size, window: Size) -> tuple[tuple[Moment, ...], float]:
    """What a shot asks of the crop at each of `times_s`, and in which share of moments with faces they do not all fit.

    Where they do not, the largest that do are kept.
    """
    line = _line(picture, window)
    main = main_tracks(shot, picture)
    if not main:
        return tuple(Moment(t, *_asks([_as_face(box)], line)) for t, box in shot.thing), 0.0
    moments, apart = [], 0
    for t in times_s:
        faces = [Face(box, 1.0) for box in (track.box_at(t, beyond_s=STAYS_S) for track in main) if box is not None]
        together = _together(faces, line)
        apart += len(together) < len(faces)
        if faces:
            moments.append(Moment(t, *_asks(together, line)))
    return tuple(moments), apart / max(1, len(moments))


def speaker_stretches(
    shot: Shot, times_s: Sequence[float], picture: Size, spoken: Sequence[Span]
) -> list[tuple[float, float, Track]]:
    """Whom to show from when to when, where not everybody fits: the one who speaks, else the largest; never for a blink."""
    main = main_tracks(shot, picture)
    shown: list[tuple[float, Track]] = []
    for t in times_s:
        there = [track for track in main if track.box_at(t, beyond_s=0.5) is not None]
        best = _next_speaker(there, t, shown, spoken)
        if best is not None and (not shown or shown[-1][1] is not best):
            shown.append((t if shown else shot.begin_s, best))
    ends = [t for t, _ in shown[1:]] + [shot.end_s]
    return [(begin, end, track) for (begin, track), end in zip(shown, ends, strict=True)]


def _next_speaker(
    there: Sequence[Track], t_s: float, shown: Sequence[tuple[float, Track]], spoken: Sequence[Span]
) -> Track | None:
    if not there:
        return None
    if not shown:
        return max(there, key=lambda track: (_talks(track, t_s, spoken), track.area))
    since, now = shown[-1]
    loudest = max(there, key=lambda track: _talks(track, t_s, spoken))
    if not any(track is now for track in there):
        return loudest
    leads = _talks(loudest, t_s, spoken) - _talks(now, t_s, spoken) >= SPEAKER_LEAD
    return loudest if leads and t_s - since >= SPEAKER_HOLD_S else now


def _talks(track: Track, t_s: float, spoken: Sequence[Span]) -> float:
    """How much this mouth moves around a moment, where speech is heard."""
    near = [
        one.talk
        for one in track.sightings
        if abs(one.t_s - t_s) <= SPEAKER_WINDOW_S / 2 and any(a <= one.t_s <= b for a, b in spoken)
    ]
    return float(np.mean(near)) if near else 0.0


def held_share(path: CameraPath, shots: Sequence[Shot], times_s: Sequence[float], begin_s: float) -> float | None:
    """In which share of the moments with main faces all of those that can be shown together are fully inside."""
    inside = total = 0
    end_s = begin_s + path.knots[-1].frame / float(path.grid.fps)
    for shot in shots:
        moments, _ = moments_of(shot, within(times_s, shot), path.picture, path.window)
        if not main_tracks(shot, path.picture):
            continue
        for one in moments:
            if one.must is not None and begin_s <= one.t_s <= end_s:
                start = path.start_px((one.t_s - begin_s) * float(path.grid.fps))
                total += 1
                inside += one.must[0] - 1 <= start <= one.must[1] + 1 if one.must[0] <= one.must[1] else 0
    return inside / total if total else None


def within(times_s: Sequence[float], shot: Shot) -> list[float]:
    """Those of the moments that lie in the shot."""
    return [t for t in times_s if shot.begin_s - 1e-6 <= t < shot.end_s - 1e-6]


def track_moments(track: Track, times_s: Sequence[float], picture: Size, window: Size) -> tuple[Moment, ...]:
    """What one person asks of the crop."""
    line = _line(picture, window)
    boxes = [(t, track.box_at(t)) for t in times_s]
    return tuple(Moment(t, *_asks([Face(box, 1.0)], line)) for t, box in boxes if box is not None)


def _asks(faces: Sequence[Face], line: Line) -> tuple[Span, Span]:
    """The starts that keep these inside, and those that leave room around them too."""
    begin, end = line.span(hull([_shrunk(face.box) for face in faces]))
    wide_begin, wide_end = line.span(hull([with_margin(face, ROOM) for face in faces]))
    last = line.length_px - line.window_px
    return (max(0, end - line.window_px), min(last, begin)), (
        max(0, wide_end - line.window_px),
        min(last, wide_begin),
    )


def _together(faces: Sequence[Face], line: Line) -> list[Face]:
    """As many as fit into one crop, from the largest on."""
    kept: list[Face] = []
    for face in faces:
        begin, end = line.span(hull([_shrunk(one.box) for one in (*kept, face)]))
        if not kept or end - begin <= line.window_px:
            kept.append(face)
    return kept


def _shrunk(box: Box) -> Box:
    return Box(box.x + SLACK * box.w, box.y + SLACK * box.h, (1 - 2 * SLACK) * box.w, (1 - 2 * SLACK) * box.h)


def _as_face(box: Box) -> Face:
    return Face(box, 1.0)


def _line(picture: Size, window: Size) -> Line:
    if window.width_px < picture.width_px:
        return Line(picture.width_px, window.width_px, upright=False)
    return Line(picture.height_px, window.height_px, upright=True)
