"""Frames are what they say: the window at the output's size, mixed around a change, the card at the end."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from mediakit.model import Box, Size
from mediakit.pixels.resample import resize
from mediakit.reel.frames import Composer, Patch, Slide, prepared_canvas
from mediakit.reel.moves import Move
from mediakit.reel.timing import Timing

SIZE = Size(90, 160)


def plain(colour: int) -> Slide:
    canvas = np.full((320, 180, 3), colour, np.uint8)
    return Slide(canvas, Move(Box(0, 0, 180, 320), Box(9, 16, 162, 288)))


def smooth_picture() -> np.ndarray:
    y, x = np.mgrid[0:640, 0:360]
    return np.stack([x * 255 // 360, y * 255 // 640, (x + y) * 255 // 1000], axis=-1).astype(np.uint8)


def test_a_frame_is_the_window_scaled() -> None:
    picture = smooth_picture()
    move = Move(Box(0, 0, 360, 640), Box(36, 64, 288, 512))
    canvas, moved = prepared_canvas(picture, move, SIZE)
    slide = Slide(canvas, moved)
    for share, window in ((0.0, move.begin), (1.0, move.end)):
        part = picture[round(window.y) : round(window.bottom), round(window.x) : round(window.right)]
        assert np.abs(slide.frame(share, SIZE).astype(int) - resize(part, SIZE)).mean() < 1.5


def test_a_slow_move_never_steps() -> None:
    picture = smooth_picture()
    canvas, moved = prepared_canvas(picture, Move(Box(0, 0, 360, 640), Box(18, 32, 324, 576)), SIZE)
    slide = Slide(canvas, moved)
    frames = [slide.frame(n / 60, SIZE).astype(int) for n in range(61)]
    assert max(np.abs(a - b).max() for a, b in pairwise(frames)) <= 2


def test_around_a_change_two_pictures_are_mixed_and_the_card_comes_last() -> None:
    card = np.full((160, 90, 3), 250, np.uint8)
    timing = Timing((0.0, 2.0, 4.0, 6.0))
    composer = Composer([plain(0), plain(100)], card, timing, SIZE, fade_s=0.4, patch=None)
    seen = [int(composer.frame(t)[80, 45, 0]) for t in (0, 1.7, 2.0, 2.3, 3.7, 4.0, 5.9)]
    assert seen == [0, 0, 50, 100, 100, 175, 250]
    assert int(card[0, 0, 0]) == 250


def test_cuts_are_cuts() -> None:
    composer = Composer([plain(0), plain(100)], None, Timing((0.0, 2.0, 4.0)), SIZE, fade_s=0.0, patch=None)
    assert [int(composer.frame(t)[0, 0, 0]) for t in (1.99, 2.0, 3.99)] == [0, 100, 100]


def test_a_patch_lies_on_every_frame_and_nowhere_else() -> None:
    drawn = np.zeros((10, 20, 4), np.uint8)
    drawn[..., 0], drawn[..., 3] = 200, 255
    composer = Composer(
        [plain(0), plain(100)], None, Timing((0.0, 2.0, 4.0)), SIZE, fade_s=0.4, patch=Patch(drawn, 5, 7)
    )
    for t in (0.0, 2.0, 3.9):
        frame = composer.frame(t)
        assert (frame[7:17, 5:25, 0] == 200).all()
        assert frame[30, 45, 0] != 200
