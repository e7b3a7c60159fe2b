"""Local light: shadows up, highlights held, no halo, no hue moved, nothing where the light is even."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediakit.look.local_light import base_change, local_light
from mediakit.pixels.lab import hue_deg, lab_from_srgb, srgb_from_lab
from mediakit.pixels.light import luma


def room(noise=0.0, edge=240):
    """A dark shop on the left, a bright window on the right, and an even board before each."""
    picture = np.full((360, 480, 3), 46.0)
    picture[:, edge:] = 222
    picture[120:200, 60:160] = (70, 52, 42)
    picture[120:200, 320:420] = (236, 214, 198)
    return np.clip(picture + np.random.default_rng(0).normal(0, noise, picture.shape), 0, 255).astype(np.uint8)


def test_shadows_come_up_and_highlights_are_held():
    before, (after, facts) = room(2), local_light(room(2), 1.0)
    assert after[:, :50].mean() > before[:, :50].mean() + 8
    assert after[:, 440:].mean() < before[:, 440:].mean() - 1
    assert facts["shadows_lifted"] > 8 and facts["lights_held"] > 1


def test_even_light_is_handed_back_as_it_is():
    even = np.clip(120 + np.random.default_rng(0).normal(0, 14, (300, 400, 3)), 0, 255).astype(np.uint8)
    night = np.full((300, 400, 3), 18, np.uint8)
    night[40:44, 50:54] = 255
    for picture in (even, night, room()):
        same, facts = local_light(picture, 0.0 if picture.max() == 236 else 1.0)
        assert same is picture and facts == {}


@pytest.mark.parametrize("angle_deg", [0, 27, 90])
@pytest.mark.parametrize(("amount", "rim"), [(1.0, 4), (0.4, 2)])
def test_no_halo_no_gradient_is_reversed(angle_deg, amount, rim):
    """Across an edge of the light of 185 code values, lightness goes the way it went: no rim that an eye could see."""
    y, x = np.mgrid[:400, :400] - 200.0
    across = x * np.cos(np.radians(angle_deg)) + y * np.sin(np.radians(angle_deg))
    for soft in (0.5, 4.0, 30.0):
        ramp = 40 + 185 / (1 + np.exp(-across / soft))
        picture = np.rint(ramp)[..., None].repeat(3, 2).astype(np.uint8)
        after, facts = local_light(picture, amount)
        assert facts["shadows_lifted"] > 5
        grey = luma(after).astype(int)
        line = {0: grey[200], 27: np.diag(grey), 90: grey[:, 200]}[angle_deg]
        reversed_by = (np.maximum.accumulate(line) - line).max()
        assert reversed_by <= rim, (soft, reversed_by)


def test_near_an_edge_a_region_is_lifted_like_far_from_it():
    after, _ = local_light(room(), 1.0)
    far, near = after[300:350, 20:60].mean(), after[300:350, 225:238].mean()
    assert abs(far - near) < 5


@pytest.mark.parametrize("skin", [(38, 14, 18), (52, 18, 22), (72, 14, 17)])
def test_skin_keeps_its_hue_and_the_contrast_of_its_pores(skin):
    rng = np.random.default_rng(1)
    face = np.array(skin, np.float32) + np.stack([rng.normal(0, 2.5, (120, 120)), *np.zeros((2, 120, 120))], axis=-1)
    picture = room()
    picture[120:240, 60:180] = np.rint(srgb_from_lab(face.astype(np.float32)) * 255)
    after, _ = local_light(picture, 1.0)
    old, new = (lab_from_srgb(p[130:230, 70:170]) for p in (picture, after))
    assert abs(float(np.median(hue_deg(new)) - np.median(hue_deg(old)))) < 1.0
    assert new[..., 0].std() > 0.85 * old[..., 0].std()


@given(st.floats(0, 1))
def test_the_base_keeps_its_order_and_its_ends(strength):
    base = np.linspace(0, 1, 512, dtype=np.float32)
    after = base + base_change(base, strength)
    assert (np.diff(after) > 0).all()
    assert after[0] == 0 and abs(after[-1] - 1) < 1e-6


@given(st.integers(2, 90), st.integers(2, 90), st.floats(0, 1))
@settings(max_examples=25, deadline=None)
def test_any_size_comes_back_and_the_original_is_not_written_to(height, width, amount):
    picture = np.random.default_rng(height).integers(0, 256, (height, width, 3)).astype(np.uint8)
    picture.setflags(write=False)
    after, _ = local_light(picture, amount)
    assert after.shape == picture.shape and after.dtype == np.uint8


def test_more_amount_is_more_light():
    lifted = [local_light(room(2), amount)[0][:, :50].mean() for amount in (0, 0.3, 0.6, 1)]
    assert lifted == sorted(lifted)
