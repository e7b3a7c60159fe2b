"""Is a leaning photo set upright, and an upright one left alone? Photos of the corpus, turned by known angles.

    python benchmarks/straighten.py ../shared/corpus [--each]

Two lists, chosen by eye and not by what is found in them: photos with upright or level lines (shelves, buildings, rooms),
and photos without evidence (portraits, close-ups, produce). Every one is turned by -6 to 6 degrees, cut so that no corner
is empty, and asked for its lean. A photo's own lean is what is found unturned, since nobody measured it; so this tells how
exactly an added turn is undone, and `--each` shows the own leans for a look. A turn that is not found is left alone, which
is no harm; the harm is a portrait that is turned.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
from faces import opened
from numpy.typing import NDArray

from mediakit.frame.straight import upright_view
from mediakit.model import Size
from mediakit.pixels.warp import seen_through
from mediakit.vision.tilt import lean_of

ANGLES = (-6.0, -4.0, -2.0, -1.0, 1.0, 2.0, 4.0, 6.0)
WITH_LINES = (
    "photos/crop/28155975.jpg",
    "photos/crop/65144887.jpg",
    "photos/crop/65191659.jpg",
    "photos/crop/64413205.jpg",
    "photos/exif/87_OSError.jpg",
    "photos/exif/no_exif.jpg",
    "photos/exif/sony-d700.jpg",
    "photos/formats/london.jpg",
    "photos/formats/tokyo.jpg",
    "photos/people/obama-240p.jpg",
    "photos/products/rocket.jpg",
    "iqa/images/1047.JPG",
    "iqa/images/106_q92.jpg",
    "iqa/images/1086.JPG",
    "iqa/images/165_q92.jpg",
    "iqa/images/218_q92.jpg",
    "iqa/images/306_q92.jpg",
    "iqa/images/359_q92.jpg",
    "iqa/images/433_q92.jpg",
    "iqa/images/440_q92.jpg",
    "iqa/images/521_q92.jpg",
    "iqa/images/545.JPG",
    "iqa/images/834.JPG",
    "iqa/images/908.JPG",
    "iqa/images/937.JPG",
    "iqa/images/94_q92.jpg",
)
WITHOUT = (
    "photos/crop/64752859.jpg",
    "photos/crop/64843515.jpg",
    "photos/crop/64953085.jpg",
    "photos/crop/65131509.jpg",
    "photos/crop/65171835.jpg",
    "photos/crop/65310323.jpg",
    "photos/crop/65380549.jpg",
    "photos/crop/goodtimes.jpg",
    "photos/crop/makhmutova-dina-1580313-unsplash.jpg",
    "photos/people/alex_lacamoire1.jpg",
    "photos/people/astronaut.png",
    "photos/people/couple.jpg",
    "photos/people/girl-1.jpg",
    "photos/people/girl-2.jpg",
    "photos/people/img12.jpg",
    "photos/people/img39.jpg",
    "photos/people/img47.jpg",
    "photos/people/john2.jpeg",
    "photos/people/lin-manuel-miranda.png",
    "photos/people/selfie-many-people.jpg",
    "photos/people/two_people.jpg",
    "photos/products/animal-3.jpg",
    "photos/products/chelsea.png",
    "photos/products/coffee.png",
    "photos/retail/Avocado_004.jpg",
    "photos/retail/Brown-Cap-Mushroom_001.jpg",
    "photos/retail/Granny-Smith.jpg",
    "photos/retail/Lemon.jpg",
    "photos/retail/Pink-Lady.jpg",
    "photos/retail/Yellow-Onion.jpg",
)


def main() -> None:
    """Print how often and how exactly added turns are found, and how often something is made up."""
    said = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    said.add_argument("corpus", type=Path)
    said.add_argument("--each", action="store_true", help="one line a photo")
    args = said.parse_args()
    cv2.setNumThreads(1)
    off, asked, upright_known = [], 0, 0
    for file in WITH_LINES:
        own, found = leans(args.corpus / file)
        upright_known += own is not None
        if own is not None:
            asked += len(ANGLES)
            errors = [lean - angle - own for angle, lean in zip(ANGLES, found, strict=True) if lean is not None]
            off += errors
            if args.each:
                print(f"{file}: leans {own:.2f}, undone to {np.round(errors, 2).tolist()}")
        elif args.each:
            print(f"{file}: no answer")
    made_up = 0
    for file in WITHOUT:
        own, found = leans(args.corpus / file)
        answers = [lean for lean in (own, *found) if lean is not None]
        wrong = own is not None and 0.5 <= abs(own) <= 6.0
        made_up += wrong
        if args.each and answers:
            print(f"{file} (no evidence): {own}, turned {len(answers)} answers{', WOULD BE TURNED' if wrong else ''}")
    size = np.abs(off)
    print(f"photos with lines: {upright_known} of {len(WITH_LINES)} answered as they are")
    print(f"turns added to those: {len(off)} of {asked} found ({len(off) / max(1, asked):.0%})")
    print(f"error of the found: median {np.median(size):.2f} degrees, 90th percentile {np.quantile(size, 0.9):.2f}")
    print(f"photos without evidence: {made_up} of {len(WITHOUT)} would be turned")


def leans(path: Path) -> tuple[float | None, list[float | None]]:
    """What is found in a photo as it is, and turned by each of the angles; all cut alike."""
    image = opened(path)
    if image is None:
        raise SystemExit(f"{path} does not open")
    image.thumbnail((1000, 1000))
    rgb = np.asarray(image)
    return tilt_of(turned(rgb, 0.0)), [tilt_of(turned(rgb, angle)) for angle in ANGLES]


def tilt_of(rgb: NDArray[np.uint8]) -> float | None:
    lean = lean_of(rgb)
    return None if lean is None else lean.tilt_deg


def turned(rgb: NDArray[np.uint8], clockwise_deg: float) -> NDArray[np.uint8]:
    """The middle of the photo, turned; the part is the one that the largest angle leaves."""
    size = Size(rgb.shape[1], rgb.shape[0])
    common = upright_view(size, max(ANGLES)).size
    own = upright_view(size, -clockwise_deg)
    dx, dy = (own.size.width_px - common.width_px) / 2, (own.size.height_px - common.height_px) / 2
    centred = np.array([[1.0, 0, -dx], [0, 1.0, -dy], [0, 0, 1.0]])
    return seen_through(rgb, centred @ own.matrix, common)


if __name__ == "__main__":
    main()
