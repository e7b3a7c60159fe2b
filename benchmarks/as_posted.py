"""Photos as other benchmarks take them: upright, RGB, at the size of a post. Nothing is measured here."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageOps

SURFACE_PX = 1080 * 1440


def as_posted(path: Path) -> np.ndarray | None:
    """(H, W, 3) uint8, never enlarged; None for what Pillow cannot open."""
    try:
        with Image.open(path) as image:
            rgb = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
    except OSError:
        return None
    scale = (SURFACE_PX / (rgb.shape[0] * rgb.shape[1])) ** 0.5
    if scale < 1:
        rgb = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(rgb)
