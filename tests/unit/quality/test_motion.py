import numpy as np
import pytest
from shoots import picture

from mediakit.model import Size
from mediakit.quality.clip import score_clip
from mediakit.quality.measures import luma
from mediakit.quality.motion import measure_motion

WIDE = luma(np.random.default_rng(1).integers(0, 255, (240, 520, 3), dtype=np.uint8))


def run(steps):
    return [np.ascontiguousarray(WIDE[20 + dy : 200 + dy, 60 + dx : 300 + dx]) for dx, dy in steps]


def test_a_smooth_pan_is_no_shake_and_a_trembling_hand_is():
    pan = measure_motion([run([(6 * i, 0) for i in range(8)])])
    tremble = measure_motion([run([(0, 0), (7, -5), (-3, 6), (6, 2), (-6, -6), (4, 7), (0, 0)])])
    assert pan.shake < 1 < 20 < tremble.shake


def test_flicker_is_brightness_that_jumps_not_brightness_that_changes():
    fade = measure_motion([[WIDE * (0.5 + 0.05 * i) for i in range(8)]])
    flicker = measure_motion([[WIDE * (0.9 if i % 2 else 1.0) for i in range(8)]])
    assert fade.flicker < 0.1 < 4 < flicker.flicker


def test_black_and_frozen_stretches_are_shares_of_the_looks():
    found = measure_motion([[WIDE] * 5, [np.zeros_like(WIDE)] * 5, run([(i, 0) for i in range(5)])])
    assert found.black == pytest.approx(1 / 3)
    assert found.frozen == pytest.approx(2 / 3)


def test_a_clip_of_one_frame_has_no_motion_and_still_a_score():
    assert measure_motion([[WIDE]]) is None
    found = score_clip([picture()], [], shown=Size(640, 480))
    assert 0 < found.value <= 100
    assert "shake" not in {part.name for part in found.parts}


def test_clipped_sound_costs():
    clean, clipped = (score_clip([picture()], [], shown=Size(640, 480), clipped_share=share) for share in (0.0, 0.02))
    assert clipped.value < clean.value


def test_looking_leaves_the_frames_as_they_were():
    frames = [np.ascontiguousarray(WIDE[:135, i : i + 240]) for i in range(6)]
    before = [frame.copy() for frame in frames]
    measure_motion([frames])
    assert all(np.array_equal(a, b) for a, b in zip(frames, before, strict=True))
