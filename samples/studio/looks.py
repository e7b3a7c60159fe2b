"""The brands' looks: 33-point colour cubes, sRGB in and out, gentle enough to lie under a logo on any picture.

Made in OkLab (Björn Ottosson, 2020), where lightness, chroma and hue can be moved one at a time. Greys stay close to
grey, black stays under 2 % grey and white stays white.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Look = Callable[[Array], Array]
POINTS = 33

_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def to_oklab(srgb: Array) -> Array:
    """(..., 3) gamma-encoded sRGB 0..1 to OkLab."""
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    return np.cbrt(linear @ _TO_LMS.T) @ _TO_LAB.T


def to_srgb(oklab: Array) -> Array:
    """OkLab to gamma-encoded sRGB, clipped to 0..1."""
    linear = np.clip((oklab @ np.linalg.inv(_TO_LAB).T) ** 3 @ np.linalg.inv(_TO_LMS).T, 0, 1)
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)


def muselle(srgb: Array) -> Array:
    """Clean, slightly warm highlights and soft contrast; saturated reds are left as they are: a shade must not lie."""
    lab = to_oklab(srgb)
    lightness, a, b = lab[..., 0], lab[..., 1], lab[..., 2]
    free = 1 - _near_hue(a, b, centre=22, width=62) * _ramp(np.hypot(a, b), 0.08, 0.16)
    softer = lightness + 0.020 * np.sin(np.pi * lightness) + 0.012 * np.sin(2 * np.pi * lightness) * (lightness < 0.5)
    highlight = _ramp(lightness, 0.55, 0.9) * (1 - _ramp(lightness, 0.96, 1.0))
    calmer = 1 - 0.10 * _near_hue(a, b, centre=110, width=70)
    moved = np.stack([softer, (a + 0.0018 * highlight) * calmer, (b + 0.0055 * highlight) * calmer], axis=-1)
    return to_srgb(lab + free[..., None] * (moved - lab))


def yunwu(srgb: Array) -> Array:
    """Muted greens that lean to olive, warm shadows, blacks a touch lifted: a room with paper windows."""
    lab = to_oklab(srgb)
    lightness, a, b = lab[..., 0], lab[..., 1], lab[..., 2]
    green = _near_hue(a, b, centre=142, width=75)
    chroma, hue = np.hypot(a, b) * (0.96 - 0.24 * green), np.arctan2(b, a) - np.radians(9) * green
    shadow = (1 - _ramp(lightness, 0.18, 0.62)) * _ramp(lightness, 0.0, 0.12)
    lifted = lightness + 0.030 * (1 - lightness) ** 4 * _ramp(lightness, 0.0, 0.25) - 0.012 * np.sin(np.pi * lightness)
    moved = np.stack([lifted, chroma * np.cos(hue) + 0.0030 * shadow, chroma * np.sin(hue) + 0.0075 * shadow], axis=-1)
    return to_srgb(moved)


def write_cube(look: Look, title: str, path: Path) -> None:
    """Write `look` as a .cube file (Adobe/IRIDAS Cube LUT 1.0): red runs fastest."""
    axis = np.linspace(0, 1, POINTS)
    blue, green, red = np.meshgrid(axis, axis, axis, indexing="ij")
    table = look(np.stack([red, green, blue], axis=-1)).reshape(-1, 3)
    head = [f'TITLE "{title}"', f"LUT_3D_SIZE {POINTS}", "DOMAIN_MIN 0 0 0", "DOMAIN_MAX 1 1 1"]
    path.write_text("\n".join(head + [f"{r:.5f} {g:.5f} {b:.5f}" for r, g, b in table]) + "\n", encoding="ascii")


def _ramp(x: Array, start: float, end: float) -> Array:
    t = np.clip((x - start) / (end - start), 0, 1)
    return t * t * (3 - 2 * t)


def _near_hue(a: Array, b: Array, centre: float, width: float) -> Array:
    """1 at the hue `centre` (OkLab degrees), falling smoothly to 0 at `width` degrees away; 0 for greys."""
    away = np.degrees(np.angle(np.exp(1j * (np.arctan2(b, a) - np.radians(centre)))))
    return (0.5 + 0.5 * np.cos(np.pi * np.clip(np.abs(away) / width, 0, 1))) * _ramp(np.hypot(a, b), 0.01, 0.05)
