"""Camera paths: still where they can be, bounded where they move, in time where somebody walks."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediakit.frame.path import MOST_CHANGE, MOST_SPEED, Grid, Knot, Moment, at_times, solve_path

WINDOW_PX = 608.0
LAST_PX = 1312.0
FPS = Fraction(30)
GRID = Grid(unit_px=1.125, last=int(LAST_PX / 1.125), fps=FPS, frames_a_step=5)


def asks(t_s: float, face_px: float, width_px: float = 200) -> Moment:
    """What a face in the middle of `face_px` asks of the start."""
    must = (max(0.0, face_px + width_px / 2 - WINDOW_PX), min(LAST_PX, face_px - width_px / 2))
    want = (max(0.0, face_px + width_px - WINDOW_PX), min(LAST_PX, face_px - width_px))
    return Moment(t_s, must, want)


def starts(knots: list[Knot], frames: int) -> np.ndarray:
    """The start in every frame, in units."""
    return np.interp(range(frames), [k.frame for k in knots], [k.start for k in knots])


def walk(face_at, seconds: float) -> tuple[list[Moment], np.ndarray]:
    moments = [asks(t, face_at(t)) for t in np.arange(0, seconds, 1 / 6)]
    frames = round(seconds * FPS)
    knots = solve_path(moments, GRID, range(frames), window_px=WINDOW_PX, prefer_px=656)
    return moments, starts(knots, frames) * GRID.unit_px


def test_a_face_that_sways_does_not_move_the_camera():
    _, path = walk(lambda t: 960 + 60 * np.sin(3 * t), 8)
    assert np.ptp(path) == 0


def test_a_face_that_walks_across_is_inside_in_every_frame():
    def face(t: float) -> float:
        return 200 + 1500 * min(1.0, max(0.0, (t - 2) / 3))

    _, path = walk(face, 8)
    middles = np.array([face(n / 30) for n in range(len(path))])
    assert (middles - 100 >= path - 1).all()
    assert (middles + 100 <= path + WINDOW_PX + 1).all()
    assert np.ptp(path[:45]) == 0, "still before"
    assert np.ptp(path[-45:]) == 0, "and after"


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(100, 1820), min_size=2, max_size=12), st.integers(20, 200))
def test_speed_and_its_change_are_bounded_and_every_step_is_even(places, frames):
    moments = [asks(n * 0.7, place) for n, place in enumerate(places)]
    knots = solve_path(moments, GRID, range(frames), window_px=WINDOW_PX, prefer_px=656)
    assert [knots[0].frame, knots[-1].frame] == [0, frames - 1]
    path = starts(knots, frames)
    assert path.min() >= 0
    assert path.max() <= GRID.last
    steps = np.diff(path)
    assert np.allclose(steps, np.round(steps)), "whole units in every frame"
    windows_a_second = steps * GRID.unit_px * 30 / WINDOW_PX
    assert np.abs(windows_a_second).max(initial=0) <= MOST_SPEED + 1e-6
    assert np.abs(np.diff(windows_a_second)).max(initial=0) <= MOST_CHANGE / 6 + 1e-6


def test_a_long_shot_is_solved_in_pieces_without_a_seam():
    moments, path = walk(lambda t: 960 + 700 * np.sin(t / 9), 140)
    steps = np.diff(path) / GRID.unit_px
    assert np.abs(np.diff(steps)).max() <= MOST_CHANGE / 6 * WINDOW_PX / 30 / GRID.unit_px
    inside = [m.must[0] - 2 <= path[min(len(path) - 1, round(m.t_s * 30))] <= m.must[1] + 2 for m in moments]
    assert np.mean(inside) > 0.99


def test_without_anything_to_see_it_stays_where_a_still_would_be():
    knots = solve_path([], GRID, range(90), window_px=WINDOW_PX, prefer_px=300)
    assert len({knot.start for knot in knots}) == 1
    assert knots[0].start * GRID.unit_px == pytest.approx(300, abs=4)


def test_a_single_frame_has_a_single_knot():
    assert len(solve_path([asks(0, 900)], GRID, range(7, 8), window_px=WINDOW_PX, prefer_px=0)) == 1


def test_between_looks_what_is_asked_goes_straight():
    found = at_times([asks(0, 700), asks(1, 900)], [0.5])[0]
    assert found.must == pytest.approx(asks(0.5, 800).must)
    assert at_times([asks(0, 500), Moment(1.0)], [0.9])[0].must is None
