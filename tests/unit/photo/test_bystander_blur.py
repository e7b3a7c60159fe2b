"""Heads that are hidden: whose, how thoroughly, and that nothing else changes."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_retouch import SKINS, portrait

from mediakit.model import Box, Face, Findings, Size
from mediakit.photo.bystanders import bystanders, head_box, hide_heads, small_faces
from mediakit.vision.faces import find_candidates, find_faces, overlap

WHOLE = Size(1000, 1000)
MAIN = Face(Box(100, 100, 200, 260), 0.95)
FAR = Face(Box(700, 100, 60, 70), 0.9)
NEAR = Face(Box(500, 100, 150, 200), 0.9)


def numbers(findings, keep=()):
    return [number for number, _ in bystanders(findings, keep=keep)]


def test_smaller_faces_are_bystanders_and_kept_when_vouched_for():
    findings = Findings(WHOLE, (MAIN, NEAR, FAR))
    assert numbers(findings) == [3]
    assert numbers(findings, keep=(3,)) == []
    assert numbers(Findings(WHOLE)) == []


def test_a_small_face_alone_is_a_bystander_unless_the_picture_is_about_it():
    tiny = Face(Box(800, 50, 40, 50), 0.9)
    assert numbers(Findings(WHOLE, (tiny,))) == [1]
    assert numbers(Findings(WHOLE, (tiny,), subject=Box(300, 300, 300, 600))) == [1]
    assert numbers(Findings(WHOLE, (tiny,), subject=Box(700, 0, 250, 900))) == []


def scene(skin="medium"):
    """A drawn head in front of stripes, and its face."""
    picture, face = portrait(skin, width=300)
    stage = np.zeros((500, 700, 3), np.uint8)
    stage[:] = np.where((np.arange(700) // 25 % 2)[None, :, None], (200, 190, 170), (60, 90, 120))
    stage[60:450, 200:500] = picture
    box = face.box
    points = tuple((x + 200, y + 60) for x, y in face.points)
    return stage, Face(Box(box.x + 200, box.y + 60, box.w, box.h), 0.9, points)


@pytest.mark.parametrize("skin", SKINS)
def test_no_detector_finds_a_hidden_face_and_the_rest_stays(skin):
    picture, face = scene(skin)
    before = picture.copy()
    hidden = hide_heads(picture, [face])
    assert np.array_equal(picture, before)
    seen = find_candidates(hidden, shown=Size(700, 500))
    assert not [c for c in seen if overlap(c.face.box, face.box) > 0.2 and max(c.seen) >= 0.5]
    head = head_box(face.box)
    y, x = np.mgrid[0:500, 0:700]
    far = ((x - head.centre[0]) / head.w * 2) ** 2 + ((y - head.centre[1]) / head.h * 2) ** 2 > 1.36**2
    assert np.array_equal(hidden[far], picture[far])


def test_two_different_faces_of_the_same_colours_come_out_alike():
    """What is left tells nothing finer than a patch: eyes, brows and mouth moved about leave hardly a trace."""
    picture, face = scene()
    other = picture.copy()
    x, y, w, h = (int(v) for v in (face.box.x, face.box.y, face.box.w, face.box.h))
    other[y : y + h, x : x + w] = other[y : y + h, x : x + w][:, ::-1]
    blurred = [cv2.GaussianBlur(hide_heads(p, [face]), (0, 0), 4)[y : y + h, x : x + w] for p in (picture, other)]
    assert np.abs(blurred[0].astype(int) - blurred[1]).mean() < 6


def test_the_rim_is_soft_and_the_grain_is_the_picture_s():
    picture, face = scene()
    noisy = np.clip(picture + np.random.default_rng(0).normal(0, 6, picture.shape), 0, 255).astype(np.uint8)
    x, y = (round(v) for v in face.box.centre)
    inside = [hide_heads(p, [face])[y - 15 : y + 15, x - 15 : x + 15].astype(float) for p in (picture, noisy)]
    grain = [np.diff(part[..., 1], axis=1).std() for part in inside]
    assert grain[0] < 1.5 < 3 < grain[1] < 9


def test_nobody_to_hide_is_the_same_array():
    picture, _ = scene()
    assert hide_heads(picture, []) is picture


@given(st.floats(-300, 900), st.floats(-300, 700), st.floats(1, 400), st.floats(1, 400))
@settings(max_examples=25, deadline=None)
def test_heads_at_the_rim_and_outside_do_no_harm(x, y, w, h):
    picture = np.full((120, 160, 3), 90, np.uint8)
    hidden = hide_heads(picture, [Face(Box(x, y, w, h), 0.9)])
    assert hidden.shape == picture.shape
    assert np.abs(hidden.astype(int) - 90).max() <= 3


def test_small_faces_come_back_in_the_pixels_of_the_findings():
    picture, face = portrait(width=60)
    stage = np.full((900, 1200, 3), 120, np.uint8)
    stage[700 : 700 + picture.shape[0], 900:960] = picture
    for scale in (1, 2):
        findings = Findings(Size(1200 * scale, 900 * scale))
        for found in small_faces(stage, findings):
            assert overlap(found.box, Box(900 * scale + face.box.x, 700 * scale, 60 * scale, 78 * scale)) > 0.2
    known = find_faces(stage, shown=Size(1200, 900))
    again = small_faces(stage, Findings(Size(1200, 900), known))
    assert not any(overlap(one.box, two.box) > 0.2 for one in again for two in known)
