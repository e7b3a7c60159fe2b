"""Photos of one scene, and the light and exposure they agree on.

A photo judged alone takes its own subject for the light: the close-up of a red box is cooled, the shelf beside it is not,
and nine pictures of one post look like nine shops. So photos that show the same things are compared with each other
first (`points`, `signature`), which tells how the camera's automatics differed between them; then all of them together
are judged once. What one photo gets is its `Anchor`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mediakit.look import points, signature
from mediakit.look.cast import Cast
from mediakit.look.develop import MAX_MAGENTA, MAX_WARM, kind_to_skin
from mediakit.look.glimpse import Glimpse
from mediakit.look.prior import KNOTS
from mediakit.look.tone_curve import worth
from mediakit.model import Anchor
from mediakit.pixels.light import Float, decode, encode

ALIKE = 0.9
"""Agreement of colours from which two photos that follow each other are taken for one scene."""
ALIKE_UNTIMED = 0.94
"""The same where no clock says that they belong together."""
FARTHEST_EV = 1.2
"""Exposure differences inside a scene are evened out up to here."""
_POINTS_WEIGHT, _COLOURS_WEIGHT, _OWN_WEIGHT = 1.0, 0.15, 0.01
"""How much a comparison by points, one by colours, and a photo's own judgement count against each other."""

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Link:
    """Photos `first` and `second` show the same: the second differs by `apart` (warm, magenta, EV), sure by `weight`."""

    first: int
    second: int
    apart: tuple[float, float, float]
    weight: float


@dataclass(frozen=True)
class Compared:
    """A glimpse made ready to be compared with others."""

    glimpse: Glimpse

    @cached_property
    def corners(self) -> points.Points:
        """Its points, unpacked."""
        return points.unpacked(self.glimpse.corners)

    @cached_property
    def colours(self) -> Float:
        """Its table of colours, unpacked."""
        return signature.unpacked(self.glimpse.colours)


def link(first: int, second: int, one: Compared, other: Compared, *, timed: bool) -> Link | None:
    """How two photos differ, None where they do not show the same scene. `timed`: a clock says they were taken together."""
    common, apart = points.difference(one.corners, other.corners)
    if common >= points.LEAST_COMMON:
        return Link(first, second, _triple(apart), _POINTS_WEIGHT)
    shift = signature.shift_between(one.colours, other.colours)
    if shift.alike < (ALIKE if timed else ALIKE_UNTIMED):
        return None
    return Link(first, second, (shift.warm, shift.magenta, shift.ev), _COLOURS_WEIGHT * shift.alike)


def agree(glimpses: Sequence[Glimpse], links: Sequence[Link]) -> tuple[Anchor, ...]:
    """The anchors of one scene's photos, in their order. `links` index them and connect them all."""
    own = np.array([(g.tone.cast.warm, g.tone.cast.magenta, 0.0) for g in glimpses])
    relative = _relative(len(glimpses), links, own)
    ev = np.clip(relative[:, 2] - np.median(relative[:, 2]), -FARTHEST_EV, FARTHEST_EV)
    middle = np.median(relative[:, :2], axis=0)
    shared = np.clip(np.median(own[:, :2] - (relative[:, :2] - middle), axis=0), *_limits())
    light = relative[:, :2] - middle + shared
    casts = _kind_to_all(glimpses, [Cast(float(warm), float(magenta)) for warm, magenta in light])
    curve = _shared_curve(glimpses, ev)
    return tuple(_anchor(cast, curve, e) for cast, e in zip(casts, ev, strict=True))


def _limits() -> tuple[Vector, Vector]:
    most = np.array([MAX_WARM, MAX_MAGENTA])
    return -most, most


def _relative(count: int, links: Sequence[Link], own: Vector) -> Vector:
    """(count, 3) differences that fit all links best; a photo's own judgement only settles what links leave open."""
    rows = [np.sqrt(_OWN_WEIGHT) * np.eye(count)]
    goals = [np.sqrt(_OWN_WEIGHT) * own]
    for item in links:
        row = np.zeros((1, count))
        row[0, item.first], row[0, item.second] = -1.0, 1.0
        rows.append(np.sqrt(item.weight) * row)
        goals.append(np.sqrt(item.weight) * np.array([item.apart]))
    solved: Vector = np.linalg.lstsq(np.concatenate(rows), np.concatenate(goals), rcond=None)[0]
    return solved


def _kind_to_all(glimpses: Sequence[Glimpse], casts: Sequence[Cast]) -> list[Cast]:
    """The casts, less a part they all share where the whole would turn somebody's skin off its hues."""
    middle = Cast(*(float(np.median([getattr(c, name) for c in casts])) for name in ("warm", "magenta")))
    share = min([_share(cast, g.tone.skin_lab) for cast, g in zip(casts, glimpses, strict=True)], default=1.0)
    less = (1 - share) * middle.warm, (1 - share) * middle.magenta
    return [Cast(cast.warm - less[0], cast.magenta - less[1]) for cast in casts]


def _share(cast: Cast, skin_lab: tuple[float, float, float] | None) -> float:
    if skin_lab is None or cast.warm == cast.magenta == 0:
        return 1.0
    kept = kind_to_skin(cast, skin_lab)
    return 0.0 if kept is None else float(np.hypot(kept.warm, kept.magenta) / np.hypot(cast.warm, cast.magenta))


def _shared_curve(glimpses: Sequence[Glimpse], ev: Vector) -> Vector:
    """What the photos advise together for code values of the scene's middle exposure, at KNOTS."""
    knots = np.array(KNOTS, np.float32)
    advice = []
    for item, stops in zip(glimpses, ev, strict=True):
        tone = item.tone
        change = (np.array(tone.curve) - knots) * worth(np.array(tone.curve) - knots, tone)
        at = encode(decode(knots) * np.float32(2**stops))
        advice.append(np.interp(at, knots, knots + change))
    # An average of what each makes of the same light; the middle one where they are odd.
    return np.asarray(np.median(advice, axis=0) / 2 + np.mean(advice, axis=0) / 2, np.float64)


def _anchor(cast: Cast, shared: Vector, stops: float) -> Anchor:
    knots = np.array(KNOTS, np.float32)
    at = encode(decode(knots) * np.float32(2**-stops))
    curve = np.interp(at, knots, shared)
    # Rounded to well under what can be seen, so that a photo more in the scene changes the others only where it matters.
    return Anchor(
        warm=round(cast.warm, 2),
        magenta=round(cast.magenta, 2),
        curve=tuple(round(float(value) * 200) / 200 for value in curve),
    )


def _triple(values: Float) -> tuple[float, float, float]:
    warm, magenta, ev = (float(v) for v in values)
    return warm, magenta, ev
