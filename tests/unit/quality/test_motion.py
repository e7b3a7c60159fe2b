from dataclasses import replace

import cv2
import numpy as np
import pytest
from shoots import picture

from mediakit.look.cast import Cast
from mediakit.look.measure import measure, merge_tones
from mediakit.model import Box, Face, Findings, Size
from mediakit.quality.clip import ClipSeen, score_clip
from mediakit.quality.clip_parts import ClipSound, face_time_part
from mediakit.quality.measures import luma
from mediakit.quality.motion import measure_motion

WIDE = luma(np.random.default_rng(1).integers(0, 255, (240, 520, 3), dtype=np.uint8))


def seen(*frames):
    return ClipSeen(frames=frames, times_s=[float(number) for number in range(len(frames))])


def heard(sound):
    return score_clip(seen(picture()), shown=Size(640, 480), sound=sound)


def part(found, name):
    return next(one for one in found.parts if one.name == name)


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
    found = score_clip(seen(picture()), shown=Size(640, 480))
    assert 0 < found.value <= 100
    assert "shake" not in {part.name for part in found.parts}


def test_a_clips_cast_is_the_judged_lights_and_not_the_walls():
    wall = np.clip(np.float32(picture()) * [1.0, 0.82, 0.76], 0, 255).astype(np.uint8)
    tone = measure(wall)
    white, pink = (replace(tone, judged=Cast(warm, 0.0)) for warm in (0.0, 0.9))
    lit = [score_clip(replace(seen(wall), tone=one), shown=Size(640, 480)) for one in (white, pink)]
    assert part(lit[0], "colour-cast").tip == ""
    assert "colour of their own" in part(lit[0], "colour-cast").measured
    assert "tinted" in part(lit[1], "colour-cast").tip


def test_the_light_of_a_clip_is_measured_where_nobody_has():
    shown = seen(picture(), picture(seed=4))
    known = replace(shown, tone=merge_tones([measure(frame) for frame in shown.frames]))
    assert score_clip(shown, shown=Size(640, 480)) == score_clip(known, shown=Size(640, 480))


def test_clipped_sound_costs():
    clean, clipped = (heard(ClipSound(clipped=share)) for share in (0.0, 0.02))
    assert clipped.value < clean.value


def test_a_voice_that_hardly_stands_out_costs_and_says_so():
    clear, drowned = (heard(ClipSound(floor_lufs=-30, speech_gap_db=gap)) for gap in (25.0, 7.0))
    assert drowned.value < clear.value
    assert "voice" in part(drowned, "speech").tip


def test_noise_counts_where_nobody_speaks():
    quiet, humming = (heard(ClipSound(floor_lufs=floor)) for floor in (-60.0, -25.0))
    assert humming.value < quiet.value
    assert part(humming, "sound-noise").tip


def test_silence_is_said():
    assert "silent" in part(heard(ClipSound(silent=True)), "sound").measured


def test_the_worst_moments_are_named_with_their_time():
    clean, black = picture(seed=3), np.zeros_like(picture())
    soft = cv2.GaussianBlur(clean, (0, 0), 9)
    found = score_clip(seen(clean, picture(seed=4), soft, picture(seed=5), black), shown=Size(640, 480))
    said = {(moment.time_s, moment.part) for moment in found.moments}
    assert (4.0, "stretches") in said
    assert [moment.time_s for moment in found.moments] == sorted(moment.time_s for moment in found.moments)
    assert all(moment.measured and 0 <= moment.value < 0.6 for moment in found.moments)
    assert 0.19 < float(part(found, "stretches").measured.split()[0]) / 100 < 0.21


def test_a_clip_that_is_even_has_no_worst_moment():
    assert score_clip(seen(*(picture(seed=3 + n) for n in range(4))), shown=Size(640, 480)).moments == ()


def test_a_black_stretch_is_one_moment():
    black = np.zeros_like(picture())
    found = score_clip(seen(picture(seed=3), black, black, black, picture(seed=4)), shown=Size(640, 480))
    assert [(m.time_s, m.measured) for m in found.moments] == [(1.0, "black")]


def test_a_black_moment_between_runs_is_seen_in_the_samples():
    frames = [picture(seed=3)] * 2
    found = score_clip(seen(*frames, np.zeros_like(frames[0])), shown=Size(640, 480))
    assert {(moment.time_s, moment.measured) for moment in found.moments} == {
        (1.0, "stands still since the look before"),
        (2.0, "black"),
    }


def test_face_time_is_about_clips_of_people_only():
    size = Size(640, 480)
    face = Findings(size, faces=(Face(Box(200, 100, 60, 72), 0.9),))
    nobody, tiny = Findings(size), Findings(size, faces=(Face(Box(200, 100, 14, 16), 0.9),))
    assert face_time_part([nobody] * 9 + [face]) is None
    assert face_time_part([]) is None
    near, far = face_time_part([face, face, nobody]), face_time_part([tiny] * 3)
    assert "67 %" in near.measured and near.value == 1.0
    assert far.value < near.value and far.tip


def test_looking_leaves_the_frames_as_they_were():
    frames = [np.ascontiguousarray(WIDE[:135, i : i + 240]) for i in range(6)]
    before = [frame.copy() for frame in frames]
    measure_motion([frames])
    assert all(np.array_equal(a, b) for a, b in zip(frames, before, strict=True))
