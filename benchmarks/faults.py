"""Known faults for photos that had none: the wrong light, exposure, contrast, haze. Used to learn from and to measure.

Pictures are (H, W, 3) uint8 sRGB in and out; each fault is what a camera or the air does, in linear light.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mediakit.look.cast import adaptation
from mediakit.pixels.lab import RGB_FROM_XYZ
from mediakit.pixels.light import LUMINANCE_WEIGHTS, Float, Rgb8, decode, encode, linear_from_srgb, srgb_from_linear

D65_KELVIN = 6504


def light(mired: float, green_duv: float = 0.0) -> Float:
    """Linear sRGB (luminance 1) of a light so many mired warmer than D65 on the daylight locus, and greener by Duv."""
    kelvin = 1e6 / (1e6 / D65_KELVIN + mired)
    c = (-4.6070e9, 2.9678e6, 99.11, 0.244063) if kelvin <= 7000 else (-2.0064e9, 1.9018e6, 247.48, 0.237040)
    x = c[0] / kelvin**3 + c[1] / kelvin**2 + c[2] / kelvin + c[3]
    y = -3 * x * x + 2.87 * x - 0.275
    u, v = 4 * x / (-2 * x + 12 * y + 3), 6 * y / (-2 * x + 12 * y + 3) + green_duv
    x, y = 3 * u / (2 * u - 8 * v + 4), 2 * v / (2 * u - 8 * v + 4)
    rgb = RGB_FROM_XYZ @ np.array([x / y, 1, (1 - x - y) / y], np.float32)
    white: Float = (rgb / (rgb @ LUMINANCE_WEIGHTS)).astype(np.float32)
    return white


def cast(rgb: Rgb8, white: Float) -> Rgb8:
    """What was neutral takes the colour `white`."""
    matrix = np.linalg.inv(adaptation(white)).astype(np.float32)
    return srgb_from_linear((linear_from_srgb(rgb).reshape(-1, 3) @ matrix.T).reshape(rgb.shape))


@dataclass(frozen=True)
class ToneFault:
    """Haze, then exposure, then a flat development: one curve for each channel."""

    exposure_ev: float = 0.0
    contrast: float = 1.0
    pivot: float = 0.5
    haze: float = 0.0
    airlight: tuple[float, float, float] = (0.8, 0.8, 0.8)

    def on_codes(self, codes: Float) -> Float:
        """(N, 3) code values 0..1 to what this fault makes of them, unrounded."""
        linear = decode(codes) * (1 - self.haze) + np.array(self.airlight, np.float32) * self.haze
        exposed = encode(linear * 2**self.exposure_ev)
        return np.clip(self.pivot + (exposed - self.pivot) * self.contrast, 0, 1).astype(np.float32)

    def on(self, rgb: Rgb8) -> Rgb8:
        """The faulty picture."""
        return np.rint(self.on_codes(rgb.reshape(-1, 3) / np.float32(255)) * 255).astype(np.uint8).reshape(rgb.shape)

    def undone_at(self, knots: Float) -> Float:
        """The codes a grey had before, for codes (N,) it has now; the middle of what it may have been where clipped."""
        codes = np.linspace(0, 1, 2049, dtype=np.float32)
        now = self.on_codes(codes[:, None].repeat(3, 1)).mean(axis=1).round(4)
        low = codes[np.clip(np.searchsorted(now, knots, side="left"), 0, len(codes) - 1)]
        high = codes[np.clip(np.searchsorted(now, knots, side="right") - 1, 0, len(codes) - 1)]
        undone: Float = ((low + high) / 2).astype(np.float32)
        return undone


FAULTS: dict[str, Callable[[Rgb8], Rgb8]] = {
    "15 mired warm": lambda rgb: cast(rgb, light(15)),
    "30 mired warm": lambda rgb: cast(rgb, light(30)),
    "15 mired cool": lambda rgb: cast(rgb, light(-15)),
    "30 mired cool": lambda rgb: cast(rgb, light(-30)),
    "green": lambda rgb: cast(rgb, light(0, 0.008)),
    "magenta": lambda rgb: cast(rgb, light(0, -0.008)),
    "-1.5 EV": ToneFault(exposure_ev=-1.5).on,
    "-1 EV": ToneFault(exposure_ev=-1).on,
    "-0.5 EV": ToneFault(exposure_ev=-0.5).on,
    "+0.5 EV": ToneFault(exposure_ev=0.5).on,
    "+1 EV": ToneFault(exposure_ev=1).on,
    "flat 0.7": ToneFault(contrast=0.7).on,
    "flat 0.8, lifted": ToneFault(contrast=0.8, pivot=0.6).on,
    "haze 0.25": ToneFault(haze=0.25, airlight=(0.78, 0.80, 0.82)).on,
}
"""The faults that `develop.py` measures with."""
