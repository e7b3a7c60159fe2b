"""Learn what people think of photos: `mediakit/quality/impression.npz`, from what a network sees in 550 rated ones.

    OPENBLAS_NUM_THREADS=1 python benchmarks/learn_quality.py --iqa ../shared/corpus/iqa --cache FOLDER [--folds-only]

Not needed to use mediakit. The photos (phones, about 175 ratings each) are those of the LIVE In the Wild Image Quality
Challenge Database (Ghadiyaram and Bovik, 2015; any use with acknowledgement). Each is seen whole, mirrored, in four
details, and with what is done on purpose (`photo_intents`: black and white, a ground out of focus, a ground in the dark):
all share its rating. It is seen too with known faults (`photo_faults`) in a random strength. Ridge regression on the
statistics of `mediakit.vision.statistics` answers all questions: the rating, and how much of each fault there is. The
rating is also taught not to rise where a fault was put in; by how much it falls nobody tells it.

What it prints, Spearman's correlation in repeated cross-validation with a bootstrap interval over photos, is about photos
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
from photo_intents import intents

from mediakit.quality.impression import ANSWERS, balanced
from mediakit.vision.statistics import GROUPS, looked_at, statistics, statistics_as_it_is

Floats = NDArray[np.float32]
Indices = NDArray[np.intp]
OUT = Path(__file__).resolve().parents[1] / "mediakit" / "quality" / "impression.npz"
LEARNED = {
    "defocus": "soft",
    "motion": "soft",
    "noise": "noise",
    "under": "under",
    "over": "over",
    "cast": "",
    "compression": "compression",
    "enlarged": "soft",
    "tilt": "",
}
"""Which answer each fault of `photo_faults` teaches; a cast and a tilt teach only that the rating gains nothing by them."""
RATED, VIEWS = 6, 9
"""As they were rated, or nearly; and with those in which something was done on purpose."""
FURTHER, FURTHER_EVERY = ("tilt",), 2
"""Of the photos, one in two is also seen tilted and with what is done on purpose: enough, and it halves the time."""
DETAIL = 0.75
RIDGE, FAULT_RIDGE = 2.0, 0.5
FALL, HELD_DOWN = 1.5, 1.0
"""A fault shall cost at least so many points of 100, asked with this weight beside a rating's; ratings come first."""
TINT_FALL, TINT_HELD_DOWN = 5.0, 3.0
"""The same of a cast, which costs the whole score next to nothing but by the rating; agreement with people is the same."""
ROUNDS = 2
"""Of asking again where the rating still rises."""
FOLDS, SHUFFLES = 10, 3


@dataclass(frozen=True)
class Taught:
    """What is learned from: a row for each picture that was seen, photo by photo, and how alike two of them are.

    place: (N, VIEWS + faults) which row shows a photo so, -1 where none does; the first is the whole photo. rows: (pictures,
    D) standardised; alike: their inner products; targets: (N, 1 + faults, answers - 1) how much of each fault is in the whole
    photo (none) and in its faulty copies.
    """

    ratings: Floats
    place: Indices
    rows: Floats
    alike: Floats
    targets: Floats
    mean: Floats
    spread: Floats

    def rated(self, photos: Indices) -> tuple[Indices, Floats]:
        """All rows that share their photo's rating, and those ratings."""
        views = self.place[photos, :VIEWS]
        there = views >= 0
        return views[there], np.broadcast_to(self.ratings[photos, None], views.shape)[there]

    def pairs(self, photos: Indices) -> tuple[Indices, Indices, NDArray[np.bool_]]:
        """Rows of photos with a fault, of the same photos as they were, and whether the fault is a cast."""
        faulty = self.place[photos, VIEWS:]
        there, tinted = faulty >= 0, np.array([name == "cast" for name in LEARNED])
        fine, tints = (np.broadcast_to(values, faulty.shape) for values in (self.place[photos, :1], tinted))
        return faulty[there], fine[there], tints[there]

    def shown(self, photos: Indices) -> tuple[Indices, Floats]:
        """The whole photos and their faulty copies, and how much of each fault is in them."""
        rows = np.hstack([self.place[photos, :1], self.place[photos, VIEWS:]])
        return rows[rows >= 0], self.targets[photos][rows >= 0]


def main() -> None:
    """Look, cross-validate, learn from all, write."""
    said = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    said.add_argument("--iqa", type=Path, required=True)
    said.add_argument("--cache", type=Path, required=True)
    said.add_argument("--out", type=Path, default=OUT)
    said.add_argument("--folds", type=int, default=FOLDS)
    said.add_argument("--shuffles", type=int, default=SHUFFLES, help="0: learn only")
    said.add_argument("--folds-only", action="store_true", help="print what cross-validation says and stop")
    args = said.parse_args()
    cv2.setNumThreads(1)
    taught = prepared(*seen_so(args.iqa, args.cache))
    if args.shuffles:
        shuffles = [cross_validated(taught, seed, args.folds) for seed in range(args.shuffles)]
        report(taught, shuffles)
        np.savez(args.cache / "held_out.npz", answers=np.mean([s[:, 0] for s in shuffles], axis=0))
    if not args.folds_only:
        write(args.out, taught, *learned(taught, np.arange(len(taught.ratings))))
        print(args.out, args.out.stat().st_size, hashlib.sha256(args.out.read_bytes()).hexdigest())


def report(taught: Taught, shuffles: list[Floats]) -> None:
    """Agreement with people, and how often the opinion rises where a fault is put in."""
    each = [spearman(answers[:, 0, 0], taught.ratings) for answers in shuffles]
    low, high = np.mean([interval(answers[:, 0, 0], taught.ratings) for answers in shuffles], axis=0)
    print(f"opinion: Spearman {np.mean(each):.3f}, 95 % interval {low:.3f} to {high:.3f}")
    print(f"{len(shuffles)} shuffles: {min(each):.4f} to {max(each):.4f}")
    rise = np.mean(shuffles, axis=0)[..., 0]
    gains = rise[:, 1:] - rise[:, :1]
    told = [f"{name} {np.mean(gain[~np.isnan(gain)] > 1):.2f}" for name, gain in zip(LEARNED, gains.T, strict=True)]
    print("photos whose opinion rises by over 1 with a fault:", ", ".join(told))


def seen_so(iqa: Path, cache: Path) -> tuple[Floats, Floats, Floats]:
    """Ratings, statistics of every picture (N, VIEWS + faults, D) and targets, cached (ten minutes on one core).

    Zeros where a photo was not seen so.
    """
    cache.mkdir(parents=True, exist_ok=True)
    with (iqa / "scores.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    kept = cache / "seen.npz"
    if not kept.is_file():
        seen = [_seen(iqa / row["file"], number) for number, row in enumerate(rows)]
        pictures, levels = (np.stack(part) for part in zip(*seen, strict=True))
        np.savez(kept, pictures=pictures.astype(np.float16), levels=levels)
    with np.load(kept) as found:
        ratings = np.array([float(row["mos"]) for row in rows], np.float32)
        return ratings, found["pictures"].astype(np.float32), found["levels"].astype(np.float32)


def _seen(path: Path, number: int) -> tuple[Floats, Floats]:
    rgb = np.ascontiguousarray(cv2.imread(str(path), cv2.IMREAD_COLOR)[..., ::-1])
    random, further = np.random.default_rng(number), number % FURTHER_EVERY == 0
    pictures = [statistics_as_it_is(view) for view in views(looked_at(rgb))]
    nothing = np.zeros_like(pictures[0])
    pictures += [statistics(meant) for meant in intents(rgb)] if further else [nothing] * (VIEWS - RATED)
    levels = np.zeros((1 + len(LEARNED), len(ANSWERS) - 1), np.float32)
    for place, (name, answer) in enumerate(LEARNED.items(), start=1):
        fault, strength = PHOTO_FAULTS[name], min(2.0, random.uniform(0, 2.2))
        amount = float(np.interp(strength, (0, 1, 2), fault.amounts))
        seen = further or name not in FURTHER
        pictures.append(statistics(fault.make(rgb, amount, random)) if seen else nothing)
        if answer:
            levels[place, ANSWERS.index(answer) - 1] = strength + 1
    return np.stack(pictures), levels


def views(rgb: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
    """Whole, mirrored, and four details at the size they have: enlarged, they would teach that soft is as good as sharp."""
    yield rgb
    yield np.ascontiguousarray(rgb[:, ::-1])
    height, width = (round(side * DETAIL) for side in rgb.shape[:2])
    for top in (0, rgb.shape[0] - height):
        for left in (0, rgb.shape[1] - width):
            yield np.ascontiguousarray(rgb[top : top + height, left : left + width])


def prepared(ratings: Floats, pictures: Floats, levels: Floats) -> Taught:
    """Standardised by the rated views of all photos, which says nothing of their ratings."""
    there = pictures.any(axis=-1)
    place = np.where(there, np.cumsum(there).reshape(there.shape) - 1, -1)
    rows = balanced(pictures[there])
    rated = rows[place[:, :RATED].ravel()]
    mean, spread = rated.mean(axis=0), (rated.std(axis=0) + 1e-3) * group_sizes()
    rows -= mean
    rows /= spread
    return Taught(ratings, place, rows, rows @ rows.T, levels, mean, spread)


def group_sizes() -> Floats:
    """Every place of the network counts alike, whatever its number of channels."""
    return np.concatenate([np.full(2 * size, np.sqrt(2 * size * len(GROUPS)), np.float32) for size in GROUPS])


def learned(taught: Taught, photos: Indices) -> tuple[Floats, Floats]:
    """(rows, answers) shares of the taught rows in each answer's weights, and (answers,) offsets."""
    shares = np.zeros((len(taught.alike), len(ANSWERS)), np.float32)
    shares[:, 0], middle = opinion(taught, photos)
    shown, levels = taught.shown(photos)
    none = levels.mean(axis=0)
    shares[shown, 1:] = solved(taught.alike[np.ix_(shown, shown)], np.full(len(shown), FAULT_RIDGE), levels - none)
    return shares, np.concatenate([[middle], none]).astype(np.float32)


def opinion(taught: Taught, photos: Indices) -> tuple[Floats, float]:
    """The rating, from all views of the rated photos, and from those pairs in which it would rise with a fault.

    What a fault costs is a guess, and teaching guesses made it agree less with people; that it gains nothing is none.
    """
    rated, ratings = taught.rated(photos)
    faulty, fine, tints = taught.pairs(photos)
    fall, held_down = np.where(tints, TINT_FALL, FALL), np.where(tints, TINT_HELD_DOWN, HELD_DOWN)
    middle = float(ratings.mean())
    shares = np.zeros(len(taught.alike), np.float32)
    rising = np.zeros(len(faulty), np.bool_)
    for _ in range(1 + ROUNDS):
        worse, better = faulty[rising], fine[rising]
        across = taught.alike[np.ix_(worse, rated)] - taught.alike[np.ix_(better, rated)]
        among = _pairs(taught.alike, worse, better)
        alike = np.block([[taught.alike[np.ix_(rated, rated)], across.T], [across, among]])
        strength = np.concatenate([np.full(len(rated), RIDGE), RIDGE / held_down[rising]])
        targets = np.concatenate([ratings - middle, -fall[rising]])
        found = solved(alike, strength, targets)
        shares[:] = 0
        np.add.at(shares, rated, found[: len(rated)])
        np.add.at(shares, worse, found[len(rated) :])
        np.subtract.at(shares, better, found[len(rated) :])
        answers = taught.alike @ shares
        rising |= answers[faulty] > answers[fine] - fall
    return shares, middle


def _pairs(alike: Floats, worse: Indices, better: Indices) -> Floats:
    """Inner products of differences."""
    one = alike[np.ix_(worse, worse)] + alike[np.ix_(better, better)]
    other = alike[np.ix_(worse, better)]
    return np.asarray(one - other - other.T, np.float32)


def solved(alike: Floats, strength: NDArray[np.floating], targets: NDArray[np.floating]) -> Floats:
    """Ridge regression in its dual form."""
    held = alike.copy()
    held[np.diag_indices_from(held)] += strength.astype(np.float32)
    return np.linalg.solve(held, targets.astype(np.float32))


def cross_validated(taught: Taught, seed: int, folds: int) -> Floats:
    """(N, 1 + faults, answers): each photo's, whole and with each fault, by what was learned from photos without it.

    Not a number where a photo was not seen so.
    """
    order = np.random.default_rng(seed).permutation(len(taught.ratings))
    answers = np.full((len(order), 1 + len(LEARNED), len(ANSWERS)), np.nan, np.float32)
    for held in np.array_split(order, folds):
        shares, offset = learned(taught, np.setdiff1d(order, held))
        rows = np.hstack([taught.place[held, :1], taught.place[held, VIEWS:]])
        found = taught.alike[rows] @ shares + offset
        answers[held] = np.where(rows[..., None] >= 0, found, np.nan)
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


def write(path: Path, taught: Taught, shares: Floats, offset: Floats) -> None:
    """As half floats: standardisation is folded into the weights."""
    folded = (taught.rows.T @ shares) / taught.spread[:, None]
    scale = np.abs(folded).max(axis=0)
    np.savez_compressed(
        path,
        weights=(folded / scale).astype(np.float16),
        scale=scale,
        offset=(offset - taught.mean @ folded).astype(np.float32),
    )


if __name__ == "__main__":
    main()
