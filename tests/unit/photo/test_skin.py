"""Skin: what is calmed, what stays, and ceilings that are never exceeded."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from test_retouch import SKINS, portrait, retouched, retouched_with

from mediakit.model import Face
from mediakit.photo.skin import smooth_skin
from mediakit.photo.skin_mask import skin_mask, skin_masks
from mediakit.pixels.lab import lab_from_srgb
from mediakit.presets.schema import Retouch

WIDTH = 500
FOREHEAD = (250, 250)
"""(x, y) of clear skin in a `portrait` of WIDTH."""


def only_skin(**keys):
    return Retouch(**{"skin": 1.0, "denoise": 0, "sharpen": 0, "least_texture": 0.3, **keys})


def with_spot(skin, factors, radius_px=6):
    """A portrait with a round spot on the forehead that multiplies R, G, B by `factors`; the picture and its face."""
    picture, face = portrait(skin, width=WIDTH)
    spot = np.zeros(picture.shape[:2], np.float32)
    cv2.circle(spot, FOREHEAD, radius_px, 1, -1)
    spot = cv2.GaussianBlur(spot, (0, 0), 1.5)[..., None]
    spotted = picture * (1 - spot * (1 - np.array(factors, np.float32)))
    return spotted.astype(np.uint8), face


def stands_out(picture):
    """How far the spot's L*a*b* is from the skin around it."""
    x, y = FOREHEAD
    lab = lab_from_srgb(picture)
    ring = np.concatenate([lab[y - 22 : y - 16, x - 20 : x + 20], lab[y + 16 : y + 22, x - 20 : x + 20]])
    return float(np.linalg.norm(lab[y - 2 : y + 3, x - 2 : x + 3].mean(axis=(0, 1)) - ring.mean(axis=(0, 1))))


PIMPLE, MOLE, FRECKLE = (0.98, 0.78, 0.85), (0.45, 0.36, 0.34), (0.84, 0.74, 0.66)


@pytest.mark.parametrize("skin", SKINS)
def test_a_pimple_fades(skin):
    picture, face = with_spot(skin, PIMPLE)
    assert stands_out(retouched(picture, (face,), only_skin())) < 0.6 * stands_out(picture)
    assert stands_out(retouched(picture, (face,), only_skin(skin=0.35))) < 0.8 * stands_out(picture)


@pytest.mark.parametrize("skin", SKINS)
@pytest.mark.parametrize(("spot", "radius"), [(MOLE, 5), (FRECKLE, 4), (MOLE, 9)])
def test_moles_and_freckles_stay_unless_all_spots_shall_go(skin, spot, radius):
    picture, face = with_spot(skin, spot, radius)
    before = stands_out(picture)
    kept = stands_out(retouched(picture, (face,), only_skin(skin=0.35)))
    most, softened = (stands_out(retouched(picture, (face,), only_skin(spots=how))) for how in ("red", "all"))
    assert kept > 0.8 * before and most > 0.7 * before
    assert softened < 0.75 * before


def test_spots_can_be_kept():
    picture, face = with_spot("light", PIMPLE)
    kept, calmed = (stands_out(retouched(picture, (face,), only_skin(spots=how))) for how in ("keep", "red"))
    assert kept > calmed + 1


@pytest.mark.parametrize("skin", SKINS)
def test_shine_is_lowered_and_does_not_turn_grey(skin):
    picture, face = portrait(skin, width=WIDTH)
    lamp = np.zeros(picture.shape[:2], np.float32)
    cv2.circle(lamp, FOREHEAD, 14, 1, -1)
    lamp = 55 * cv2.GaussianBlur(lamp, (0, 0), 8)[..., None]
    shiny = np.clip(picture + lamp, 0, 255).astype(np.uint8)
    x, y = FOREHEAD
    spot = np.s_[y - 6 : y + 6, x - 6 : x + 6]
    matte, dewy = (retouched(shiny, (face,), only_skin(calm_shine=on)) for on in (True, False))
    plain, lit, calmed, left = (lab_from_srgb(p[spot]).mean(axis=(0, 1)) for p in (picture, shiny, matte, dewy))
    assert calmed[0] < lit[0] - 0.15 * (lit[0] - plain[0])
    assert calmed[0] < left[0]
    assert np.hypot(*calmed[1:]) > np.hypot(*lit[1:]) - 0.5


@pytest.mark.parametrize("skin", SKINS)
@pytest.mark.parametrize("floor", [0.7, 0.9, 0.99, 1.0])
def test_no_amount_goes_below_the_texture_that_shall_stay(skin, floor):
    picture, face = portrait(skin, width=WIDTH)
    _, facts, notes = retouched_with(picture, (face,), only_skin(least_texture=floor))
    (numbers,) = facts["faces"]
    assert numbers["texture_kept"] >= floor
    assert (numbers["amount"] < 0.95) == bool(notes)
    if notes:
        assert notes[0].code == "skin-lowered" and f"{numbers['amount']:.2f} instead of 1" in notes[0].message


def test_ceilings_of_nothing_leave_the_face_as_it_is():
    picture, face = portrait(width=WIDTH)
    result, facts, notes = retouched_with(picture, (face,), only_skin(most_lightness=0.0, most_hue_deg=0.0))
    (numbers,) = facts["faces"]
    assert abs(numbers["lightness_change"]) == 0 and abs(numbers["hue_change_deg"]) == 0
    assert notes or not np.array_equal(result, picture)


@given(arrays(np.uint8, st.tuples(st.integers(1, 60), st.integers(1, 60), st.just(3))), st.floats(0, 1))
@settings(max_examples=40, deadline=None)
def test_a_photo_with_no_face_is_the_identity(picture, amount):
    done = retouched(picture, (), Retouch(skin=amount, denoise=0, sharpen=0))
    assert done is picture


@given(arrays(np.uint8, (90, 80, 3)), st.floats(0, 1), st.floats(-40, 90), st.floats(-40, 90), st.floats(48, 120))
@settings(max_examples=40, deadline=None)
def test_outside_the_mask_no_picture_changes(picture, amount, x, y, width):
    _, template = portrait()
    scale = width / template.box.w
    box = template.box.scaled(scale)
    face = Face(
        type(box)(x, y, box.w, box.h),
        0.9,
        tuple((px * scale - box.x + x, py * scale - box.y + y) for px, py in template.points),
    )
    result = retouched(picture, (face,), only_skin(skin=amount))
    touched = np.zeros(picture.shape[:2], bool)
    for mask in skin_masks(picture, [face]):
        mask.part(touched)[:] |= mask.weight > 0
    assert np.array_equal(result[~touched], picture[~touched])


def test_a_crowd_gets_smaller_copies():
    picture, face = portrait(width=WIDTH)
    alone, crowd = skin_masks(picture, [face])[0], skin_masks(picture, [face] * 9)[0]
    assert crowd.coarse.size < 0.5 * alone.coarse.size
    assert crowd.weight.shape == alone.weight.shape


def test_two_faces_are_two_rows_of_facts():
    picture, face = portrait()
    mask = skin_mask(picture, face)
    _, one = smooth_skin(picture, mask, Retouch())
    _, facts, _ = retouched_with(picture, (face, face), Retouch(denoise=0, sharpen=0))
    assert [each["asked"] for each in facts["faces"]] == [0.35, 0.35]
    assert facts["faces"][0]["texture_kept"] == one.texture_kept


def weight_of(picture, face):
    """The mask over the whole picture, 0 where there is none."""
    weight = np.zeros(picture.shape[:2], np.float32)
    for mask in skin_masks(picture, [face]):
        mask.part(weight)[:] = mask.weight
    return weight


@pytest.mark.parametrize("skin", SKINS)
@pytest.mark.parametrize("cloth", [(150, 190, 220), (238, 238, 238), (24, 24, 26)])
def test_a_face_mask_is_no_skin(skin, cloth):
    picture, face = portrait(skin, width=WIDTH)
    k = WIDTH / 300
    cloth_area = np.zeros(picture.shape[:2], np.uint8)
    corners = [(80, 212), (150, 200), (220, 212), (205, 290), (150, 312), (95, 290)]
    cv2.fillPoly(cloth_area, [np.array([(round(x * k), round(y * k)) for x, y in corners])], 1)
    picture[cloth_area == 1] = cloth
    weight = weight_of(picture, face)
    inside = cv2.erode(cloth_area, np.ones((15, 15), np.uint8)) == 1
    assert weight[inside].mean() < 0.02
    assert weight[round(130 * k) : round(145 * k), round(140 * k) : round(160 * k)].mean() > 0.5


@pytest.mark.parametrize("skin", SKINS)
def test_a_product_before_the_cheek_is_no_skin(skin):
    picture, face = portrait(skin, width=WIDTH)
    k = WIDTH / 300
    cv2.rectangle(picture, (round(75 * k), round(225 * k)), (round(100 * k), round(270 * k)), (20, 60, 160), -1)
    weight = weight_of(picture, face)
    assert weight[round(232 * k) : round(262 * k), round(80 * k) : round(95 * k)].max() < 0.05
    assert weight[round(225 * k) : round(240 * k), round(195 * k) : round(212 * k)].mean() > 0.4


def test_in_the_light_of_a_blue_stage_nothing_is_taken_for_skin():
    picture, face = portrait(width=WIDTH)
    blue = (picture * np.array([0.25, 0.45, 1.0])).astype(np.uint8)
    assert skin_masks(blue, [face]) == []
    assert retouched(blue, (face,), only_skin()) is blue
