"""Are titles kept whole? Lines of lettering on cards with and without frames, at three ratios.

    python benchmarks/titles.py [--count 12] [--seed 1] [--sheet OUT.png]

A card is plain, or has a thin line drawn around it, two lines, a band along its rim, or a panel of another colour that the
title stands on. Most titles are wider than the largest crop at 3:4, 1:1 and 9:16 is, so that only a border keeps them
whole. Whole is what misses 2 % of the lettering at most. Nothing here is taught; what is cut goes onto the sheet.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from faces import holds, looked_at, ratio_of
from PIL import Image
from placed_objects import LINES, Case, plain, sheet_of, shown

from mediakit.frame.geometry import largest_crop
from mediakit.frame.solve import solve
from mediakit.model import Box, Size
from mediakit.photo.words import words_picture
from mediakit.platforms.schema import Shape
from mediakit.presets.schema import Frame

RATIOS = ("3:4", "1:1", "9:16")
KINDS = ("plain", "line", "two lines", "band", "panel")


def cases(count: int, seed: int) -> Iterator[Case]:
    """`count` cards of each kind."""
    rng = np.random.default_rng(seed)
    for kind in KINDS * count:
        yield titled(kind, rng)


def titled(kind: str, rng: np.random.Generator) -> Case:
    """A card of that kind with a title of 0.55 to 0.8 of its width, somewhere inside its frame."""
    card = plain(rng)
    height, width = card.shape[:2]
    inner = framed(card, kind, rng)
    ink = bool(card[height // 2, width // 2].mean() < 128)
    words = words_picture(LINES[rng.integers(len(LINES))], None, light=ink, plate=False)
    scale = min(rng.uniform(0.55, 0.8) * width / words.shape[1], 0.9 * inner.h / words.shape[0])
    drawn = cv2.resize(words, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    h, w = drawn.shape[:2]
    x, y = int(inner.x + rng.uniform(0, 1) * (inner.w - w)), int(inner.y + rng.uniform(0.1, 0.9) * (inner.h - h))
    alpha, place = drawn[..., 3:].astype(np.float32) / 255, card[y : y + h, x : x + w]
    card[y : y + h, x : x + w] = np.rint(place + alpha * (drawn[..., :3].astype(np.float32) - place))
    return Case(kind, Image.fromarray(card), Box(x, y, w, h))


def framed(card: np.ndarray, kind: str, rng: np.random.Generator) -> Box:
    """Draw the frame, in place; where the title may stand."""
    height, width = card.shape[:2]
    side, colour = min(height, width), tuple(int(v) for v in rng.integers(0, 256, 3))
    inset = 0 if kind == "band" else int(rng.uniform(0.01, 0.09) * side)
    thick = int((rng.uniform(0.02, 0.09) if kind == "band" else rng.uniform(0.004, 0.012)) * side)
    if kind in ("line", "two lines", "band"):
        inset = _lined(card, inset, thick, colour)
    if kind == "two lines":
        inset = _lined(card, inset + thick, max(2, thick // 2), colour)
    if kind == "panel":
        other = np.clip(card[inset : height - inset, inset : width - inset] + rng.choice((-1, 1)) * 45.0, 0, 255)
        card[inset : height - inset, inset : width - inset] = other
    edge = inset + 0.03 * side
    return Box(edge, edge, width - 2 * edge, height - 2 * edge)


def _lined(card: np.ndarray, inset: int, thick: int, colour: tuple[int, ...]) -> int:
    """A line along all four sides; where it ends."""
    height, width = card.shape[:2]
    inside = card[inset + thick : height - inset - thick, inset + thick : width - inset - thick].copy()
    card[inset : height - inset, inset : width - inset] = colour
    card[inset + thick : height - inset - thick, inset + thick : width - inset - thick] = inside
    return inset + thick


def main() -> None:
    said = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    said.add_argument("--count", type=int, default=12)
    said.add_argument("--seed", type=int, default=1)
    said.add_argument("--sheet", type=Path, help="a contact sheet of what was cut, title red, crop green")
    args = said.parse_args()
    cv2.setNumThreads(1)
    rows: dict[str, list[tuple[bool, bool]]] = {kind: [] for kind in KINDS}
    cut: list[np.ndarray] = []
    for case in cases(args.count, args.seed):
        size, findings = Size(*case.image.size), looked_at(case.image)
        for ratio in RATIOS:
            window = largest_crop(size, ratio_of(ratio))
            if case.box.w <= window.width_px:
                continue
            framing = solve(findings, Shape(ratio=ratio), Frame())
            whole = holds(framing.crop, (case.box,))
            rows[case.kind].append((whole, framing.fit != "crop"))
            if not whole:
                cut.append(shown(case, framing.crop.as_box()))
    for kind, found in rows.items():
        whole, border = np.sum(found, axis=0) if found else (0, 0)
        print(f"{kind:10} {whole} of {len(found)} whole, {border} in a border")
    print(f"{'all':10} {sum(w for found in rows.values() for w, _ in found)} of {sum(map(len, rows.values()))} whole")
    if args.sheet and cut:
        sheet_of(cut, args.sheet)


if __name__ == "__main__":
    main()
