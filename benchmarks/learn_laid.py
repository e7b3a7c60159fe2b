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
PLAIN, HEAP, SHELF = 0.12, 0.25, 0.3  # of the grounds
HEAPED = (0.12, 0.3)  # size of the things of a heap, of the ground's shorter side
PATCH = 0.25  # of the things: any part of a photo, in a round or square shape
SAME = 0.2  # of the things before a heap or shelf: one of them, held nearer
HAND = 0.3  # of the things are held by one
IN_HAND = 0.4  # what a hand counts for
SKIN = (110.0, 70.0, 50.0), (245.0, 210.0, 185.0)  # darkest and lightest, sRGB
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
        thing, ground, known = _thing(things, photos, rng), *_ground(quiet, rng)
        kind = rng.random()
        if kind < HEAP + SHELF:
            many = _thing(things, photos, rng) if kind < HEAP else _patch(photos, rng)
            ground = _heap(many, ground, rng) if kind < HEAP else _shelf(many, ground, rng)
            known = np.zeros_like(known)
            thing = many if rng.random() < SAME else thing
        yield _laid(ground, known, thing, rng)


def _thing(things: Sequence[Cut], photos: Sequence[tuple[Rgb8, Floats]], rng: np.random.Generator) -> Cut:
    return _patch(photos, rng) if rng.random() < PATCH else things[rng.integers(len(things))]


def _patch(photos: Sequence[tuple[Rgb8, Floats]], rng: np.random.Generator) -> Cut:
    """Any part of any photo, cut out as a box with round corners or as an ellipse, its colours changed at times."""
    rgb = photos[rng.integers(len(photos))][0]
    height, width = (int(side * rng.uniform(0.2, 0.7)) for side in rgb.shape[:2])
    y, x = int(rng.integers(rgb.shape[0] - height + 1)), int(rng.integers(rgb.shape[1] - width + 1))
    part = rgb[y : y + height, x : x + width].astype(np.float32)
    if rng.random() < 0.5:
        part = part * rng.uniform(0.3, 1.0) + rng.uniform(0, 255, 3) * rng.uniform(0.2, 0.7)
    cover = np.zeros((height, width), np.float32)
    if rng.random() < 0.3:
        cv2.ellipse(cover, (width // 2, height // 2), (width // 2 - 1, height // 2 - 1), 0, 0, 360, 1.0, cv2.FILLED)
    else:
        inset = max(1, int(min(height, width) * rng.uniform(0.02, 0.25)))
        cover[inset:-inset, inset:-inset] = 1
        cover = cv2.dilate(cover, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * inset + 1,) * 2))
    return Cut(np.clip(part, 0, 255).astype(np.uint8), cover)


def _heap(thing: Cut, ground: Rgb8, rng: np.random.Generator) -> Rgb8:
    """Many of one thing, as on a market stall: none of them is what the picture is about."""
    height, width = ground.shape[:2]
    out = ground.copy()
    size = rng.uniform(*HEAPED) * min(height, width)
    turned = [_turned(thing, size * rng.uniform(0.8, 1.2), rng.uniform(-60, 60)) for _ in range(6)]
    for y in np.arange(-0.5 * size, height, 0.7 * size):
        for x in np.arange(-0.5 * size, width, 0.7 * size):
            left, top = (round(at + rng.uniform(-0.2, 0.2) * size) for at in (x, y))
            _put(out, turned[rng.integers(len(turned))], left, top)
    return _behind(out, rng)


def _shelf(thing: Cut, ground: Rgb8, rng: np.random.Generator) -> Rgb8:
    """Rows of one thing, or of a few, side by side."""
    height, width = ground.shape[:2]
    out = cv2.convertScaleAbs(ground, alpha=rng.uniform(0.4, 1.0))
    size = rng.uniform(0.15, 0.45) * min(height, width)
    scale = size / max(thing.cover.shape)
    goal = tuple(max(4, round(side * scale)) for side in thing.cover.shape[::-1])
    rgb, cover = (cv2.resize(plane, goal, interpolation=cv2.INTER_AREA) for plane in (thing.rgb, thing.cover))
    gap = rng.uniform(0.0, 0.2) * goal[0]
    for y in np.arange(-rng.random() * goal[1], height, goal[1] * rng.uniform(1.0, 1.5)):
        for x in np.arange(-rng.random() * goal[0], width, goal[0] + gap):
            _put(out, (rgb, cover), round(x), round(y))
    return _behind(out, rng)


def _put(out: Rgb8, thing: tuple[Rgb8, Floats], left: int, top: int) -> None:
    """Lay one thing down in place, as far as it lies in the picture."""
    (rgb, cover), (height, width) = thing, out.shape[:2]
    x0, y0 = max(left, 0), max(top, 0)
    x1, y1 = min(left + cover.shape[1], width), min(top + cover.shape[0], height)
    if x1 > x0 and y1 > y0:
        part = np.s_[y0 - top : y1 - top, x0 - left : x1 - left]
        np.copyto(out[y0:y1, x0:x1], rgb[part], where=(cover[part] > 0.5)[..., None])


def _behind(ground: Rgb8, rng: np.random.Generator) -> Rgb8:
    """Out of focus, or as sharp as it was."""
    return ground if rng.random() < SHARP else cv2.GaussianBlur(ground, (0, 0), rng.uniform(0.5, 4))


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
    """The thing somewhere on the ground, at times over its edge or in a hand, mirrored half the time."""
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
    out, where, hand = ground.copy(), np.zeros((height, width), np.float32), np.zeros((height, width), np.float32)
    held, skin = rng.random() < HAND, SKIN[0] + rng.random() * np.subtract(SKIN[1], SKIN[0]) + rng.normal(0, 8, 3)
    if held:
        _arm(out, hand, (x + size[0] / 2, y + size[1] / 2), min(size), skin, rng)
    under = out[top:bottom, left:right]
    out[top:bottom, left:right] = np.rint(
        under + share * (rgb[top - y : bottom - y, left - x : right - x] - under.astype(np.float32))
    )
    where[top:bottom, left:right] = share[..., 0]
    if held:
        _fingers(out, hand, (left, top, right, bottom), skin, rng)
    target = np.maximum(cv2.resize(np.maximum(where, IN_HAND * hand), (96, 96), interpolation=cv2.INTER_AREA), known)
    return out, np.clip(target, 0, 1)


def _arm(out: Rgb8, hand: Floats, to: tuple[float, float], size: float, skin: Floats, rng: np.random.Generator) -> None:
    """An arm in one colour of skin, from the bottom or a side to behind the thing."""
    height, width = out.shape[:2]
    start = (rng.uniform(0, width), height) if rng.random() < 0.6 else (rng.choice([0, width]), rng.uniform(0, height))
    way = np.linspace(0, 1, 40)[:, None] * (np.subtract(to, start)) + start
    for step, (x, y) in enumerate(way):
        radius = max(2, round(size * (0.22 + 0.12 * step / len(way))))
        cv2.circle(hand, (round(x), round(y)), radius, 1.0, cv2.FILLED)
    _shade(out, hand, skin, rng)


def _fingers(out: Rgb8, hand: Floats, box: tuple[int, int, int, int], skin: Floats, rng: np.random.Generator) -> None:
    """Two to four fingers over one side of the thing."""
    left, top, right, bottom = box
    thick = 0.09 * min(right - left, bottom - top) + 2
    fingers, from_left = np.zeros_like(hand), rng.random() < 0.5
    first, reach = rng.uniform(top, bottom), rng.uniform(0.15, 0.4) * (right - left)
    for number in range(int(rng.integers(2, 5))):
        y = round(first + 2.1 * thick * number)
        tip = left + reach if from_left else right - reach
        cv2.line(fingers, (left if from_left else right, y), (round(tip), y), 1.0, max(2, round(2 * thick)))
    _shade(out, fingers, skin, rng)
    np.maximum(hand, fingers, out=hand)


def _shade(out: Rgb8, where: Floats, skin: Floats, rng: np.random.Generator) -> None:
    """Fill a shape with skin, darker towards its edge."""
    soft = cv2.GaussianBlur(where, (0, 0), 6) * 0.5 + 0.5
    coloured = skin * soft[..., None] * rng.uniform(0.8, 1.1) + rng.normal(0, 4, out.shape)
    np.copyto(out, np.clip(coloured, 0, 255).astype(np.uint8), where=(where > 0.5)[..., None])
