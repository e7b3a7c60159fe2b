"""The score beside the quality packages that a user would pick instead: agreement with people, and milliseconds.

    python benchmarks/score_peers.py --iqa ../shared/corpus/iqa [--held-out FOLDER/held_out.npz] [--every 2]

Each peer that can be imported is asked about the same rated photos (phones, 500 px; see `learn_quality.py`), decoded
beforehand; CPU time on one thread. Peers may live in another environment than mediakit: then only those found are printed.
    pip install "numpy<2" brisque scikit-image opencv-python-headless
Not in the table, since nothing comes out of them without downloading weights at run time: pyiqa, piq, diqa, and OpenCV's
quality module, which ships no BRISQUE model.

Ours is judged with what was learned without the photo in question (`learn_quality.py` writes those answers); the
milliseconds are those of everything that `mediakit score` does after decoding.
"""

from __future__ import annotations

import argparse
import csv
import os
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import cv2
import numpy as np

Measure = Callable[[np.ndarray], float]


def main() -> None:
    """Ours, then everybody who is there."""
    said = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    said.add_argument("--iqa", type=Path, default=Path("../shared/corpus/iqa"))
    said.add_argument("--held-out", type=Path)
    said.add_argument("--every", type=int, default=1)
    args = said.parse_args()
    cv2.setNumThreads(1)
    with (args.iqa / "scores.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))[:: args.every]
    pictures = [np.ascontiguousarray(cv2.imread(str(args.iqa / row["file"]))[..., ::-1]) for row in rows]
    ratings = np.array([float(row["mos"]) for row in rows])
    print(f"{len(rows)} photos")
    if args.held_out:
        answers = np.load(args.held_out)["answers"][:: args.every]
        said_of("mediakit, each photo judged without itself", answers[:, 0], ratings, ours(pictures[:20]))
    for name, make in PEERS.items():
        try:
            measure = make()
        except ImportError as missing:
            print(f"{name:45} not installed ({missing.name})")
            continue
        begun = time.process_time()
        values = np.array([measure(picture) for picture in pictures])
        said_of(name, values, ratings, 1000 * (time.process_time() - begun) / len(pictures))


def said_of(name: str, values: np.ndarray, ratings: np.ndarray, ms: float) -> None:
    """One line of the table; the sign of a measure does not matter."""
    agreement = abs(spearman(values, ratings))
    random = np.random.default_rng(0)
    drawn = [random.integers(0, len(ratings), len(ratings)) for _ in range(1000)]
    low, high = np.percentile([abs(spearman(values[i], ratings[i])) for i in drawn], [2.5, 97.5])
    print(f"{name:45} Spearman {agreement:.3f} ({low:.3f} to {high:.3f})  {ms:6.1f} ms", flush=True)


def spearman(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.corrcoef(np.argsort(np.argsort(one)), np.argsort(np.argsort(other)))[0, 1])


def ours(pictures: list[np.ndarray]) -> float:
    """Milliseconds for looking and scoring; nan where mediakit is not installed here."""
    try:
        from mediakit.model import Size
        from mediakit.quality.photo import score_photo
        from mediakit.vision.look import look_at
    except ImportError:
        return float("nan")
    for number, picture in enumerate([pictures[0], *pictures]):
        if number == 1:  # the first one loads the networks
            begun = time.process_time()
        size = Size(picture.shape[1], picture.shape[0])
        score_photo(picture, look_at(picture, size)[0], shown=size)
    return 1000 * (time.process_time() - begun) / len(pictures)


def brisque() -> Measure:
    from brisque import BRISQUE

    model = BRISQUE(url=False)
    return lambda rgb: float(model.score(rgb))


def blur_effect() -> Measure:
    from skimage.measure import blur_effect as measured

    return lambda rgb: float(measured(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)))


def laplacian() -> Measure:
    return lambda rgb: float(cv2.Laplacian(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), cv2.CV_64F).var())


PEERS: dict[str, Callable[[], Measure]] = {
    "brisque (package)": brisque,
    "scikit-image, blur_effect": blur_effect,
    "OpenCV, variance of the Laplacian": laplacian,
}


if __name__ == "__main__":
    main()
