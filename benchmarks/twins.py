"""How surely takes of one photo are told from different photos: pairwise precision and recall over edits of real photos.

    python benchmarks/twins.py [--photos 90]

Takes are made by known edits (half the size and saved badly, re-framed, turned, darker, warmer, soft, noisy, something
moved a little); different photos are all other pairs, both ends of one wide photo, and photos in which another thing
stands where one stood. Needs the corpus (MEDIAKIT_CORPUS, or shared/corpus beside the checkout).
"""

from __future__ import annotations

import argparse
import io
import os
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pillow_heif
from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from mediakit.quality.twins import TWINS, likeness, take_print

FOLDERS = ("people", "products", "retail", "crop", "exif")


def corpus() -> Path:
    return Path(os.environ.get("MEDIAKIT_CORPUS", Path(__file__).parents[2] / "shared/corpus"))


def photos(count: int) -> list[Image.Image]:
    found = []
    for folder in FOLDERS:
        for path in sorted((corpus() / "photos" / folder).glob("*.jpg")):
            try:
                picture = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
            except OSError:
                continue
            picture.thumbnail((1200, 1200))
            if min(picture.size) > 300:
                found.append(picture)
    if not found:
        raise SystemExit(f"No photo in {corpus() / 'photos'}: say where the corpus is with MEDIAKIT_CORPUS.")
    step = max(1, len(found) // count)
    return found[::step][:count]


def cropped(picture: Image.Image, left: float, top: float, right: float, bottom: float) -> Image.Image:
    width, height = picture.size
    return picture.crop((int(left * width), int(top * height), int((1 - right) * width), int((1 - bottom) * height)))


def saved(picture: Image.Image, quality: int) -> Image.Image:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")


def as_heic(picture: Image.Image) -> Image.Image:
    kept = io.BytesIO()
    pillow_heif.from_pillow(picture).save(kept, quality=60)
    return pillow_heif.open_heif(kept.getvalue()).to_pillow().convert("RGB")


def as_preview(picture: Image.Image) -> Image.Image:
    """As posts see a finished file: 480 px long, saved at 75."""
    small = cropped(picture, 0.04, 0, 0.02, 0.05)
    small.thumbnail((480, 480))
    return saved(small, 75)


def place(picture: Image.Image, share: float) -> Image.Image:
    """A soft mask over the middle of a picture, about `share` of it wide."""
    width, height = picture.size
    mask = Image.new("L", picture.size, 0)
    box = (
        width * (0.5 - share / 2),
        height * (0.5 - share * 0.65),
        width * (0.5 + share / 2),
        height * (0.5 + share * 0.65),
    )
    ImageDraw.Draw(mask).ellipse(box, fill=255)
    return mask.filter(ImageFilter.GaussianBlur(4))


def warmer(picture: Image.Image) -> Image.Image:
    return Image.fromarray(np.clip(np.asarray(picture) * np.array([1.12, 1.0, 0.86]), 0, 255).astype(np.uint8))


def noisy(picture: Image.Image) -> Image.Image:
    pixels = np.asarray(cropped(picture, 0.03, 0, 0, 0.04).rotate(0.8, resample=Image.Resampling.BICUBIC), np.float32)
    return Image.fromarray(
        np.clip(pixels + np.random.default_rng(1).normal(0, 8, pixels.shape), 0, 255).astype(np.uint8)
    )


def moved(picture: Image.Image) -> Image.Image:
    changed = picture.copy()
    by = int(0.04 * picture.width), int(0.02 * picture.height)
    changed.paste(ImageChops.offset(picture, *by), (0, 0), place(picture, 0.3))
    return cropped(changed, 0.01, 0.02, 0, 0)


EDITS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "as HEIC": as_heic,
    "a preview, re-framed": as_preview,
    "half the size, quality 60": lambda p: saved(p.resize((p.width // 2, p.height // 2)), 60),
    "re-framed by 12 %": lambda p: cropped(p, 0.12, 0.05, 0.02, 0.1),
    "turned by 2.5 degrees": lambda p: cropped(
        p.rotate(2.5, resample=Image.Resampling.BICUBIC), 0.06, 0.06, 0.06, 0.06
    ),
    "0.6 EV darker": lambda p: saved(ImageEnhance.Brightness(p).enhance(0.65), 85),
    "warmer": warmer,
    "noisy, turned, re-framed": noisy,
    "soft, re-framed": lambda p: cropped(p, 0, 0.03, 0.03, 0).filter(ImageFilter.GaussianBlur(3)),
    "the middle moved by 4 %": moved,
}


def swapped(picture: Image.Image, other: Image.Image, share: float) -> Image.Image:
    changed = picture.copy()
    changed.paste(other.resize(picture.size), (0, 0), place(picture, share))
    return saved(cropped(changed, 0.01, 0.02, 0, 0), 80)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=90)
    cv2.setNumThreads(1)
    pictures = photos(parser.parse_args().photos)
    start = time.process_time()
    prints = [take_print(np.asarray(picture)) for picture in pictures]
    print(f"{len(prints)} photos, {1000 * (time.process_time() - start) / len(prints):.1f} ms a print")
    takes: list[float] = []
    for name, edit in EDITS.items():
        found = [likeness(one, take_print(np.asarray(edit(p)))) for one, p in zip(prints, pictures, strict=True)]
        print(f"{name:28} found {np.mean(np.array(found) >= TWINS):.3f}")
        takes += found
    start = time.process_time()
    others = [likeness(prints[i], prints[j]) for i in range(len(prints)) for j in range(i + 1, len(prints))]
    print(
        f"{len(others)} pairs of different photos, {1000 * (time.process_time() - start) / len(others):.2f} ms a pair"
    )
    ends = [
        likeness(take_print(np.asarray(cropped(p, 0, 0, 0.4, 0))), take_print(np.asarray(cropped(p, 0.4, 0, 0, 0))))
        for p in pictures
    ]
    print(f"{'two ends of one photo':28} taken for one {np.mean(np.array(ends) >= TWINS):.3f}")
    for share in (0.4, 0.3):
        found = [
            likeness(prints[n], take_print(np.asarray(swapped(p, pictures[(7 * n + 5) % len(pictures)], share))))
            for n, p in enumerate(pictures)
        ]
        print(f"{f'another thing, {share:.0%} wide':28} taken for one {np.mean(np.array(found) >= TWINS):.3f}")
        ends += found
    right = int(np.sum(np.array(takes) >= TWINS))
    wrong = int(np.sum(np.array(others) >= TWINS)) + int(np.sum(np.array(ends) >= TWINS))
    print(f"recall {right / len(takes):.3f}, precision {right / max(1, right + wrong):.3f} over all pairs")


if __name__ == "__main__":
    main()
