"""One shoot, one look: does a scene's colour spread less when its photos share their light and exposure?

    python benchmarks/develop_scenes.py [--corpus ../shared/corpus] [--photos 6]

Every corpus photo becomes a scene: crops of it, each with a white balance and an exposure of its own (up to 15 mired and
half a stop either way, as a phone's automatics wander). Each crop is developed alone and with its scene. Measured on the
same patches of the scene, where a crop shows them: neutral ones, and skin where there are faces. Spread is the mean
distance of a*b* (and of L*) from the patch's mean over the scene; the figure is the median over scenes.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
from develop import FOLDERS
from faults import ToneFault, cast, light
from PIL import Image, ImageOps

from mediakit.look.develop import cube_for
from mediakit.look.glimpse import Glimpse, glimpse
from mediakit.look.scene import Compared, agree, link
from mediakit.pixels.lab import chroma, lab_from_srgb
from mediakit.pixels.light import Rgb8
from mediakit.pixels.resample import shrink_to_pixels, size_of
from mediakit.presets.schema import Develop
from mediakit.vision.faces import find_faces

SCENE_PIXELS = 300_000
SKIN_HUE, NEUTRAL_CHROMA = (35.0, 75.0), 7.0
LEAST_PIXELS = 150


@dataclass(frozen=True)
class Shot:
    """One photo of a scene: `rgb`, where it lies in the whole picture (y, x), and what was done to it undone by nobody."""

    rgb: Rgb8
    y: int
    x: int


def shots_of(rgb: Rgb8, count: int, rng: np.random.Generator) -> list[Shot]:
    height, width = rgb.shape[:2]
    shots = []
    for _ in range(count):
        share = rng.uniform(0.55, 0.95)
        h, w = int(height * share), int(width * share)
        y, x = int(rng.integers(0, height - h + 1)), int(rng.integers(0, width - w + 1))
        part = cast(np.ascontiguousarray(rgb[y : y + h, x : x + w]), light(rng.uniform(-15, 15), rng.normal(0, 0.002)))
        shots.append(Shot(ToneFault(exposure_ev=float(rng.uniform(-0.5, 0.5))).on(part), y, x))
    return shots


def spread(shots: list[Shot], pictures: list[Rgb8], mask: np.ndarray) -> tuple[float, float] | None:
    """Mean distance in a*b*, and in L*, of each pixel under `mask` from its own mean over the shots that show it."""
    seen = np.zeros(mask.shape, np.int32)
    total, squares = np.zeros((*mask.shape, 3)), np.zeros((*mask.shape, 3))
    for shot, rgb in zip(shots, pictures, strict=True):
        at = np.s_[shot.y : shot.y + rgb.shape[0], shot.x : shot.x + rgb.shape[1]]
        lab = lab_from_srgb(rgb).astype(np.float64)
        seen[at] += 1
        total[at] += lab
        squares[at] += lab * lab
    use = mask & (seen >= 3)
    if use.sum() < LEAST_PIXELS:
        return None
    n = seen[use][:, None]
    variance = np.maximum(squares[use] / n - (total[use] / n) ** 2, 0)
    return float(np.sqrt(variance[:, 1] + variance[:, 2]).mean()), float(np.sqrt(variance[:, 0]).mean())


def masks_of(rgb: Rgb8) -> dict[str, np.ndarray]:
    """Where the untouched photo is neutral, and where it is a face's skin."""
    lab = lab_from_srgb(rgb)
    plain = (lab[..., 0] > 25) & (lab[..., 0] < 92)
    masks = {"neutral": plain & (chroma(lab) < NEUTRAL_CHROMA), "skin": np.zeros(plain.shape, bool)}
    for face in find_faces(rgb, shown=size_of(rgb)):
        x, y, w, h = (int(v) for v in (face.box.x, face.box.y, face.box.w, face.box.h))
        part = np.s_[max(y + h // 3, 0) : y + 4 * h // 5, max(x + w // 5, 0) : x + 4 * w // 5]
        masks["skin"][part] = plain[part]
    return masks


def photos(corpus: Path) -> dict[str, Rgb8]:
    found = {}
    for folder in FOLDERS:
        for path in sorted((corpus / "photos" / folder).iterdir()):
            try:
                with Image.open(path) as picture:
                    picture.draft("RGB", (1200, 1200))
                    rgb = np.asarray(ImageOps.exif_transpose(picture).convert("RGB"))
            except OSError:
                continue
            found[f"{folder}/{path.name}"] = np.ascontiguousarray(shrink_to_pixels(rgb, SCENE_PIXELS)[0])
    return found


def alone(glimpses: list[Glimpse]) -> list[Callable[[Rgb8], Rgb8]]:
    return [cube_for(item.tone, Develop(), None)[0].apply for item in glimpses]


def together(glimpses: list[Glimpse]) -> tuple[list[Callable[[Rgb8], Rgb8]], int]:
    """How each photo is developed with its scene, and how many links were found."""
    made = [Compared(item) for item in glimpses]
    found = [link(i, j, made[i], made[j], timed=True) for i, j in combinations(range(len(made)), 2)]
    links = [item for item in found if item is not None]
    anchors = agree(glimpses, links)
    cubes = [cube_for(g.tone, Develop(), None, anchor=a)[0] for g, a in zip(glimpses, anchors, strict=True)]
    return [cube.apply for cube in cubes], len(links)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, default=Path(os.environ.get("MEDIAKIT_CORPUS", "../shared/corpus")))
    parser.add_argument("--photos", type=int, default=6, help="photos to a scene")
    parser.add_argument("--every", type=int, default=1, help="take only every so many-th corpus photo")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    rng = np.random.default_rng(11)
    rows: dict[str, list[tuple[float, ...]]] = {"neutral": [], "skin": []}
    for rgb in list(photos(args.corpus).values())[:: args.every]:
        shots = shots_of(rgb, args.photos, rng)
        glimpses = [glimpse(shot.rgb) for shot in shots]
        shared, _ = together(glimpses)
        as_shot = [shot.rgb for shot in shots]
        versions = [as_shot, *([f(p) for f, p in zip(fs, as_shot, strict=True)] for fs in (alone(glimpses), shared))]
        for name, mask in masks_of(rgb).items():
            spreads = [spread(shots, pictures, mask) for pictures in versions]
            if all(value is not None for value in spreads):
                rows[name].append(tuple(v for pair in spreads for v in pair))
    print(f"{'':9s} {'scenes':>6s}   a*b* as shot, alone, shared        L* as shot, alone, shared")
    for name, found in rows.items():
        if not found:
            continue
        shot_ab, shot_l, alone_ab, alone_l, shared_ab, shared_l = np.median(found, axis=0)
        better = np.mean([row[4] < 0.5 * row[2] for row in found])
        print(
            f"{name:9s} {len(found):6d}   {shot_ab:6.2f} {alone_ab:6.2f} {shared_ab:6.2f}"
            f" ({1 - shared_ab / alone_ab:.0%} less, at least halved in {better:.0%})"
            f"   {shot_l:6.2f} {alone_l:6.2f} {shared_l:6.2f}"
        )


if __name__ == "__main__":
    main()
