"""Faces and things followed from one looked-at frame to the next: which sightings are one and the same.

A sighting joins the track that it overlaps best, or, after a gap or a fast move, the nearest one of a like size. Tracks
never cross a cut. Weak sightings count where they join strong ones, after Zhang et al., "ByteTrack: Multi-Object Tracking by
Associating Every Detection Box" (ECCV 2022). Values only; who is looked for, and how often, is the caller's business.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mediakit.model import Box, Face, Size

LONGEST_GAP_S = 1.5
"""A face that is not seen for longer is a new one when it comes back."""
REACH = 1.0
"""How far, in its own widths, a face may move from one look to the next, and once more for each missed second."""
FIRST_REACH = 2.0
"""The same for the second sighting, when nobody knows yet how fast it goes."""
EXPECTED_S = 0.5
"""For how long a face is expected to go on as it went."""
AWAY_S, AWAY_WIDTHS, AWAY_ALIKE = 4.0, 1.5, 0.4
"""For how long somebody may look away and still be the same, how far off they may be then, and the least ratio of areas."""


LEAST_SIGHTINGS = 3
LEAST_SURE = 2
"""Of them, those that need no track to be believed: an onion that once looks like a face is none."""
LEAST_HEIGHT = 0.03
"""Of the picture's height, as for photos."""
LEAST_PRESENCE = 0.2
"""Of the time for which the longest track is seen: what is only there for a moment does not decide."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One face at one moment. `talk` is how much the mouth moves more than the eyes, in levels of 255; 0 where unknown.

    `sure`: it would be called a face in a photo too; others are faces because of where they were before and after.
    """

    t_s: float
    face: Face
    talk: float = 0.0
    sure: bool = True


@dataclass(slots=True)
class Track:
    """One person's (or thing's) sightings within one shot, in order of time."""

    sightings: list[Sighting] = field(default_factory=list)
    portrait: NDArray[np.uint8] | None = None
    """The face at its largest, cut out with room around it, (h, w, 3) uint8 sRGB; None where nobody asked for it."""

    @property
    def begin_s(self) -> float:
        """When it is first seen."""
        return self.sightings[0].t_s

    @property
    def end_s(self) -> float:
        """When it is last seen."""
        return self.sightings[-1].t_s

    @property
    def area(self) -> float:
        """Its usual area."""
        return float(np.median([one.face.box.area for one in self.sightings]))

    @property
    def height(self) -> float:
        """Its usual height."""
        return float(np.median([one.face.box.h for one in self.sightings]))

    def box_at(self, t_s: float, *, beyond_s: float = 0.0) -> Box | None:
        """Where it is at a moment, straight between sightings; None before the first and after the last, but for
        `beyond_s`, in which it stays where it was."""
        if not self.begin_s - beyond_s <= t_s <= self.end_s + beyond_s:
            return None
        times = [one.t_s for one in self.sightings]
        edges = np.array([(b.x, b.y, b.w, b.h) for b in (one.face.box for one in self.sightings)])
        x, y, w, h = (float(np.interp(t_s, times, edges[:, n])) for n in range(4))
        return Box(x, y, w, h)


@dataclass(frozen=True, slots=True)
class Shot:
    """One shot: from when to when, who is in it, and where the thing is that it is about (empty where it is about people).

    Boxes are in pixels of the clip as shown.
    """

    begin_s: float
    end_s: float
    tracks: tuple[Track, ...] = ()
    thing: tuple[tuple[float, Box], ...] = ()


def main_tracks(shot: Shot, picture: Size) -> list[Track]:
    """The people a shot is about, largest first: near the largest in size, and there for more than a moment."""
    tall = [
        track for track in shot.tracks if _is_somebody(track, shot) and track.height >= LEAST_HEIGHT * picture.height_px
    ]
    if not tall:
        return []
    longest_s = max(track.end_s - track.begin_s for track in tall)
    there = [track for track in tall if track.end_s - track.begin_s >= LEAST_PRESENCE * longest_s]
    largest = max(track.area for track in there)
    main = [track for track in there if track.area >= 0.25 * largest]
    return sorted(main, key=lambda track: -track.area)


def _is_somebody(track: Track, shot: Shot) -> bool:
    """Seen often enough, and often enough surely; a shot of a second gives less to see."""
    if shot.end_s - shot.begin_s < 1.0:
        return True
    return len(track.sightings) >= LEAST_SIGHTINGS and sum(one.sure for one in track.sightings) >= LEAST_SURE


def stitched(tracks: Sequence[Track]) -> list[Track]:
    """Tracks of one shot, those made one that are the same person before and after a while of looking away.

    One that begins where another of its size ended, at most AWAY_S later and AWAY_WIDTHS beside it, continues it.
    """
    kept: list[Track] = []
    for track in sorted(tracks, key=lambda one: one.begin_s):
        before = [(_away(one, track), n) for n, one in enumerate(kept) if 0 < track.begin_s - one.end_s <= AWAY_S]
        away, n = min(before, default=(AWAY_WIDTHS, -1))
        if away < AWAY_WIDTHS:
            kept[n] = Track([*kept[n].sightings, *track.sightings], kept[n].portrait)
        else:
            kept.append(track)
    return kept


def _away(one: Track, other: Track) -> float:
    """From where `one` was last to where `other` is first, in widths; infinite where their sizes differ."""
    last, first = one.sightings[-1].face.box, other.sightings[0].face.box
    smaller, larger = sorted((last.area, first.area))
    if smaller < AWAY_ALIKE * larger:
        return float("inf")
    (x, y), (x0, y0) = first.centre, last.centre
    return float(np.hypot(x - x0, y - y0)) / max(first.w, last.w)


def join(tracks: Sequence[Track], faces: Sequence[Face], t_s: float) -> list[Track | None]:
    """For each face the track it continues, None for a new one; no track twice. `tracks` are those of this shot."""
    pairs = []
    for n, face in enumerate(faces):
        for track in tracks:
            closeness = _closeness(track, face, t_s)
            if closeness > 0:
                pairs.append((closeness, n, track))
    found: list[Track | None] = [None] * len(faces)
    taken: set[int] = set()
    for _, n, track in sorted(pairs, key=lambda pair: -pair[0]):
        if found[n] is None and id(track) not in taken:
            found[n] = track
            taken.add(id(track))
    return found


def _closeness(track: Track, face: Face, t_s: float) -> float:
    """Above 0 where the face may be the one last seen there; 1.0 in the same place with the same size.

    Held against where it was, and against where it would be had it gone on as it went.
    """
    last = track.sightings[-1]
    one, other, gap_s = last.face.box, face.box, t_s - last.t_s
    if gap_s > LONGEST_GAP_S or min(one.area, other.area) <= 0:
        return 0.0
    alike = (min(one.area, other.area) / max(one.area, other.area)) ** 0.5
    x, y = other.centre
    places = [one.centre, _expected(track, t_s)]
    away = min(float(np.hypot(x - px, y - py)) for px, py in places) / max(one.w, other.w)
    reach = (REACH if len(track.sightings) > 1 else FIRST_REACH) * (1.0 + gap_s)
    return alike * (1.0 - away / reach) if alike > 0.5 and away < reach else 0.0


def _expected(track: Track, t_s: float) -> tuple[float, float]:
    """Where its middle would be at the pace of its last two sightings; after a long gap it is where it was."""
    last = track.sightings[-1]
    x, y = last.face.box.centre
    if len(track.sightings) < 2 or t_s - last.t_s > EXPECTED_S:
        return x, y
    before = track.sightings[-2]
    (x0, y0), share = before.face.box.centre, (t_s - last.t_s) / max(last.t_s - before.t_s, 1e-6)
    return x + share * (x - x0), y + share * (y - y0)
