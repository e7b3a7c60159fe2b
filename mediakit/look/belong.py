"""Which photos of a folder belong to one scene: taken one after the other, and showing the same things."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mediakit.look.glimpse import Glimpse
from mediakit.look.measure import Tone
from mediakit.look.scene import Compared, Link, agree, link
from mediakit.look.together import Together
from mediakit.model import Anchor

WINDOW = 3
"""A photo is compared with so many that follow it."""
NEAR_S = 600.0
"""Photos taken further apart are not one scene, whatever they show: the light has moved on."""
LARGEST_SCENE = 24
"""A longer walk through a shop is split where most time passed."""


Allowed = Callable[[Tone, Anchor], float]
_ALONE = Anchor(0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Seen:
    """One photo that was glimpsed. `clock` is when it was taken, in seconds, None where it does not say."""

    name: str
    clock: float | None
    glimpse: Glimpse


def agreed(photos: Sequence[Seen], allowed: Allowed | None = None) -> dict[str, Anchor]:
    """The anchors, by name, of those photos that belong to a scene with others or come after a colour checker.

    `allowed` tells how far one photo's products let the brand's look go; None where there is no look.
    """
    ordered = in_order(photos)
    links = _links(ordered)
    alike: dict[str, int] = {}
    anchors: dict[str, Anchor] = {}
    for members in scenes(ordered, links):
        inside = [_within(item, members) for item in links if item.first in members and item.second in members]
        found = agree([ordered[i].glimpse for i in members], inside)
        anchors.update({ordered[i].name: anchor for i, anchor in zip(members, found, strict=True)})
        alike.update({ordered[i].name: members[0] for i in members})
    anchors |= _calibrated(ordered, anchors, alike)
    return anchors if allowed is None else anchors | _held_back(ordered, anchors, alike, allowed)


def _calibrated(
    ordered: Sequence[Seen], anchors: Mapping[str, Anchor], scene_of: Mapping[str, int]
) -> dict[str, Anchor]:
    """Every photo from one with a colour checker to the next such one: the chart knows the light, so nobody guesses it.

    Within the chart's own scene it is also known how the camera's white balance has moved since.
    """
    found = {}
    chart: Seen | None = None
    for photo in ordered:
        chart = photo if photo.glimpse.chart is not None else chart
        if chart is None or chart.glimpse.chart is None:
            continue
        own, its = anchors.get(photo.name, _ALONE), anchors.get(chart.name, _ALONE)
        together = photo.name in scene_of and scene_of[photo.name] == scene_of.get(chart.name)
        found[photo.name] = Anchor(
            warm=round(own.warm - its.warm, 2) if together else 0.0,
            magenta=round(own.magenta - its.magenta, 2) if together else 0.0,
            curve=own.curve,
            matrix=chart.glimpse.chart.matrix,
            chart=chart.name,
        )
    return found


def _held_back(
    ordered: Sequence[Seen], anchors: Mapping[str, Anchor], scene_of: Mapping[str, int], allowed: Allowed
) -> dict[str, Anchor]:
    """The anchors of the scenes, each with the look as far as the most delicate photo of its scene allows."""
    most: dict[int, float] = {}
    for photo in ordered:
        if photo.name in scene_of:
            scene = scene_of[photo.name]
            most[scene] = min(most.get(scene, 1.0), allowed(photo.glimpse.tone, anchors[photo.name]))
    return {name: replace(anchors[name], look_at_most=most[scene]) for name, scene in scene_of.items()}


def in_order(photos: Sequence[Seen]) -> list[Seen]:
    """As they were taken; those without a clock follow in the order of their names."""
    far = float("inf")
    return sorted(photos, key=lambda photo: (far if photo.clock is None else photo.clock, photo.name))


def scenes(photos: Sequence[Seen], links: Sequence[Link]) -> list[list[int]]:
    """Indices of the photos of each scene of two and more: whatever hangs together by links, in pieces of a sane size."""
    together = Together(len(photos))
    for item in links:
        together.join(item.first, item.second)
    pieces = [piece for group in together.sets() for piece in _pieces(photos, group)]
    return [piece for piece in pieces if len(piece) > 1]


def _links(ordered: Sequence[Seen]) -> list[Link]:
    ready = [Compared(photo.glimpse) for photo in ordered]
    found = []
    for i, one in enumerate(ordered):
        for j in range(i + 1, min(i + 1 + WINDOW, len(ordered))):
            other = ordered[j]
            if not _near(one.clock, other.clock):
                continue
            found.append(link(i, j, ready[i], ready[j], timed=one.clock is not None and other.clock is not None))
    return [item for item in found if item is not None]


def _near(one: float | None, other: float | None) -> bool:
    return one is None or other is None or abs(one - other) <= NEAR_S


def _pieces(photos: Sequence[Seen], group: list[int]) -> list[list[int]]:
    """A group cut at its longest pause until no piece is too large; in the middle where there is no clock."""
    if len(group) <= LARGEST_SCENE:
        return [group]
    clocks = [photos[i].clock for i in group]
    times = np.array([-1.0 if clock is None else clock for clock in clocks])
    pauses = np.diff(times) if all(clock is not None for clock in clocks) else np.zeros(len(group) - 1)
    cut = int(pauses.argmax()) + 1 if pauses.max() > 0 else len(group) // 2
    return _pieces(photos, group[:cut]) + _pieces(photos, group[cut:])


def _within(item: Link, members: Sequence[int]) -> Link:
    return Link(members.index(item.first), members.index(item.second), item.apart, item.weight)
