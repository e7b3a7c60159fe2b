"""Where the brand's logo goes: on no face, no product and nothing the app draws itself, as near to its corner as can be.

The corners come first: the preset's, then the other one on the same side, then the opposite ones; in each of them the logo
may step up or down, off a label or a line of words. Where no corner is free, all four edges of the allowed area are tried,
in steps across and down, and then all of it again for a smaller logo, if there may be one. A face is never covered and a
logo never lies half in a picture and half in the border around it; of a product it may cover a sliver where nothing else
is left. Where nothing is allowed there is no logo, and the caller says so with `NOWHERE`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mediakit.frame.geometry import shared
from mediakit.model import Box, Note, Size
from mediakit.platforms.schema import SafeZone
from mediakit.presets.schema import Corner, Overlay

NOWHERE = Note(
    "logo-left-out", "No logo: at every edge it would cover a face, the product or what the app draws itself."
)
MOST_COVERED = 0.06  # of the logo may lie on the product, when no place is free of it,
A_TOUCH = 0.01  # and where more than this does, the rest of it
QUIET_BESIDE = 0.25  # may not lie on more to see than so much: it would be the same product, seen less clearly
FREE = 0.02  # cost up to which a place is good: nothing is tried after it
CLEARLY_QUIETER = 0.02  # of the logo's area, less than the strokes of a numeral: less is no reason to leave a place,
MUCH_QUIETER = 1.25  # nor is less than so many times less: one part of a hedge is as good as another
STEPS = (0.0, 0.6, 1.2)  # heights of the logo, away from the corner
ACROSS, DOWN = 0.2, 0.5  # widths and heights of the logo from one place on an edge to the next
LEAST_FREE = 0.1  # of the output's short side: a safe zone that leaves less leaves no room for a logo
OPPOSITE = {"top": "bottom", "bottom": "top", "left": "right", "right": "left"}


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the logo lies, in output pixels, and which corner that is, or is nearest to it."""

    box: Box
    corner: Corner


def place_logo(  # noqa: PLR0913 - all that is known of where it may lie
    output: Size,
    logo_ratio: float,
    overlay: Overlay,
    *,
    keep_clear: Sequence[Box] = (),
    avoid: Sequence[Box] = (),
    safe_zone: SafeZone | None = None,
    busy: Callable[[Box], float] | None = None,
    picture: Box | None = None,
    smallest: float = 1.0,
) -> Placement | None:
    """The best place for a logo `overlay.width` of the output's width wide; None where there is none (`NOWHERE`).

    logo_ratio: the logo's width over height, above 0. keep_clear: boxes it may not touch (faces, words, codes); avoid:
    boxes it should not (what stands out, in parts that do not overlap); picture: where the picture lies, if there is a
    border around it; all in output pixels (`geometry.to_output`). The margin is counted from the inner edge of the safe
    zone or of the picture, or the output's. busy: how much there is to see under a box (`quiet.busyness`); a later place
    is taken where it is clearly quieter. smallest: times its size, what the logo may come down to where it fits nowhere.
    """
    if not logo_ratio > 0:
        raise ValueError(f"a logo's width over height must be above 0, not {logo_ratio}")
    free = safe_zone_box(safe_zone, output)
    if min(free.w, free.h) < LEAST_FREE * output.short_side_px:
        return None
    areas = [free]
    inside = shared(free, picture) if picture else None
    if inside is not None and inside != free:
        areas.append(inside)
    ground = _Ground(keep_clear, _sides(avoid), picture, busy)
    allowed: list[tuple[float, Placement]] = []
    for scale in dict.fromkeys((1.0, smallest)):
        sized = [_Sized.of(area, output, logo_ratio, overlay, scale) for area in areas]
        for places in (_in_corners, _on_edges):
            judged = [(ground.cost(place.box), place) for place in places(sized, overlay.corner)]
            allowed += [(cost, place) for cost, place in judged if cost is not None]
            if allowed and min(cost for cost, _ in allowed) <= FREE:
                return _first_good(allowed)
    return _first_good(allowed) if allowed else None


def _first_good(allowed: Sequence[tuple[float, Placement]]) -> Placement:
    enough = MUCH_QUIETER * min(cost for cost, _ in allowed) + CLEARLY_QUIETER
    return next(place for cost, place in allowed if cost <= enough)


def safe_zone_box(zone: SafeZone | None, size: Size) -> Box:
    """What the app leaves free of its own words and buttons, for an output of `size`; all of it without a zone.

    The zone's margins are scaled with each side, so a picture smaller than the app's canvas keeps its proportions.
    """
    if zone is None:
        return Box(0.0, 0.0, float(size.width_px), float(size.height_px))
    across, down = size.width_px / zone.canvas_px[0], size.height_px / zone.canvas_px[1]
    left, top = zone.left * across, zone.top * down
    width, height = size.width_px - left - zone.right * across, size.height_px - top - zone.bottom * down
    return Box(left, top, max(width, 0.0), max(height, 0.0))


@dataclass(frozen=True, slots=True)
class _Sized:
    """A logo at the size it has in an area: smaller than the preset's where that is needed to fit."""

    area: Box
    margin: float
    width: float
    height: float

    @classmethod
    def of(cls, area: Box, output: Size, logo_ratio: float, overlay: Overlay, scale: float) -> _Sized:
        margin = min(overlay.margin * output.short_side_px, area.w / 4, area.h / 4)
        width = min(scale * overlay.width * output.width_px, area.w - 2 * margin, (area.h - 2 * margin) * logo_ratio)
        return cls(area, margin, width, width / logo_ratio)

    @property
    def reach(self) -> tuple[float, float]:
        """How far the logo may go from a corner, across and down, before it is nearer to another one."""
        across = (self.area.w - self.width) / 2 - self.margin
        return max(0.0, across), max(0.0, (self.area.h - self.height) / 2 - self.margin)

    def at(self, corner: Corner, across: float, down: float) -> Placement:
        """So many pixels from a corner, at most as far as it reaches."""
        across, down = (self.margin + min(way, most) for way, most in zip((across, down), self.reach, strict=True))
        x = self.area.x + across if corner.endswith("left") else self.area.right - across - self.width
        y = self.area.y + down if corner.startswith("top") else self.area.bottom - down - self.height
        return Placement(Box(x, y, self.width, self.height), corner)


def _in_corners(sized: Sequence[_Sized], first: Corner) -> Iterator[Placement]:
    """At each corner in turn, and up to two steps up or down from it."""
    for corner in _corners(first):
        for logo in sized:
            yield from (logo.at(corner, 0.0, step * logo.height) for step in STEPS)


def _on_edges(sized: Sequence[_Sized], first: Corner) -> Iterator[Placement]:
    """Away from each corner in turn: across, at each of its heights, and then down the side."""
    for corner in _corners(first):
        for logo in sized:
            widest, deepest = logo.reach
            for across in np.arange(ACROSS * logo.width, widest + ACROSS * logo.width, ACROSS * logo.width):
                yield from (logo.at(corner, float(across), step * logo.height) for step in STEPS)
            for down in np.arange((STEPS[-1] + DOWN) * logo.height, deepest + DOWN * logo.height, DOWN * logo.height):
                yield logo.at(corner, 0.0, float(down))


def _corners(first: Corner) -> tuple[Corner, ...]:
    """The preset's corner, the other one at the same height, the other one on the same side, the opposite one."""
    upright, across = first.split("-")
    other_side, other_end = OPPOSITE[across], OPPOSITE[upright]
    return (
        first,
        _named(upright, other_side),
        _named(other_end, across),
        _named(other_end, other_side),
    )


def _named(upright: str, across: str) -> Corner:
    names: dict[tuple[str, str], Corner] = {
        ("top", "left"): "top-left",
        ("top", "right"): "top-right",
        ("bottom", "left"): "bottom-left",
        ("bottom", "right"): "bottom-right",
    }
    return names[upright, across]


@dataclass(frozen=True, slots=True)
class _Ground:
    """What a logo would lie on."""

    keep_clear: Sequence[Box]
    avoid: NDArray[np.float64]
    picture: Box | None
    busy: Callable[[Box], float] | None

    def cost(self, logo: Box) -> float | None:
        """How much of the product it covers and how much else there is to see; None where it may not lie."""
        if any(shared(logo, other) for other in self.keep_clear) or self._on_the_seam(logo):
            return None
        covered = self._covered(logo)
        if covered > MOST_COVERED:
            return None
        cost = covered + (self.busy(logo) if self.busy else 0.0)
        return None if covered > A_TOUCH and cost > QUIET_BESIDE else cost

    def _on_the_seam(self, logo: Box) -> bool:
        both = shared(logo, self.picture) if self.picture else None
        return both is not None and both.area < 0.99 * logo.area

    def _covered(self, logo: Box) -> float:
        """Which share of the logo lies on what it should not cover, 0.0 .. 1.0."""
        if not logo.area > 0:
            return 0.0
        left, top, right, bottom = self.avoid
        across = np.minimum(right, logo.right) - np.maximum(left, logo.x)
        down = np.minimum(bottom, logo.bottom) - np.maximum(top, logo.y)
        return min(1.0, float((across.clip(0) * down.clip(0)).sum()) / logo.area)


def _sides(boxes: Sequence[Box]) -> NDArray[np.float64]:
    """(4, N): left, top, right and bottom of each."""
    return np.array([(box.x, box.y, box.right, box.bottom) for box in boxes], np.float64).reshape(-1, 4).T
