"""The brand's look may tint the room, not the product."""

import numpy as np
import pytest

from mediakit.look.develop import cube_for, notes_on
from mediakit.look.measure import measure
from mediakit.look.vivid import vivid_colours
from mediakit.model import Box
from mediakit.pixels.cube import Cube
from mediakit.pixels.lab import ciede2000, lab_from_srgb, srgb_from_lab
from mediakit.presets.schema import Develop

PLAIN = Develop(white_balance=0, auto_tone=0)


def shop(lipstick=(176, 30, 48), face=True):
    """Grey shelves, much green, a little red, perhaps a face."""
    picture = np.full((240, 320, 3), 150, np.uint8)
    picture[:, 200:] = (60, 122, 58)
    picture[100:130, 40:60] = lipstick
    if face:
        picture[20:90, 80:140] = np.rint(srgb_from_lab(np.array([66, 20, 24], np.float32)) * 255)
        picture[76:82, 100:120] = (188, 52, 66)
    return picture


def warmer(rgb):
    return np.clip(rgb * np.array([1.08, 0.97, 0.8], np.float32), 0, 1)


LOOK = Cube.from_function(warmer)


def moved(picture, at, develop):
    neutral, _ = cube_for(measure(picture), PLAIN, None)
    full, _ = cube_for(measure(picture), develop, LOOK)
    one, other = (lab_from_srgb(cube.apply(picture)[at]) for cube in (neutral, full))
    return float(ciede2000(one, other).mean())


@pytest.mark.parametrize("limit", [0.5, 1.5, 3.0])
def test_no_product_moves_further_than_the_preset_says(limit):
    develop = PLAIN.model_copy(update={"product_shift": limit})
    lipstick, leaves = np.s_[102:128, 42:58], np.s_[:, 210:]
    assert max(moved(shop(), lipstick, develop), moved(shop(), leaves, develop)) <= limit + 0.4
    assert max(moved(shop(), at, PLAIN.model_copy(update={"product_shift": 99})) for at in (lipstick, leaves)) > 3.5


def test_a_held_look_is_said():
    _, facts = cube_for(measure(shop()), PLAIN.model_copy(update={"product_shift": 1.0}), LOOK)
    assert 0 < facts["look_strength"] < 1 and facts["product_shift"]["asked"] > facts["product_shift"]["limit"] == 1.0
    (note,) = notes_on(facts)
    assert note.code == "look-held-back" and str(facts["product_shift"]["asked"]) in note.message


def test_a_look_that_stays_within_the_limit_or_meets_no_product_is_used_in_full():
    grey = np.random.default_rng(0).integers(100, 140, (100, 100, 1)).repeat(3, 2).astype(np.uint8)
    for picture, limit in ((shop(), 99.0), (grey, 0.1)):
        cube, facts = cube_for(measure(picture), PLAIN.model_copy(update={"product_shift": limit}), LOOK)
        assert facts["look_strength"] == 1.0 and notes_on(facts) == ()
        assert np.allclose(cube.table, LOOK.table, atol=1e-5)


def test_skin_is_no_product_but_lips_are():
    picture = shop((150, 150, 150))
    boxes = [Box(80, 20, 60, 70)]
    found = vivid_colours(picture, [tuple(lab_from_srgb(picture[40:41, 90:91])[0, 0])])
    reds = [item for item in found if item.rgb[0] > item.rgb[1] + 0.2]
    skin = lab_from_srgb(picture[40:41, 90:91])[0, 0]
    assert all(np.hypot(*(lab_from_srgb(np.array([r.rgb], np.float32))[0] - skin)[1:]) > 12 for r in reds)
    assert measure(picture, skin_boxes=boxes).vivid
    lips = picture.copy()
    lips[70:88, 90:130] = (188, 40, 60)
    assert any(item.rgb[0] > 0.6 and item.rgb[1] < 0.3 for item in measure(lips, skin_boxes=boxes).vivid), (
        "a lipstick that is worn is the product"
    )
