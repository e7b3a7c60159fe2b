"""Do two photos show the same thing from the same place: takes of a burst, copies resized, re-saved or slightly re-framed?

A photo's `Print` is taken once, on a small copy. Two prints are compared in three steps, each only where the one before
agrees: colours (a histogram), corners (ORB: Rublee et al., "ORB: an efficient alternative to SIFT or SURF", ICCV 2011;
the shift, turn and scale between the two by RANSAC), and then, one laid over the other, the picture itself, block by block.
The last step is what tells two products on one shelf apart: the shelf agrees, but a patch of blocks on the product does
not, not even moved a little, as a hand or a head between two takes would be.

Limits: mirror images are different photos; more than a third of re-framing is another photo; a blank wall has no print.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.look.together import Together

EDGE_PX = 512
"""Long side on which corners are looked for."""
SMALL_PX = 192
"""Long side on which pictures are laid over each other."""
CORNERS = 500
BLOCK_PX = 12

_NEAR_ENOUGH = 0.45  # colours: histogram intersection
_LEAST_INLIERS = 12
_LEAST_SHARE = 0.2
_LEAST_OVERLAP = 0.6
_TEXTURE = 3.0  # standard deviation of a block that has something in it, levels
_LEAST_BLOCKS = 12
_SAME_BLOCK = 0.6  # correlation
_MOVED_BLOCK = 0.8  # the same for a piece of twice the size that is looked for nearby
_MOVED_PX = 16
_OTHER_PATCH = 0.045  # of the picture: connected blocks that are in one and not in the other make it another photo
_PLAIN_LEVELS = 4.0
TWINS = 0.5
"""The likeness from which on two photos are takes of one."""

Rgb8 = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Print:
    """What two photos are compared by. size: (width, height) of the copy that `corners` are in the pixels of.

    colours: (64,) float32 shares; corners: (n, 2) float32; marks: (n, 32) uint8 ORB descriptors; grey: (h, w) uint8.
    """

    size: tuple[int, int]
    colours: NDArray[np.float32]
    corners: NDArray[np.float32]
    marks: NDArray[np.uint8]
    grey: NDArray[np.uint8]


def take_print(rgb: Rgb8) -> Print:
    """The print of a picture, (H, W, 3) uint8 sRGB of any size. About 12 ms at 1 MP."""
    small = _within(rgb, EDGE_PX)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    orb = cv2.ORB_create(nfeatures=CORNERS, scaleFactor=1.3, nlevels=6, fastThreshold=8)
    found, marks = orb.detectAndCompute(_evened(grey), None)
    tiny = _within(small, SMALL_PX)
    return Print(
        size=(small.shape[1], small.shape[0]),
        colours=_histogram(tiny),
        corners=np.array([point.pt for point in found], np.float32).reshape(-1, 2),
        marks=np.zeros((0, 32), np.uint8) if marks is None else np.asarray(marks, np.uint8),
        grey=np.asarray(cv2.cvtColor(tiny, cv2.COLOR_RGB2GRAY), np.uint8),
    )


def likeness(first: Print, second: Print) -> float:
    """0..1: the share of the picture that is the same once one is laid over the other; 0 where it cannot be."""
    if float(np.minimum(first.colours, second.colours).sum()) < _NEAR_ENOUGH:
        return 0.0
    laid = _laid_over(first, second)
    if laid is None:
        return _as_they_are(first.grey, second.grey)
    return _agreement(first.grey, *laid)


def groups(prints: Sequence[Print], clocks: Sequence[float | None], *, apart_s: float) -> list[list[int]]:
    """Indices of the photos that are takes of one, groups of two and more, each in the given order.

    clocks: when each was taken, in seconds, None where it is not known. Two whose times are known and further apart than
    `apart_s` are not takes of one.
    """
    together = Together(len(prints))
    for i, j in _candidates(prints, clocks, apart_s):
        if together.leader(i) != together.leader(j) and likeness(prints[i], prints[j]) >= TWINS:
            together.join(i, j)
    return [members for members in together.sets() if len(members) > 1]


def _candidates(prints: Sequence[Print], clocks: Sequence[float | None], apart_s: float) -> Iterator[tuple[int, int]]:
    """Pairs that are near in time and in colour; the colours of one photo against all later ones at once."""
    if not prints:
        return
    colours = np.stack([one.colours for one in prints])
    times = np.array([np.nan if clock is None else clock for clock in clocks])
    for i in range(len(prints) - 1):
        alike = np.minimum(colours[i], colours[i + 1 :]).sum(axis=1) >= _NEAR_ENOUGH
        far = np.abs(times[i] - times[i + 1 :]) > apart_s  # False where a time is not known
        yield from ((i, int(j) + i + 1) for j in np.flatnonzero(alike & ~far))


def packed(one: Print) -> dict[str, object]:
    """A print as JSON, about 40 kB."""
    png = cv2.imencode(".png", one.grey)[1].tobytes()
    arrays = {
        "colours": one.colours.tobytes(),
        "corners": one.corners.tobytes(),
        "marks": one.marks.tobytes(),
        "grey": png,
    }
    return {"size": list(one.size), **{key: base64.b64encode(raw).decode("ascii") for key, raw in arrays.items()}}


def unpacked(data: Mapping[str, Any]) -> Print:
    """The inverse of `packed`."""
    raw = {key: base64.b64decode(data[key]) for key in ("colours", "corners", "marks", "grey")}
    return Print(
        size=(int(data["size"][0]), int(data["size"][1])),
        colours=np.frombuffer(raw["colours"], np.float32),
        corners=np.frombuffer(raw["corners"], np.float32).reshape(-1, 2),
        marks=np.frombuffer(raw["marks"], np.uint8).reshape(-1, 32),
        grey=np.asarray(cv2.imdecode(np.frombuffer(raw["grey"], np.uint8), cv2.IMREAD_GRAYSCALE), np.uint8),
    )


def _within(rgb: Rgb8, edge_px: int) -> Rgb8:
    scale = min(1.0, edge_px / max(rgb.shape[:2]))
    size = (max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale)))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)


def _evened(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Local contrast evened out, so that a darker take has the same corners."""
    return np.asarray(cv2.createCLAHE(2.0, (4, 4)).apply(grey), np.uint8)


def _histogram(rgb: Rgb8) -> NDArray[np.float32]:
    """Shares of 64 colours at a common brightness: a darker take has the same."""
    blurred = cv2.GaussianBlur(rgb, (5, 5), 0)
    lit = cv2.convertScaleAbs(blurred, alpha=110.0 / max(8.0, float(blurred.mean())))
    table = cv2.calcHist([lit], [0, 1, 2], None, [4, 4, 4], [0, 256, 0, 256, 0, 256])
    shares: NDArray[np.float32] = (table / max(1.0, float(table.sum()))).astype(np.float32).reshape(-1)
    return shares


def _as_they_are(grey: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """1 where two pictures without enough corners are the same level for level, once they are of one size; else 0."""
    if abs(np.log((grey.shape[1] / grey.shape[0]) / (other.shape[1] / other.shape[0]))) > 0.03:
        return 0.0
    same_size = cv2.resize(other, (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_AREA)
    apart = cv2.absdiff(cv2.GaussianBlur(grey, (5, 5), 0), cv2.GaussianBlur(same_size, (5, 5), 0))
    return float(np.percentile(apart, 99) < _PLAIN_LEVELS)


def _laid_over(first: Print, second: Print) -> tuple[NDArray[np.uint8], NDArray[np.uint8]] | None:
    """The second's grey copy in the first's place, and where it covers it; None where the corners do not fit."""
    if len(first.marks) < _LEAST_INLIERS or len(second.marks) < _LEAST_INLIERS:
        return None
    pairs = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(second.marks, first.marks, k=2)
    sure = [pair[0] for pair in pairs if len(pair) == 2 and pair[0].distance < 0.8 * pair[1].distance]
    if len(sure) < _LEAST_INLIERS:
        return None
    source = np.array([second.corners[m.queryIdx] for m in sure], np.float32)
    target = np.array([first.corners[m.trainIdx] for m in sure], np.float32)
    matrix, inside = cv2.estimateAffinePartial2D(source, target, method=cv2.RANSAC, ransacReprojThreshold=4.0)
    if matrix is None or int(inside.sum()) < max(_LEAST_INLIERS, _LEAST_SHARE * len(sure)):
        return None
    height, width = first.grey.shape
    down, up = width / first.size[0], second.size[0] / second.grey.shape[1]
    small = matrix.copy()
    small[:, :2] *= up * down
    small[:, 2] *= down
    laid = cv2.warpAffine(second.grey, small, (width, height), flags=cv2.INTER_AREA)
    cover = cv2.warpAffine(np.full_like(second.grey, 255), small, (width, height), flags=cv2.INTER_NEAREST)
    shown = abs(float(np.linalg.det(small[:, :2]))) * second.grey.size  # what the second would cover without the frame
    covered = float((cover > 0).sum())
    if covered < _LEAST_OVERLAP * max(first.grey.size, shown):
        return None
    return np.asarray(laid, np.uint8), np.asarray(cover, np.uint8)


def _agreement(grey: NDArray[np.uint8], laid: NDArray[np.uint8], cover: NDArray[np.uint8]) -> float:
    """The share of blocks with texture in either that correlate."""
    box = (BLOCK_PX, BLOCK_PX)
    one, other = (cv2.GaussianBlur(g, (3, 3), 0).astype(np.float32) for g in (grey, laid))
    mean_one, mean_other = cv2.blur(one, box), cv2.blur(other, box)
    var_one = np.maximum(cv2.blur(one * one, box) - mean_one**2, 0)
    var_other = np.maximum(cv2.blur(other * other, box) - mean_other**2, 0)
    shared = cv2.blur(one * other, box) - mean_one * mean_other
    half = BLOCK_PX // 2
    inside = cv2.erode(cover, np.ones((BLOCK_PX + 1, BLOCK_PX + 1), np.uint8), borderValue=255) > 0
    at = np.s_[half::half, half::half]
    textured = (np.maximum(var_one, var_other) > _TEXTURE**2) & inside
    if int(textured[at].sum()) < _LEAST_BLOCKS:
        return 0.0
    correlation = shared / np.sqrt(var_one * var_other + 1.0)
    rows, columns = np.nonzero(textured[at])
    same = correlation[at] > _SAME_BLOCK
    other_there = np.zeros(same.shape, np.uint8)
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        if not same[row, column]:
            moved = _is_nearby(one, other, half + row * half, half + column * half)
            same[row, column] = moved
            other_there[row, column] = not moved
    if _largest_patch(other_there) > _OTHER_PATCH * other_there.size:
        return 0.0
    return float(same[textured[at]].mean())


def _is_nearby(one: NDArray[np.float32], other: NDArray[np.float32], y: int, x: int) -> bool:
    """The block around (x, y) of one picture is somewhere near in the other, and the other's in the first."""
    return _finds(one, other, y, x) and _finds(other, one, y, x)


def _finds(one: NDArray[np.float32], other: NDArray[np.float32], y: int, x: int) -> bool:
    half = BLOCK_PX
    block = one[max(0, y - half) : y + half, max(0, x - half) : x + half]
    if float(block.std()) < _TEXTURE:
        return False
    reach = half + _MOVED_PX
    around = other[max(0, y - reach) : y + reach, max(0, x - reach) : x + reach]
    if around.shape[0] < block.shape[0] or around.shape[1] < block.shape[1]:
        return False
    return float(cv2.matchTemplate(around, block, cv2.TM_CCOEFF_NORMED).max()) > _MOVED_BLOCK


def _largest_patch(marked: NDArray[np.uint8]) -> int:
    count, _, facts, _ = cv2.connectedComponentsWithStats(marked, connectivity=8)
    return int(facts[1:, cv2.CC_STAT_AREA].max()) if count > 1 else 0
