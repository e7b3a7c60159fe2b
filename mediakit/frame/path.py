"""A camera path for one shot: still where it can be, an even pan where it must be, never a jitter.

Along the one side on which the crop slides, time is cut into steps and place into units, and the cheapest path through
that grid is found exactly, by dynamic programming over place and speed. What is paid for follows Grundmann, Kwatra and
Essa, "Auto-Directed Video Stabilization with Robust L1 Optimal Camera Paths" (CVPR 2011): the absolute speed and the
absolute change of speed, which makes paths of stillness and constant speed; against them stands what would be cut off.
Speed and its change are bounded by the grid itself. In every frame the crop moves by a whole number of units, and by the
same number within a step: what is displayed runs evenly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

Span = tuple[float, float]
Costs = NDArray[np.float32]

MOST_SPEED = 1.0
"""Windows a second: a crop that moves by its own width in less than a second makes people seasick."""
MOST_CHANGE = 2.0
"""Windows a second, gained in a second."""
PIECE_S, AHEAD_S = 60.0, 4.0
"""A long shot is solved in pieces, each with a look ahead: memory stays, and a pan begins in time."""

_CUT, _CUT_AT_ALL = 60.0, 4.0  # a second, for a whole window of what must be seen; and for any
_ROOM = 5.0  # a second, for a whole window of what should be around it
_PLACE = 0.08  # a second, for a whole window away from where a still picture would be framed
_MIDDLE = 0.08  # a second, for a whole window away from where what is wanted stands in the middle
_SPEED = 0.8  # a window
_CHANGE = 0.35  # a window a second


@dataclass(frozen=True, slots=True)
class Moment:
    """What a crop's start has to satisfy at one moment, in px; None asks for nothing.

    `must` are the starts that keep the main thing inside, `want` those that leave it room as well.
    """

    t_s: float
    must: Span | None = None
    want: Span | None = None


@dataclass(frozen=True, slots=True)
class Grid:
    """What the renderer can show: starts are 0..`last` units of `unit_px`, frames come at `fps`."""

    unit_px: float
    last: int
    fps: Fraction
    frames_a_step: int
    first_px: float = 0.0
    """Where unit 0 lies."""


@dataclass(frozen=True, slots=True)
class Knot:
    """Where the crop starts at one frame, in units of the grid; between knots it moves evenly."""

    frame: int
    start: int


def solve_path(
    moments: Sequence[Moment], grid: Grid, frames: range, *, window_px: float, prefer_px: float
) -> list[Knot]:
    """The path over `frames` (of the deliverable; their times are frame / fps, as those of `moments`).

    First and last frame are knots. `prefer_px` is where the crop starts while nothing asks for anything.
    """
    steps = max(1, -(-(len(frames) - 1) // grid.frames_a_step))
    times = [float((frames.start + n * grid.frames_a_step) / grid.fps) for n in range(steps + 1)]
    cost = _place_costs(at_times(moments, times), grid, window_px, prefer_px)
    dt = grid.frames_a_step / float(grid.fps)
    places = _cheapest(cost * np.float32(dt), _Speeds.of(grid, window_px), round(PIECE_S / dt), round(AHEAD_S / dt))
    knots = [Knot(frames.start + n * grid.frames_a_step, int(i) * grid.frames_a_step) for n, i in enumerate(places)]
    return _without_straights(_ended(knots, frames[-1]))


def at_times(moments: Sequence[Moment], times: Sequence[float]) -> list[Moment]:
    """Moments at other times: straight between neighbours that ask, else what the nearer of them asks."""
    if not moments:
        return [Moment(t) for t in times]
    known = [one.t_s for one in moments]
    found = []
    for t in times:
        after = min(len(known) - 1, int(np.searchsorted(known, t)))
        one, other = moments[max(0, after - 1)], moments[after]
        share = 0.0 if other.t_s <= one.t_s else min(1.0, max(0.0, (t - one.t_s) / (other.t_s - one.t_s)))
        found.append(Moment(t, _between(one.must, other.must, share), _between(one.want, other.want, share)))
    return found


def _between(one: Span | None, other: Span | None, share: float) -> Span | None:
    if one is None or other is None:
        return one if share < 0.5 else other
    return (1 - share) * one[0] + share * other[0], (1 - share) * one[1] + share * other[1]


def _place_costs(moments: Sequence[Moment], grid: Grid, window_px: float, prefer_px: float) -> Costs:
    """What each place costs at each step, a second: (steps, places)."""
    count = grid.last // grid.frames_a_step + 1
    places = grid.first_px + np.arange(count, dtype=np.float64) * float(grid.frames_a_step * grid.unit_px)
    cost = np.tile(_PLACE * np.abs(places - prefer_px) / window_px, (len(moments), 1))
    for step, one in enumerate(moments):
        if one.want is not None:
            cost[step] += _ROOM * _outside(places, one.want) / window_px
            cost[step] += _MIDDLE * np.abs(places - sum(one.want) / 2) / window_px
        if one.must is not None:
            cut = _outside(places, one.must) / window_px
            cost[step] += _CUT * cut + _CUT_AT_ALL * (cut > 0)
    return cost.astype(np.float32)


def _outside(places: NDArray[np.float64], span: Span) -> NDArray[np.float64]:
    """How far each place lies outside; where nothing lies inside the span its middle is the goal."""
    low, high = span if span[0] <= span[1] else ((span[0] + span[1]) / 2,) * 2
    return np.maximum(low - places, 0) + np.maximum(places - high, 0)


@dataclass(frozen=True, slots=True)
class _Speeds:
    """Speeds a step may have, in places a step, with what each costs."""

    most: int
    change: int
    cost: Costs
    change_cost: float

    @classmethod
    def of(cls, grid: Grid, window_px: float) -> _Speeds:
        windows_a_second = grid.unit_px * float(grid.fps) / window_px  # of one unit a frame
        dt = grid.frames_a_step / float(grid.fps)
        most = max(1, int(MOST_SPEED / windows_a_second))
        change = max(1, int(MOST_CHANGE * dt / windows_a_second))
        speeds = np.abs(np.arange(-most, most + 1, dtype=np.float32)) * np.float32(windows_a_second)
        return cls(most, min(change, 2 * most), _SPEED * speeds * np.float32(dt), _CHANGE * windows_a_second)


def _cheapest(cost: Costs, speeds: _Speeds, piece: int, ahead: int) -> NDArray[np.int64]:
    """The cheapest sequence of places, piece by piece."""
    places: list[int] = []
    state: tuple[int, int] | None = None
    begin = 0
    while begin < len(cost):
        solved = _solve_piece(cost[begin : begin + piece + ahead], speeds, state)
        is_last = begin + piece + ahead >= len(cost)
        kept = solved if is_last else solved[: piece + 1]
        places += [place for place, _ in (kept if state is None else kept[1:])]
        if is_last:
            break
        state, begin = kept[-1], begin + piece
    return np.array(places)


def _solve_piece(cost: Costs, speeds: _Speeds, state: tuple[int, int] | None) -> list[tuple[int, int]]:
    """Places with the speed by which each was reached. `state`: where and how fast the path begins; None: free."""
    count, many = 2 * speeds.most + 1, cost.shape[1]
    came_from = np.arange(many)[None, :] - np.arange(-speeds.most, speeds.most + 1)[:, None]
    possible = (came_from >= 0) & (came_from < many)
    came_from = np.where(possible, came_from, 0)
    rows = np.arange(count)[:, None]
    total = np.full((count, many), np.inf, np.float32)
    if state is None:
        total[:] = cost[0] + speeds.cost[:, None]
    else:
        total[state[1] + speeds.most, state[0]] = 0
    turns = np.empty((len(cost), count, many), np.int8)
    for step in range(1, len(cost)):
        best, turns[step] = _best_turn(total, speeds)
        total = np.where(possible, best[rows, came_from], np.float32(np.inf)) + cost[step] + speeds.cost[:, None]
    fast, place = np.unravel_index(int(np.argmin(total)), total.shape)
    found = [(int(place), int(fast) - speeds.most)]
    for step in range(len(cost) - 1, 0, -1):
        place = place - (fast - speeds.most)
        fast = fast + int(turns[step, fast, place])
        found.append((int(place), int(fast) - speeds.most))
    return found[::-1]


def _best_turn(total: Costs, speeds: _Speeds) -> tuple[Costs, NDArray[np.int8]]:
    """For each new speed (row) and place before the step: the cheapest way there, and how far the old speed's row is."""
    best = total.copy()
    turn = np.zeros(total.shape, np.int8)
    for change in range(1, speeds.change + 1):
        price = np.float32(change * speeds.change_cost)
        for sign in (-1, 1):
            old = np.full_like(total, np.inf)
            if sign < 0:
                old[change:] = total[:-change]
            else:
                old[:-change] = total[change:]
            old += price
            better = old < best
            best[better] = old[better]
            turn[better] = sign * change
    return best, turn


def _ended(knots: list[Knot], last: int) -> list[Knot]:
    """The last step may reach past the last frame: the path ends there."""
    if knots[0].frame == last:
        return knots[:1]
    if knots[-1].frame <= last:
        return knots
    before, after = knots[-2], knots[-1]
    slope = (after.start - before.start) // (after.frame - before.frame)
    return [*knots[:-1], Knot(last, before.start + slope * (last - before.frame))]


def _without_straights(knots: Sequence[Knot]) -> list[Knot]:
    """Only the first, the last, and those where the speed changes."""
    kept = [knots[0]]
    for before, here, after in zip(knots, knots[1:], knots[2:], strict=False):
        came = Fraction(here.start - before.start, here.frame - before.frame)
        if came != Fraction(after.start - here.start, after.frame - here.frame):
            kept.append(here)
    return [*kept, knots[-1]] if len(knots) > 1 else kept
