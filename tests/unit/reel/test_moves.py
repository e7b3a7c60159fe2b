"""Slow moves keep faces in, stay inside the picture and are slow."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mediakit.frame.solve import solve
from mediakit.model import Box, Face, Findings, Size
from mediakit.platforms.schema import Shape
from mediakit.presets.schema import Frame
from mediakit.reel.moves import plan_move

SIZES = st.tuples(st.integers(300, 4000), st.integers(300, 4000)).map(lambda wh: Size(*wh))


@st.composite
def pictures(draw) -> Findings:
    size = draw(SIZES)
    faces = []
    for _ in range(draw(st.integers(0, 3))):
        side = draw(st.floats(0.05, 0.3)) * min(size.width_px, size.height_px)
        x = draw(st.floats(0, 1)) * (size.width_px - side)
        y = draw(st.floats(0, 1)) * (size.height_px - side)
        faces.append(Face(Box(x, y, side, side), 0.9))
    return Findings(size=size, faces=tuple(faces))


@given(findings=pictures(), zoom=st.floats(0, 0.25), seconds=st.floats(1.2, 8), inwards=st.booleans())
def test_every_window_lies_in_the_picture_and_holds_what_the_crop_holds(findings, zoom, seconds, inwards) -> None:
    framing = solve(findings, Shape(ratio="9:16"), Frame())
    if framing.fit != "crop":
        return
    crop = framing.crop.as_box()
    move = plan_move(findings, crop, zoom=zoom, seconds=seconds, inwards=inwards, glide=True)
    for share in (0.0, 0.3, 0.7, 1.0):
        window = move.at(share)
        assert window.x >= -1e-6
        assert window.y >= -1e-6
        assert window.right <= findings.size.width_px + 1e-6
        assert window.bottom <= findings.size.height_px + 1e-6
        assert abs(window.w / window.h - crop.w / crop.h) < 1e-6
        for face in findings.main_faces:
            box = face.box
            if box.x >= crop.x and box.right <= crop.right and box.y >= crop.y and box.bottom <= crop.bottom:
                assert window.x <= box.x + 1e-6
                assert window.right >= box.right - 1e-6
                assert window.y <= box.y + 1e-6
                assert window.bottom >= box.bottom - 1e-6


@given(findings=pictures(), seconds=st.floats(1.2, 8))
def test_moves_are_slow(findings, seconds) -> None:
    framing = solve(findings, Shape(ratio="9:16"), Frame())
    crop = framing.crop.as_box()
    move = plan_move(findings, crop, zoom=0.25, seconds=seconds, inwards=True, glide=True)
    (ax, ay), (bx, by) = move.begin.centre, move.end.centre
    moved = max(abs(ax - bx), abs(ay - by)) / max(crop.w, crop.h)
    assert moved <= 0.2 * seconds
    assert 1 - move.end.w / move.begin.w <= 0.06 * seconds + 1e-9
