"""Pictures made of two, for teaching the subject head: the thing of one photo laid into another, where it is known exactly.

"Simple Copy-Paste is a Strong Data Augmentation Method" (Ghiasi et al., CVPR 2021). The things are cut out by the
teacher's own map where it is sure of one; what lies behind is a photo of which the teacher makes little, or one out of
focus, or a plain ground.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Rgb8 = NDArray[np.uint8]
Floats = NDArray[np.float32]

SURE = 0.9  # of a thing's own cells, their mean; outside it at most UNSURE
UNSURE = 0.06
THING_AREA = (0.03, 0.5)
PLAIN, HEAP = 0.15, 0.35  # of the grounds
HEAPED = (0.12, 0.3)  # size of the things of a heap, of the ground's shorter side
SHARP = 0.4  # of the photos behind stay in focus
BEHIND = 0.35  # what the teacher says of the photo behind counts this much
LONG_SIDE_PX = 500


@dataclass(frozen=True)
class Cut:
    """A thing cut out: (H, W, 3) and its soft cover (H, W), 0..1, both cut to it."""

    rgb: Rgb8
    cover: Floats


def cut_out(rgb: Rgb8, told: Floats) -> Cut | None:
    """The one thing the teacher is sure of in a photo; None where it is not."""
    height, width = rgb.shape[:2]
    cover = cv2.resize(told.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    core = (cover > 0.5).astype(np.uint8)
    area = float(core.mean())
    if not THING_AREA[0] <= area <= THING_AREA[1]:
        return None
    _, labels, stats, _ = cv2.connectedComponentsWithStats(core)
    thing = labels == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    if cover[thing].mean() < SURE or cover[core == 0].mean() > UNSURE or thing.sum() < 0.8 * core.sum():
        return None
    near = cv2.dilate(thing.astype(np.uint8), np.ones((9, 9), np.uint8))
    soft = np.clip((np.clip(cover, 0, 1) - 0.3) / 0.4, 0, 1) * near
    ys, xs = np.nonzero(soft > 0.02)
    part = np.s_[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]
    return Cut(np.ascontiguousarray(rgb[part]), np.ascontiguousarray(soft[part], np.float32))


def laid_pictures(
    photos: Sequence[tuple[Rgb8, Floats]], count: int, rng: np.random.Generator
) -> Iterator[tuple[Rgb8, Floats]]:
    """`count` pictures and where their things are: (96, 96) float32, 0..1."""
    things = [cut for rgb, told in photos if (cut := cut_out(rgb, told)) is not None]
    quiet = [pair for pair in photos if float(pair[1].mean()) < 0.12]
    for _ in range(count):
        thing = things[rng.integers(len(things))]
        if rng.random() < HEAP:
            ground, known = _heap(things[rng.integers(len(things))], _ground(quiet, rng)[0], rng)
        else:
            ground, known = _ground(quiet, rng)
        yield _laid(ground, known, thing, rng)


def _heap(thing: Cut, ground: Rgb8, rng: np.random.Generator) -> tuple[Rgb8, Floats]:
    """Many of one thing, as on a market stall: none of them is what the picture is about."""
    height, width = ground.shape[:2]
    out = ground.copy()
    size = rng.uniform(*HEAPED) * min(height, width)
    turned = [_turned(thing, size * rng.uniform(0.8, 1.2), rng.uniform(-60, 60)) for _ in range(6)]
    for y in np.arange(-0.5 * size, height, 0.7 * size):
        for x in np.arange(-0.5 * size, width, 0.7 * size):
            left, top = (round(at + rng.uniform(-0.2, 0.2) * size) for at in (x, y))
            rgb, cover = turned[rng.integers(len(turned))]
            x0, y0 = max(left, 0), max(top, 0)
            x1, y1 = min(left + cover.shape[1], width), min(top + cover.shape[0], height)
            if x1 > x0 and y1 > y0:
                part = np.s_[y0 - top : y1 - top, x0 - left : x1 - left]
                np.copyto(out[y0:y1, x0:x1], rgb[part], where=(cover[part] > 0.5)[..., None])
    if rng.random() > SHARP:
        out = cv2.GaussianBlur(out, (0, 0), rng.uniform(0.5, 3))
    return out, np.zeros((96, 96), np.float32)


def _turned(thing: Cut, size_px: float, degrees: float) -> tuple[Rgb8, Floats]:
    """A thing that large, turned, in the middle of a square that holds it."""
    height, width = thing.cover.shape
    side = int(np.ceil(1.5 * size_px))
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, size_px / max(height, width))
    turn[:, 2] += side / 2 - np.array([width, height]) / 2
    return cv2.warpAffine(thing.rgb, turn, (side, side)), cv2.warpAffine(thing.cover, turn, (side, side))


def _ground(quiet: Sequence[tuple[Rgb8, Floats]], rng: np.random.Generator) -> tuple[Rgb8, Floats]:
    """What lies behind, of varied proportions, and what of it the teacher thinks worth seeing."""
    ratio = np.exp(rng.uniform(np.log(0.55), np.log(1.8)))
    width, height = (
        (LONG_SIDE_PX, round(LONG_SIDE_PX / ratio)) if ratio > 1 else (round(LONG_SIDE_PX * ratio), LONG_SIDE_PX)
    )
    if rng.random() < PLAIN:
        base = rng.uniform(15, 250) + rng.uniform(-30, 30, 3)
        slope = np.linspace(-1, 1, width)[None, :, None] * rng.uniform(-30, 30)
        slope = slope + np.linspace(-1, 1, height)[:, None, None] * rng.uniform(-30, 30)
        noisy = base + slope + rng.normal(0, 2, (height, width, 3))
        return np.clip(noisy, 0, 255).astype(np.uint8), np.zeros((96, 96), np.float32)
    rgb, told = quiet[rng.integers(len(quiet))]
    known = told.astype(np.float32)
    if rng.random() < 0.5:
        rgb, known = rgb[:, ::-1], known[:, ::-1]
    rgb = cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA)
    if rng.random() > SHARP:
        sigma = rng.uniform(1, 8)
        rgb, known = cv2.GaussianBlur(rgb, (0, 0), sigma), known * np.float32(max(0.0, 1 - sigma / 4))
    return rgb, np.ascontiguousarray(known) * np.float32(BEHIND)


def _laid(ground: Rgb8, known: Floats, thing: Cut, rng: np.random.Generator) -> tuple[Rgb8, Floats]:
    """The thing somewhere on the ground, at times over its edge, mirrored half the time."""
    height, width = ground.shape[:2]
    scale = rng.uniform(0.25, 0.85) * min(height, width) / max(thing.cover.shape)
    size = tuple(max(6, round(side * scale)) for side in thing.cover.shape[::-1])
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    rgb, cover = cv2.resize(thing.rgb, size, interpolation=how), cv2.resize(thing.cover, size, interpolation=how)
    if rng.random() < 0.5:
        rgb, cover = rgb[:, ::-1], cover[:, ::-1]
    over = rng.random() < 0.15
    room = [round(0.15 * side) if over else 0 for side in size]
    x = int(rng.integers(-room[0], max(1, width - size[0] + room[0] + 1)))
    y = int(rng.integers(-room[1], max(1, height - size[1] + room[1] + 1)))
    left, top, right, bottom = max(x, 0), max(y, 0), min(x + size[0], width), min(y + size[1], height)
    share = cover[top - y : bottom - y, left - x : right - x, None]
    out, where = ground.copy(), np.zeros((height, width), np.float32)
    under = out[top:bottom, left:right]
    out[top:bottom, left:right] = np.rint(
        under + share * (rgb[top - y : bottom - y, left - x : right - x] - under.astype(np.float32))
    )
    where[top:bottom, left:right] = share[..., 0]
    target = np.maximum(cv2.resize(where, (96, 96), interpolation=cv2.INTER_AREA), known)
    return out, np.clip(target, 0, 1)
