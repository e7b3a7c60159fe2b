"""What is in focus: fine detail beside coarse detail, cell by cell, on a copy large enough to show it.

The network and the cues see copies of 256 and 96 px, in which a soft shelf behind a product looks as crisp as the product.
Fine and coarse bands of a Laplacian pyramid (Burt and Adelson 1983) on a copy of 512 px tell them apart. 3 ms a photo.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.vision.cues import Plane

LONG_SIDE_PX = 512
FINE, COARSE = 1.0, 4.0  # sigmas, px; the coarse one on a copy of half the size
LEAST = 0.5  # levels of 255: less is noise


def sharpness(rgb: NDArray[np.uint8], rows: int, cols: int) -> Plane:
    """Fine detail, coarse detail, how much of it is fine, and the finest there is: (rows, cols, 4) float32, logarithms.

    rgb: (H, W, 3) uint8 sRGB at any size; one that is smaller than 512 px is taken as it is.
    """
    scale = min(1.0, LONG_SIDE_PX / max(rgb.shape[:2]))
    size = (max(2, cols, round(rgb.shape[1] * scale)), max(2, rows, round(rgb.shape[0] * scale)))
    grey = cv2.resize(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), size, interpolation=cv2.INTER_AREA).astype(np.float32)
    soft = cv2.GaussianBlur(grey, (0, 0), FINE)
    half = cv2.resize(soft, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    bands = cv2.absdiff(grey, soft), cv2.absdiff(half, cv2.GaussianBlur(half, (0, 0), COARSE / 2))
    fine, coarse = (np.log(cv2.resize(band, (cols, rows), interpolation=cv2.INTER_AREA) + LEAST) for band in bands)
    crisp = cv2.resize(cv2.dilate(bands[0], np.ones((7, 7), np.uint8)), (cols, rows), interpolation=cv2.INTER_AREA)
    return np.stack([fine, coarse, fine - coarse, np.log(crisp + LEAST)], axis=-1).astype(np.float32, copy=False)
