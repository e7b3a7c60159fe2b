"""Learn what people think of photos: `mediakit/quality/impression.npz`, from what a network sees in 550 rated ones.

    OPENBLAS_NUM_THREADS=1 python benchmarks/learn_quality.py --iqa ../shared/corpus/iqa --cache FOLDER [--folds-only]

Not needed to use mediakit. The photos (phones, about 175 ratings each) are those of the LIVE In the Wild Image Quality
Challenge Database (Ghadiyaram and Bovik, 2015; any use with acknowledgement). Each is seen whole, mirrored and in four
details that share its rating, and with known faults (`photo_faults`) in a random strength. Ridge regression on the
statistics of `mediakit.vision.statistics` answers all questions: the rating, and how much of each fault there is.

What it prints, Spearman's correlation in 5-fold cross-validation with a bootstrap interval over photos, is about photos
that it has not seen: no view and no faulty copy of a held-out photo is learned from. The constants below were chosen by it.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from photo_faults import PHOTO_FAULTS

from mediakit.quality.impression import ANSWERS, balanced
from mediakit.vision.statistics import GROUPS, statistics

Floats = NDArray[np.float32]
OUT = Path(__file__).resolve().parents[1] / "mediakit" / "quality" / "impression.npz"
LEARNED = {
    "defocus": "soft",
    "motion": "soft",
    "noise": "noise",
    "under": "under",
    "over": "over",
    "cast": "cast",
    "compression": "compression",
    "enlarged": "soft",
}
"""Which answer each fault of `photo_faults` teaches."""
VIEWS = 6
DETAIL = 0.75
RIDGE, FAULT_RIDGE = 2.0, 0.5
SHUFFLES = 3


@dataclass(frozen=True)
class Taught:
    """What is learned from. `whole` (N, VIEWS, D), `faulty` (N, faults, D), `strength` (N, faults) 0 light .. 2 strong."""

    ratings: Floats
    whole: Floats
    faulty: Floats
    strength: Floats


def main() -> None:
    """Look, cross-validate, learn from all, write."""
    said = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    said.add_argument("--iqa", type=Path, required=True)
    said.add_argument("--cache", type=Path, required=True)
    said.add_argument("--out", type=Path, default=OUT)
    said.add_argument("--folds-only", action="store_true", help="print what cross-validation says and stop")
    args = said.parse_args()
    cv2.setNumThreads(1)
    taught = looked_at(args.iqa, args.cache)
    shuffles = [cross_validated(taught, seed) for seed in range(SHUFFLES)]
    each = [spearman(answers[:, 0], taught.ratings) for answers in shuffles]
    ranges = [interval(answers[:, 0], taught.ratings) for answers in shuffles]
    low, high = np.mean(ranges, axis=0)
    print(f"opinion: Spearman {np.mean(each):.3f}, 95 % interval {low:.3f} to {high:.3f}")
    print(f"{SHUFFLES} shuffles: {min(each):.3f} to {max(each):.3f}")
    held_out = np.mean(shuffles, axis=0)
    np.savez(args.cache / "held_out.npz", answers=held_out, ratings=taught.ratings)
    if not args.folds_only:
        write(args.out, *learned(taught, np.arange(len(taught.ratings))))
        print(args.out, args.out.stat().st_size, hashlib.sha256(args.out.read_bytes()).hexdigest())


def looked_at(iqa: Path, cache: Path) -> Taught:
    """The network's statistics of every view, from the cache where they were taken before (ten minutes on one core)."""
    cache.mkdir(parents=True, exist_ok=True)
    with (iqa / "scores.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    kept = cache / "statistics.npz"
    if not kept.is_file():
        seen = [_seen(iqa / row["file"], number) for number, row in enumerate(rows)]
        whole, faulty, strength = (np.stack(part) for part in zip(*seen, strict=True))
        np.savez(kept, whole=whole.astype(np.float16), faulty=faulty.astype(np.float16), strength=strength)
    with np.load(kept) as found:
        ratings = np.array([float(row["mos"]) for row in rows], np.float32)
        return Taught(
            ratings, balanced(found["whole"]), balanced(found["faulty"]), found["strength"].astype(np.float32)
        )


def _seen(path: Path, number: int) -> tuple[Floats, Floats, Floats]:
    rgb = np.ascontiguousarray(cv2.imread(str(path), cv2.IMREAD_COLOR)[..., ::-1])
    random = np.random.default_rng(number)
    faulty, strengths = [], []
    for name in LEARNED:
        fault, strength = PHOTO_FAULTS[name], min(2.0, random.uniform(0, 2.2))
        faulty.append(statistics(fault.make(rgb, float(np.interp(strength, (0, 1, 2), fault.amounts)), random)))
        strengths.append(strength)
    return np.stack([statistics(view) for view in views(rgb)]), np.stack(faulty), np.array(strengths, np.float32)


def views(rgb: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
    """Whole, mirrored, and four details."""
    yield rgb
    yield np.ascontiguousarray(rgb[:, ::-1])
    height, width = (round(side * DETAIL) for side in rgb.shape[:2])
    for top in (0, rgb.shape[0] - height):
        for left in (0, rgb.shape[1] - width):
            yield np.ascontiguousarray(rgb[top : top + height, left : left + width])


def learned(taught: Taught, photos: NDArray[np.intp]) -> tuple[Floats, Floats, Floats, Floats]:
    """Mean and spread of the statistics, (D, answers) weights, (answers,) offsets.

    The opinion is learned from all views of the rated photos alone: what a fault costs is a guess, and teaching guesses made
    it agree less with people. The faults are learned from the whole photos and their faulty copies.
    """
    whole, faulty = taught.whole[photos], taught.faulty[photos]
    rated = whole.reshape(-1, whole.shape[-1])
    mean, spread = rated.mean(axis=0), (rated.std(axis=0) + 1e-3) * group_sizes()
    ratings = np.repeat(taught.ratings[photos], VIEWS)[:, None]
    opinion, middle = ridge((rated - mean) / spread, ratings, RIDGE)
    shown = np.concatenate([whole[:, 0], faulty.reshape(-1, faulty.shape[-1])])
    faults, none = ridge((shown - mean) / spread, fault_levels(taught.strength[photos]), FAULT_RIDGE)
    return mean, spread, np.hstack([opinion, faults]), np.concatenate([middle, none])


def ridge(rows: Floats, targets: Floats, strength: float) -> tuple[Floats, Floats]:
    """Ridge regression in its dual form: (D, answers) weights and (answers,) offsets."""
    offset = targets.mean(axis=0)
    alike = rows @ rows.T
    alike[np.diag_indices_from(alike)] += strength
    return rows.T @ np.linalg.solve(alike, targets - offset), offset


def group_sizes() -> Floats:
    """Every place of the network counts alike, whatever its number of channels."""
    return np.concatenate([np.full(2 * size, np.sqrt(2 * size * len(GROUPS)), np.float32) for size in GROUPS])


def fault_levels(strength: Floats) -> Floats:
    """(N + N * faults, answers - 1): nothing for the whole photos, then 1 light .. 3 strong of the fault that was put in."""
    photos, faults = strength.shape
    levels = np.zeros((photos, faults, len(ANSWERS) - 1), np.float32)
    for number, answer in enumerate(LEARNED.values()):
        levels[:, number, ANSWERS.index(answer) - 1] = strength[:, number] + 1
    return np.concatenate([np.zeros((photos, len(ANSWERS) - 1), np.float32), levels.reshape(photos * faults, -1)])


def cross_validated(taught: Taught, seed: int) -> Floats:
    """(N, answers): each photo's, seen whole, by what was learned from the four fifths it is not in."""
    order = np.random.default_rng(seed).permutation(len(taught.ratings))
    answers = np.zeros((len(order), len(ANSWERS)), np.float32)
    for held in np.array_split(order, 5):
        mean, spread, weights, offset = learned(taught, np.setdiff1d(order, held))
        answers[held] = (taught.whole[held, 0] - mean) / spread @ weights + offset
    return answers


def spearman(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    """Rank correlation."""
    return float(np.corrcoef(np.argsort(np.argsort(one)), np.argsort(np.argsort(other)))[0, 1])


def interval(one: NDArray[np.floating], other: NDArray[np.floating], times: int = 2000) -> tuple[float, float]:
    """95 % bootstrap interval of the rank correlation, photos drawn with replacement."""
    random = np.random.default_rng(0)
    drawn = [random.integers(0, len(one), len(one)) for _ in range(times)]
    low, high = np.percentile([spearman(one[index], other[index]) for index in drawn], [2.5, 97.5])
    return float(low), float(high)


def write(path: Path, mean: Floats, spread: Floats, weights: Floats, offset: Floats) -> None:
    """As half floats: standardisation is folded into the weights."""
    folded = weights / spread[:, None]
    scale = np.abs(folded).max(axis=0)
    np.savez_compressed(
        path,
        weights=(folded / scale).astype(np.float16),
        scale=scale,
        offset=(offset - mean @ folded).astype(np.float32),
    )


if __name__ == "__main__":
    main()
