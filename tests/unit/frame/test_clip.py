"""A clip's one framing holds the people that stay."""

from __future__ import annotations

import pytest

from mediakit.frame.clip import merge, solve_clip
from mediakit.model import Box, Face, Findings, Saliency, Size
from mediakit.platforms.schema import Shape
from mediakit.presets.schema import Frame

SIZE = Size(1920, 1080)
UPRIGHT = Shape(ratio="9:16")


def frame(*centres: float, side: float = 150, subject: Box | None = None) -> Findings:
    faces = tuple(Face(Box(x - side / 2, 300, side, side * 1.2), 0.9) for x in centres)
    return Findings(SIZE, faces, subject, Saliency(1, 2, b"\x00\xff"))


def test_a_face_that_stays_is_one_face():
    merged = merge([frame(960 + wobble) for wobble in (-5, 0, 4, 2, -3)])
    assert len(merged.faces) == 1
    assert merged.faces[0].box.centre[0] == pytest.approx(960, abs=5)


def test_somebody_who_passes_does_not_decide():
    frames = [frame(500) for _ in range(20)]
    frames[3] = frame(500, 1800)
    framing = solve_clip(frames, UPRIGHT, Frame())
    assert framing.fit == "crop"
    assert framing.crop.x_px <= 425
    assert framing.crop.x_px + framing.crop.w_px >= 575


def test_a_face_that_wanders_within_the_crop_stays_inside():
    frames = [frame(x) for x in range(800, 1150, 35)]
    framing = solve_clip(frames, UPRIGHT, Frame())
    assert framing.fit == "crop"
    assert framing.crop.x_px <= 800 - 75
    assert framing.crop.x_px + framing.crop.w_px >= 1115 + 75


def test_a_moment_outside_is_let_go_before_a_border_is_added():
    frames = [frame(900) for _ in range(19)] + [frame(1150)]
    framing = solve_clip(frames, UPRIGHT, Frame())
    assert framing.fit == "crop"
    assert framing.crop.x_px <= 825
    assert framing.crop.x_px + framing.crop.w_px >= 975


def test_someone_who_walks_through_the_picture_gets_a_border():
    framing = solve_clip([frame(x) for x in range(150, 1800, 90)], UPRIGHT, Frame(fallback="pad"))
    assert framing.fit == "pad"


def test_a_border_holds_a_thing_that_the_camera_comes_nearer_to():
    boxes = [Box(900 - grown, 300 - grown / 4, 1000 + 2 * grown, 400 + grown / 2) for grown in range(0, 300, 30)]
    framing = solve_clip([frame(subject=box) for box in boxes], UPRIGHT, Frame())
    assert framing.fit == "blur"
    assert framing.crop.x_px <= boxes[-1].x and framing.crop.x_px + framing.crop.w_px >= min(1920, boxes[-1].right)


def test_the_usual_subject_and_the_mean_map():
    box = Box(100, 100, 400, 400)
    merged = merge([frame(subject=box), frame(subject=box), frame()])
    assert merged.subject == box
    assert merged.saliency == Saliency(1, 2, b"\x00\xff")
    assert merge([frame(subject=box), frame(), frame()]).subject is None


def test_most_frames_say_whether_a_thing_stands_alone():
    alone, among = Findings(SIZE, stands_alone=True), Findings(SIZE)
    assert merge([alone, alone, among]).stands_alone
    assert not merge([alone, among]).stands_alone


def test_tilt_needs_most_frames_to_agree_that_there_is_one():
    lean = Findings(SIZE, tilt_deg=2.0)
    assert merge([lean, lean, Findings(SIZE)]).tilt_deg == 2.0
    assert merge([lean, Findings(SIZE)]).tilt_deg is None


def test_no_frames_or_mixed_sizes_are_refused():
    with pytest.raises(ValueError, match="at least one"):
        merge([])
    with pytest.raises(ValueError, match="one size"):
        merge([Findings(SIZE), Findings(Size(10, 10))])
