"""Small pictures for the report, kept beside the ledger so that a second run need not open an original again."""

from __future__ import annotations

import hashlib
import io
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mediakit.batch.outfolder import HOME
from mediakit.batch.plan import Wanted
from mediakit.model import Size

LONG_EDGE_PX = 480
JPEG_QUALITY = 75
"""JPEG, for a preview as WebP is a third smaller and takes ten times as long to write."""


def write_preview(rgb: NDArray[np.uint8], out: Path, name: str) -> str:
    """Save (H, W, 3) sRGB as a small JPEG and return its path below OUT. Same pixels, same name: nothing is doubled."""
    rel = f"{HOME}/previews/{name}.jpg"
    path = out / rel
    path.parent.mkdir(parents=True, exist_ok=True)
    scale = min(1.0, LONG_EDGE_PX / max(rgb.shape[:2]))
    size = Size(max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale)))
    path.write_bytes(_jpeg(_resized(rgb, size)))
    return rel


def _jpeg(rgb: NDArray[np.uint8]) -> bytes:
    """The same bytes by either: OpenCV takes half the time where it is loaded, and longer to load than Pillow to write."""
    if "cv2" in sys.modules:
        import cv2

        done, encoded = cv2.imencode(
            ".jpg", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
        )
        if done:
            return bytes(encoded)
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(rgb).save(file, "JPEG", quality=JPEG_QUALITY)
    return file.getvalue()


def _resized(rgb: NDArray[np.uint8], size: Size) -> NDArray[np.uint8]:
    if rgb.shape[1::-1] == (size.width_px, size.height_px):
        return rgb
    from mediakit.pixels.resample import shrink_quickly  # brings OpenCV along

    return shrink_quickly(rgb, size)


def preview_name(item: Wanted) -> str:
    """A name that is this deliverable's own, whatever its path is called."""
    path = hashlib.sha256(item.path.encode("utf-8", "backslashreplace")).hexdigest()
    return f"{item.fingerprint}-{path[:16]}"
