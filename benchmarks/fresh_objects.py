"""Is the thing still whole, on things and grounds that nothing was tuned on? A set kept aside for the last look.

    python benchmarks/fresh_objects.py ../shared/corpus [--count 40] [--seed 31] [--sheet OUT.png]

As `placed_objects`, with other things before other grounds: packs, flowers, dishes and animals cut out of hand-boxed photos
by GrabCut (Rother, Kolmogorov and Blake, 2004), laid into street, nature and indoor photos and shelves, a third of them as
sharp as the thing; and packs on plain grounds. The subject head was taught none of these photos (each is held out of
`learn_subject`), and its thresholds were not chosen on this set: look at it to judge a change, not to make one.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from objects import truth
from PIL import Image, ImageOps
from placed_objects import SIDES, Case, Thing, laid, measure, plain

PACKS = (
    *("iqa/images/149_q92.jpg", "iqa/images/531_q92.jpg"),
    *("photos/exif/olympus-d320l.jpg", "photos/products/coffee.png"),
    *("photos/retail/Alpro-Fresh-Soy-Milk.jpg", "photos/retail/Arla-Mild-Vanilla-Yoghurt_001.jpg"),
    *("photos/retail/God-Morgon-Red-Grapefruit-Juice_001.jpg", "photos/retail/Oatly-Natural-Oatghurt.jpg"),
)
OTHERS = (
    *("iqa/images/491_q92.jpg", "iqa/images/554.JPG", "iqa/images/717.JPG", "iqa/images/765.JPG"),
    *("iqa/images/1128.JPG", "photos/crop/65171835.jpg", "photos/crop/64752859.jpg"),
)
GROUNDS = (
    *("306_q92.jpg", "165_q92.jpg", "391_q92.jpg", "122_q92.jpg", "243_q92.jpg", "331_q92.jpg", "440_q92.jpg"),
    *("473_q92.jpg", "482_q92.jpg", "583.JPG", "866.JPG", "87_q92.jpg", "964.JPG", "94_q92.jpg", "823.JPG"),
    *("990.JPG", "1047.JPG", "433_q92.jpg", "643.JPG", "937.JPG"),
)
SHELVES = ("Brown-Cap-Mushroom_004", "Orange_001", "Arla-Sour-Milk_004", "Carrots_004", "Vine-Tomato")
SHARP = 1 / 3
LONG_SIDE_PX = 500


def cases(corpus: Path, count: int, seed: int) -> Iterator[Case]:
    """`count` of each kind."""
    rng = np.random.default_rng(seed)
    packs, others = ([_cut_out(corpus, file) for file in files] for files in (PACKS, OTHERS))
    scenes = [corpus / "iqa" / "images" / name for name in GROUNDS]
    shelves = [corpus / "photos" / "retail" / f"{name}.jpg" for name in SHELVES]
    for _ in range(count):
        yield laid("pack, shelf", _scene(shelves, rng), packs[rng.integers(len(packs))], rng)
        yield laid("pack, scene", _scene(scenes, rng), packs[rng.integers(len(packs))], rng)
        yield laid("pack, plain", plain(rng), packs[rng.integers(len(packs))], rng)
        yield laid("other, scene", _scene(scenes, rng), others[rng.integers(len(others))], rng)


def _cut_out(corpus: Path, file: str) -> Thing:
    """What lies in the box drawn by hand, without the ground around it."""
    with Image.open(corpus / file) as opened:
        image = ImageOps.exif_transpose(opened).convert("RGB")
    image.thumbnail((LONG_SIDE_PX, LONG_SIDE_PX))
    rgb, (w, h) = np.asarray(image), image.size
    box = truth()[file][0]
    mask = np.zeros((h, w), np.uint8)
    cv2.setRNGSeed(1)
    left, top = max(1, int(box.x * w)), max(1, int(box.y * h))
    inside = left, top, min(w - 1 - left, int(box.w * w)), min(h - 1 - top, int(box.h * h))
    cv2.grabCut(rgb.copy(), mask, inside, np.zeros((1, 65)), np.zeros((1, 65)), 6, cv2.GC_INIT_WITH_RECT)
    found = np.isin(mask, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8)
    found = cv2.morphologyEx(found, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(found)
    thing = (labels == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))).astype(np.uint8)
    ys, xs = np.nonzero(thing)
    part = np.s_[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]
    soft = cv2.GaussianBlur(cv2.erode(thing, np.ones((3, 3), np.uint8)) * np.uint8(255), (0, 0), 0.8)
    return Thing(np.ascontiguousarray(np.dstack([rgb, soft])[part]), (0.0, 0.0, 1.0, 1.0))


def _scene(paths: list[Path], rng: np.random.Generator) -> np.ndarray:
    """What lies behind, as sharp as the thing or out of focus."""
    with Image.open(paths[rng.integers(len(paths))]) as opened:
        image = ImageOps.exif_transpose(opened).convert("RGB")
    fitted = np.asarray(ImageOps.fit(image, SIDES[rng.integers(len(SIDES))]))
    return fitted if rng.random() < SHARP else cv2.GaussianBlur(fitted, (0, 0), rng.uniform(2, 9))


def main() -> None:
    said = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    said.add_argument("corpus", type=Path)
    said.add_argument("--count", type=int, default=40)
    said.add_argument("--seed", type=int, default=31)
    said.add_argument("--alone", action="store_true", help="leave the others out")
    said.add_argument("--sheet", type=Path, help="a contact sheet of what mediakit cut, thing red, crop green")
    args = said.parse_args()
    measure(cases(args.corpus, args.count, args.seed), alone=args.alone, sheet=args.sheet)


if __name__ == "__main__":
    main()
