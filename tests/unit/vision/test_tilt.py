"""How far a picture leans, on pictures turned by a known angle."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image

from mediakit.vision.tilt import tilt


def shelf(width: int = 900, height: int = 700):
    """Upright posts, level boards and a few bottles, larger than needed so that turning shows no corners."""
    chance = np.random.default_rng(3)
    picture = np.full((height, width, 3), 205, np.uint8)
    for x in range(60, width, 170):
        cv2.rectangle(picture, (x, 0), (x + 14, height), (110, 90, 70), cv2.FILLED)
    for y in range(80, height, 150):
        cv2.rectangle(picture, (0, y), (width, y + 12), (90, 75, 60), cv2.FILLED)
        for x in range(20, width, 60):
            top = y - int(chance.integers(50, 110))
            cv2.ellipse(
                picture, (x + 25, top + 30), (14, 40), 0, 0, 360, chance.integers(40, 220, 3).tolist(), cv2.FILLED
            )
    return np.clip(picture + chance.normal(0, 4, picture.shape), 0, 255).astype(np.uint8)


def turned(picture, clockwise_deg: float, margin: float = 0.15):
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -clockwise_deg, 1.0)
    spun = cv2.warpAffine(picture, matrix, (width, height), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REFLECT)
    cut_y, cut_x = int(margin * height), int(margin * width)
    return np.ascontiguousarray(spun[cut_y : height - cut_y, cut_x : width - cut_x])


@pytest.mark.parametrize("angle", [-8.0, -3.0, -1.0, 0.0, 0.7, 2.5, 6.0])
def test_a_turned_shelf_is_measured_to_a_quarter_degree(angle):
    assert tilt(turned(shelf(), angle)) == pytest.approx(angle, abs=0.25)


def test_a_mirrored_picture_leans_the_other_way():
    picture = turned(shelf(), 4.0)
    assert tilt(np.ascontiguousarray(picture[:, ::-1])) == pytest.approx(-4.0, abs=0.25)


@pytest.mark.parametrize("size", [(16, 16), (1, 1), (400, 600), (3, 2000)])
def test_a_flat_picture_gives_no_evidence(size):
    assert tilt(np.full((*size, 3), 120, np.uint8)) is None


def test_noise_gives_no_evidence():
    assert tilt(np.random.default_rng(1).integers(0, 255, (400, 600, 3), dtype=np.uint8)) is None


def test_lines_in_all_directions_give_no_evidence():
    picture = np.full((600, 600, 3), 200, np.uint8)
    for angle in np.linspace(0, np.pi, 25, endpoint=False):
        end = (round(300 + 280 * np.cos(angle)), round(300 + 280 * np.sin(angle)))
        cv2.line(picture, (300, 300), end, (30, 30, 30), 3)
    assert tilt(picture) is None


@pytest.mark.corpus
def test_where_real_pictures_give_an_answer_turning_changes_it_by_the_turn(corpus):
    off = []
    for name in ("crop/28155975.jpg", "crop/65144887.jpg", "crop/65191659.jpg", "people/img22.jpg"):
        with Image.open(corpus / "photos" / name) as image:
            image.thumbnail((700, 700))
            picture = np.asarray(image.convert("RGB"))
        before, after = tilt(turned(picture, 0)), tilt(turned(picture, 3.0))
        if before is not None and after is not None:
            off.append(abs(after - before - 3.0))
    assert len(off) >= 2
    assert max(off) < 1.0
