"""A thing is followed between looks; where the looks speak of different things, nothing is said."""

from __future__ import annotations

from types import SimpleNamespace

import cv2
import numpy as np

from mediakit.model import Box, Size
from mediakit.video.thing import ThingTracker

SCENE = np.random.default_rng(2).integers(60, 120, (12, 20, 3), dtype=np.uint8)
THING = np.kron(np.random.default_rng(3).integers(0, 255, (8, 8, 3)), np.ones((8, 8, 1))).astype(np.uint8)


def frame(x: int) -> np.ndarray:
    picture = cv2.resize(SCENE, (640, 360), interpolation=cv2.INTER_CUBIC)
    picture[150:214, x : x + 64] = THING
    return picture


def tracker(looks: list[tuple[float, Box | None]]) -> ThingTracker:
    found = ThingTracker(SimpleNamespace(size=Size(640, 360)), looks)  # type: ignore[arg-type]
    for n in range(25):
        found.look(frame(60 + 12 * n), n / 6)
    return found


def test_a_thing_that_is_carried_across_is_followed():
    boxes = tracker([(t, Box(60 + 72 * t, 150, 64, 64)) for t in (0.0, 1.0, 2.0, 3.0, 4.0)]).boxes_in(0.0, 5.0)
    assert len(boxes) == 25
    assert all(abs(box.x - (60 + 72 * t)) < 6 for t, box in boxes)


def test_looks_that_disagree_say_nothing():
    places = (60, 500, 100, 480, 300)
    assert tracker([(float(t), Box(x, 150, 64, 64)) for t, x in enumerate(places)]).boxes_in(0.0, 5.0) == ()
