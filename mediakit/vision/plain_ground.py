"""What stands on a plain ground: lettering on a card, a product on paper, a logo on a wall.

Where a picture's border is one even or evenly shaded colour, what differs from it is there on purpose, however thin or
pale it is; a map of what stands out sees the strokes of letters badly. The ground is a quadratic surface fitted to the
border in CIELAB, again and again without what lies off it (iterated trimming, as in least trimmed squares, Rousseeuw 1984).
Where lines, a band or a panel's margin lie along all four sides, the ground is read inside them. About 2 ms a photo.

Limits: a patterned or cluttered ground is none. What touches more than a third of the border, or reaches
from side to side, is a scene, not a thing.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.vision.cues import Plane, lab_of

LONG_SIDE_PX = 240
BAND = 0.03  # of the longer side: what counts as border
PLAIN_SHARE = 0.66  # of the border lies on the ground
OFF_GROUND = 0.05  # CIELAB distance / 100 from which on something is no ground
CLEARLY_OFF = 0.1  # what is there on purpose differs by this much somewhere
UNEVEN = 0.02  # the ground's own distance from the fit, root mean square: paper, a wall, a soft shadow
NIGHT, DRAWN = 0.15, 0.003  # a ground darker (L* / 100) than the first is night, unless it is as even as a drawn one
LEAST_CONTENT, MOST_CONTENT = 0.003, 0.6  # of the picture
FILLED = 0.1  # of the box around it all: things strewn over a wall are no thing
SPECK = 0.005  # of the content; less is dust
FRAMING, LINE_FILLED = 0.8, 0.15  # a line around the card is this much of both sides long, and so little of its box
MOST_BANDS = 4  # a frame is at most so many borders deep
ALONG_PX, SAME, EVEN_SHARE = 6, 0.025, 0.85  # of a frame's points so many are as those 6 px further along it
JOINED_PX = (9, 17)  # rows, columns: gaps within lettering and between its lines
EVERY = 3  # of so many border pixels one is fitted
ROUNDS = 4


def on_plain_ground(rgb: NDArray[np.uint8]) -> Plane | None:
    """Where something stands, (h, w) float32 of 0 and 1 on a copy at most 240 px long, letters joined to lines; else None.

    rgb: (H, W, 3) uint8 sRGB at any size. None: the ground is not plain, nothing is on it, or it is full.
    """
    scale = min(1.0, LONG_SIDE_PX / max(rgb.shape[:2]))
    size = (max(8, round(rgb.shape[1] * scale)), max(8, round(rgb.shape[0] * scale)))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    found = _content(small)
    band = _band(small)
    for inset in range(band, min(MOST_BANDS * band, (min(size) - 8) // 2) + 1, band):
        if found is not None or not _framed(small, inset):
            break
        inner = _content(np.ascontiguousarray(small[inset:-inset, inset:-inset]))
        found = None if inner is None else np.pad(inner, inset)
    return found


def _content(small: NDArray[np.uint8]) -> Plane | None:
    """What stands on the ground that the border of `small` shows, if that is plain and the content a thing."""
    surface = _surface(*small.shape[:2])
    ground = _ground(small, surface)
    if ground is None:
        return None
    off = _lengths(lab_of(small) - surface @ ground)
    content = _without_specks(off)
    share = float(content.mean())
    if not LEAST_CONTENT <= share <= MOST_CONTENT:
        return None
    rows, cols = np.flatnonzero(content.any(axis=1)), np.flatnonzero(content.any(axis=0))
    if cols[0] == 0 and cols[-1] == small.shape[1] - 1:  # from one side to the other: a horizon, a shelf
        return None
    box = content[rows[0] : rows[-1] + 1, cols[0] : cols[-1] + 1]
    return content.astype(np.float32) if box.mean() >= FILLED else None


def _band(small: NDArray[np.uint8]) -> int:
    """How deep the border is, px."""
    longer_px: int = max(small.shape[:2])
    return max(2, round(BAND * longer_px))


def _framed(small: NDArray[np.uint8], inset: int) -> bool:
    """Whether all four sides, this deep, go on evenly along themselves: lines, a band, a margin."""
    strips = (small[:inset], small[-inset:], small[:, :inset].swapaxes(0, 1), small[:, -inset:].swapaxes(0, 1))
    for strip in strips:
        lab = lab_of(np.ascontiguousarray(strip[:, inset:-inset]))
        if (_lengths(lab[:, ALONG_PX:] - lab[:, :-ALONG_PX]) < SAME).mean() < EVEN_SHARE:
            return False
    return True


def _without_specks(off: Plane) -> NDArray[np.bool_]:
    """What is clearly off the ground, letters joined to lines, dust left out."""
    there = _without_frame((off > OFF_GROUND).astype(np.uint8))
    near = cv2.morphologyEx(there, cv2.MORPH_CLOSE, np.ones(JOINED_PX, np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(near, connectivity=8)
    clear = np.bincount(labels.ravel(), weights=(off > CLEARLY_OFF).ravel(), minlength=count) > 0
    kept = clear & (stats[:, cv2.CC_STAT_AREA] >= max(4.0, SPECK * float(near.sum())))
    kept[0] = False
    joined: NDArray[np.bool_] = kept[labels]
    return joined


def _without_frame(there: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """What is there but for a line drawn around the whole card: that is no thing, what it surrounds is."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(there, connectivity=8)
    _, _, width, height, area = stats.T
    around = (width >= FRAMING * there.shape[1]) & (height >= FRAMING * there.shape[0])
    around &= area < LINE_FILLED * width * height
    around[0] = False  # the ground itself
    return np.where(around[labels], np.uint8(0), there)


def _ground(small: NDArray[np.uint8], surface: Plane) -> Plane | None:
    """The ground's surface, (6, 3) coefficients of CIELAB / 100; None where the border is not plain, or is a night."""
    height, width = small.shape[:2]
    band = _band(small)
    border = np.ones((height, width), np.bool_)
    border[band:-band, band:-band] = False
    at, colours = surface[border][::EVERY], lab_of(small[border][::EVERY][None])[0]
    kept = np.ones(len(at), np.bool_)
    for _ in range(ROUNDS):
        known = at[kept]
        fitted = np.linalg.solve(known.T @ known + 1e-3 * np.eye(known.shape[1]), known.T @ colours[kept])
        off = _lengths(colours - at @ fitted)
        kept = off <= max(OFF_GROUND, float(np.median(off)))
    rough = float(np.sqrt(np.square(off[kept]).mean()))
    if kept.mean() < PLAIN_SHARE or rough > UNEVEN:
        return None
    if float(np.median(colours[kept][:, 0])) < NIGHT and rough > DRAWN:
        return None
    return fitted.astype(np.float32)


def _lengths(vectors: Plane) -> Plane:
    """(..., 3) to (...)."""
    length: Plane = np.sqrt(np.einsum("...i,...i->...", vectors, vectors))
    return length


@lru_cache(maxsize=8)
def _surface(height: int, width: int) -> Plane:
    """1, x, y, xx, xy, yy for every pixel, (h, w, 6), x and y from -1 to 1."""
    y, x = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1).astype(np.float32)
