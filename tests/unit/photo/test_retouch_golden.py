"""Retouched heads beside golden pictures that somebody looked at. After a change that is meant, look, and write anew with

python tests/unit/photo/test_retouch_golden.py
"""

import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent))
from test_retouch import SKINS, portrait

from mediakit.photo.retouch import retouch
from mediakit.presets.schema import Retouch

FOLDER = Path(__file__).parent / "golden"
AMOUNTS = {"default": Retouch(), "full": Retouch(skin=1.0, spots="all")}
WIDTH = 220


def made(options):
    """Light, medium and dark skin side by side, each with a pimple, a mole and a shine."""
    heads = []
    for seed, skin in enumerate(SKINS):
        picture, face = portrait(skin, width=WIDTH, seed=seed)
        marked = picture.astype(np.float32)
        for (x, y), radius, factors in (((100, 96), 3, (0.98, 0.75, 0.82)), ((122, 98), 3, (0.45, 0.36, 0.34))):
            spot = np.zeros(picture.shape[:2], np.float32)
            cv2.circle(spot, (x, y), radius, 1, -1)
            marked *= 1 - cv2.GaussianBlur(spot, (0, 0), 0.8)[..., None] * (1 - np.array(factors, np.float32))
        shine = np.zeros(picture.shape[:2], np.float32)
        cv2.circle(shine, (72, 165), 6, 1, -1)
        marked += 50 * cv2.GaussianBlur(shine, (0, 0), 3)[..., None]
        heads.append(retouch(np.clip(marked, 0, 255).astype(np.uint8), (face,), options).pixels)
    return np.hstack(heads)


def ssim(one, other):
    """Mean structural similarity of luma in 8 x 8 means (Wang et al., IEEE TIP 13(4), 2004)."""
    x, y = (cv2.cvtColor(p, cv2.COLOR_RGB2GRAY).astype(np.float64) for p in (one, other))
    mean = lambda plane: cv2.blur(plane, (8, 8))  # noqa: E731
    mx, my = mean(x), mean(y)
    vx, vy, both = mean(x * x) - mx * mx, mean(y * y) - my * my, mean(x * y) - mx * my
    return (((2 * mx * my + 6.5) * (2 * both + 58.5)) / ((mx * mx + my * my + 6.5) * (vx + vy + 58.5))).mean()


@pytest.mark.parametrize("name", AMOUNTS)
def test_retouched_heads_look_as_they_did(name):
    golden = np.asarray(Image.open(FOLDER / f"retouch_{name}.png").convert("RGB"))
    now = made(AMOUNTS[name])
    assert now.shape == golden.shape
    assert ssim(now, golden) > 0.9995
    assert np.abs(now.astype(int) - golden).mean() < 0.1


def test_the_golden_pictures_differ_from_each_other():
    """A measure that could not tell them apart would prove nothing."""
    one, other = (np.asarray(Image.open(FOLDER / f"retouch_{name}.png").convert("RGB")) for name in AMOUNTS)
    assert ssim(one, other) < 0.9995 and np.abs(one.astype(int) - other).mean() > 0.1


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, options in AMOUNTS.items():
        Image.fromarray(made(options)).save(FOLDER / f"retouch_{name}.png", optimize=True)
