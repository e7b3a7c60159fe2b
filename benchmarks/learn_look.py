"""Learn mediakit/look/prior.npz: what balanced photos look like.

    python benchmarks/learn_look.py ../shared/corpus/iqa [--copies 30] [--epochs 30]
    python benchmarks/learn_look.py ../shared/corpus/iqa --onward

Every photo is cropped at random, at times set before a wall of some colour, and given random faults (or none); the network
learns to name the fault. Some are saved as JPEG afterwards, some made smaller. Photos that people rated low count less as
examples of "nothing wrong". Data: LIVE In the Wild Image Quality Challenge Database,
D. Ghadiyaram and A. C. Bovik, University of Texas at Austin, 2015. Prints what it gets wrong on every fifth photo, which
it never learns from, then learns once more from all and writes the numbers. `--onward` takes the networks there are, lets a
copy of each learn on where lights are of any tint, green and magenta ones as often as others, and adds the copies.
"""

from __future__ import annotations

import argparse
import csv
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from faults import ToneFault, cast, light

from mediakit.look import prior
from mediakit.look.features import features
from mediakit.pixels.light import Rgb8

HIDDEN = (160, 64)
BATCH = 256
NETWORKS = 3
WALLED, SAVED, LARGE = 0.12, 0.4, 0.25
"""Shares of the examples that stand before a drawn wall, that are saved as JPEG, and that get their fault at full size."""
ROUNDS = ((2000, 10), (4000, 12), (5000, 12), (6000, 12))
"""Seeds, and copies of each photo, that are learned onward from."""
FIRST_SAY = 1.7
"""How much the first networks count in the answer for the curve; the copies count what is missing to 2."""
NONE, NONE_TINTED = 0.25, 0.5
"""Weight of an example without a fault, at first and onward: more makes a more timid judge."""


def random_fault(rng: np.random.Generator) -> tuple[np.ndarray, ToneFault]:
    """A light and a tone fault; three in ten times nothing at all, else one or several."""
    if rng.random() < 0.3:
        return np.ones(3, np.float32), ToneFault()
    chosen = rng.random(4) < (0.5, 0.35, 0.18, 0.15)
    white = light(rng.uniform(-42, 42), rng.normal(0, 0.005)) if chosen[0] else np.ones(3, np.float32)
    return white, ToneFault(
        exposure_ev=float(rng.uniform(-1.9, 1.3)) if chosen[1] else 0.0,
        contrast=float(rng.uniform(0.55, 1.0)) if chosen[2] else 1.0,
        pivot=float(rng.uniform(0.4, 0.65)),
        haze=float(rng.uniform(0.08, 0.45)) if chosen[3] else 0.0,
        airlight=tuple(rng.uniform(0.6, 0.95) * np.array([1, *rng.uniform(1, 1.06, 2)])),
    )


def tinted_fault(rng: np.random.Generator) -> tuple[np.ndarray, ToneFault]:
    """A light of any tint, as often far from daylight's as near to it, and at times a tone fault."""
    white = np.ones(3, np.float32)
    if rng.random() < 0.75:
        duv = rng.normal(0, 0.004) if rng.random() < 0.45 else rng.uniform(-0.013, 0.013)
        white = light(rng.uniform(-40, 40) if rng.random() < 0.7 else rng.normal(0, 8), duv)
    return white, random_fault(rng)[1] if rng.random() < 0.35 else ToneFault()


def random_crop(rgb: Rgb8, rng: np.random.Generator) -> Rgb8:
    """Mostly the picture, at times a detail: a wall, a cheek, one product, whose colour is not the light's."""
    height, width = rgb.shape[:2]
    share = rng.uniform(0.12, 0.4) if rng.random() < 0.15 else rng.uniform(0.6, 1.0)
    h, w = (max(int(side * share * rng.uniform(0.85, 1)), 8) for side in (height, width))
    y, x = rng.integers(0, height - h + 1), rng.integers(0, width - w + 1)
    return np.ascontiguousarray(rgb[y : y + h, x : x + w])


def before_a_wall(rgb: Rgb8, rng: np.random.Generator) -> Rgb8:
    """The picture with a shaded wall of any paint around an oval, above a line, or around a box: it is not the light's."""
    height, width = rgb.shape[:2]
    chroma, hue = rng.uniform(0, 26) * rng.uniform(0.3, 1), rng.uniform(0, 2 * np.pi)
    lab = np.float32([[[rng.uniform(25, 92), chroma * np.cos(hue), chroma * np.sin(hue)]]])
    y, x = (axis.astype(np.float32) for axis in np.mgrid[0:height, 0:width])
    x, y = x / width, y / height
    way = rng.uniform(0, 2 * np.pi)
    shade = 1 + ((x - 0.5) * np.cos(way) + (y - 0.5) * np.sin(way)) * rng.uniform(0, 0.35)
    wall = 255 * cv2.cvtColor(lab, cv2.COLOR_LAB2RGB)[0, 0] * shade[..., None] + rng.normal(0, 1.5, (height, width, 1))
    kind = rng.integers(3)
    if kind == 0:
        across = (x - rng.uniform(0.35, 0.65)) / rng.uniform(0.2, 0.45)
        at = across**2 + ((y - rng.uniform(0.5, 0.8)) / rng.uniform(0.3, 0.6)) ** 2 > 1
    elif kind == 1:
        at = y < rng.uniform(0.3, 0.7)
    else:
        left, top = rng.uniform(0, 0.35), rng.uniform(0.1, 0.5)
        at = ~((x > left) & (x < left + rng.uniform(0.35, 0.6)) & (y > top))
    return np.where(at[..., None], np.clip(wall, 0, 255).astype(np.uint8), rgb)


def saved(rgb: Rgb8, rng: np.random.Generator) -> Rgb8:
    """As a JPEG of quality 75 to 96 gives it back."""
    data = cv2.imencode(".jpg", rgb, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(75, 97))])[1]
    return cv2.imdecode(data, cv2.IMREAD_UNCHANGED)


def truth(white: np.ndarray, fault: ToneFault) -> np.ndarray:
    """What the network should answer, in its units."""
    log = np.log2(white)
    knots = np.array(prior.KNOTS, np.float32)
    curve = (fault.undone_at(knots) - knots) if fault != ToneFault() else 0 * knots
    cast_of = np.array([log[0] - log[2], log[0] + log[2] - 2 * log[1]])
    return np.concatenate([cast_of / prior.CAST_SCALE, curve / prior.CURVE_SCALE])


def seen(rgb: Rgb8, white: np.ndarray, fault: ToneFault, rng: np.random.Generator) -> np.ndarray:
    """Features of the picture with these faults, at times before a wall, at times saved as JPEG."""
    if rng.random() < WALLED:
        rgb = before_a_wall(rgb, rng)
    if fault != ToneFault():
        rgb = fault.on(rgb)
    if not (white == 1).all():
        rgb = cast(rgb, white)
    return features(saved(rgb, rng) if rng.random() < SAVED else rgb)


def counted(score: float, white: np.ndarray, fault: ToneFault, none: float) -> float:
    """How much an example of a photo that people gave this score counts."""
    untouched = fault == ToneFault() and (white == 1).all()
    return float(np.clip((score - 15) / 45, 0.1, 1.0) * (none if untouched else 1.0))


def scores(folder: Path) -> list[tuple[str, float]]:
    """File names and what people thought of them."""
    with (folder / "scores.csv").open(newline="") as rows:
        return [(row["file"], float(row["mos"])) for row in csv.DictReader(rows)]


def pictures(folder: Path, name: str) -> tuple[Rgb8, Rgb8]:
    """A photo, and at half its size."""
    whole = np.ascontiguousarray(cv2.imread(str(folder / name))[..., ::-1])
    return whole, cv2.resize(whole, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)


def examples(folder: Path, copies: int, rng: np.random.Generator):
    """Features, answers, which photo, and how much each example counts."""
    inputs, answers, photo, counts = [], [], [], []
    for index, (name, score) in enumerate(scores(folder)):
        whole, half = pictures(folder, name)
        for _ in range(copies):
            white, fault = random_fault(rng)
            inputs.append(seen(random_crop(whole if rng.random() < LARGE else half, rng), white, fault, rng))
            answers.append(truth(white, fault))
            photo.append(index)
            counts.append(counted(score, white, fault, NONE))
    return np.array(inputs), np.array(answers, np.float32), np.array(photo), np.array(counts, np.float32)


def tinted_examples(folder: Path, seed: int, copies: int, half_of_them: int):
    """Features, answers and counts of one half of the photos, 0 or 1, under tinted lights."""
    rng, scored = np.random.default_rng(seed + half_of_them), scores(folder)
    found = []
    for index in np.random.default_rng(5).permutation(len(scored))[half_of_them::2]:
        name, score = scored[index]
        half = pictures(folder, name)[1]
        for _ in range(copies):
            white, fault = tinted_fault(rng)
            inputs = seen(random_crop(half, rng), white, fault, rng)
            found.append((inputs, truth(white, fault), counted(score, white, fault, NONE_TINTED)))
    return tuple(np.array(column, np.float32) for column in zip(*found, strict=True))


def learn(inputs, answers, counts, epochs: int, seed: int, start=None, fastest: float = 2e-3) -> dict[str, np.ndarray]:
    """Adam on a smooth absolute loss, decaying step, weight decay, noise on the inputs; from a network `start`, or none."""
    rng = np.random.default_rng(seed)
    if start is None:
        mean, spread = inputs.mean(axis=0), inputs.std(axis=0) + 1e-3
        params = _beginning((inputs.shape[1], *HIDDEN, answers.shape[1]), rng)
    else:
        mean, spread = start["mean"], start["spread"]
        params = [start[f"{kind}{i}"].copy() for i in range(3) for kind in "wb"]
    z = np.clip((inputs - mean) / spread, -4, 4).astype(np.float32)
    moments = [(np.zeros_like(p), np.zeros_like(p)) for p in params]
    step, total = 0, epochs * (len(z) // BATCH)
    for _ in range(epochs):
        order = rng.permutation(len(z))
        for start in range(0, len(z) - BATCH + 1, BATCH):
            pick = order[start : start + BATCH]
            step += 1
            rate = fastest * 0.5 * (1 + np.cos(np.pi * step / total))
            gradients = _gradients(
                params, z[pick] + rng.normal(0, 0.15, (BATCH, z.shape[1])), answers[pick], counts[pick]
            )
            for param, moment, gradient in zip(params, moments, gradients, strict=True):
                _adam(param, moment, gradient, rate, step)
    named = {f"{kind}{i}": params[2 * i + j] for i in range(3) for j, kind in enumerate("wb")}
    return {"mean": mean, "spread": spread, **named}


def _beginning(sizes: tuple[int, ...], rng: np.random.Generator) -> list[np.ndarray]:
    """Weights and biases of a network that knows nothing, and says little."""
    params = []
    for a, b in pairwise(sizes):
        params += [rng.normal(0, np.sqrt(2 / a), (a, b)).astype(np.float32), np.zeros(b, np.float32)]
    params[-2] *= 0.1
    return params


def _adam(param, moment, gradient, rate: float, step: int) -> None:
    """One step of Adam (Kingma & Ba, 2015) with decoupled weight decay, in place."""
    mean, square = moment
    mean += 0.1 * (gradient - mean)
    square += 0.001 * (gradient * gradient - square)
    size = mean / (1 - 0.9**step) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
    param -= rate * (size + (0.02 * param if param.ndim == 2 else 0))


def _gradients(params, x, y, counts):
    x = x.astype(np.float32)
    w0, b0, w1, b1, w2, b2 = params
    h0 = np.maximum(x @ w0 + b0, 0)
    h1 = np.maximum(h0 @ w1 + b1, 0)
    off = h1 @ w2 + b2 - y
    weights, width = _output_weights(y.shape[1])
    outer = weights * off / np.sqrt(off * off + width) * (counts / counts.sum())[:, None]
    d1 = (outer @ w2.T) * (h1 > 0)
    d0 = (d1 @ w1.T) * (h0 > 0)
    return [x.T @ d0, d0.sum(0), h0.T @ d1, d1.sum(0), h1.T @ outer, outer.sum(0)]


def _output_weights(count: int) -> tuple[np.ndarray, np.ndarray]:
    """How much each output counts, and (squared) up to which error its loss is quadratic, not absolute.

    An absolute loss shrinks a doubtful answer to nothing. For the cast, of which a picture tells less, that would leave
    most casts in place, so it starts further out. The ends of the curve hold few pixels.
    """
    weights, width = np.full(count, 0.7, np.float32), np.full(count, 1.0, np.float32)
    weights[:2], width[:2] = 2.5, 4.0
    weights[[2, -1]] = 0.35
    return weights, width


def answer(net, inputs) -> np.ndarray:
    x = np.clip((inputs - net["mean"]) / net["spread"], -4, 4)
    for i in range(2):
        x = np.maximum(x @ net[f"w{i}"] + net[f"b{i}"], 0)
    return x @ net["w2"] + net["b2"]


def onward(folder: Path, epochs: int = 5) -> list[dict[str, np.ndarray]]:
    """The first networks of prior.npz, and a copy of each that learned on under tinted lights, for casts above all."""
    with np.load(Path(prior.__file__).with_name("prior.npz")) as there:
        known = {name: there[name].astype(np.float32) for name in there.files}
    shared = {name: known[name] for name in ("mean", "spread")}
    parts = [{name: known[name][i].squeeze() for name in known if name not in shared} for i in range(NETWORKS)]
    said = 1.0 if len(known["w2"]) == NETWORKS else FIRST_SAY
    nets = [with_curve(shared | part, 1 / said) for part in parts]
    found = [tinted_examples(folder, seed, copies, half) for seed, copies in ROUNDS for half in (0, 1)]
    data = [np.concatenate(column) for column in zip(*found, strict=True)]
    copies = [learn(*data, epochs, 100 + i, net, fastest=1e-3) for i, net in enumerate(nets)]
    return [with_curve(net, FIRST_SAY) for net in nets] + [with_curve(net, 2 - FIRST_SAY) for net in copies]


def with_curve(net: dict[str, np.ndarray], share: float) -> dict[str, np.ndarray]:
    """The network, its answer for the curve multiplied: how much it counts in the mean of all."""
    weighed = np.r_[np.ones(2), np.full(len(prior.KNOTS), share)].astype(np.float32)
    return net | {"w2": net["w2"] * weighed, "b2": net["b2"] * weighed}


def write(nets: list[dict[str, np.ndarray]]) -> None:
    """Put networks that share mean and spread into prior.npz."""
    packed = {"mean": nets[0]["mean"].astype(np.float32), "spread": nets[0]["spread"].astype(np.float32)}
    for i in range(3):
        packed[f"w{i}"] = np.stack([net[f"w{i}"] for net in nets]).astype(np.float16)
        packed[f"b{i}"] = np.stack([net[f"b{i}"][None] for net in nets]).astype(np.float16)
    to = Path(prior.__file__).with_name("prior.npz")
    np.savez_compressed(to, **packed)
    print(f"wrote {to} ({to.stat().st_size} bytes)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--copies", type=int, default=30)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--keep", type=Path, help="keep the examples in this .npz, or take them from it")
    parser.add_argument("--onward", action="store_true", help="learn on from the networks there are")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    if args.onward:
        write(onward(args.folder))
        return
    if args.keep and args.keep.is_file():
        with np.load(args.keep) as kept:
            data = [kept[name] for name in ("inputs", "answers", "photo", "counts")]
    else:
        data = examples(args.folder, args.copies, np.random.default_rng(7))
        if args.keep:
            np.savez(args.keep, inputs=data[0], answers=data[1], photo=data[2], counts=data[3])
    inputs, answers, photo, counts = data
    held = photo % 5 == 0
    net = learn(inputs[~held], answers[~held], counts[~held], args.epochs, seed=1)
    off, zero = np.abs(answer(net, inputs[held]) - answers[held]), np.abs(answers[held])
    names = ["warm", "magenta", *(f"curve at {k}" for k in prior.KNOTS)]
    for i, name in enumerate(names):
        faulty = zero[:, i] > 0.5
        if not faulty.any():
            continue
        left, was, none = off[faulty, i].mean(), zero[faulty, i].mean(), off[~faulty, i].mean()
        print(f"{name:14s} error {left:5.2f} of {was:5.2f}   where none was {none:5.2f}")
    nets = [learn(inputs, answers, counts, args.epochs, seed) for seed in range(2, 2 + NETWORKS)]
    print(f"{len(inputs)} examples of {photo.max() + 1} photos")
    write(nets)


if __name__ == "__main__":
    main()
