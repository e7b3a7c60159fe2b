"""Where the brand's logo goes: a corner that covers no face, no product and nothing the app draws itself.

The preset's corner is tried first, then the other one on the same side, then the opposite ones; in each of them the logo may
step up or down from the corner, off a label or a line of words. A face is never covered; the product is, by at most a little,
only when every place touches it. Where nothing is free there is no logo, and the caller says so with `NOWHERE`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mediakit.frame.geometry import shared
from mediakit.model import Box, Note, Size
from mediakit.platforms.schema import SafeZone
from mediakit.presets.schema import Corner, Overlay

NOWHERE = Note(
    "logo-left-out", "No logo: in every corner it would cover a face, the product or what the app draws itself."
)
MOST_COVERED = 0.15  # of the logo may lie on the product, when no corner is free of it
CLEARLY_QUIETER = 0.03  # of the logo's area, as much as the strokes of a numeral: less is no reason to leave a place,
MUCH_QUIETER = 1.25  # nor is less than so many times less: one part of a hedge is as good as another
STEPS = (0.0, 0.6, 1.2)  # heights of the logo, away from the corner
LEAST_FREE = 0.1  # of the output's short side: a safe zone that leaves less leaves no room for a logo
OPPOSITE = {"top": "bottom", "bottom": "top", "left": "right", "right": "left"}


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the logo lies, in output pixels, and which corner that is."""

    box: Box
    corner: Corner


def place_logo(
    output: Size,
    logo_ratio: float,
    overlay: Overlay,
    *,
    keep_clear: Sequence[Box] = (),
    avoid: Sequence[Box] = (),
    safe_zone: SafeZone | None = None,
    busy: Callable[[Box], float] | None = None,
) -> Placement | None:
    """The best corner for a logo `overlay.width` of the output's width wide; None where there is none (`NOWHERE`).

    logo_ratio: the logo's width over height, above 0. keep_clear: boxes it may not touch (faces, words, codes); avoid:
    boxes it should not (the subject, in parts that do not overlap); both in output pixels (`geometry.to_output`). The
    margin is counted from the safe zone's inner edge, or the output's. busy: how much there is to see under a box
    (`quiet.busyness`); a later place is taken where it is clearly quieter.
    """
    if not logo_ratio > 0:
        raise ValueError(f"a logo's width over height must be above 0, not {logo_ratio}")
    free = safe_zone_box(safe_zone, output)
    if min(free.w, free.h) < LEAST_FREE * output.short_side_px:
        return None
    tries = [
        (_in_corner(corner, output, logo_ratio, overlay, free, step), corner)
        for corner in _corners(overlay.corner)
        for step in STEPS
    ]
    clear = [(box, corner) for box, corner in tries if not any(shared(box, other) for other in keep_clear)]
    covered = [min(1.0, sum(_covered(box, other) for other in avoid)) for box, _ in clear]
    if not clear or min(covered) > MOST_COVERED:
        return None
    costs = [share + (busy(box) if busy else 0.0) for share, (box, _) in zip(covered, clear, strict=True)]
    good = next(n for n, cost in enumerate(costs) if cost <= MUCH_QUIETER * min(costs) + CLEARLY_QUIETER)
    return Placement(*clear[good])


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


def _in_corner(corner: Corner, output: Size, logo_ratio: float, overlay: Overlay, free: Box, step: float) -> Box:
    """The logo's box `step` of its heights from a corner of the free area, made smaller where that is needed to fit."""
    margin = min(overlay.margin * output.short_side_px, free.w / 4, free.h / 4)
    width = min(overlay.width * output.width_px, free.w - 2 * margin, (free.h - 2 * margin) * logo_ratio)
    height = width / logo_ratio
    x = free.x + margin if corner.endswith("left") else free.right - margin - width
    away = margin + min(step * height, max(0.0, (free.h - height) / 2 - margin))
    y = free.y + away if corner.startswith("top") else free.bottom - away - height
    return Box(x, y, width, height)


def _covered(logo: Box, other: Box) -> float:
    """Which share of the logo lies on the other box."""
    both = shared(logo, other)
    return both.area / logo.area if both is not None and logo.area > 0 else 0.0
