"""One framing for a whole clip, from what sampled frames show.

A crop that moves is for later; a crop that stays must hold the main faces wherever they go. Faces are followed from frame
to frame, and each becomes the one or two boxes that span where it is for most of the time, so that the still-picture
solver can be asked. What is only there for a moment does not decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mediakit.frame.geometry import hull
from mediakit.frame.solve import Framing, solve
from mediakit.model import Box, Face, Findings, Saliency
from mediakit.platforms.schema import SafeZone, Shape
from mediakit.presets.schema import Frame

LEAST_PRESENCE = 0.2  # of the frames that show a face
HELD = (1.0, 0.9, 0.8)  # for which shares of its time a face is kept inside, tried in turn
STILL = 0.25  # a face that moves less than this much of its size counts as still


def solve_clip(
    findings: Sequence[Findings], shape: Shape, options: Frame, *, safe_zone: SafeZone | None = None
) -> Framing:
    """The framing of a clip: `solve` on the merged frames, letting go of the briefest moments before adding a border.

    findings: of frames sampled evenly in time, at least one, all of one size.
    """
    framings = []
    for held in HELD:
        framing = solve(merge(findings, held=held), shape, options, safe_zone=safe_zone)
        if framing.fit == options.fit:
            kept = f", there for {held:.0%} of the time" if held < 1.0 else ""
            return replace(framing, why=framing.why + kept)
        framings.append(framing)
    return _bordered_for_all_its_time(framings[-1], findings, shape, options, safe_zone)


def _bordered_for_all_its_time(
    framing: Framing, findings: Sequence[Findings], shape: Shape, options: Frame, safe_zone: SafeZone | None
) -> Framing:
    """A border costs the subject nothing: what it frames holds it also where the camera has come nearer, or it has moved."""
    merged = merge(findings, held=HELD[-1])
    if merged.subject is None:
        return framing
    everywhere = hull([one.subject for one in findings if one.subject is not None])
    wider = solve(replace(merged, subject=everywhere), shape, options, safe_zone=safe_zone)
    return wider if wider.fit == framing.fit else framing


def merge(findings: Sequence[Findings], *, held: float = 0.9) -> Findings:
    """What a clip shows, as if it were one picture: faces that stay, the usual subject, the mean of the maps.

    held: for which share of its time a face's place is spanned. Raises ValueError for no frames, or frames of
    different sizes.
    """
    if not findings:
        raise ValueError("a clip's findings need at least one frame")
    size = findings[0].size
    if any(one.size != size for one in findings):
        raise ValueError("a clip's frames must all have one size")
    with_faces = sum(1 for one in findings if one.main_faces)
    tracks = [t for t in _tracks(findings) if len(t) >= LEAST_PRESENCE * with_faces]
    faces = [face for track in tracks for face in _span(track, held, len(track) / with_faces)]
    leans = [one.tilt_deg for one in findings if one.tilt_deg is not None]
    return Findings(
        size=size,
        faces=tuple(sorted(faces, key=lambda face: face.box.area, reverse=True)),
        subject=_usual_box([one.subject for one in findings if one.subject is not None], len(findings)),
        saliency=_mean_map([one.saliency for one in findings if one.saliency is not None]),
        tilt_deg=float(np.median(leans)) if len(leans) > len(findings) / 2 else None,
        stands_alone=sum(one.stands_alone for one in findings) > len(findings) / 2,
    )


def _tracks(findings: Sequence[Findings]) -> list[list[Face]]:
    """Main faces followed through time: a face joins the nearest track that ends close by with a like size."""
    tracks: list[list[Face]] = []
    for one in findings:
        open_tracks = list(tracks)
        for face in one.main_faces:
            near = [track for track in open_tracks if _may_be(track[-1], face)]
            if near:
                best = min(near, key=lambda track: _apart(track[-1], face))
                best.append(face)
                open_tracks.remove(best)
            else:
                tracks.append([face])
    return tracks


def _apart(one: Face, other: Face) -> float:
    (x0, y0), (x1, y1) = one.box.centre, other.box.centre
    return float(np.hypot(x1 - x0, y1 - y0))


def _may_be(one: Face, other: Face) -> bool:
    """Whether two faces of neighbouring samples can be one person's."""
    alike = 0.5 < (one.box.area + 1e-9) ** 0.5 / (other.box.area + 1e-9) ** 0.5 < 2.0
    return alike and _apart(one, other) < 2.0 * max(one.box.w, one.box.h)


def _span(track: Sequence[Face], held: float, presence: float) -> tuple[Face, ...]:
    """One face where it stays put; else two of its usual size at the ends of where it is for `held` of its time."""
    width, height = float(np.median([f.box.w for f in track])), float(np.median([f.box.h for f in track]))
    confidence = presence * float(np.mean([f.confidence for f in track]))
    edge = (1.0 - held) / 2
    centres = np.array([f.box.centre for f in track])
    low, high = np.quantile(centres, edge, axis=0), np.quantile(centres, 1.0 - edge, axis=0)
    if float(np.max((high - low) / np.maximum((width, height), 1e-9))) <= STILL:
        middle = min(track, key=lambda f: float(np.hypot(*(np.array(f.box.centre) - np.median(centres, axis=0)))))
        return (replace(middle, box=_around((low + high) / 2, width, height), confidence=confidence),)
    return tuple(Face(_around(point, width, height), confidence) for point in (low, high))


def _around(centre: NDArray[np.float64], width: float, height: float) -> Box:
    return Box(float(centre[0]) - width / 2, float(centre[1]) - height / 2, width, height)


def _usual_box(boxes: Sequence[Box], frames: int) -> Box | None:
    """The median box where at least half of the frames have one."""
    if 2 * len(boxes) < frames or not boxes:
        return None
    left, top, right, bottom = np.median([(b.x, b.y, b.right, b.bottom) for b in boxes], axis=0)
    return Box(float(left), float(top), float(right - left), float(bottom - top))


def _mean_map(maps: Sequence[Saliency]) -> Saliency | None:
    """The mean of the maps; pictures of one size have grids of one size."""
    if not maps:
        return None
    rows, cols = maps[0].rows, maps[0].cols
    cells = [np.frombuffer(grid.cells, np.uint8) for grid in maps]
    return Saliency(rows, cols, np.rint(np.mean(cells, axis=0)).astype(np.uint8).tobytes())
