"""How far the score can be believed: agreement with people, naming of faults, stability, milliseconds.

    python benchmarks/score.py agree  --iqa ../shared/corpus/iqa --held-out FOLDER/held_out.npz
    python benchmarks/score.py faults --photos ../shared/corpus/photos [--few 30]
    python benchmarks/score.py stable --photos ../shared/corpus/photos
    python benchmarks/score.py sheet  --photos FOLDER --out sheet.png

`agree` takes the answers of `learn_quality.py`, where every photo is judged by what was learned without it, puts the parts
beside them and prints Spearman's correlation of the whole score with people's ratings, and the median and spread that
`mediakit/quality/total.py` is set by. `faults` puts known faults into corpus photos: how well the part that should name a
fault tells the faulty copies from the photos as they were (area under the ROC curve), and how often the whole score rises,
over all and where nothing of the fault was seen before: a photo in yellow light is better for a blue tint.
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import time
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pillow_heif
from learn_quality import interval, spearman
from photo_faults import PHOTO_FAULTS, STRENGTHS, compression
from PIL import Image

from mediakit.look.measure import measure
from mediakit.model import Score, Size
from mediakit.pixels.light import Rgb8
from mediakit.pixels.resample import resize
from mediakit.presets.schema import Scoring
from mediakit.quality import photo as quality
from mediakit.quality.impression import Impression
from mediakit.quality.total import REFERENCE_MEDIAN, STEEPNESS, raw
from mediakit.quality.verdict import verdict
from mediakit.vision.look import look_at

CORPUS = Path(os.environ.get("MEDIAKIT_CORPUS", Path(__file__).parents[2] / "shared/corpus"))
LOOKING_PX = 1024
LEAST_PX = 330
RISE = 0.5
"""Points of the whole score that are a rise."""
UNSEEN = 0.97
"""A part that is worth so much sees nothing of its fault: what a photo gains then was not its own fault taken away."""


def main() -> None:
    """One of the four."""
    said = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    said.add_argument("what", choices=("agree", "faults", "stable", "sheet"))
    said.add_argument("--iqa", type=Path, default=CORPUS / "iqa")
    said.add_argument("--held-out", type=Path)
    said.add_argument("--photos", type=Path, default=CORPUS / "photos")
    said.add_argument("--few", type=int, default=1000)
    said.add_argument("--out", type=Path, default=Path("sheet.png"))
    args = said.parse_args()
    cv2.setNumThreads(1)
    if args.what == "agree":
        agree(args.iqa, args.held_out)
    elif args.what == "faults":
        faults(list(photos(args.photos))[:: max(1, len(list(photos(args.photos))) // args.few)])
    elif args.what == "stable":
        stable(list(photos(args.photos)))
    else:
        sheet(list(photos(args.photos)), args.out)


def photos(folder: Path) -> Iterator[Path]:
    """Photos of people, products and shops, as a shop would send them; not the odd formats."""
    kinds = [folder / kind for kind in ("people", "products", "retail", "crop") if (folder / kind).is_dir()]
    found = [p for kind in kinds or [folder] for p in kind.rglob("*") if p.suffix.lower() in {".jpg", ".jpeg", ".png"}]
    yield from (p for p in sorted(found) if min(opened(p).shape[:2]) >= LEAST_PX)


def opened(path: Path) -> Rgb8:
    """(H, W, 3) uint8 sRGB, at most 12 MP."""
    return np.ascontiguousarray(cv2.imread(str(path), cv2.IMREAD_COLOR)[..., ::-1])


def scored(rgb: Rgb8, saved_at: int | None = None) -> Score:
    """As `mediakit score` does it, the decoding left out."""
    size = Size(rgb.shape[1], rgb.shape[0])
    scale = min(1.0, LOOKING_PX / max(rgb.shape[:2]))
    looking = resize(rgb, Size(max(1, round(size.width_px * scale)), max(1, round(size.height_px * scale))))
    findings, _ = look_at(looking, size)
    faces = [face.box.scaled(scale) for face in findings.main_faces]
    tone = measure(looking, skin_boxes=faces)
    return quality.judge_photo(rgb, findings, shown=size, tone=tone, encoded_quality=saved_at).score


def agree(iqa: Path, held_out: Path) -> None:
    """The whole score, every photo judged by what was learned without it, against people."""
    with (iqa / "scores.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    answers, ratings = np.load(held_out)["answers"], np.array([float(row["mos"]) for row in rows])
    sums = []
    for row, answer in zip(rows, answers, strict=True):
        quality.impression = lambda _rgb, answer=answer: Impression(*map(float, answer))  # type: ignore[attr-defined]
        sums.append(raw(scored(opened(iqa / row["file"])).parts))
    whole = np.array(sums)
    low, high = interval(whole, ratings)
    print(f"whole score: Spearman {spearman(whole, ratings):.3f}, 95 % interval {low:.3f} to {high:.3f}")
    print(f"the network alone: {spearman(answers[:, 0], ratings):.3f}")
    print("raw at 2.5, 16, 50, 84, 97.5 %:", np.percentile(whole, [2.5, 16, 50, 84, 97.5]).round(3))
    values = 100 / (1 + np.exp(-(whole - REFERENCE_MEDIAN) / STEEPNESS))
    print(f"median value {np.median(values):.1f}")
    reliability(values, ratings)


def reliability(values: np.ndarray, ratings: np.ndarray) -> None:
    """At each verdict of the base preset: the share of people's upper half, best and worst tenth."""
    scoring, order = Scoring(), np.argsort(np.argsort(ratings)) / len(ratings)
    said = np.array([verdict(Score(float(value)), scoring) for value in values])
    for name in ("pass", "fix", "reject"):
        place = order[said == name]
        print(
            f"{name:6} {len(place):3} photos: people's upper half {np.mean(place >= 0.5):.2f},"
            f" best tenth {np.mean(place >= 0.9):.2f}, worst tenth {np.mean(place < 0.1):.2f}"
        )


def faults(paths: list[Path]) -> None:
    """Every fault in three strengths: does the right part name it, does the whole never rise?"""
    clean = [scored(opened(path)) for path in paths]
    print(
        f"{len(paths)} photos. AUC of the part that should name it; share of photos whose score rises by over {RISE} points"
    )
    for name, fault in PHOTO_FAULTS.items():
        values: dict[int, list[float]] = defaultdict(list)
        wholes = [[score.value] for score in clean]
        for number, path in enumerate(paths):
            for strength, amount in enumerate(fault.amounts):
                rgb = fault.make(opened(path), amount, np.random.default_rng(number))
                score = scored(rgb, int(amount) if fault.make is compression else None)
                values[strength].append(part(score, fault.part))
                wholes[number].append(score.value)
        base = np.array([part(score, fault.part) for score in clean])
        shown = np.array([any(one.name == fault.part for one in score.parts) for score in clean])
        told = "  ".join(f"{STRENGTHS[s]} {area(base, np.array(v)):.3f}" for s, v in values.items())
        most = np.array([max(b - a for a, b in pairwise(whole)) for whole in wholes])
        rises, unseen = np.mean(most > RISE), most[base >= UNSEEN]
        where_unseen = f", {np.mean(unseen > RISE):.2f} of {len(unseen)} in which it was unseen" if len(unseen) else ""
        drops = "  ".join(f"{np.median([w[0] - w[s] for w in wholes]):5.1f}" for s in (1, 2, 3))
        if shown.any() and not shown.all():
            where = {s: round(area(base[shown], np.array(v)[shown]), 3) for s, v in values.items()}
            told += f"  ({shown.mean():.2f} of the photos show it at all; of those {where})"
        print(
            f"{name:12} {fault.part:12} {told}   rises {rises:.2f} (most {max(most):+.1f}){where_unseen}"
            f"   falls by {drops}",
            flush=True,
        )


def part(score: Score, name: str) -> float:
    """A part's value; 1.0 where it is not there, as nothing is wrong with it."""
    return next((one.value for one in score.parts if one.name == name), 1.0)


def area(fine: np.ndarray, faulty: np.ndarray) -> float:
    """The chance that a faulty photo has less of it than a fine one (ties count half)."""
    apart = fine[:, None] - faulty[None]
    return float((apart > 0).mean() + 0.5 * (apart == 0).mean())


def stable(paths: list[Path]) -> None:
    """The same photo at 12, 3 and 1 MP and saved again at quality 85; milliseconds on the largest."""
    spreads, times, twins = [], [], []
    for path in paths:
        rgb = opened(path)
        if rgb.shape[0] * rgb.shape[1] < 1.0e6:
            continue
        largest = enlarged_to(rgb, 12e6) if rgb.shape[0] * rgb.shape[1] > 3e6 else rgb
        copies = [largest] + [enlarged_to(rgb, area_px) for area_px in (3e6, 1e6) if area_px < largest[..., 0].size]
        values = [scored(copy).value for copy in copies]
        values.append(scored(compression(rgb, 85, np.random.default_rng(0)), 85).value)
        spreads.append(max(values) - min(values))
        twins.append(abs(scored(compression(rgb, 92, np.random.default_rng(0)), 92).value - scored(as_heic(rgb)).value))
        size = Size(largest.shape[1], largest.shape[0])
        looking = resize(rgb, Size(640, 480))
        findings, tone = look_at(looking, size)[0], measure(looking)
        begun = time.process_time()
        quality.judge_photo(largest, findings, shown=size, tone=tone)
        times.append(time.process_time() - begun)
    print(
        f"{len(spreads)} photos: spread median {np.median(spreads):.1f},"
        f" 95 % {np.percentile(spreads, 95):.1f}, most {max(spreads):.1f}; {1000 * np.median(times):.0f} ms a photo"
    )
    print(f"the same shot as JPEG (92) and as HEIC (75): median {np.median(twins):.1f} apart, most {max(twins):.1f}")


def as_heic(rgb: Rgb8) -> Rgb8:
    """Saved as a phone saves HEIC and opened again."""
    kept = io.BytesIO()
    pillow_heif.from_pillow(Image.fromarray(rgb)).save(kept, quality=75)
    return np.ascontiguousarray(np.asarray(pillow_heif.open_heif(kept.getvalue()).to_pillow().convert("RGB")))


def enlarged_to(rgb: Rgb8, area_px: float) -> Rgb8:
    """Shrunk (or enlarged) to this many pixels."""
    scale = (area_px / (rgb.shape[0] * rgb.shape[1])) ** 0.5
    return cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)


def sheet(paths: list[Path], out: Path) -> None:
    """All of them, the best first, each with its number: to look at."""
    values = sorted(((scored(opened(path)).value, path) for path in paths), reverse=True)
    cell, across = 150, 12
    rows = -(-len(values) // across)
    page = np.full((rows * (cell + 16), across * cell, 3), 255, np.uint8)
    for number, (value, path) in enumerate(values):
        rgb = opened(path)
        scale = (cell - 4) / max(rgb.shape[:2])
        small = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        top, left = number // across * (cell + 16), number % across * cell
        page[top : top + small.shape[0], left : left + small.shape[1]] = small
        place = (left + 2, top + cell + 11)
        cv2.putText(
            page, f"{value:.0f} {path.stem[:16]}", place, cv2.FONT_HERSHEY_SIMPLEX, 0.38, (0, 0, 0), 1, cv2.LINE_AA
        )
    cv2.imwrite(str(out), page[..., ::-1])


if __name__ == "__main__":
    main()
