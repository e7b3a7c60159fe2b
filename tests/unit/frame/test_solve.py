"""The crop solver holds its promises for any picture and any faces."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mediakit.frame.geometry import hull, largest_crop
from mediakit.frame.solve import solve
from mediakit.model import Box, Crop, Face, Findings, Saliency, Size
from mediakit.platforms.schema import SafeZone, Shape
from mediakit.presets.schema import Frame

RATIOS = ["3:4", "1:1", "9:16", "16:9", "2.35:1", "4:5", "5:4"]
sides = st.integers(16, 6000)
sizes = st.builds(Size, sides, sides)
shapes = st.sampled_from(RATIOS).map(lambda ratio: Shape(ratio=ratio))


@st.composite
def faces_in(draw, size: Size, most: int = 4) -> tuple[Face, ...]:
    faces = []
    for _ in range(draw(st.integers(0, most))):
        height = draw(st.floats(0.03, 0.9)) * size.height_px
        width = min(0.8 * height, 0.9 * size.width_px)
        x = draw(st.floats(-0.3, 1.0)) * (size.width_px - 0.7 * width)
        y = draw(st.floats(-0.3, 1.0)) * (size.height_px - 0.7 * height)
        faces.append(Face(Box(x, y, width, height), draw(st.floats(0.7, 1.0))))
    return tuple(sorted(faces, key=lambda f: f.box.area, reverse=True))


@st.composite
def maps(draw) -> Saliency:
    rows, cols = draw(st.integers(1, 12)), draw(st.integers(1, 12))
    return Saliency(rows, cols, draw(st.binary(min_size=rows * cols, max_size=rows * cols)))


@st.composite
def pictures(draw) -> Findings:
    size = draw(sizes)
    subject = None
    if draw(st.booleans()):
        x, y = draw(st.floats(0, 0.9)) * size.width_px, draw(st.floats(0, 0.9)) * size.height_px
        subject = Box(
            x, y, draw(st.floats(0.05, 1)) * (size.width_px - x), draw(st.floats(0.05, 1)) * (size.height_px - y)
        )
    return Findings(size, draw(faces_in(size)), subject, draw(st.none() | maps()))


def inside(crop: Crop, size: Size) -> bool:
    return (
        crop.x_px >= 0
        and crop.y_px >= 0
        and crop.w_px >= 1
        and crop.h_px >= 1
        and crop.x_px + crop.w_px <= size.width_px
        and crop.y_px + crop.h_px <= size.height_px
    )


def shown_part(box: Box, size: Size) -> Box:
    x, y = min(max(box.x, 0), size.width_px), min(max(box.y, 0), size.height_px)
    return Box(x, y, min(max(box.right, 0), size.width_px) - x, min(max(box.bottom, 0), size.height_px) - y)


def holds(crop: Crop, box: Box, tolerance_px: float = 0.0) -> bool:
    frame = crop.as_box()
    return (
        box.x >= frame.x - tolerance_px
        and box.y >= frame.y - tolerance_px
        and box.right <= frame.right + tolerance_px
        and box.bottom <= frame.bottom + tolerance_px
    )


@given(pictures(), shapes)
def test_the_crop_lies_inside_and_has_the_ratio(picture, shape):
    framing = solve(picture, shape, Frame())
    assert inside(framing.crop, picture.size)
    assert framing.why
    if framing.fit == "crop":
        crop, exact = framing.crop, float(shape.value)
        assert abs(crop.w_px - crop.h_px * exact) <= max(1.0, exact) or abs(crop.h_px - crop.w_px / exact) <= 1.0
        assert crop.size == largest_crop(picture.size, shape.value)


@given(pictures(), shapes)
def test_main_faces_are_whole_whenever_they_fit(picture, shape):
    assume(picture.main_faces)
    crop = largest_crop(picture.size, shape.value)
    union = shown_part(hull([f.box for f in picture.main_faces]), picture.size)
    framing = solve(picture, shape, Frame())
    if framing.fit == "crop":
        longest = max(max(f.box.w, f.box.h) for f in picture.main_faces)
        assert holds(framing.crop, union, 1.0 + 0.06 * longest)
    else:
        assert holds(framing.crop, union, 1.0)
    if union.w <= crop.width_px - 1 and union.h <= crop.height_px - 1:
        assert framing.fit == "crop"
        assert holds(framing.crop, union, 1e-6)


@given(pictures(), shapes)
def test_same_input_same_answer(picture, shape):
    assert solve(picture, shape, Frame()) == solve(replace(picture), shape, Frame())


@given(st.data())
def test_a_mirrored_picture_gives_the_mirrored_crop(data):
    # Faces only, all of them main or few: with several equally good places the choice between them is free.
    size = data.draw(sizes)
    picture = Findings(size, data.draw(faces_in(size, most=2)))
    shape = data.draw(shapes)
    mirrored = replace(
        picture,
        faces=tuple(replace(f, box=replace(f.box, x=size.width_px - f.box.right)) for f in picture.faces),
    )
    assume(set(picture.faces) == set(picture.main_faces))
    one, other = solve(picture, shape, Frame()), solve(mirrored, shape, Frame())
    assert one.fit == other.fit
    assert one.crop.size == other.crop.size
    assert one.crop.y_px == other.crop.y_px
    assert one.crop.x_px == pytest.approx(size.width_px - other.crop.x_px - other.crop.w_px, abs=2)


@given(pictures())
def test_any_ratio_keeps_the_whole_picture(picture):
    framing = solve(picture, Shape(ratio="any"), Frame(fit="blur"))
    assert (framing.crop, framing.fit) == (Crop.whole(picture.size), "crop")


@given(pictures(), shapes, st.sampled_from(["pad", "blur"]))
def test_a_preset_that_asks_for_a_border_gets_the_whole_picture(picture, shape, fit):
    framing = solve(picture, shape, Frame(fit=fit))
    assert framing.crop == Crop.whole(picture.size)
    assert framing.fit == fit or largest_crop(picture.size, shape.value) == picture.size


@given(pictures(), shapes, st.integers(0, 900), st.integers(0, 900))
def test_a_safe_zone_never_costs_a_main_face(picture, shape, top, bottom):
    zone = SafeZone(canvas_px=(1080, 1920), top=top, bottom=bottom)
    framing = solve(picture, shape, Frame(), safe_zone=zone)
    for face in picture.main_faces:
        assert holds(framing.crop, shown_part(face.box, picture.size), 1.0 + 0.06 * max(face.box.w, face.box.h))


def face(x: float, y: float, side: float, confidence: float = 0.9) -> Face:
    return Face(Box(x, y, side, side * 1.25), confidence)


def test_faces_too_far_apart_are_fitted_into_a_border_that_loses_as_little_as_it_can():
    picture = Findings(Size(3000, 1500), (face(200, 400, 300), face(2200, 400, 300)))
    framing = solve(picture, Shape(ratio="3:4"), Frame(fallback="pad"))
    assert framing.fit == "pad"
    assert "all 2 faces" in framing.why
    assert holds(framing.crop, hull([f.box for f in picture.faces]))
    assert framing.crop.w_px < 3000  # the far sides tell nothing


def test_two_faces_that_just_fit_are_cropped_without_margin():
    picture = Findings(Size(2000, 1000), (face(600, 300, 200), face(1140, 300, 200)))
    framing = solve(picture, Shape(ratio="3:4"), Frame())
    assert framing.fit == "crop"
    assert framing.crop.w_px == 750
    assert 590 <= framing.crop.x_px <= 600


def test_a_portrait_keeps_its_hair_and_some_room_above_it():
    picture = Findings(Size(1000, 2000), (face(400, 900, 200),))
    crop = solve(picture, Shape(ratio="1:1"), Frame(headroom=0.12)).crop
    hair = 900 - 0.4 * 250
    assert 0.05 * crop.h_px <= hair - crop.y_px <= 0.45 * crop.h_px


def test_a_face_in_profile_gets_room_to_look_into():
    box = Box(900, 300, 200, 250)
    straight = Face(box, 0.9, ((960, 400), (1040, 400), (1000, 450)))
    to_the_right = Face(box, 0.9, ((990, 400), (1050, 400), (1060, 450)))
    size, shape = Size(2000, 1000), Shape(ratio="1:1")
    ahead = solve(Findings(size, (straight,)), shape, Frame()).crop.x_px
    right = solve(Findings(size, (to_the_right,)), shape, Frame()).crop.x_px
    assert right > ahead


def test_the_subject_decides_where_there_is_no_face():
    picture = Findings(Size(2000, 1000), subject=Box(1500, 200, 400, 700))
    framing = solve(picture, Shape(ratio="1:1"), Frame())
    assert holds(framing.crop, Box(1500, 200, 400, 700))
    assert "subject" in framing.why
    assert "right" in framing.why


def test_a_long_thing_is_not_cut_in_two():
    cells = np.zeros((10, 20), np.uint8)
    cells[3:7, 1:19] = 255
    picture = Findings(Size(2000, 1000), subject=Box(100, 300, 1800, 400), saliency=Saliency(10, 20, cells.tobytes()))
    framing = solve(picture, Shape(ratio="9:16"), Frame())
    assert framing.fit == "blur"
    assert holds(framing.crop, picture.subject)


@pytest.mark.parametrize(("alone", "width", "fit"), [(False, 1400, "crop"), (True, 1400, "blur"), (True, 1080, "crop")])
def test_what_fills_most_of_a_plain_ground_is_cut_by_its_air_at_most(alone, width, fit):
    subject = Box(1000 - width / 2, 0, width, 1000)
    picture = Findings(Size(2000, 1000), subject=subject, stands_alone=alone)
    assert solve(picture, Shape(ratio="1:1"), Frame()).fit == fit


def test_a_face_in_the_background_is_left_out_rather_than_cut():
    main, small = face(700, 300, 240), face(1195, 350, 60)
    crop = solve(Findings(Size(2000, 1000), (main, small)), Shape(ratio="3:4"), Frame()).crop
    assert holds(crop, main.box)
    left, right = small.box.x, small.box.right
    assert right <= crop.x_px + crop.w_px or left >= crop.x_px + crop.w_px


def test_a_face_is_moved_out_from_under_the_apps_buttons():
    picture = Findings(Size(1000, 3000), (face(400, 1400, 200),))
    zone = SafeZone(canvas_px=(1080, 1920), top=0, bottom=1000)
    free = solve(picture, Shape(ratio="9:16"), Frame()).crop
    kept = solve(picture, Shape(ratio="9:16"), Frame(), safe_zone=zone).crop
    limit = kept.y_px + kept.h_px * (1 - 1000 / 1920)
    assert picture.faces[0].box.bottom <= limit
    assert kept.y_px > free.y_px


def test_nothing_to_see_stays_in_the_middle():
    crop = solve(Findings(Size(2001, 1000)), Shape(ratio="1:1"), Frame()).crop
    assert crop.x_px in (500, 501)
