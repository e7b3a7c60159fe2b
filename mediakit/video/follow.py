"""Follow what a clip shows: its shots, every face through them, and, where there are no faces, the thing it is about.

Promise: one walk over the clip, shared with the look at it: about 0.2 s for a second of 1080p30, half of it decoding. Every
frame is seen for its cuts, LOOKS_A_SECOND of them are looked at at 640 px. Faces are the detector's (`vision.faces`); between
looks they are joined into tracks (`frame.track`) that do not cross cuts. Memory holds numbers alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.frame.track import Shot, Sighting, Track, join, stitched
from mediakit.marks.find import What
from mediakit.model import Face, Findings, Note, Size
from mediakit.pixels.light import luma
from mediakit.video.clip import ClipInfo
from mediakit.video.cover import exposure, face_worth, sharpness
from mediakit.video.cuts import CutFinder
from mediakit.video.heads import LOOKING_EDGE_PX as CLOSE_EDGE_PX
from mediakit.video.heads import LOOKS_A_SECOND as CLOSE_LOOKS_A_SECOND
from mediakit.video.heads import Portraits, candidates_near_and_far, enlarged
from mediakit.video.look import ClipLook, Looker
from mediakit.video.mark_track import MarkTracker, SeenMark
from mediakit.video.sample import Passing, walk_frames
from mediakit.video.thing import ThingTracker
from mediakit.vision.faces import find_candidates

LOOKS_A_SECOND = 5.0
LOOKING_EDGE_PX = 640
CLOSE_LOOKS_FOR_ALL = 1.5
"""A second: looks that find small faces too, whose tracks the quicker looks then continue."""
SMALL_PX = 64.0
"""Of CLOSE_EDGE_PX: wider faces are seen by the usual look."""
PATCH_PX = (24, 16)
WEAK = 0.45
"""The detector's score from which on a candidate may continue somebody's track."""

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Followed:
    """What was followed. `times_s` are the moments that were looked at, `worth` what each shows: 0 nothing, 1 a well-lit
    sharp picture, 2 one with a large face."""

    picture: Size
    shots: tuple[Shot, ...]
    times_s: tuple[float, ...]
    worth: tuple[float, ...] = ()
    frame_times_s: tuple[float, ...] = ()
    """When each frame is shown, in multiples of `tick`."""
    tick: Fraction = Fraction(1, 90000)
    marks: tuple[SeenMark, ...] = ()
    notes: tuple[Note, ...] = ()


def follow(path: Path, info: ClipInfo, look: ClipLook, *, heads: bool = False, marks: What = "off") -> Followed:
    """Walk through the clip at `path`. `look` says where its subject is where it shows no faces.

    heads: look more closely and more often, for small faces too, and keep everybody's portrait; marks: follow these, for
    what is to be hidden. Raises FileError.
    """
    thing = ThingTracker.of(look, info) if not look.findings.main_faces else None
    walk = _Walk(info, heads, marks, thing)
    for frame in walk_frames(path, info, long_edge_px=walk.edge_px):
        walk.pass_by(frame)
    return walk.followed()


def look_and_follow(
    path: Path, info: ClipInfo, *, heads: bool = False, marks: What = "off"
) -> tuple[ClipLook, Followed]:
    """`look_at_clip` and `follow` in one walk: every frame is decoded once. Raises FileError."""
    looker, walk = Looker(path, info), _Walk(info, heads, marks, ThingTracker(info, []))
    for frame in walk_frames(path, info, long_edge_px=walk.edge_px):
        sampled = looker.look(frame)
        if sampled is not None:
            walk.told(*sampled)
        walk.pass_by(frame)
    look = looker.finish()
    return look, walk.followed()


@dataclass(slots=True)
class _Walk:
    """What is gathered of a clip while its frames pass. `thing` is None where people are followed."""

    info: ClipInfo
    heads: bool
    marks: What
    thing: ThingTracker | None
    cuts: CutFinder = field(default_factory=CutFinder)
    frame_times: list[float] = field(default_factory=list)
    tick: Fraction = Fraction(1, 90000)
    watcher: _Watcher = field(init=False)
    reader: MarkTracker | None = field(init=False)
    due_s: float = 0.0
    close_due_s: float = 0.0

    def __post_init__(self) -> None:
        self.watcher = _Watcher(self.info, Portraits() if self.heads else None)
        self.reader = MarkTracker(self.info.size, self.marks) if self.marks != "off" else None

    @property
    def is_close(self) -> bool:
        """Whether every look is a close one: somebody or something is to be hidden."""
        return self.heads or self.reader is not None

    @property
    def edge_px(self) -> int:
        """How long the frames are that it looks at."""
        return CLOSE_EDGE_PX if self.is_close else LOOKING_EDGE_PX

    def told(self, t_s: float, seen: Findings) -> None:
        """What a full look at one of the frames found. Where there are people, they are followed and no thing."""
        if seen.main_faces:
            self.thing = None
        elif self.thing is not None:
            self.thing.looks.append((t_s, seen.subject))

    def pass_by(self, frame: Passing) -> None:
        """The next frame."""
        self.tick = frame.tick
        self.cuts.add(frame.t_s, frame.thumb)
        self.frame_times.append(frame.t_s)
        if frame.t_s + 1e-6 < self.due_s:
            return
        rate = CLOSE_LOOKS_A_SECOND if self.is_close else LOOKS_A_SECOND
        self.due_s = max(self.due_s + 1 / rate, frame.t_s + 0.5 / rate)
        rgb = frame.shown()
        if self.reader is not None:
            self.reader.look(rgb, frame.t_s)
        close: Pixels | None = rgb if self.heads else None
        if not self.heads and frame.t_s + 1e-6 >= self.close_due_s:
            self.close_due_s = frame.t_s + 1 / CLOSE_LOOKS_FOR_ALL
            close = enlarged(frame.shown_at(CLOSE_EDGE_PX))
        self.watcher.look(rgb, frame.t_s, close)
        if self.thing is not None:
            self.thing.look(rgb, frame.t_s)

    def followed(self) -> Followed:
        """What it came to."""
        thing, reader = self.thing, self.reader
        return Followed(
            self.info.size,
            tuple(
                Shot(begin, end, self.watcher.tracks_in(begin, end), thing.boxes_in(begin, end) if thing else ())
                for begin, end in self.cuts.shots(float(self.info.duration))
            ),
            tuple(self.watcher.times_s),
            self.watcher.worth(),
            tuple(self.frame_times),
            self.tick,
            tuple(reader.seen) if reader else (),
            tuple(sorted(reader.notes, key=lambda note: note.code)) if reader else (),
        )


@dataclass(slots=True)
class _Seen:
    """One face of one look, with what its mouth and eyes looked like."""

    face: Face
    sure: bool
    mouth: Pixels | None
    eyes: Pixels | None
    portrait: Pixels | None = None


@dataclass(slots=True)
class _Watcher:
    """Looks for faces. Cuts are known only afterwards, so sightings are kept look by look."""

    info: ClipInfo
    portraits: Portraits | None = None
    times_s: list[float] = field(default_factory=list)
    seen: list[list[_Seen]] = field(default_factory=list)
    looks: list[tuple[float, float, float]] = field(default_factory=list)
    """Light, sharpness and face of each look."""

    def look(self, rgb: Pixels, t_s: float, close: Pixels | None) -> None:
        """One more moment. `close` is the same picture, larger, where small faces are looked for."""
        to_sample = rgb.shape[1] / self.info.size.width_px
        grey = luma(rgb)
        shown = self.info.size
        widest_px = math.inf if self.portraits is not None else SMALL_PX
        if close is None:
            found = find_candidates(rgb, shown=shown)
        else:
            found = candidates_near_and_far(close, shown, widest_px=widest_px)
        candidates = [one for one in found if max(one.seen) >= WEAK or one.is_face]
        faces = tuple(one.face for one in candidates if one.is_face)
        self.times_s.append(t_s)
        findings = Findings(self.info.size, faces)
        small = np.ascontiguousarray(rgb[::2, ::2])
        self.looks.append((exposure(small), sharpness(rgb), face_worth(findings)))
        self.seen.append([_Seen(one.face, one.is_face, *_patches(grey, one.face, to_sample)) for one in candidates])
        for one in self.seen[-1]:
            if one.sure and self.portraits is not None:
                one.portrait = self.portraits.of(rgb, one.face, t_s, to_sample)

    def worth(self) -> tuple[float, ...]:
        """Of each look; sharpness counts against the clip's own sharpest looks."""
        light, sharp, face = np.array(self.looks).T
        most = max(float(np.percentile(sharp, 90)), 1e-6)
        return tuple(float(one) for one in light * np.minimum(1.0, sharp / most) + face)

    def tracks_in(self, begin_s: float, end_s: float) -> tuple[Track, ...]:
        """Everybody seen in one shot."""
        tracks: list[Track] = []
        last: dict[int, _Seen] = {}
        for t_s, seen in zip(self.times_s, self.seen, strict=True):
            if not begin_s - 1e-6 <= t_s < end_s - 1e-6:
                continue
            for one, known in _joined(tracks, seen, t_s):
                track = known if known is not None else Track()
                if known is None:
                    tracks.append(track)
                track.sightings.append(Sighting(t_s, one.face, _talk(last.get(id(track)), one), one.sure))
                if one.portrait is not None and (track.portrait is None or one.portrait.size > track.portrait.size):
                    track.portrait = one.portrait
                last[id(track)] = one
        return tuple(tracks if self.portraits is not None else stitched(tracks))


def _joined(tracks: list[Track], seen: list[_Seen], t_s: float) -> list[tuple[_Seen, Track | None]]:
    """Sure sightings take their tracks first and may begin one; weak ones may only continue what is left."""
    sure, weak = [one for one in seen if one.sure], [one for one in seen if not one.sure]
    first = list(zip(sure, join(tracks, [one.face for one in sure], t_s), strict=True))
    taken = {id(track) for _, track in first}
    left = [track for track in tracks if id(track) not in taken]
    then = zip(weak, join(left, [one.face for one in weak], t_s), strict=True)
    return [*first, *((one, track) for one, track in then if track is not None)]


def _patches(grey: NDArray[np.generic], face: Face, to_sample: float) -> tuple[Pixels | None, Pixels | None]:
    """Mouth and eyes at a size of their own, each with the same surroundings, so that only their own moves differ."""
    if len(face.points) < 5 or face.box.w * to_sample < 24:
        return None, None
    points = np.array(face.points) * to_sample
    across = float(np.hypot(*(points[1] - points[0]))) * 1.5
    return _patch(grey, points[3:5].mean(axis=0), across), _patch(grey, points[0:2].mean(axis=0), across)


def _patch(grey: NDArray[np.generic], middle: NDArray[np.float64], across: float) -> Pixels:
    size = (max(4, round(across)), max(3, round(across * PATCH_PX[1] / PATCH_PX[0])))
    part = cv2.getRectSubPix(np.asarray(grey, np.float32), size, (float(middle[0]), float(middle[1])))
    small: Pixels = cv2.resize(part, PATCH_PX, interpolation=cv2.INTER_AREA).clip(0, 255).astype(np.uint8)
    return small


def _talk(before: _Seen | None, now: _Seen) -> float:
    """How much more the mouth changed than the eyes, which move with the head but do not speak."""
    if before is None or before.mouth is None or before.eyes is None or now.mouth is None or now.eyes is None:
        return 0.0
    return _change(before.mouth, now.mouth) - _change(before.eyes, now.eyes)


def _change(one: Pixels, other: Pixels) -> float:
    return float(np.abs(one.astype(np.int16) - other).mean())
