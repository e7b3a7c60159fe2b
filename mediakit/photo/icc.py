"""ICC profiles, as far as photos need them: read a matrix profile's curves, write a compact one.

Source: ICC.1:2022 (v4.4), tags `rXYZ`.. and `rTRC`..; Bradford adaptation as annex E.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mediakit.pixels.light import encode

Float = NDArray[np.float64]
D50 = (0.9642, 1.0, 0.8249)
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])

_D65 = (0.3127, 0.3290)
PRIMARIES: dict[int, tuple[tuple[float, float], ...]] = {
    1: ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06)),  # BT.709, sRGB
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),  # BT.2020
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),  # Display P3
}
"""xy of red, green and blue by H.273 number; all with a D65 white."""

SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
"""g, a, b, c, d of ICC's parametric curve type 3."""


@dataclass(frozen=True, slots=True)
class MatrixProfile:
    """An RGB profile of three curves and a matrix."""

    curves: tuple[Float, Float, Float]
    """Red, green, blue: (65536,), light 0..1 by 16-bit code value."""
    to_xyz: Float
    """(3, 3): linear RGB to D50 XYZ."""


def primaries_to_xyz(primaries: int) -> Float:
    """(3, 3): linear RGB of an H.273 set of primaries to XYZ adapted to D50."""
    xyz = np.array([_xyz_of(x, y) for x, y in PRIMARIES[primaries]]).T
    to_xyz_d65 = xyz * np.linalg.solve(xyz, np.array(_xyz_of(*_D65)))
    return np.asarray(_adaptation() @ to_xyz_d65)


def _xyz_of(x: float, y: float) -> tuple[float, float, float]:
    return x / y, 1.0, (1 - x - y) / y


def _adaptation() -> Float:
    """The Bradford matrix from D65 to D50 that a profile's `chad` tag records."""
    cone = (_BRADFORD @ np.array(D50)) / (_BRADFORD @ np.array(_xyz_of(*_D65)))
    return np.asarray(np.linalg.inv(_BRADFORD) @ np.diag(cone) @ _BRADFORD)


def read_matrix_profile(icc: bytes) -> MatrixProfile | None:
    """The profile's curves and matrix; None when it is no RGB matrix profile, or is driven by tables."""
    if len(icc) < 132 or icc[16:20] != b"RGB " or icc[20:24] != b"XYZ ":
        return None
    try:
        tags = _tags(icc)
        if b"A2B0" in tags or not {b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC"} <= tags.keys():
            return None
        columns = [_xyz(tags[name]) for name in (b"rXYZ", b"gXYZ", b"bXYZ")]
        red, green, blue = (_curve(tags[name]) for name in (b"rTRC", b"gTRC", b"bTRC"))
    except (struct.error, ValueError, IndexError):
        return None
    return MatrixProfile((red, green, blue), np.array(columns).T)


def _tags(icc: bytes) -> dict[bytes, bytes]:
    (count,) = struct.unpack_from(">I", icc, 128)
    found = {}
    for entry in range(min(count, 100)):
        name, at, length = struct.unpack_from(">4sII", icc, 132 + 12 * entry)
        found[name] = icc[at : at + length]
    return found


def _xyz(tag: bytes) -> tuple[float, ...]:
    return tuple(v / 65536 for v in struct.unpack_from(">3i", tag, 8))


def _curve(tag: bytes) -> Float:
    """Light by 16-bit code value, (65536,)."""
    code = np.linspace(0, 1, 65536)
    if tag[:4] == b"curv":
        (count,) = struct.unpack_from(">I", tag, 8)
        if count == 0:
            return code
        values = np.frombuffer(tag, ">u2", count, 12)
        if count == 1:
            return np.asarray(code ** (float(values[0]) / 256))
        return np.interp(code, np.linspace(0, 1, count), values / 65535)
    if tag[:4] == b"para":
        (kind,) = struct.unpack_from(">H", tag, 8)
        numbers = [v / 65536 for v in struct.unpack_from(f">{(1, 3, 4, 5, 7)[kind]}i", tag, 12)]
        return _parametric(code, kind, numbers)
    raise ValueError("a curve of an unknown type")


def _parametric(code: Float, kind: int, numbers: list[float]) -> Float:
    """ICC.1 10.18: types 0..4 are all Y = (aX + b)^g + e above d, cX + f below."""
    g = numbers[0]
    a, b, c, d, e, f = 1.0, 0.0, 0.0, 0.0, 0.0, 0.0
    if kind in (1, 2):
        a, b = numbers[1:3]
        d = -b / a if a else 0.0
        e = f = numbers[3] if kind == 2 else 0.0
    elif kind >= 3:
        a, b, c, d = numbers[1:5]
        e, f = numbers[5:7] if kind == 4 else (0.0, 0.0)
    power = np.maximum(a * code + b, 0.0) ** g + e
    return np.where(code >= d, power, c * code + f)


@lru_cache(maxsize=8)
def write_profile(name: str, primaries: int) -> bytes:
    """A v4 display profile of about 450 bytes: the given H.273 primaries with the sRGB curve. The same every time."""
    columns = primaries_to_xyz(primaries).T
    curve = b"para\x00\x00\x00\x00" + struct.pack(">HH5i", 3, 0, *(round(v * 65536) for v in SRGB_CURVE))
    cone = _adaptation()
    tags = [
        ((b"desc",), _text(name)),
        ((b"cprt",), _text("CC0")),
        ((b"wtpt",), _xyz_tag(D50)),
        ((b"chad",), b"sf32\x00\x00\x00\x00" + struct.pack(">9i", *(round(v * 65536) for v in cone.ravel()))),
        ((b"rXYZ",), _xyz_tag(columns[0])),
        ((b"gXYZ",), _xyz_tag(columns[1])),
        ((b"bXYZ",), _xyz_tag(columns[2])),
        ((b"rTRC", b"gTRC", b"bTRC"), curve),
    ]
    at = 132 + 12 * sum(len(names) for names, _ in tags)
    table, body = b"", b""
    for names, tag in tags:
        padded = tag + b"\x00" * (-len(tag) % 4)
        table += b"".join(struct.pack(">4sII", n, at + len(body), len(tag)) for n in names)
        body += padded
    size = at + len(body)
    header = struct.pack(">I4sI4s4s4s", size, b"\x00" * 4, 0x04300000, b"mntr", b"RGB ", b"XYZ ")
    header += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + b"\x00" * 28 + struct.pack(">3i", 63190, 65536, 54061)
    return header.ljust(128, b"\x00") + struct.pack(">I", len(table) // 12) + table + body


def _text(words: str) -> bytes:
    encoded = words.encode("utf-16-be")
    return struct.pack(">4s4xIIHHII", b"mluc", 1, 12, 0x656E, 0x5553, len(encoded), 28) + encoded


def _xyz_tag(xyz: Float | tuple[float, ...]) -> bytes:
    return b"XYZ \x00\x00\x00\x00" + struct.pack(">3i", *(round(float(v) * 65536) for v in xyz))


@lru_cache(maxsize=1)
def code_of_light() -> NDArray[np.uint8]:
    """sRGB code value by 16-bit light, as a look-up table: (1, 65536)."""
    light = np.linspace(0, 1, 65536, dtype=np.float32)
    code: NDArray[np.uint8] = np.rint(encode(light) * np.float32(255)).astype(np.uint8)
    return code[None]


def srgb_profile() -> bytes:
    """The profile that every written photo carries."""
    return write_profile("sRGB", 1)
