"""Edge-keeping smoothing, and noise measured against noise that was added."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediakit.pixels.filters import box_blur, edge_aware, gaussian_blur, guided, smoothstep
from mediakit.pixels.noise import measure_noise


def step(height=64, width=64):
    plane = np.full((height, width), 0.2, np.float32)
    plane[:, width // 2 :] = 0.8
    return plane


def test_guided_filter_smooths_noise_and_keeps_the_edge():
    rng = np.random.default_rng(0)
    noisy = step() + rng.normal(0, 0.02, (64, 64)).astype(np.float32)
    smooth = edge_aware(noisy, 4, 0.003)
    assert smooth[:, :20].std() < 0.5 * noisy[:, :20].std()
    assert smooth[:, 36:].mean() - smooth[:, :28].mean() > 0.58
    assert np.allclose(smooth, guided(noisy, noisy, 4, 0.003), atol=1e-4)


def test_a_mask_takes_the_edge_of_its_guide():
    rough = np.zeros((64, 64), np.float32)
    rough[:, 28:] = 1
    fine = guided(step(), rough, 8, 1e-4)
    assert fine[:, 29].mean() < 0.75 < fine[:, 40].mean()


@given(st.floats(0, 1), st.integers(1, 9))
@settings(max_examples=20, deadline=None)
def test_flat_stays_flat(value, radius):
    plane = np.full((24, 31), value, np.float32)
    for result in (box_blur(plane, radius), gaussian_blur(plane, radius), edge_aware(plane, radius, 0.01)):
        assert np.abs(result - value).max() < 1e-5


def test_smoothstep_is_a_ramp():
    ramp = smoothstep(np.linspace(-1, 2, 50, dtype=np.float32), 0, 1)
    assert ramp[0] == 0 and ramp[-1] == 1 and (np.diff(ramp) >= 0).all()


def scene(height, width):
    """Soft shading, a few edges, a textured quarter."""
    rng = np.random.default_rng(3)
    y, x = np.mgrid[0:height, 0:width]
    plane = 90 + 60 * x / width + 30 * (y > height * 0.6)
    plane[: height // 2, : width // 2] += rng.normal(0, 25, (height // 2, width // 2))
    return np.clip(np.stack([plane, plane * 0.9, plane * 0.8], -1), 0, 255)


@pytest.mark.parametrize("sigma", [2.0, 5.0, 10.0, 15.0])
@pytest.mark.parametrize("shape", [(480, 640), (1500, 2000)])
def test_added_grey_noise_is_measured(sigma, shape):
    rng = np.random.default_rng(1)
    noisy = scene(*shape) + rng.normal(0, sigma, (*shape, 1))
    found = measure_noise(np.clip(noisy, 0, 255).astype(np.uint8))
    assert found.luma == pytest.approx(sigma, rel=0.2)
    assert found.chroma < 0.35 * sigma


def test_colour_noise_shows_in_chroma():
    rng = np.random.default_rng(2)
    clean = scene(480, 640)
    noisy = np.clip(clean + rng.normal(0, 12, clean.shape), 0, 255).astype(np.uint8)
    assert measure_noise(noisy).chroma > 2.5 > 0.6 > measure_noise(clean.astype(np.uint8)).chroma


def test_clean_texture_is_not_noise():
    assert measure_noise(scene(480, 640).astype(np.uint8)).luma < 0.6


@pytest.mark.parametrize("shape", [(1, 1), (16, 16), (5, 4000), (40, 40)])
def test_tiny_black_and_white_pictures_have_an_answer(shape):
    for code in (0, 128, 255):
        found = measure_noise(np.full((*shape, 3), code, np.uint8))
        assert found.luma == found.chroma == 0.0
