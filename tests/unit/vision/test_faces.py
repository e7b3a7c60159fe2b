"""Faces: found at any size, in the picture's own pixels, and not in vegetables."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from mediakit.model import Box, Size
from mediakit.vision.faces import find_faces, overlap

boxes = st.builds(Box, *[st.integers(-100, 100)] * 2, *[st.integers(1, 100)] * 2)


def opened(path, longest=1000):
    with Image.open(path) as image:
        rgb = ImageOps.exif_transpose(image).convert("RGB")
    shown = Size(*rgb.size)
    rgb.thumbnail((longest, longest))
    return np.asarray(rgb), shown


@given(boxes, boxes)
def test_overlap_is_a_share_and_mutual(one, other):
    assert 0.0 <= overlap(one, other) <= 1.0
    assert overlap(one, other) == pytest.approx(overlap(other, one))
    assert overlap(one, one) == pytest.approx(1.0)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 300), st.integers(1, 300), st.integers(0, 255))
def test_a_flat_picture_of_any_size_shows_nobody(width, height, level):
    flat = np.full((height, width, 3), level, np.uint8)
    assert find_faces(flat, shown=Size(width * 3, height * 3)) == ()


@pytest.mark.parametrize("shape", [(16, 4000, 3), (4000, 16, 3), (3, 3, 3), (1, 1, 3)])
def test_slivers_are_looked_at_without_harm(shape):
    noise = np.random.default_rng(0).integers(0, 255, shape, dtype=np.uint8)
    assert find_faces(noise, shown=Size(shape[1], shape[0])) == ()


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("name", "count"),
    [("astronaut.png", 1), ("couple.jpg", 2), ("two_people.jpg", 2), ("img47.jpg", 1), ("img53.jpg", 1)],
)
def test_known_people(corpus, name, count):
    rgb, shown = opened(corpus / "photos/people" / name)
    assert len(find_faces(rgb, shown=shown)) == count


@pytest.mark.corpus
def test_boxes_are_in_the_shown_pictures_pixels_whatever_the_working_size(corpus):
    path = corpus / "photos/people/couple.jpg"
    large, shown = opened(path, 1280)
    small, _ = opened(path, 400)
    for one, other in zip(find_faces(large, shown=shown), find_faces(small, shown=shown), strict=True):
        assert overlap(one.box, other.box) > 0.6


@pytest.mark.corpus
@pytest.mark.parametrize("zoom", [1.5, 1.1, 0.85])
def test_a_face_that_fills_the_picture_is_found(corpus, zoom):
    rgb, shown = opened(corpus / "photos/people/img47.jpg", 1800)
    (face,) = find_faces(rgb, shown=shown)
    x, y = face.box.centre
    reach = zoom * face.box.h / 2
    close = rgb[max(0, int(y - reach)) : int(y + reach), max(0, int(x - reach)) : int(x + reach)]
    found = find_faces(close, shown=Size(close.shape[1], close.shape[0]))
    assert len(found) == 1


@pytest.mark.corpus
def test_points_lie_in_the_face_and_eyes_above_the_mouth(corpus):
    rgb, shown = opened(corpus / "photos/people/astronaut.png")
    (face,) = find_faces(rgb, shown=shown)
    right_eye, left_eye, nose, right_mouth, left_mouth = face.points
    assert right_eye[0] < left_eye[0]  # the person's right eye is on the picture's left
    assert max(right_eye[1], left_eye[1]) < nose[1] < min(right_mouth[1], left_mouth[1])
    assert all(face.box.x < x < face.box.right and face.box.y < y < face.box.bottom for x, y in face.points)


@pytest.mark.corpus
def test_produce_bottles_and_animals_are_nobody(corpus):
    paths = [*(corpus / "photos/retail").iterdir(), *(corpus / "photos/products").iterdir()]
    with_faces = [path.name for path in sorted(paths) if (seen := opened(path)) and find_faces(seen[0], shown=seen[1])]
    assert with_faces == []


@pytest.mark.corpus
def test_threads_do_not_disturb_each_other(corpus):
    pictures = [opened(corpus / "photos/people" / name) for name in ("couple.jpg", "astronaut.png", "img47.jpg")] * 2
    alone = [find_faces(rgb, shown=shown) for rgb, shown in pictures]
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(lambda one: find_faces(one[0], shown=one[1]), pictures))
    assert together == alone


@pytest.mark.corpus
def test_a_quarter_turn_away_from_upright_does_not_raise(corpus):
    rgb, shown = opened(corpus / "photos/people/astronaut.png")
    turned = np.ascontiguousarray(cv2.rotate(rgb, cv2.ROTATE_90_CLOCKWISE))
    assert isinstance(find_faces(turned, shown=Size(shown.height_px, shown.width_px)), tuple)
