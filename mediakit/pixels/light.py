"""Between sRGB code values and light.

The sRGB curve is looked up, not computed, where the input is 8 bit: 256 values in, exact out. Floats are 0.0 black ..
1.0 white. Curve and weights: IEC 61966-2-1:1999 (D65 white).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Rgb8 = NDArray[np.uint8]
"""(H, W, 3) uint8, gamma-encoded sRGB, red first."""
Float = NDArray[np.float32]

LUMINANCE_WEIGHTS = np.array([0.2126, 0.7152, 0.0722], np.float32)
"""How much each linear sRGB channel gives to luminance."""


def decode(code: Float) -> Float:
    """Gamma-encoded sRGB 0..1 (any shape, float) to linear light 0..1, float32. Values outside are clipped first."""
    code = np.clip(code, 0.0, 1.0).astype(np.float32, copy=False)
    linear: Float = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4).astype(np.float32)
    return linear


def encode(linear: Float) -> Float:
    """Linear light 0..1 (any shape) to gamma-encoded sRGB 0..1, float32. Values outside are clipped first."""
    linear = np.clip(linear, 0.0, 1.0).astype(np.float32, copy=False)
    code: Float = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055).astype(np.float32)
    return code


_LINEAR_OF_CODE: Float = decode(np.linspace(0, 1, 256, dtype=np.float32))


def linear_from_srgb(srgb: Rgb8) -> Float:
    """Light of every channel of an 8-bit picture: (H, W, 3) or (H, W) uint8 to float32 0..1, by table."""
    linear: Float = cv2.LUT(srgb, _LINEAR_OF_CODE)
    return linear


def srgb_from_linear(linear: Float) -> Rgb8:
    """Linear light to 8-bit sRGB code values, rounded; values outside 0..1 are clipped."""
    return np.rint(encode(linear) * 255).astype(np.uint8)


def luminance(srgb: Rgb8) -> Float:
    """Relative luminance (linear in light) of each pixel: (H, W, 3) uint8 to (H, W) float32, 0 black .. 1 white."""
    light: Float = cv2.transform(linear_from_srgb(srgb), LUMINANCE_WEIGHTS[None])
    return light


def luma(srgb: Rgb8) -> NDArray[np.uint8]:
    """Y' of BT.601 (what JPEG stores): (H, W, 3) uint8 to (H, W) uint8. Fast; for gradients, noise and sharpness."""
    grey: NDArray[np.uint8] = cv2.cvtColor(srgb, cv2.COLOR_RGB2GRAY)
    return grey
