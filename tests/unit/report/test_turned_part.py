"""A part that was set upright is handed to the page by its corners."""

from __future__ import annotations

import pytest

from mediakit.report.html import _corners


@pytest.mark.parametrize(
    ("facts", "corners"),
    [
        (
            {"straightened": {"turned_deg": 2.0, "corners_px": [[1, 2], [3, 4], [5, 6], [7, 8]]}},
            [[1, 2], [3, 4], [5, 6], [7, 8]],
        ),
        ({"straightened": None}, None),
        ({}, None),
    ],
)
def test_corners_are_passed_on_where_there_are_some(facts, corners):
    assert _corners(facts) == corners
