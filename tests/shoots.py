"""Small shoots made on the spot, for tests that run the whole flow."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image


def picture(width: int = 640, height: int = 480, seed: int = 0) -> np.ndarray:
    """A plausible photo: soft light, a coloured object, a little noise. (H, W, 3) uint8."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    light = 120 + 70 * np.sin(x / width * 3 + seed) * np.cos(y / height * 2)
    rgb = np.stack([light, light * 0.97, light * 0.92], axis=2)
    cx, cy, r = width * (0.3 + 0.1 * (seed % 5)), height * 0.55, min(width, height) * 0.22
    inside = (x - cx) ** 2 + (y - cy) ** 2 < r * r
    rgb[inside] = (186, 30, 60)
    rgb[(abs(x - cx) < r * 0.25) & (y < cy - r * 0.5) & (y > cy - r * 1.4)] = (40, 40, 44)
    return np.clip(rgb + rng.normal(0, 2.5, rgb.shape), 0, 255).astype(np.uint8)


def save_photo_at(path: Path, *, seed: int = 0, size: tuple[int, int] = (640, 480), **options: object) -> Path:
    """Write one JPEG (or what the ending says)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture(*size, seed=seed)).save(path, **({"quality": 90} | options))
    return path


def photo_shoot(folder: Path, count: int) -> Path:
    """A folder of `count` different photos."""
    for index in range(count):
        save_photo_at(folder / f"IMG_{index:04}.jpg", seed=index)
    return folder
