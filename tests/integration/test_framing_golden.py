"""Finished pictures against goldens drawn anew for the purpose: a scene whose upright, cropped and stamped form is known.

The golden is the same scene rendered upright at the output's size; what mediakit makes of the leaning, larger original has to
look like it (SSIM, Wang et al. 2004), and a wrong turn, a wrong crop or a mirrored warp would not.
"""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image

from mediakit import process

SIZE = (1600, 1200)


def shop(lean_deg=0.0):
    """A shelf with posts, boards and bottles, turned clockwise about its middle; drawn larger so that no corner is empty."""
    width, height = SIZE
    chance = np.random.default_rng(5)
    picture = np.full((height, width, 3), (206, 198, 186), np.uint8)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), -lean_deg, 1.0)

    def box(x, y, w, h, colour):
        corners = np.array([(x, y), (x + w, y), (x + w, y + h), (x, y + h)], float)
        moved = corners @ turn[:, :2].T + turn[:, 2]
        cv2.fillPoly(picture, [np.rint(moved * 16).astype(np.int32)], colour, cv2.LINE_AA, 4)

    for x in range(-400, 2000, 260):
        box(x, -600, 26, 2400, (96, 74, 58))
    for y in range(-400, 1600, 240):
        box(-600, y, 2800, 20, (120, 92, 70))
        for x in range(-360, 1960, 65):
            tall = int(chance.integers(90, 190))
            box(x + 8, y - tall, 40, tall, chance.integers(40, 220, 3).tolist())
    return picture


def ssim(one, other):
    """Mean structural similarity of two grey pictures, 11 px windows."""
    a, b = (cv2.cvtColor(p, cv2.COLOR_RGB2GRAY).astype(np.float64) for p in (one, other))

    def blur(p):
        return cv2.GaussianBlur(p, (11, 11), 1.5)

    mean_a, mean_b = blur(a), blur(b)
    var_a, var_b = blur(a * a) - mean_a**2, blur(b * b) - mean_b**2
    both = blur(a * b) - mean_a * mean_b
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    return float(
        np.mean((2 * mean_a * mean_b + c1) * (2 * both + c2) / ((mean_a**2 + mean_b**2 + c1) * (var_a + var_b + c2)))
    )


PLAIN = {
    "develop.white_balance": 0.0,
    "develop.auto_tone": 0.0,
    "develop.local_light": 0.0,
    "retouch.skin": 0.0,
    "retouch.denoise": 0.0,
    "retouch.sharpen": 0.0,
}


@pytest.mark.parametrize("lean", [-5.0, 3.0])
def test_a_leaning_shelf_comes_out_as_one_drawn_upright(tmp_path, lean):
    folder = tmp_path / "shoot"
    folder.mkdir()
    Image.fromarray(shop(lean)).save(folder / "shelf.jpg", quality=95)
    result = process(folder, to=["xiaohongshu.image@1:1"], out=tmp_path / "out", jobs=1, overrides=PLAIN)
    (made,) = result.outcomes[0].delivered
    told = made.facts["straightened"]
    assert told["turned_deg"] == pytest.approx(lean, abs=0.4)
    with Image.open(tmp_path / "out" / made.path) as written:
        got = np.asarray(written)
    corners = np.array(told["corners_px"], np.float32)
    turn = cv2.getRotationMatrix2D((SIZE[0] / 2, SIZE[1] / 2), lean, 1.0)
    upright = corners @ turn[:, :2].T.astype(np.float32) + turn[:, 2].astype(np.float32)
    left, top = upright.min(axis=0)
    right, bottom = upright.max(axis=0)
    side = got.shape[0]
    part = cv2.getPerspectiveTransform(
        np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float32),
        np.array([(0, 0), (side, 0), (side, side), (0, side)], np.float32),
    )
    golden = cv2.warpPerspective(shop(), part, (side, side), flags=cv2.INTER_AREA)
    assert ssim(got, golden) > 0.9
    assert ssim(got[:, ::-1], golden) < 0.75
    x, y, w, h = made.crop.as_list()
    assert x >= 0
    assert y >= 0
    assert x + w <= SIZE[0]
    assert y + h <= SIZE[1]
