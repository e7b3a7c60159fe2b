"""Pixels that compress like a photo."""

from __future__ import annotations

import numpy as np
from PIL import Image


def scene(width: int, height: int, seed=1) -> np.ndarray:
    """Soft shapes with a little grain, like a photo."""
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(0, 256, (9, 9, 3), dtype=np.uint8)).resize((width, height), Image.BICUBIC)
    grain = rng.normal(0, 4, (height, width, 1))
    return np.clip(np.asarray(coarse) + grain, 0, 255).astype(np.uint8)
