"""Finished sample photos beside golden ones that somebody looked at: crop, colour, retouch and stamps together.

After a change that is meant, look at what it does, and write them anew with

python tests/integration/test_finished_golden.py
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from mediakit.api import dry_run
from mediakit.batch.make import make
from mediakit.batch.outfolder import HOME

SHOOT = Path(__file__).parents[2] / "samples" / "shoot"
FOLDER = Path(__file__).parent / "golden"
MADE = {
    "IMG_2041.jpg": ("base", "xiaohongshu.image"),
    "IMG_2044.jpg": ("muselle", "xiaohongshu.image"),
    "IMG_2046.jpg": ("muselle", "wechat-moments.grid"),
    "IMG_2049.jpg": ("base", "tiktok.image"),
}
LONG_SIDE_PX = 256
ALIKE = 0.97
"""SSIM of the shrunk pictures: a change of codec settings stays above, a moved crop or a shifted colour falls below."""
MOST_APART = 2.0
"""Code values, in the mean over the picture: what SSIM of the luma does not see."""


def finished(name: str, folder: Path) -> np.ndarray:
    """One sample made for one surface, shrunk; (H, W, 3) uint8."""
    preset, target = MADE[name]
    (folder / "shoot").mkdir()
    shutil.copy(SHOOT / name, folder / "shoot" / name)
    (folder / "out" / HOME).mkdir(parents=True)
    (job,) = dry_run(folder / "shoot", to=(target,), out=folder / "out", preset=preset).jobs
    (item,) = make(job).delivered
    with Image.open(folder / "out" / item.path) as picture:
        picture.thumbnail((LONG_SIDE_PX, LONG_SIDE_PX), Image.Resampling.BOX)
        return np.asarray(picture.convert("RGB"))


def ssim(one: np.ndarray, other: np.ndarray) -> float:
    """Mean structural similarity of luma, windows of 8 px (Wang et al., IEEE TIP 13(4), 2004)."""
    x, y = (cv2.cvtColor(p, cv2.COLOR_RGB2GRAY).astype(np.float64) for p in (one, other))
    mx, my = cv2.blur(x, (8, 8)), cv2.blur(y, (8, 8))
    vx, vy = cv2.blur(x * x, (8, 8)) - mx * mx, cv2.blur(y * y, (8, 8)) - my * my
    both = cv2.blur(x * y, (8, 8)) - mx * my
    return float((((2 * mx * my + 6.5) * (2 * both + 58.5)) / ((mx * mx + my * my + 6.5) * (vx + vy + 58.5))).mean())


def golden(name: str) -> Path:
    return FOLDER / f"{Path(name).stem}.jpg"


@pytest.mark.parametrize("name", MADE)
def test_a_sample_looks_as_it_did_when_somebody_looked(name: str, tmp_path: Path) -> None:
    now = finished(name, tmp_path)
    known = np.asarray(Image.open(golden(name)).convert("RGB"))
    assert now.shape == known.shape
    assert ssim(now, known) >= ALIKE
    assert np.abs(now.astype(int) - known).mean() <= MOST_APART


def test_a_shifted_crop_and_a_shifted_colour_would_be_seen() -> None:
    known = np.asarray(Image.open(golden("IMG_2041.jpg")).convert("RGB"))
    assert ssim(np.roll(known, 4, axis=1), known) < ALIKE
    warmer = np.clip(known * np.array([1.04, 1.0, 0.94]), 0, 255)
    assert np.abs(warmer - known).mean() > MOST_APART


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for each in MADE:
        with tempfile.TemporaryDirectory() as work:
            Image.fromarray(finished(each, Path(work))).save(golden(each), quality=95, subsampling=0)
    sys.stdout.write(f"Look at what is in {FOLDER}.\n")
