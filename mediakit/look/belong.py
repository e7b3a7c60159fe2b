"""Which photos of a folder belong to one scene: taken one after the other, and showing the same things."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mediakit.look.glimpse import Glimpse
from mediakit.look.scene import Compared, Link, agree, link
from mediakit.model import Anchor

WINDOW = 3
"""A photo is compared with so many that follow it."""
NEAR_S = 600.0
"""Photos taken further apart are not one scene, whatever they show: the light has moved on."""
LARGEST_SCENE = 24
"""A longer walk through a shop is split where most time passed."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One photo that was glimpsed. `clock` is when it was taken, in seconds, None where it does not say."""

    name: str
    clock: float | None
    glimpse: Glimpse


def agreed(photos: Sequence[Seen]) -> dict[str, Anchor]:
    """The anchors, by name, of those photos that belong to a scene with others."""
    ordered = in_order(photos)
    links = _links(ordered)
    anchors = {}
    for members in scenes(ordered, links):
        inside = [_within(item, members) for item in links if item.first in members and item.second in members]
        found = agree([ordered[i].glimpse for i in members], inside)
        anchors.update({ordered[i].name: anchor for i, anchor in zip(members, found, strict=True)})
    return anchors


def in_order(photos: Sequence[Seen]) -> list[Seen]:
    """As they were taken; those without a clock follow in the order of their names."""
    far = float("inf")
    return sorted(photos, key=lambda photo: (far if photo.clock is None else photo.clock, photo.name))


def scenes(photos: Sequence[Seen], links: Sequence[Link]) -> list[list[int]]:
    """Indices of the photos of each scene of two and more: whatever hangs together by links, in pieces of a sane size."""
    root = list(range(len(photos)))

    def leader(i: int) -> int:
        while root[i] != i:
            i = root[i]
        return i

    for item in links:
        first, second = sorted((leader(item.first), leader(item.second)))
        root[second] = first
    groups: dict[int, list[int]] = {}
    for i in range(len(photos)):
        groups.setdefault(leader(i), []).append(i)
    pieces = [piece for group in groups.values() for piece in _pieces(photos, group)]
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
