"""QR and bar codes, read by zxing-cpp (Apache-2.0).

What counts is whether a phone could scan it, so only codes that decode are reported: a pattern that merely looks like one
raises false alarms on tiles and fabrics. Limits: round mini-program codes and codes smaller than some 60 px are not read.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.marks.geometry import mark_at
from mediakit.model import Mark, MarkKind, Size

Rgb8 = NDArray[np.uint8]
WORKING_PIXELS = 1_600_000
"""A larger picture is shrunk for reading: time grows with it, and a code that needs more is too small to be scanned."""
ENLARGE_BELOW_PX = 900
"""A picture with a shorter long side is read at twice its size: its modules are only a pixel or two wide."""
SCANNED = ("QRCode", "MicroQRCode", "RMQRCode", "DataMatrix", "Aztec", "PDF417")
PRINTED = ("EAN13", "UPCA", "Code128")
"""Bar codes of goods: told, but nothing a platform minds."""


def find_codes(rgb: Rgb8, shown: Size) -> tuple[Mark, ...]:
    """Every code that decodes in (H, W, 3) uint8 sRGB, with its corners in pixels of `shown`, top to bottom."""
    import zxingcpp

    grey, scale = _working_copy(rgb)
    to_shown = shown.width_px / rgb.shape[1] / scale
    formats = zxingcpp.BarcodeFormats([getattr(zxingcpp.BarcodeFormat, name) for name in (*SCANNED, *PRINTED)])
    found = []
    for code in zxingcpp.read_barcodes(grey, formats=formats):
        at = code.position
        corners = [(p.x, p.y) for p in (at.top_left, at.top_right, at.bottom_right, at.bottom_left)]
        kind: MarkKind = "barcode" if code.format.name in PRINTED else "code"
        found.append(mark_at(kind, code.text, corners, to_shown, 1.0))
    return tuple(sorted(found, key=lambda mark: (mark.box.y, mark.box.x)))


def _working_copy(rgb: Rgb8) -> tuple[NDArray[np.uint8], float]:
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    height, width = grey.shape
    scale = min(1.0, (WORKING_PIXELS / (height * width)) ** 0.5)
    if max(height, width) < ENLARGE_BELOW_PX:
        scale = 2.0
    if scale != 1.0:
        # Down to a half, bilinear reads every pixel there is, in a fifth of the time of area means.
        way = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_LINEAR if scale >= 0.5 else cv2.INTER_AREA
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=way)
    return np.asarray(grey, np.uint8), scale
