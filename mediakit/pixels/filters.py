"""Smoothing that knows edges, and smoothing that does not. All take and give (H, W) or (H, W, C) float32."""

from __future__ import annotations

import cv2
import numpy as np

from mediakit.pixels.light import Float


def box_blur(plane: Float, radius_px: int) -> Float:
    """Mean over a (2 r + 1) square, mirrored at the border. Cost does not depend on the radius."""
    side = 2 * radius_px + 1
    blurred: Float = cv2.blur(plane, (side, side), borderType=cv2.BORDER_REFLECT_101)
    return blurred


def gaussian_blur(plane: Float, sigma_px: float) -> Float:
    """Gaussian of the given standard deviation, mirrored at the border."""
    blurred: Float = cv2.GaussianBlur(plane, (0, 0), sigma_px, borderType=cv2.BORDER_REFLECT_101)
    return blurred


def guided(guide: Float, source: Float, radius_px: int, epsilon: float) -> Float:
    """Guided filter: `source` smoothed so that its edges follow those of `guide`.

    guide, source: (H, W) float32 on the same scale (0..1 by convention). `epsilon` is a variance: structure of a
    contrast well above sqrt(epsilon) is kept, below it is smoothed. He, Sun & Tang, IEEE TPAMI 35(6), 2013.
    """
    mean_guide, mean_source = box_blur(guide, radius_px), box_blur(source, radius_px)
    covariance = box_blur(guide * source, radius_px) - mean_guide * mean_source
    variance: Float = np.maximum(box_blur(guide * guide, radius_px) - mean_guide * mean_guide, 0.0)
    slope: Float = covariance / (variance + np.float32(epsilon))
    offset = mean_source - slope * mean_guide
    return box_blur(slope, radius_px) * guide + box_blur(offset, radius_px)


def edge_aware(plane: Float, radius_px: int, epsilon: float) -> Float:
    """A guided filter that is its own guide: flat areas are smoothed, edges kept. Same units as `guided`."""
    mean = box_blur(plane, radius_px)
    variance: Float = np.maximum(box_blur(plane * plane, radius_px) - mean * mean, 0.0)
    slope: Float = variance / (variance + np.float32(epsilon))
    offset = mean - slope * mean
    return box_blur(slope, radius_px) * plane + box_blur(offset, radius_px)


def smoothstep(value: Float, low: float, high: float) -> Float:
    """0 below `low`, 1 above `high`, a smooth ramp between (3 t^2 - 2 t^3)."""
    t = np.clip((value - np.float32(low)) / np.float32(high - low), 0.0, 1.0)
    ramp: Float = t * t * (3 - 2 * t)
    return ramp
