"""Does develop help, and does it do harm? Known faults on photos that had none, CIEDE2000 against the untouched photo.

    python benchmarks/develop.py [--corpus ../shared/corpus] [--sheet OUT.jpg]

Photos: the corpus' people, retail, products, crop and exif folders. A photo counts as well exposed when its middle
level lies between 0.2 and 0.75, its lightest channel reaches 0.8 and no more than 15 % of it are clipped; the others
are listed as "the rest" (night, silhouettes, cut-outs), where only harm is measured. Mean difference over a photo,
median over photos.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import cv2
import numpy as np
from faults import FAULTS
from PIL import Image, ImageOps

from mediakit.look.develop import cube_for
from mediakit.look.features import LEVELS
from mediakit.look.measure import Tone, measure
from mediakit.pixels.lab import ciede2000, lab_from_srgb
from mediakit.pixels.light import Rgb8
from mediakit.pixels.resample import shrink_to_pixels
from mediakit.presets.schema import Develop

FOLDERS = ("people", "retail", "products", "crop", "exif")


def load(corpus: Path) -> dict[str, Rgb8]:
    """Small copies of every photo that opens."""
    photos = {}
    for folder in FOLDERS:
        for path in sorted((corpus / "photos" / folder).iterdir()):
            try:
                with Image.open(path) as picture:
                    picture.draft("RGB", (800, 800))
                    rgb = np.asarray(ImageOps.exif_transpose(picture).convert("RGB"))
            except OSError:
                continue
            photos[f"{folder}/{path.name}"] = np.ascontiguousarray(shrink_to_pixels(rgb, 50_000)[0])
    return photos


def is_well_exposed(tone: Tone) -> bool:
    middle, top = tone.mid[LEVELS.index(0.5)], tone.light[LEVELS.index(0.99)]
    return 0.2 <= middle <= 0.75 and top >= 0.8 and tone.clipped_light + tone.clipped_dark <= 0.15


def difference(one: Rgb8, other: Rgb8) -> float:
    return float(ciede2000(lab_from_srgb(one), lab_from_srgb(other)).mean())


def developed(rgb: Rgb8, settings: Develop) -> Rgb8:
    return cube_for(measure(rgb), settings, None)[0].apply(rgb)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, default=Path(os.environ.get("MEDIAKIT_CORPUS", "../shared/corpus")))
    parser.add_argument("--white-balance", type=float, default=Develop().white_balance)
    parser.add_argument("--auto-tone", type=float, default=Develop().auto_tone)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    settings = Develop(white_balance=args.white_balance, auto_tone=args.auto_tone)
    photos = load(args.corpus)
    good = {name: rgb for name, rgb in photos.items() if is_well_exposed(measure(rgb))}
    rest = {name: rgb for name, rgb in photos.items() if name not in good}
    for title, group in (("well exposed", good), ("the rest", rest)):
        harm = {name: difference(rgb, developed(rgb, settings)) for name, rgb in group.items()}
        values = list(harm.values())
        worst = sorted(harm.items(), key=lambda item: -item[1])[:5]
        print(
            f"{title}: {len(group)} photos, untouched ones change by {np.mean(values):.2f} (median {np.median(values):.2f})"
        )
        print("  most:", ", ".join(f"{name} {value:.1f}" for name, value in worst))
    print(f"\n{'fault':18s} {'before':>7s} {'after':>7s} {'reduced':>8s} {'better':>7s}")
    all_before, all_after = [], []
    for fault, apply in FAULTS.items():
        before, after = [], []
        for rgb in good.values():
            faulty = apply(rgb)
            before.append(difference(rgb, faulty))
            after.append(difference(rgb, developed(faulty, settings)))
        all_before += before
        all_after += after
        print(_row(fault, before, after))
    print(_row("all", all_before, all_after))


def _row(name: str, before: list[float], after: list[float]) -> str:
    b, a = np.median(before), np.median(after)
    better = np.mean(np.array(after) < np.array(before))
    return f"{name:18s} {b:7.2f} {a:7.2f} {1 - a / b:8.0%} {better:7.0%}"


if __name__ == "__main__":
    main()
