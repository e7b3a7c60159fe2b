"""Is the thing still whole, where its place is known exactly? Things laid into pictures, and words on plain grounds.

    python benchmarks/placed_objects.py ../shared/corpus [--count 60] [--seed 1] [--sheet OUT.png]

Nothing here is boxed by hand or taught: cut-out products, products in a hand and drawn jars, bottles and tubes are laid at
random places and sizes into the corpus' pictures (out of focus by a little, as behind a thing held to the camera) or onto
plain and shaded grounds; lines of lettering and small logo cards stand on plain grounds. For each of four ratios in which
the largest crop could hold the thing: did it? 2 % of it may be missing; a picture laid into a border counts where the part
shown holds the thing, and is counted apart.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from faces import RATIOS, fits, holds, looked_at, other_croppers, ratio_of
from objects import truth
from PIL import Image, ImageDraw, ImageFont, ImageOps

from mediakit.frame.geometry import largest_crop
from mediakit.frame.solve import solve
from mediakit.model import Box, Size
from mediakit.photo.words import words_picture
from mediakit.platforms.schema import Shape
from mediakit.presets.schema import Frame

GROUNDS = (
    *("Avocado_001", "Banana", "Beef-Tomato_001", "Brown-Cap-Mushroom_001", "Cantaloupe_001", "Carrots_004"),
    *("Green-Bell-Pepper", "Honeydew-Melon_001", "Lemon", "Orange_004", "Pink-Lady", "Regular-Tomato_004"),
    *("Vine-Tomato", "Yellow-Onion", "Arla-Standard-Milk", "Arla-Sour-Milk_004", "Carrots_001"),
)
"""Photos of shelves and piles: pictures whose own subject does not compete with what is laid on them."""
ON_WHITE = ("Alpro-Fresh-Soy-Milk_Iconic.jpg", "Oatly-Natural-Oatghurt_Iconic.jpg", "Vine-Tomato_Iconic.jpg")
HELD = {
    "Granny-Smith.jpg": (0.02, 0.24, 0.62, 0.75),
    "Arla-Ecological-Medium-Fat-Milk_001.jpg": (0.0, 0.08, 0.75, 0.85),
    "Avocado_004.jpg": (0.0, 0.25, 0.82, 0.70),
}
"""Where in the photo hand and thing are, for GrabCut; the thing's own box is that of objects.csv."""
SIDES = ((1200, 800), (1200, 900), (1280, 720), (800, 1200), (900, 1200))
LINES = ("新品香水 夜色", "SPRING SALE", "Lip care, made in Lyon", "上新 · New in", "会员日 全场八折", "No. 5 Rouge")


@dataclass(frozen=True)
class Thing:
    """Something to lay down: (H, W, 4) RGBA, and its own box in it (a hand is not the thing)."""

    rgba: np.ndarray
    box: tuple[float, float, float, float]
    held: bool = False


@dataclass(frozen=True)
class Case:
    """A picture whose thing is known."""

    kind: str
    image: Image.Image
    box: Box


def cases(corpus: Path, count: int, seed: int) -> Iterator[Case]:
    """`count` of each kind."""
    rng = np.random.default_rng(seed)
    folder = corpus / "photos" / "retail"
    on_white = [_cut_out(folder / name) for name in ON_WHITE]
    held = [_held(folder / name, rect) for name, rect in HELD.items()]
    scenes = [folder / f"{name}.jpg" for name in GROUNDS]
    for _ in range(count):
        ground = _scene(scenes, rng) if rng.random() < 0.6 else plain(rng)
        yield laid("product", ground, on_white[rng.integers(len(on_white))], rng)
        yield laid("in a hand", _scene(scenes, rng), held[rng.integers(len(held))], rng)
        ground = _scene(scenes, rng) if rng.random() < 0.5 else plain(rng)
        yield laid("drawn jar or tube", ground, _drawn(rng), rng)
        yield _lettered(rng)


def _cut_out(path: Path) -> Thing:
    """A product on white paper, the paper taken away from the border inwards."""
    rgb = np.asarray(Image.open(path).convert("RGB"))
    paper = (rgb.min(axis=2) > 243).astype(np.uint8)
    _, labels = cv2.connectedComponents(paper, connectivity=4)
    outer = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
    alpha = (~np.isin(labels, outer[outer > 0])).astype(np.uint8)
    alpha = cv2.erode(alpha, np.ones((3, 3), np.uint8)) * np.uint8(255)
    ys, xs = np.nonzero(alpha)
    cut = np.dstack([rgb, alpha])[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]
    return Thing(np.ascontiguousarray(cut), (0.0, 0.0, 1.0, 1.0))


def _held(path: Path, rect: tuple[float, float, float, float]) -> Thing:
    """A product in a hand, cut out by GrabCut (Rother et al., 2004)."""
    with Image.open(path) as opened:
        image = ImageOps.exif_transpose(opened).convert("RGB")
    image.thumbnail((500, 500))
    rgb, (w, h) = np.asarray(image), image.size
    mask = np.zeros((h, w), np.uint8)
    cv2.setRNGSeed(1)
    inside = tuple(int(share * side) for share, side in zip(rect, (w, h, w, h), strict=True))
    cv2.grabCut(rgb.copy(), mask, inside, np.zeros((1, 65)), np.zeros((1, 65)), 6, cv2.GC_INIT_WITH_RECT)
    alpha = np.isin(mask, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(alpha)
    biggest = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA])) if count > 1 else 0
    alpha = cv2.GaussianBlur((labels == biggest).astype(np.uint8) * np.uint8(255), (0, 0), 1)
    box = truth()[f"photos/retail/{path.name}"][0]
    return Thing(np.dstack([rgb, alpha]), (box.x, box.y, box.w, box.h), held=True)


def _drawn(rng: np.random.Generator) -> Thing:
    """A jar, a bottle or a tube in one colour with a lid, shaded as a cylinder is, a label on it."""
    width, height = ((300, 240), (220, 520), (120, 480))[rng.integers(3)]
    colour, lid = rng.integers(30, 250, 3), rng.integers(20, 240, 3)
    shade = 0.55 + 0.55 * np.sin(np.linspace(0.25, 2.6, width)) ** 2
    body = np.clip(colour[None, None] * shade[None, :, None], 0, 255).repeat(height, axis=0)
    lid_height = int(height * rng.uniform(0.15, 0.3))
    body[:lid_height] = np.clip(lid[None, None] * shade[None, :, None], 0, 255)
    image = Image.fromarray(body.astype(np.uint8))
    draw = ImageDraw.Draw(image)
    ink = (255, 255, 255) if colour.mean() < 128 else (20, 20, 20)
    draw.text((width * 0.18, height * 0.55), "RÉVE", font=ImageFont.load_default(width // 5), fill=ink)
    mask = Image.new("L", image.size, 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, width - 1, height - 1), radius=width // 9, fill=255)
    return Thing(np.dstack([np.asarray(image), np.asarray(mask)]), (0.0, 0.0, 1.0, 1.0))


def _scene(paths: list[Path], rng: np.random.Generator) -> np.ndarray:
    """A shelf or a pile as what lies behind, out of focus by a little to clearly."""
    with Image.open(paths[rng.integers(len(paths))]) as opened:
        opened.draft("RGB", (1200, 1200))
        image = ImageOps.exif_transpose(opened).convert("RGB")
    fitted = ImageOps.fit(image, SIDES[rng.integers(len(SIDES))])
    return cv2.GaussianBlur(np.asarray(fitted), (0, 0), rng.uniform(2, 9))


def plain(rng: np.random.Generator) -> np.ndarray:
    """Paper or a wall: one colour, at times darker towards one side, with a little noise."""
    width, height = SIDES[rng.integers(len(SIDES))]
    base = rng.uniform(20, 250) + rng.uniform(-25, 25, 3)
    slope = np.linspace(-1, 1, width)[None, :, None] * rng.uniform(-25, 25)
    slope = slope + np.linspace(-1, 1, height)[:, None, None] * rng.uniform(-25, 25)
    return np.clip(base + slope + rng.normal(0, 1.5, (height, width, 3)), 0, 255).astype(np.uint8)


def laid(kind: str, ground: np.ndarray, thing: Thing, rng: np.random.Generator) -> Case:
    """A thing on a ground, of 0.3 to 0.75 of its shorter side, anywhere; one in a hand at a side."""
    height, width = ground.shape[:2]
    rgba = thing.rgba
    scale = rng.uniform(0.3, 0.75) * min(width, height) / max(rgba.shape[:2])
    drawn = cv2.resize(rgba, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    bx, by, bw, bh = thing.box
    mirrored = rng.random() < 0.5
    if mirrored:
        drawn, bx = np.ascontiguousarray(drawn[:, ::-1]), 1 - bx - bw
    h, w = drawn.shape[:2]
    x, y = int(rng.integers(0, width - w + 1)), int(rng.integers(0, height - h + 1))
    if thing.held:  # an arm comes from the side
        x, y = (width - w if mirrored else 0), max(y, height - h - height // 4)
    alpha = drawn[..., 3:].astype(np.float32) / 255
    place = ground[y : y + h, x : x + w]
    out = ground.copy()
    out[y : y + h, x : x + w] = np.rint(place + alpha * (drawn[..., :3].astype(np.float32) - place)).astype(np.uint8)
    return Case(kind, Image.fromarray(out), Box(x + bx * w, y + by * h, bw * w, bh * h))


def _lettered(rng: np.random.Generator) -> Case:
    """A line or two on a plain ground, somewhere."""
    ground = plain(rng)
    height, width = ground.shape[:2]
    words = words_picture(LINES[rng.integers(len(LINES))], None, light=bool(ground.mean() < 128), plate=False)
    scale = rng.uniform(0.35, 0.75) * min(width, height) / words.shape[1]
    drawn = cv2.resize(words, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    rows = [drawn] if rng.random() < 0.5 else [drawn, np.zeros_like(drawn)[: drawn.shape[0] // 2], drawn]
    thing = Thing(np.concatenate(rows), (0.0, 0.0, 1.0, 1.0))
    h, w = thing.rgba.shape[:2]
    x, y = int(rng.integers(0, width - w + 1)), int(rng.integers(0, height - h + 1))
    alpha = thing.rgba[..., 3:].astype(np.float32) / 255
    place = ground[y : y + h, x : x + w]
    ground[y : y + h, x : x + w] = np.rint(place + alpha * (thing.rgba[..., :3].astype(np.float32) - place))
    return Case("lettering", Image.fromarray(ground), Box(x, y, w, h))


def main() -> None:
    """One row a kind of thing, one a method; the sheet shows what mediakit cut."""
    said = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    said.add_argument("corpus", type=Path)
    said.add_argument("--count", type=int, default=60)
    said.add_argument("--seed", type=int, default=1)
    said.add_argument("--alone", action="store_true", help="leave the others out")
    said.add_argument("--sheet", type=Path, help="a contact sheet of what mediakit cut, thing red, crop green")
    args = said.parse_args()
    measure(cases(args.corpus, args.count, args.seed), alone=args.alone, sheet=args.sheet)


def measure(given: Iterable[Case], *, alone: bool, sheet: Path | None) -> None:
    """Crop every case at every ratio that could hold its thing, and print the shares held."""
    cv2.setNumThreads(1)
    others = {} if alone else dict(other_croppers())
    held: dict[tuple[str, str, str], int] = defaultdict(int)
    total: dict[tuple[str, str], int] = defaultdict(int)
    bordered: dict[str, int] = defaultdict(int)
    missed: list[np.ndarray] = []
    spent, looked = 0.0, 0
    for case in given:
        size = Size(*case.image.size)
        began = time.process_time()
        findings = looked_at(case.image)
        spent, looked = spent + time.process_time() - began, looked + 1
        for ratio in RATIOS:
            window = largest_crop(size, ratio_of(ratio))
            if window == size or not fits((case.box,), window):
                continue
            total[case.kind, ratio] += 1
            framing = solve(findings, Shape(ratio=ratio), Frame())
            bordered[case.kind] += framing.fit != "crop"
            ok = holds(framing.crop, (case.box,))
            held["mediakit", case.kind, ratio] += ok
            if not ok:
                missed.append(shown(case, framing.crop.as_box()))
            for name, cropper in others.items():
                crop = cropper(case.image, window)
                held[name, case.kind, ratio] += crop is not None and holds(crop, (case.box,))
    report(["mediakit", *others], held, total, bordered)
    print(f"\nlooking: {1000 * spent / max(1, looked):.0f} ms a picture, CPU")
    if sheet and missed:
        sheet_of(missed, sheet)


def report(names, held, total, bordered) -> None:
    kinds = sorted({kind for kind, _ in total})
    print(f"{'':40}" + "".join(f"{ratio:>9}" for ratio in RATIOS) + f"{'all':>9}")
    for kind in [*kinds, "all"]:
        chosen = kinds if kind == "all" else [kind]
        for name in names:
            hits = [sum(held[name, k, ratio] for k in chosen) for ratio in RATIOS]
            counts = [sum(total[k, ratio] for k in chosen) for ratio in RATIOS]
            shares = "".join(f"{hit / max(1, count):9.3f}" for hit, count in zip(hits, counts, strict=True))
            border = sum(bordered[k] for k in chosen)
            told = f" ({sum(counts)} cases, {border} in a border)" if name == "mediakit" else ""
            print(f"{kind:20}{name:20}{shares}{sum(hits) / max(1, sum(counts)):9.3f}{told}")


def shown(case: Case, crop: Box) -> np.ndarray:
    image = np.asarray(case.image).copy()
    for box, colour in ((crop, (0, 200, 0)), (case.box, (230, 0, 0))):
        cv2.rectangle(image, (int(box.x), int(box.y)), (int(box.right), int(box.bottom)), colour, 6)
    return np.asarray(ImageOps.pad(Image.fromarray(image), (300, 300)))


def sheet_of(cells: list[np.ndarray], to: Path) -> None:
    rows = [
        np.concatenate([*cells[i : i + 6], *[np.zeros_like(cells[0])] * (6 - len(cells[i : i + 6]))], axis=1)
        for i in range(0, min(len(cells), 48), 6)
    ]
    Image.fromarray(np.concatenate(rows)).save(to)


if __name__ == "__main__":
    main()
