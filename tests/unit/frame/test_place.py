"""A logo never lies on a face, and on the product only when nothing else is left."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediakit.frame.geometry import shared
from mediakit.frame.place import NOWHERE, place_logo, safe_zone_box
from mediakit.model import Box, Size
from mediakit.platforms.schema import SafeZone
from mediakit.presets.schema import Overlay

OUTPUT = Size(1080, 1440)
sizes = st.builds(Size, st.integers(16, 4000), st.integers(16, 4000))
corners = st.sampled_from(["top-left", "top-right", "bottom-left", "bottom-right"])


@st.composite
def boxes(draw) -> list[Box]:
    count = draw(st.integers(0, 4))
    return [
        Box(
            draw(st.floats(-200, 4000)),
            draw(st.floats(-200, 4000)),
            draw(st.floats(1, 3000)),
            draw(st.floats(1, 3000)),
        )
        for _ in range(count)
    ]


@given(sizes, st.floats(0.05, 20), corners, boxes(), boxes())
def test_a_placed_logo_is_inside_and_off_the_faces(output, ratio, corner, faces, products):
    placed = place_logo(output, ratio, Overlay(corner=corner), keep_clear=faces, avoid=products)
    if placed is None:
        return
    box = placed.box
    assert box.x >= 0
    assert box.y >= 0
    assert box.right <= output.width_px + 1e-6
    assert box.bottom <= output.height_px + 1e-6
    assert box.w / box.h == pytest.approx(ratio)
    assert not any(shared(box, face) for face in faces)


def test_the_presets_corner_is_taken_when_it_is_free():
    placed = place_logo(OUTPUT, 3.0, Overlay(corner="top-left"))
    assert placed.corner == "top-left"
    margin = 0.03 * 1080
    assert (placed.box.x, placed.box.y) == pytest.approx((margin, margin))
    assert placed.box.w == pytest.approx(0.16 * 1080)


def test_a_face_in_the_corner_moves_the_logo_along_the_same_edge():
    placed = place_logo(OUTPUT, 3.0, Overlay(corner="bottom-right"), keep_clear=[Box(700, 1000, 380, 440)])
    assert placed.corner == "bottom-left"


def test_the_corner_that_covers_least_of_the_product_wins():
    product = Box(0, 700, 1080, 740)
    assert place_logo(OUTPUT, 3.0, Overlay(corner="bottom-right"), avoid=[product]).corner == "top-right"


def test_no_corner_free_of_faces_means_no_logo():
    assert place_logo(OUTPUT, 3.0, Overlay(), keep_clear=[Box(0, 0, 1080, 1440)]) is None
    assert "logo" in NOWHERE.message.lower()


def test_a_product_everywhere_means_no_logo():
    assert place_logo(OUTPUT, 3.0, Overlay(), avoid=[Box(0, 0, 1080, 1440)]) is None


def test_the_logo_stays_out_of_the_safe_zone_scaled_to_the_output():
    zone = SafeZone(canvas_px=(1080, 1920), bottom=400, right=120)
    output = Size(540, 960)
    placed = place_logo(output, 2.0, Overlay(corner="bottom-right"), safe_zone=zone)
    free = safe_zone_box(zone, output)
    assert free == Box(0, 0, 480, 760)
    assert placed.box.right <= free.right
    assert placed.box.bottom <= free.bottom


def test_a_zone_that_leaves_nothing_leaves_no_room():
    zone = SafeZone(canvas_px=(1080, 1920), top=1000, bottom=900)
    assert place_logo(Size(1080, 1920), 2.0, Overlay(), safe_zone=zone) is None


@pytest.mark.parametrize("ratio", [0, -1.0, float("nan")])
def test_a_logo_without_proportions_is_refused(ratio):
    with pytest.raises(ValueError, match="above 0"):
        place_logo(OUTPUT, ratio, Overlay())
