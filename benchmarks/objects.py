"""Is the thing still whole? mediakit's crops beside other ways to crop, on objects boxed by hand.

    python benchmarks/objects.py ../shared/corpus [--misses]

`objects.csv` says, for photos of the corpus, where the thing is that a person would keep: a product in a hand, a plate, a
painting, somebody seen from behind; drawn by eye, to about 2 % of the picture. For each of four ratios: when the largest
crop of that ratio could hold all of a photo's objects (those of at least a quarter of the largest one's area), did it?
2 % of an object may be missing; a picture laid into a border counts as held where the part that is shown holds it, and
is also counted apart, since a crop would have done. None of these photos was used to teach the subject head.
"""

from __future__ import annotations

import argparse
import csv
import time
from collections import defaultdict
from pathlib import Path

import cv2
from faces import RATIOS, fits, holds, looked_at, opened, other_croppers, ratio_of

from mediakit.frame.geometry import largest_crop
from mediakit.frame.solve import solve
from mediakit.model import Box, Size
from mediakit.platforms.schema import Shape
from mediakit.presets.schema import Frame

TRUTH = Path(__file__).with_name("objects.csv")


def main() -> None:
    """Print one row a method: the share of cases held at each ratio, and the time a crop takes."""
    said = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    said.add_argument("corpus", type=Path)
    said.add_argument("--misses", action="store_true", help="name every photo whose object mediakit cut")
    said.add_argument("--alone", action="store_true", help="leave the others out")
    args = said.parse_args()
    cv2.setNumThreads(1)
    others = {} if args.alone else dict(other_croppers())
    held: dict[tuple[str, str], int] = defaultdict(int)
    cases: dict[str, int] = defaultdict(int)
    spent: dict[str, float] = defaultdict(float)
    bordered = 0
    for file, shares in truth().items():
        image = opened(args.corpus / file)
        if image is None:
            raise SystemExit(f"{file} is not in {args.corpus}")
        size = Size(*image.size)
        objects = tuple(_in_pixels(share, size) for share in shares)
        began = time.process_time()
        findings = looked_at(image)
        spent["mediakit"] += time.process_time() - began
        for ratio in RATIOS:
            window = largest_crop(size, ratio_of(ratio))
            if not fits(objects, window):
                continue
            cases[ratio] += 1
            framing = solve(findings, Shape(ratio=ratio), Frame())
            bordered += framing.fit != "crop"
            ok = holds(framing.crop, objects)
            held["mediakit", ratio] += ok
            if args.misses and not (ok and framing.fit == "crop"):
                print(f"{file} {ratio}: {framing.fit} {framing.crop.as_list()}, {framing.why}")
            for name, cropper in others.items():
                began = time.process_time()
                crop = cropper(image, window)
                spent[name] += time.process_time() - began
                held[name, ratio] += crop is not None and holds(crop, objects)
    report(["mediakit", *others], held, cases, spent, len(truth()), bordered)


def truth() -> dict[str, list[Box]]:
    """Boxes by file, in shares of the picture's sides; of each photo's, those of a quarter of the largest's area."""
    boxes: dict[str, list[Box]] = defaultdict(list)
    with TRUTH.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            boxes[row["file"]].append(Box(*(float(row[side]) for side in "xywh")))
    return {
        file: [box for box in found if box.area >= 0.25 * max(b.area for b in found)] for file, found in boxes.items()
    }


def _in_pixels(share: Box, size: Size) -> Box:
    return Box(share.x * size.width_px, share.y * size.height_px, share.w * size.width_px, share.h * size.height_px)


def report(names, held, cases, spent, photos, bordered) -> None:
    total = sum(cases.values())
    print(f"{photos} photos, {total} cases in which a crop can hold the objects; {bordered} given a border\n")
    print(f"{'':18}" + "".join(f"{ratio:>9}" for ratio in RATIOS) + f"{'all':>9}{'ms':>9}")
    for name in names:
        shares = [held[name, ratio] / max(1, cases[ratio]) for ratio in RATIOS]
        whole = sum(held[name, ratio] for ratio in RATIOS) / max(1, total)
        cost = 1000 * spent[name] / max(1, photos if name == "mediakit" else total)
        print(f"{name:18}" + "".join(f"{share:9.3f}" for share in shares) + f"{whole:9.3f}{cost:9.1f}")


if __name__ == "__main__":
    main()
