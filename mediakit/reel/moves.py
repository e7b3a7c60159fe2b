"""The slow move over one picture: from which part of it to which, with every main face inside all the while.

A move is two windows of the surface's ratio inside a picture; between them it goes straight, so a face that lies in both
lies in every window between. It zooms towards the faces (or the subject, or the middle), in and out by turns; where the
crop leaves some of the picture's length over and there are no faces, it glides along it as well.

Limits: at most `_FASTEST` of the window's width a second, which is what a slow move is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mediakit.model import Box, Face, Findings, Size

_SIDE, _ABOVE, _BELOW = 0.15, 0.35, 0.15
"""Room kept around a face, in shares of its box: ears, hair, chin."""
_FASTEST = 0.06
_GLIDE = 0.5
"""Of the picture's length that the crop leaves over on either side, at most."""


@dataclass(frozen=True, slots=True)
class Move:
    """From one window of a picture to another, in its pixels."""

    begin: Box
    end: Box

    def at(self, share: float) -> Box:
        """The window when `share` (0..1) of the move is done."""
        a, b = self.begin, self.end
        return Box(*(p + share * (q - p) for p, q in ((a.x, b.x), (a.y, b.y), (a.w, b.w), (a.h, b.h))))


def plan_move(findings: Findings, crop: Box, *, zoom: float, seconds: float, inwards: bool, glide: bool) -> Move:
    """The move over a picture of `findings.size` whose best crop is `crop` (both in the same pixels).

    zoom: how much smaller the nearer window is, 0..1. inwards: towards what the picture is about, or back from it.
    glide: whether the window may also be shifted along the picture; not where the crop was chosen around somebody.
    """
    faces = [_with_room(face) for face in findings.main_faces]
    zoom = min(zoom, _FASTEST * seconds)
    middle = _middle(faces, findings.subject, crop)
    close = _holding(_around(middle, crop, 1 - zoom), faces, crop)
    wide = crop
    if glide and not faces:
        wide, close = _apart(wide, close, findings.size, _FASTEST * seconds * crop.w)
    return Move(wide, close) if inwards else Move(close, wide)


def _with_room(face: Face) -> Box:
    box = face.box
    return Box(box.x - _SIDE * box.w, box.y - _ABOVE * box.h, (1 + 2 * _SIDE) * box.w, (1 + _ABOVE + _BELOW) * box.h)


def _middle(faces: Sequence[Box], subject: Box | None, crop: Box) -> tuple[float, float]:
    if faces:
        left, top = min(f.x for f in faces), min(f.y for f in faces)
        return (left + max(f.right for f in faces)) / 2, (top + max(f.bottom for f in faces)) / 2
    return subject.centre if subject is not None else crop.centre


def _around(middle: tuple[float, float], crop: Box, share: float) -> Box:
    """`share` of the crop's size, nearer to `middle`, inside the crop."""
    w, h = crop.w * share, crop.h * share
    x = min(max(middle[0] - w / 2, crop.x), crop.right - w)
    y = min(max(middle[1] - h / 2, crop.y), crop.bottom - h)
    return Box(x, y, w, h)


def _holding(window: Box, faces: Sequence[Box], crop: Box) -> Box:
    """`window` moved, and if need be grown, until it holds every face as well as the crop does."""
    for face in faces:
        left, right = max(face.x, crop.x), min(face.right, crop.right)
        top, bottom = max(face.y, crop.y), min(face.bottom, crop.bottom)
        if right - left > window.w or bottom - top > window.h:
            return crop
        x = min(max(window.x, right - window.w), left)
        y = min(max(window.y, bottom - window.h), top)
        window = Box(x, y, window.w, window.h)
    whole = all(_holds(window, face, crop) for face in faces)
    return window if whole else crop


def _holds(window: Box, face: Box, crop: Box) -> bool:
    """Whether as much of the face is in the window as is in the crop."""
    slack = 1e-6
    return (
        window.x <= max(face.x, crop.x) + slack
        and window.right >= min(face.right, crop.right) - slack
        and window.y <= max(face.y, crop.y) + slack
        and window.bottom >= min(face.bottom, crop.bottom) - slack
    )


def _apart(wide: Box, close: Box, picture: Size, most: float) -> tuple[Box, Box]:
    """The two windows shifted away from each other along the side of the picture that the crop leaves over."""
    upright = picture.height_px - wide.h > picture.width_px - wide.w
    before = wide.y if upright else wide.x
    behind = (picture.height_px - wide.h if upright else picture.width_px - wide.w) - before
    by = min(_GLIDE * before, _GLIDE * behind, most / 2)
    if by <= 0:
        return wide, close
    dx, dy = (0.0, by) if upright else (by, 0.0)
    return Box(wide.x - dx, wide.y - dy, wide.w, wide.h), Box(close.x + dx, close.y + dy, close.w, close.h)
