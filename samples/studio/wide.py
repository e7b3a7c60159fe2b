"""Display P3, the colour space phones save in: the conversion from sRGB, and a profile that says so.

The profile is built here from the standard's numbers (SMPTE EG 432-1 primaries, D65 white, the sRGB curve), as an ICC.1:2010
matrix profile; its colorants are adapted to D50 (Bradford), as ICC asks.
"""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

_P3_FROM_SRGB = np.array(
    [[0.822462, 0.177538, 0.0], [0.033194, 0.966806, 0.0], [0.017083, 0.072397, 0.910520]], np.float32
)
_COLORANTS = {
    b"rXYZ": (0.515121, 0.241196, -0.001053),
    b"gXYZ": (0.291977, 0.692245, 0.041885),
    b"bXYZ": (0.157104, 0.066574, 0.784073),
}
_D50 = (0.964203, 1.0, 0.824905)
_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


def to_display_p3(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(h, w, 3) sRGB to the same colours as Display P3 code values."""
    code = picture.astype(np.float32) / 255
    linear = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4) @ _P3_FROM_SRGB.T
    linear = np.clip(linear, 0, 1)
    code = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.rint(code * 255).astype(np.uint8)


def display_p3_profile() -> bytes:
    """An ICC version 4 display profile."""
    curve = struct.pack(">4sIHH", b"para", 0, 3, 0) + b"".join(_fixed(v) for v in _CURVE)
    tags = {b"desc": _words("Display P3"), b"cprt": _words("No copyright"), b"wtpt": _xyz(_D50)}
    tags |= {name: _xyz(values) for name, values in _COLORANTS.items()}
    tags |= {b"rTRC": curve, b"gTRC": curve, b"bTRC": curve}
    table, body = struct.pack(">I", len(tags)), b""
    begin = 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        table += struct.pack(">4sII", name, begin + len(body), len(data))
        body += data + b"\0" * (-len(data) % 4)
    return _header(begin + len(body)) + table + body


def _header(size: int) -> bytes:
    date = struct.pack(">6H", 2026, 1, 1, 0, 0, 0)
    head = struct.pack(">I4sI4s4s4s", size, b"\0\0\0\0", 0x04200000, b"mntr", b"RGB ", b"XYZ ") + date + b"acsp"
    white = b"".join(_fixed(v) for v in _D50)
    return (head.ljust(68, b"\0") + white).ljust(128, b"\0")


def _words(text: str) -> bytes:
    data = text.encode("utf-16-be")
    return struct.pack(">4sIII2s2sII", b"mluc", 0, 1, 12, b"en", b"US", len(data), 28) + data


def _xyz(values: tuple[float, float, float]) -> bytes:
    return b"XYZ \0\0\0\0" + b"".join(_fixed(v) for v in values)


def _fixed(value: float) -> bytes:
    """ICC's s15Fixed16Number."""
    return struct.pack(">i", round(value * 65536))
