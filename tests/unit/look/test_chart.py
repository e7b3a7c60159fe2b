"""A colour checker is found as it lies, calibrates what it should, and nothing else is taken for one."""

import cv2
import numpy as np
import pytest

from mediakit.look.belong import Seen, agreed
from mediakit.look.calibrate import REFERENCE, calibrate
from mediakit.look.cast import Cast, adaptation
from mediakit.look.chart import find_chart
from mediakit.look.develop import cube_for
from mediakit.look.glimpse import glimpse
from mediakit.look.measure import measure
from mediakit.pixels.lab import ciede2000, lab_from_srgb
from mediakit.pixels.light import decode, encode
from mediakit.presets.schema import Develop


def card(cell=60):
    gap = int(cell * 0.18)
    picture = np.full((4 * cell + 5 * gap, 6 * cell + 7 * gap, 3), 38, np.uint8)
    for index, colour in enumerate(np.rint(encode(REFERENCE) * 255)):
        y, x = (gap + i * (cell + gap) for i in divmod(index, 6))
        picture[y : y + cell, x : x + cell] = colour
    return picture


def photographed(share=0.6, turn_deg=0.0, lean=0.0, size=(480, 360), cast=None, seed=0):
    """The card on a table of some colour, seen from anywhere, in a cast, with a camera's noise."""
    rng = np.random.default_rng(seed)
    table = np.full((size[1], size[0], 3), (150, 120, 95), np.uint8)
    flat = card()
    height, width = flat.shape[:2]
    corners = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
    at = (corners - [width / 2, height / 2]) * (share * size[0] / width)
    turn = np.radians(turn_deg)
    at = at @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    at = at / (1 + lean * at[:, :1] / size[0]) + np.array(size) / 2
    matrix = cv2.getPerspectiveTransform(corners, at.astype(np.float32))
    laid = cv2.warpPerspective(flat, matrix, size)
    mask = cv2.warpPerspective(np.full((height, width), 255, np.uint8), matrix, size)
    picture = np.where(mask[..., None] > 127, laid, table)
    if cast is not None:
        lit = decode(picture / np.float32(255)) @ np.linalg.inv(adaptation(cast.white)).T.astype(np.float32)
        picture = encode(lit) * 255
    return np.clip(picture + rng.normal(0, 2, picture.shape), 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("share", "turn", "lean"),
    [(0.85, 0, 0), (0.5, 4, 0.3), (0.6, 90, 0.2), (0.6, 178, -0.4), (0.55, -92, 0.3), (0.4, 12, 0.0)],
)
def test_a_card_is_found_however_it_lies(share, turn, lean):
    found = find_chart(photographed(share, turn, lean, cast=Cast(0.3, 0.05)))
    assert found is not None
    assert found.before > 2 and found.after < 1.2


def test_a_mirrored_or_shuffled_card_is_none():
    assert find_chart(photographed()[:, ::-1]) is None
    patches = REFERENCE[np.random.default_rng(1).permutation(24)]
    assert calibrate(patches) is None


def test_other_lattices_are_no_cards():
    rng = np.random.default_rng(0)
    windows = np.full((400, 600, 3), 40, np.uint8)
    for y in range(4):
        for x in range(6):
            windows[20 + y * 90 : 90 + y * 90, 20 + x * 95 : 95 + x * 95] = rng.integers(0, 255, 3)
    assert find_chart(windows) is None
    windows[windows.max(axis=2) > 45] = 200
    assert find_chart(windows) is None


@pytest.mark.corpus
def test_no_photo_of_the_corpus_holds_one(corpus):
    from PIL import Image, ImageOps

    for path in sorted((corpus / "photos" / "retail").iterdir())[:20]:
        with Image.open(path) as picture:
            picture.draft("RGB", (640, 640))
            rgb = np.asarray(ImageOps.exif_transpose(picture).convert("RGB"))
        scale = 480 / max(rgb.shape[:2])
        assert find_chart(cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)) is None, path.name


def developed(picture, anchor):
    return cube_for(measure(picture), Develop(auto_tone=0), None, anchor=anchor)[0].apply(picture)


def test_the_card_calibrates_the_photos_after_it_until_the_next():
    cast = Cast(0.35, 0.06)
    room = np.full((300, 400, 3), (178, 116, 84), np.uint8)  # a wall of terracotta, which nobody knows without a card
    room[60:200, 100:260] = (92, 128, 70)
    lit = decode(room / np.float32(255)) @ np.linalg.inv(adaptation(cast.white)).T.astype(np.float32)
    photo = np.rint(encode(lit) * 255).astype(np.uint8)
    names = ["a before", "b card", "c after", "d next card", "e later"]
    pictures = [photo, photographed(cast=cast), photo, photographed(seed=3), room]
    seen = [Seen(name, float(i * 3600), glimpse(p)) for i, (name, p) in enumerate(zip(names, pictures, strict=True))]
    anchors = agreed(seen)
    assert {name: anchor.chart for name, anchor in anchors.items() if anchor.chart} == {
        "b card": "b card",
        "c after": "b card",
        "d next card": "d next card",
        "e later": "d next card",
    }
    right = lab_from_srgb(room)
    calibrated, as_shot = (
        ciede2000(lab_from_srgb(p), right).mean() for p in (developed(photo, anchors["c after"]), photo)
    )
    assert calibrated < 0.5 * as_shot
    assert ciede2000(lab_from_srgb(developed(room, anchors["e later"])), right).mean() < 0.7


def test_calibration_leaves_the_lightness_of_grey():
    found = find_chart(photographed(cast=Cast(0.3, 0.05)))
    matrix = np.array(found.matrix).reshape(3, 3)
    grey = 0.2 * Cast(0.3, 0.05).white
    after = matrix @ grey
    assert after == pytest.approx([0.2] * 3, abs=0.012)
