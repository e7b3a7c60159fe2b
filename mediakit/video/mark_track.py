"""Codes and words of a clip, followed between the looks that read them.

A code is looked for twice a second, words once; from each sighting its place is followed by optical flow, back to the look
before and on until two have passed without it. So what is read once is hidden through its neighbourhood in time, also in
the frames in which a phone's motion blurs it. Limits: a mark that no look can read is not found; a place is followed as a
whole, without its turning.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.marks.find import What, find_marks
from mediakit.model import Box, Mark, Note, Size
from mediakit.pixels.light import luma
from mediakit.video.thing import followed_box

Pixels = NDArray[np.uint8]

CODES_EVERY_S, WORDS_EVERY_S = 0.5, 1.0
FLOW_EDGE_PX = 640
FOLLOWED_ON = 2.0
"""For how many readings a mark is followed on after the last one that read it."""


@dataclass(slots=True)
class SeenMark:
    """One sighting of a mark and where it was around that moment, in px of the clip as shown."""

    mark: Mark
    places: list[tuple[float, Box]]

    def add(self, t_s: float, box: Box) -> None:
        """Where it is at one more moment."""
        self.places.append((t_s, box))


@dataclass(slots=True)
class MarkTracker:
    """Fed the looked-at frames in turn."""

    shown: Size
    what: What
    seen: list[SeenMark] = field(default_factory=list)
    notes: set[Note] = field(default_factory=set)
    _since: list[tuple[float, Pixels]] = field(default_factory=list)
    """Small grey frames since the last reading, its own first."""
    _going: list[tuple[SeenMark, float]] = field(default_factory=list)
    """Marks that are followed on, and until when."""
    _codes_due_s: float = 0.0
    _words_due_s: float = 0.0

    def look(self, rgb: Pixels, t_s: float) -> None:
        """One more frame, (H, W, 3) uint8 sRGB."""
        grey = _small(rgb)
        to_shown = self.shown.width_px / grey.shape[1]
        self._going = [(seen, until_s) for seen, until_s in self._going if t_s <= until_s]
        if self._since:
            for seen, _ in self._going:
                seen.add(t_s, _moved(self._since[-1][1], grey, seen.places[-1][1], to_shown))
        self._since.append((t_s, grey))
        what = self._due(t_s)
        if what != "off":
            self._read(rgb, t_s, what, to_shown)

    def _due(self, t_s: float) -> What:
        if t_s + 1e-6 < self._codes_due_s:
            return "off"
        self._codes_due_s = t_s + CODES_EVERY_S
        if self.what != "all" or t_s + 1e-6 < self._words_due_s:
            return "codes"
        self._words_due_s = t_s + WORDS_EVERY_S
        return "all"

    def _read(self, rgb: Pixels, t_s: float, what: What, to_shown: float) -> None:
        marks, notes = find_marks(rgb, self.shown, what)
        self.notes |= set(notes)
        found = [SeenMark(mark, [(t_s, mark.box)]) for mark in marks]
        for one in found:
            later, box = self._since[-1][1], one.mark.box
            for earlier_s, earlier in reversed(self._since[:-1]):
                box = _moved(later, earlier, box, to_shown)
                one.places.insert(0, (earlier_s, box))
                later = earlier
        self._going += [(one, t_s + FOLLOWED_ON * _every_s(one.mark)) for one in found]
        self.seen += found
        self._since = self._since[-1:]


def _every_s(mark: Mark) -> float:
    return WORDS_EVERY_S if mark.kind == "text" else CODES_EVERY_S


def _small(rgb: Pixels) -> Pixels:
    scale = min(1.0, FLOW_EDGE_PX / max(rgb.shape[:2]))
    small = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else rgb
    return np.ascontiguousarray(luma(small), dtype=np.uint8)


def _moved(before: Pixels, after: Pixels, box: Box, to_shown: float) -> Box:
    """Where a place went; where that cannot be told it stays."""
    moved = followed_box(before, after, box.scaled(1 / to_shown))
    return box if moved is None else moved.scaled(to_shown)
