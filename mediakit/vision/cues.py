"""What makes a part of a picture stand out: classical cues on a small copy, the input of `subject`.

Each cue is one float32 number a cell. The copy is at most 96 px long, so all of them together take a few milliseconds.
None of them knows left from right: a mirrored picture gives mirrored cues.

Sources: border colour models after Zhang et al., "Minimum Barrier Salient Object Detection at 80 FPS" (2015); surrounded
regions after Zhang and Sclaroff, "Saliency Detection: A Boolean Map Approach" (2013); colour rarity after Achanta et
al., "Frequency-tuned Salient Region Detection" (2009); centre against surround after Itti et al. (1998).
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.model import Box

Plane = NDArray[np.float32]

LONG_SIDE_PX = 96
LEAST_SIDE_PX = 8
LEVELS = 7  # thresholds a channel, for the surrounded regions


def small_copy(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(H, W, 3) uint8, at most 96 px long and at least 8 px on each side."""
    scale = LONG_SIDE_PX / max(rgb.shape[:2])
    width, height = (max(LEAST_SIDE_PX, round(side * scale)) for side in rgb.shape[1::-1])
    small: NDArray[np.uint8] = cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA)
    return small


def all_cues(small: NDArray[np.uint8], faces: Sequence[Box], hints: Sequence[Box]) -> Plane:
    """Every cue of a small copy: (H, W, K) float32, about 0..1 each.

    small: (H, W, 3) uint8 sRGB. faces, hints: boxes in pixels of the small copy.
    """
    lab = lab_of(small)
    planes = [
        *_places(lab.shape[0], lab.shape[1]),
        *(lab[..., i] for i in range(3)),
        _saturation(small),
        *_border_contrasts(lab),
        *_surrounded(small),
        _rarity(lab),
        *_centre_surround(lab),
        *_texture(lab[..., 0]),
        _people(lab.shape[:2], faces),
        _people(lab.shape[:2], [*faces, *hints]),
    ]
    return np.stack(planes, axis=-1).astype(np.float32, copy=False)


def lab_of(rgb: NDArray[np.uint8]) -> Plane:
    """(H, W, 3) float32 CIELAB, D65, divided by 100."""
    lab: Plane = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2Lab) / 100
    return lab


def stretched(plane: Plane) -> Plane:
    """The same plane from 0 to 1; a flat one becomes 0."""
    low, high = float(plane.min()), float(plane.max())
    return (plane - low) / (high - low) if high - low > 1e-6 else np.zeros_like(plane)


def blurred(plane: Plane, share: float) -> Plane:
    """Gaussian blur with a sigma of that share of the longer side."""
    sigma = share * max(plane.shape[:2])
    soft: Plane = cv2.GaussianBlur(plane, (0, 0), sigma, borderType=cv2.BORDER_REFLECT)
    return soft


def _places(rows: int, cols: int) -> tuple[Plane, Plane, Plane, Plane]:
    """Distance from the middle across, height (both -1..1), nearness to the middle, nearness to the picture's edge."""
    y = np.linspace(-1, 1, rows, dtype=np.float32)[:, None] * np.ones((1, cols), np.float32)
    x = np.abs(np.linspace(-1, 1, cols, dtype=np.float32))[None, :] * np.ones((rows, 1), np.float32)
    edge = np.maximum(x, np.abs(y))
    return x, y, np.exp(-2.0 * (x * x + y * y)), edge**4


def _saturation(small: NDArray[np.uint8]) -> Plane:
    red, green, blue = cv2.split(small)
    spread = cv2.subtract(cv2.max(cv2.max(red, green), blue), cv2.min(cv2.min(red, green), blue))
    return np.asarray(spread.astype(np.float32) / 255, np.float32)


def _border_contrasts(lab: Plane) -> tuple[Plane, ...]:
    """Distance of each colour from those along each border (Mahalanobis): nearest, second, both sides, bottom and top."""
    band = max(1, round(0.08 * min(lab.shape[:2])))
    left, right, top, bottom = (
        _distance_from(lab, strip.reshape(-1, 3)) for strip in (lab[:, :band], lab[:, -band:], lab[:band], lab[-band:])
    )
    near, far = np.minimum(left, right), np.maximum(left, right)
    low, high = np.minimum(top, bottom), np.maximum(top, bottom)
    middle = np.maximum(near, low), np.minimum(far, high)  # of the four, the second and third, in either order
    sides = np.asarray((left + right) / 2, np.float32)
    return np.minimum(near, low), np.minimum(*middle), np.maximum(*middle), sides, top, bottom


def _distance_from(lab: Plane, colours: Plane) -> Plane:
    """0 like these colours .. 1 unlike any of them."""
    mean = colours.mean(axis=0)
    spread = np.asarray(np.cov(colours.T) + np.eye(3) * 0.004, np.float32)
    # A matrix whose product with itself is the inverse: distances are then lengths, which OpenCV measures fast.
    whitened = cv2.transform(lab - mean, np.linalg.cholesky(np.linalg.inv(spread)).T)
    return np.asarray(1.0 - np.exp(_length(whitened) / -4), np.float32)


def _length(vectors: Plane) -> Plane:
    """(H, W, 3) to (H, W)."""
    squared = cv2.reduce((vectors * vectors).reshape(-1, 3), 1, cv2.REDUCE_SUM)
    length: Plane = cv2.sqrt(squared).reshape(vectors.shape[:2])
    return length


def _surrounded(small: NDArray[np.uint8]) -> tuple[Plane, Plane]:
    """How often a cell lies in a region of one brightness or hue that does not reach the border.

    The second plane lets regions reach the bottom, where people and held things do. Taken at half the size: it is by far
    the dearest cue, and regions are large.
    """
    rows, cols = small.shape[:2]
    half = cv2.resize(small, ((cols + 1) // 2, (rows + 1) // 2), interpolation=cv2.INTER_AREA)
    lab8 = cv2.cvtColor(half, cv2.COLOR_RGB2LAB)
    free = np.zeros(lab8.shape[:2], np.float32)
    standing = np.zeros(lab8.shape[:2], np.float32)
    for index in range(3):
        channel = cv2.medianBlur(np.ascontiguousarray(lab8[..., index]), 3)
        low, high = int(channel.min()), int(channel.max())
        for level in np.linspace(low, high, LEVELS + 2)[1:-1]:
            above = (channel > level).astype(np.uint8)
            for region in (above, 1 - above):
                _add_islands(region, free, standing)
    return _enlarged(stretched(free), cols, rows), _enlarged(stretched(standing), cols, rows)


def _enlarged(plane: Plane, cols: int, rows: int) -> Plane:
    large: Plane = cv2.resize(plane, (cols, rows), interpolation=cv2.INTER_LINEAR)
    return large


def _add_islands(region: NDArray[np.uint8], free: Plane, standing: Plane) -> None:
    """Add the parts of a region that touch no border, or none but the bottom one."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(region, connectivity=4)
    rows, cols = region.shape
    left, top, width, height = (stats[:, i] for i in range(4))
    stands = (left > 0) & (top > 0) & (left + width < cols) & (width < 0.9 * cols)
    stands[0] = False  # what is not in the region
    floats = stands & (top + height < rows)
    free += floats[labels]
    standing += stands[labels]


def _rarity(lab: Plane) -> Plane:
    """Distance of a slightly blurred colour from the picture's mean colour."""
    return stretched(_length(blurred(lab, 0.02) - lab.mean(axis=(0, 1))))


def _centre_surround(lab: Plane) -> tuple[Plane, ...]:
    """How much a neighbourhood differs from the one around it, fine to coarse."""
    fine, middle, coarse, all_around = (blurred(lab, share) for share in (0.015, 0.05, 0.12, 0.3))
    pairs = ((fine, middle), (fine, coarse), (middle, coarse), (middle, all_around))
    return tuple(_length(a - b) * 2 for a, b in pairs)


def _texture(light: Plane) -> tuple[Plane, Plane, Plane]:
    """Edge strength nearby, further around, and against the picture's mean: what is sharp in front of a soft background."""
    across, down = cv2.Sobel(light, cv2.CV_32F, 1, 0), cv2.Sobel(light, cv2.CV_32F, 0, 1)
    strength = cv2.magnitude(across, down)
    near, around = blurred(strength, 0.025), blurred(strength, 0.10)
    return near, around, near / (near + float(strength.mean()) + 1e-3)


def heads(shape: tuple[int, ...], faces: Sequence[Box]) -> Plane:
    """1 where a head with its hair is, 0 elsewhere, with soft edges."""
    plane = np.zeros(shape, np.float32)
    for box in faces:
        middle = round(box.x + 0.5 * box.w), round(box.y + 0.4 * box.h)
        reach = max(1, round(0.6 * box.w)), max(1, round(0.7 * box.h))
        cv2.ellipse(plane, middle, reach, 0, 0, 360, 1.0, cv2.FILLED)
    return blurred(plane, 0.01)


def _people(shape: tuple[int, ...], faces: Sequence[Box]) -> Plane:
    """Heads, and the bodies that go with them, as soft shapes."""
    plane = np.zeros(shape, np.float32)
    for box in faces:
        x, y = box.centre
        head = (round(x), round(y)), (max(1, round(0.75 * box.w)), max(1, round(0.8 * box.h)))
        body = (round(x), round(y + 2.9 * box.h)), (max(1, round(1.5 * box.w)), max(1, round(2.4 * box.h)))
        cv2.ellipse(plane, body[0], body[1], 0, 0, 360, 0.6, cv2.FILLED)
        cv2.ellipse(plane, head[0], head[1], 0, 0, 360, 1.0, cv2.FILLED)
    return blurred(plane, 0.02)
