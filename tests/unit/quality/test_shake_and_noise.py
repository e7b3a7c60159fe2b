"""Shake is the camera's: noise of any strength on a still picture has none, and a trembling hand is measured through it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from mediakit.quality.motion import measure_motion

WIDTH, HEIGHT = 240, 135


def run(scene: np.ndarray, *, px: float, noise: float, seed: int) -> tuple[list[np.ndarray], float]:
    """Six small frames of a scene filmed by a hand, and its true shake in thousandths of the width."""
    random = np.random.default_rng(seed)
    place, places, frames = np.zeros(2), [], []
    for _ in range(6):
        place = 0.7 * place + random.normal(0, px, 2)
        places.append(place)
        move = np.array([[1, 0, -110 - place[0]], [0, 1, -90 - place[1]]], np.float32)
        full = cv2.warpAffine(scene, move, (1280, 720)) + random.normal(0, noise, (720, 1280)).astype(np.float32)
        frames.append(cv2.resize(full.clip(0, 255), (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA).astype(np.float32))
    jumps = np.diff(np.array(places), n=2, axis=0)
    return frames, float(np.hypot(*jumps.T).mean()) / 1280 * 1000


def shelf() -> np.ndarray:
    """A scene with things in it."""
    random = np.random.default_rng(7)
    return cv2.resize(random.uniform(40, 215, (45, 75)).astype(np.float32), (1500, 900), interpolation=cv2.INTER_CUBIC)


def wall() -> np.ndarray:
    """Next to nothing: a soft gradient."""
    return np.tile(np.linspace(110, 130, 1500, dtype=np.float32), (900, 1))


@pytest.mark.parametrize("noise", [6.0, 20.0, 45.0])
@pytest.mark.parametrize(
    "scene", [shelf(), wall(), np.full((900, 1500), 128, np.float32)], ids=["shelf", "wall", "plain"]
)
def test_noise_on_a_still_picture_is_no_shake(scene: np.ndarray, noise: float):
    motion = measure_motion([run(scene, px=0.0, noise=noise, seed=seed)[0] for seed in range(4)])
    assert motion is not None
    assert motion.shake < 1.0


@pytest.mark.parametrize("noise", [0.0, 6.0, 20.0])
@pytest.mark.parametrize("px", [6.0, 16.0])
def test_a_trembling_hand_is_measured_through_noise(px: float, noise: float):
    for seed in range(3):
        frames, true = run(shelf(), px=px, noise=noise, seed=seed)
        motion = measure_motion([frames])
        assert motion is not None
        assert motion.shake == pytest.approx(true, rel=0.2, abs=1.0)


def test_somebody_who_moves_before_a_still_camera_is_no_shake():
    random = np.random.default_rng(2)
    still = shelf()[90:810, 110:1390]
    person = cv2.resize(random.uniform(20, 235, (30, 12)).astype(np.float32), (330, 560), interpolation=cv2.INTER_CUBIC)
    frames = []
    for _ in range(6):
        frame = still.copy()
        left = int(450 + random.normal(0, 30))
        frame[160:720, left : left + 330] = person
        frames.append(cv2.resize(frame, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA))
    motion = measure_motion([frames])
    assert motion is not None
    assert motion.shake < 1.0
