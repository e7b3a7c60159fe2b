"""Is a colour checker found, and is nothing else taken for one? Charts laid into corpus photos, and the photos without.

    python benchmarks/develop_charts.py [--corpus ../shared/corpus] [--every 4]

A drawn chart lies in the photo turned, tilted, in a light up to 35 mired off, under- or overexposed, with noise, slightly
out of focus, as JPEG. Mean CIEDE2000 of its patches (lightness evened out) before and after calibration.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

import cv2
import numpy as np
from develop_scenes import photos
from faults import ToneFault, cast, light

from mediakit.look.calibrate import COLUMNS, REFERENCE
from mediakit.look.chart import find_chart
from mediakit.pixels.light import Rgb8, encode

EDGE_PX = 480
WAYS = ((0.7, 0, 0), (0.5, 0, 5), (0.5, 20, 90), (0.5, 35, 15), (0.5, 10, 180), (0.35, 20, 8))
"""Share of the picture's width, tilt and turn in degrees."""


def drawn(cell: int = 60) -> Rgb8:
    gap = int(cell * 0.18)
    card = np.full((4 * cell + 5 * gap, 6 * cell + 7 * gap, 3), 38, np.uint8)
    for index, colour in enumerate(np.rint(encode(REFERENCE) * 255)):
        y, x = (gap + i * (cell + gap) for i in divmod(index, COLUMNS))
        card[y : y + cell, x : x + cell] = colour
    return card


def laid_in(photo: Rgb8, share: float, tilt_deg: float, turn_deg: float, rng: np.random.Generator) -> Rgb8:
    card = drawn()
    height, width = photo.shape[:2]
    corners = np.float32([[0, 0], [card.shape[1], 0], [card.shape[1], card.shape[0]], [0, card.shape[0]]])
    at = (corners - corners.mean(axis=0)) * (share * width / card.shape[1])
    turn = np.radians(turn_deg + rng.uniform(-5, 5))
    at = at @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    tilt, way = np.radians(tilt_deg), rng.uniform(0, 2 * np.pi)
    axis = np.array([np.cos(way), np.sin(way)])
    along = at @ axis
    far = 2.0 * width
    at = (at + np.outer(along * (np.cos(tilt) - 1), axis)) * (far / (far + along * np.sin(tilt)))[:, None]
    matrix = cv2.getPerspectiveTransform(corners, (at + np.array([width, height]) / 2).astype(np.float32))
    mask = cv2.warpPerspective(np.full(card.shape[:2], 255, np.uint8), matrix, (width, height))
    return np.where(mask[..., None] > 127, cv2.warpPerspective(card, matrix, (width, height)), photo)


def photographed(picture: Rgb8, rng: np.random.Generator) -> Rgb8:
    lit = cast(picture, light(rng.uniform(-25, 35), rng.normal(0, 0.004)))
    soft = cv2.GaussianBlur(ToneFault(exposure_ev=float(rng.uniform(-0.7, 0.1))).on(lit), (0, 0), 0.6)
    noisy = np.clip(soft + rng.normal(0, 3, soft.shape), 0, 255).astype(np.uint8)
    return cv2.imdecode(cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, 85])[1], cv2.IMREAD_COLOR)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, default=Path(os.environ.get("MEDIAKIT_CORPUS", "../shared/corpus")))
    parser.add_argument("--every", type=int, default=4, help="lay charts into every so many-th photo")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    small = {}
    for name, rgb in photos(args.corpus).items():
        scale = min(1.0, EDGE_PX / max(rgb.shape[:2]))
        small[name] = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    start = time.process_time()
    false = [name for name, rgb in small.items() if find_chart(rgb) is not None]
    spent = (time.process_time() - start) / len(small)
    print(
        f"{len(false)} of {len(small)} photos without a chart are said to hold one {false}; {spent * 1e3:.1f} ms each"
    )
    rng = np.random.default_rng(0)
    for share, tilt, turn in WAYS:
        found = [
            find_chart(photographed(laid_in(rgb, share, tilt, turn, rng), rng))
            for rgb in list(small.values())[:: args.every]
        ]
        errors = np.mean([(item.before, item.after) for item in found if item is not None], axis=0)
        hits = sum(item is not None for item in found)
        print(
            f"{share:.2f} of the width, tilted {tilt:2d}, turned {turn:3d} degrees: {hits}/{len(found)} found,"
            f" error {errors[0]:.2f} -> {errors[1]:.2f}"
        )


if __name__ == "__main__":
    main()
