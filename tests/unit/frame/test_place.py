"""A logo never lies on a face, and on the product only when nothing else is left."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediakit.frame.geometry import shared
from mediakit.frame.place import NOWHERE, place_logo, safe_zone_box
from mediakit.frame.quiet import busyness, placed_map, standing_parts
from mediakit.model import Box, Crop, Saliency, Size
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


def test_a_logo_steps_off_a_label_and_stays_in_its_corner():
    label = Box(900, 1380, 120, 40)

    def busy(box: Box) -> float:
        both = shared(box, label)
        return 0.06 if both is not None else 0.0

    placed = place_logo(OUTPUT, 3.0, Overlay(corner="bottom-right"), busy=busy)
    assert placed.corner == "bottom-right"
    assert shared(placed.box, label) is None


def test_one_part_of_a_hedge_is_as_good_as_another():
    placed = place_logo(OUTPUT, 3.0, Overlay(corner="bottom-right"), busy=lambda box: 0.5 - box.x / 1e5)
    assert placed == place_logo(OUTPUT, 3.0, Overlay(corner="bottom-right"))


def test_no_corner_free_of_faces_means_no_logo():
    assert place_logo(OUTPUT, 3.0, Overlay(), keep_clear=[Box(0, 0, 1080, 1440)]) is None
    assert "logo" in NOWHERE.message.lower()


def test_a_product_everywhere_means_no_logo():
    assert place_logo(OUTPUT, 3.0, Overlay(), avoid=[Box(0, 0, 1080, 1440)]) is None


def test_a_gap_between_products_at_an_edge_is_found():
    """Every corner stands full; the wall between two bottles is free."""
    bottles = [Box(0, 0, 330, 1440), Box(620, 0, 460, 1440)]
    placed = place_logo(OUTPUT, 3.0, Overlay(corner="bottom-right"), avoid=bottles)
    assert not any(shared(placed.box, bottle) for bottle in bottles)
    assert placed.box.bottom > 1300


def test_a_free_corner_is_taken_before_any_edge():
    taken = Box(700, 1000, 380, 440)
    placed = place_logo(OUTPUT, 3.0, Overlay(corner="bottom-right"), avoid=[taken])
    assert placed.box.x == pytest.approx(0.03 * 1080)


def test_a_logo_gets_smaller_only_where_it_fits_nowhere():
    bottles = [Box(0, 0, 450, 1440), Box(610, 0, 470, 1440)]  # 160 px between them, the logo has 173
    overlay = Overlay(corner="bottom-right")
    assert place_logo(OUTPUT, 3.0, overlay, avoid=bottles, smallest=0.75).box.w == pytest.approx(0.75 * 0.16 * 1080)
    assert place_logo(OUTPUT, 3.0, overlay, avoid=bottles[:1], smallest=0.75).box.w == pytest.approx(0.16 * 1080)


def test_what_is_touched_and_busy_is_the_product():
    sliver = [Box(x * 90.0, 0, 4, 1440) for x in range(12)]
    assert place_logo(OUTPUT, 3.0, Overlay(), avoid=sliver, busy=lambda box: 0.0) is not None
    assert place_logo(OUTPUT, 3.0, Overlay(), avoid=sliver, busy=lambda box: 0.5) is None


@given(st.integers(0, 700), st.integers(0, 900), st.integers(100, 1080), st.integers(100, 1440), corners)
def test_no_logo_lies_half_in_a_border(x, y, w, h, corner):
    picture = Box(x, y, min(w, 1080 - x), min(h, 1440 - y))
    placed = place_logo(OUTPUT, 3.0, Overlay(corner=corner), picture=picture)
    if placed is not None:
        both = shared(placed.box, picture)
        assert both is None or both.area == pytest.approx(placed.box.area, rel=0.011)


def test_a_blurred_thing_and_a_dark_one_are_seen():
    """Neither has an edge worth the name; both are another colour than the wall."""
    wall = np.full((400, 400, 3), (205, 180, 170), np.uint8)
    ramp = np.clip((np.arange(400) - 150) / 100, 0, 1)[None, :, None]
    blurred = (wall * (1 - ramp) + np.array((150, 30, 50)) * ramp).astype(np.uint8)
    assert busyness(wall)(Box(0, 0, 400, 400)) == 0.0
    assert busyness(blurred)(Box(100, 100, 200, 100)) > 0.3
    assert busyness((blurred * 0.3).astype(np.uint8))(Box(100, 100, 200, 100)) > 0.2


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


def test_a_subjects_own_shape_leaves_the_corners_of_its_box_free():
    rows, cols = 40, 30
    cells = np.zeros((rows, cols), np.uint8)
    cells[10:, 10:20] = 200  # a figure, its box the whole picture because of a raised hand
    cells[0:10, 28:30] = 200
    parts = standing_parts(Saliency(rows, cols, cells.tobytes()), OUTPUT)
    assert sum(part.area for part in parts) == pytest.approx((300 + 20) * 36 * 36)
    assert place_logo(OUTPUT, 3.0, Overlay(corner="top-left"), avoid=parts).corner == "top-left"
    assert place_logo(OUTPUT, 3.0, Overlay(corner="top-left"), avoid=[Box(0, 0, 1080, 1440)]) is None


@given(st.integers(0, 200), st.integers(0, 200), st.integers(100, 400), st.integers(100, 400))
def test_a_map_lies_where_its_picture_lies(x, y, w, h):
    cells = np.zeros((60, 80), np.uint8)
    cells[20:40, 30:60] = 250
    crop, at, output = Crop(x, y, w, h), Crop(0, 100, 1080, 1080), Size(1080, 1280)
    grid = placed_map(Saliency(60, 80, cells.tobytes()), Size(800, 600), crop, at, output)
    shown = np.frombuffer(grid.cells, np.uint8).reshape(grid.rows, grid.cols)
    assert not shown[: int(100 / 1280 * grid.rows)].any()
    middle = ((300 + 300) / 2 + 150 - x) / w, ((200 + 400) / 2 - y) / h
    if 0.1 < middle[0] < 0.9 and 0.1 < middle[1] < 0.9:
        row, col = int((100 + middle[1] * 1080) / 1280 * grid.rows), int(middle[0] * grid.cols)
        assert shown[row, col] == 250
