"""Can anybody be known again whose head was blurred? All faces of the photos are hidden, then looked for by every means here.

    python benchmarks/retouch_bystanders.py ../shared/corpus/photos/people [--sheet sheet.png]

Printed: how many faces YuNet finds before and after, at three thresholds; with `mediakit[staff]` installed also what dlib's
detector (HOG, another method) finds, and how often dlib's face network, asked whose face is under the blur, ranks the right
one of all faces first. Chance is one in as many as there are; guessing ranks it in the middle. Faces under 36 px are left out
of the last: nobody is known from them anyway.
"""

from __future__ import annotations

import argparse
import importlib.util
import time
from pathlib import Path

import cv2
import numpy as np
from as_posted import as_posted
from PIL import Image

from mediakit.model import Face, Size
from mediakit.photo.bystanders import hide_heads
from mediakit.vision.faces import find_candidates, find_faces, overlap
from mediakit.vision.staff import LEAST_FACE_PX, describe

THRESHOLDS = (0.5, 0.6, 0.8)


def main() -> None:
    said = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    said.add_argument("folders", type=Path, nargs="+")
    said.add_argument("--sheet", type=Path, help="write all photos with their heads blurred, small")
    args = said.parse_args()
    cv2.setNumThreads(1)
    pairs, spent = [], []
    for path in sorted(p for folder in args.folders for p in folder.iterdir()):
        rgb = as_posted(path)
        faces = () if rgb is None else find_faces(rgb, shown=Size(rgb.shape[1], rgb.shape[0]))
        if rgb is None or not faces:
            continue
        began = time.process_time()
        pairs.append((rgb, hide_heads(rgb, faces), faces))
        spent.append(1000 * (time.process_time() - began) / len(faces))
    print(
        f"{sum(len(f) for _, _, f in pairs)} faces on {len(pairs)} photos, {np.median(spent):.0f} ms a face, asking included"
    )
    for threshold in THRESHOLDS:
        before, after = (sum(seen(pair[which], pair[2], threshold) for pair in pairs) for which in (0, 1))
        print(f"YuNet at {threshold}: {before} found before, {after} after")
    if importlib.util.find_spec("dlib") is not None:
        by_dlib(pairs)
    if args.sheet:
        Image.fromarray(sheet([hidden for _, hidden, _ in pairs])).save(args.sheet)


def seen(rgb: np.ndarray, faces: tuple[Face, ...], threshold: float) -> int:
    """How many of the faces something overlaps that looks like one."""
    found = [
        c.face.box for c in find_candidates(rgb, shown=Size(rgb.shape[1], rgb.shape[0])) if max(c.seen) >= threshold
    ]
    return sum(any(overlap(box, face.box) > 0.2 for box in found) for face in faces)


def by_dlib(pairs: list[tuple[np.ndarray, np.ndarray, tuple[Face, ...]]]) -> None:
    import dlib

    detector = dlib.get_frontal_face_detector()
    before, after = (sum(len(detector(pair[which], 0)) for pair in pairs) for which in (0, 1))
    print(f"dlib's HOG detector: {before} found before, {after} after")
    known, hidden = [], []
    for rgb, blurred, faces in pairs:
        for face in faces:
            if min(face.box.w, face.box.h) >= LEAST_FACE_PX:
                known.append(describe(rgb, face.box))
                hidden.append(describe(blurred, face.box))
    apart = np.linalg.norm(np.array(hidden)[:, None] - np.array(known)[None], axis=2)
    rank = np.array([int((row < row[index]).sum()) + 1 for index, row in enumerate(apart)])
    print(
        f"dlib's face network: the right one of {len(rank)} is first for {(rank == 1).sum()}, "
        f"median rank {np.median(rank):.0f}"
    )


def sheet(pictures: list[np.ndarray], cell_px: int = 300) -> np.ndarray:
    cells = []
    for picture in pictures:
        scale = cell_px / max(picture.shape[:2])
        small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        cell = np.full((cell_px, cell_px, 3), 255, np.uint8)
        cell[: small.shape[0], : small.shape[1]] = small[:cell_px, :cell_px]
        cells.append(cell)
    cells += [np.full_like(cells[0], 255)] * (-len(cells) % 5)
    return np.vstack([np.hstack(cells[row : row + 5]) for row in range(0, len(cells), 5)])


if __name__ == "__main__":
    main()
