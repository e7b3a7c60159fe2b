"""Are our bytes well spent? Every file we write against Pillow's plain save of the same picture in as many bytes.

    python benchmarks/photo_encode.py ../shared/corpus [--every 3] [--worst]

Each photo of the corpus is brought to a surface's size and saved under the budgets of surfaces: a roomy one, the article's
1 MB, 250 kB, and the 64 kB thumbnail. Beside it stands the best file that `Image.save(quality=...)` makes in no more bytes
than ours took, our colour profile included. What both decode to is compared with the picture: structural similarity of
luma, and mean over red, green and blue, which sees colours bleed too.
"""

from __future__ import annotations

import argparse
import io
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from mediakit.errors import FileError
from mediakit.model import Size
from mediakit.photo.save import Saved, save_photo
from mediakit.pixels.resample import resize
from mediakit.pixels.similarity import ssim

Rgb = NDArray[np.uint8]
WORSE = 0.0005
"""SSIM by which a file may be less alike before it counts as worse: one quality step moves ten times as much."""


@dataclass(frozen=True)
class Case:
    """A budget at a size: the short side, and the bytes."""

    name: str
    short_px: int
    max_bytes: int | None
    target_bytes: int | None


CASES = (
    Case("roomy (5 MB wished)", 1080, 20_000_000, 5_000_000),
    Case("article, 1 MB at most", 1080, 999_999, None),
    Case("250 kB at most", 1080, 250_000, None),
    Case("120 kB at most", 1080, 120_000, None),
    Case("thumbnail, 64 kB at most", 300, 64_000, None),
)


@dataclass(frozen=True)
class Row:
    """One picture: ours and Pillow's likeness."""

    file: str
    saved: Saved
    fits: bool
    luma: tuple[float, float]
    colours: tuple[float, float]


def pictures(corpus: Path, every: int) -> Iterator[tuple[str, Image.Image]]:
    files = [
        f for kind in ("people", "retail", "products", "exif") for f in sorted((corpus / "photos" / kind).iterdir())
    ]
    for file in files[::every]:
        try:
            with Image.open(file) as image:
                yield f"{file.parent.name}/{file.name}", ImageOps.exif_transpose(image).convert("RGB")
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            continue  # the corpus holds files that are no pictures


def at_size(image: Image.Image, short_px: int) -> Rgb:
    scale = min(1.0, short_px / min(image.size))
    size = Size(max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return np.ascontiguousarray(resize(np.asarray(image), size))


def by_pillow(rgb: Rgb, most: int) -> bytes | None:
    """The best plain save in no more bytes; None where even the lowest quality takes more."""
    image = Image.fromarray(rgb)

    def save(quality: int) -> bytes:
        file = io.BytesIO()
        image.save(file, "JPEG", quality=quality)
        return file.getvalue()

    low, high = 1, 100
    if len(save(low)) > most:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if len(save(middle)) <= most else (low, middle)
    return save(low)


def alike(rgb: Rgb, data: bytes) -> tuple[float, float]:
    """(luma, mean of the three channels)."""
    shown = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    grey: Callable[[Rgb], Rgb] = lambda picture: cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)  # noqa: E731
    channels = [ssim(np.ascontiguousarray(rgb[..., i]), np.ascontiguousarray(shown[..., i])) for i in range(3)]
    return ssim(grey(rgb), grey(shown)), float(np.mean(channels))


def measured(name: str, rgb: Rgb, case: Case, path: Path) -> Row | None:
    """Both files of one picture; None where none of the two can be so small."""
    try:
        saved = save_photo(rgb, path, max_bytes=case.max_bytes, target_bytes=case.target_bytes)
    except FileError:
        return None
    ours = path.read_bytes()
    theirs = by_pillow(rgb, len(ours))
    if theirs is None:
        return None
    (luma, colours), (their_luma, their_colours) = alike(rgb, ours), alike(rgb, theirs)
    fits = case.max_bytes is None or len(ours) <= case.max_bytes
    return Row(name, saved, fits, (luma, their_luma), (colours, their_colours))


def told(case: Case, rows: list[Row], photos: int, show_worst: bool) -> None:
    luma = np.array([row.luma[0] - row.luma[1] for row in rows])
    colours = np.array([row.colours[0] - row.colours[1] for row in rows])
    full = sum(row.saved.subsampling == "4:4:4" for row in rows)
    worse = int((colours < -WORSE).sum())
    size, tries = np.median([row.saved.bytes for row in rows]) / 1000, np.mean([row.saved.encodes for row in rows])
    fit = sum(row.fits for row in rows)
    gained = f"{luma.mean():+.4f} | {colours.mean():+.4f}"
    print(f"| {case.name} | {fit} of {photos} | {size:.0f} kB | {tries:.1f} | {full} | {gained} | {worse} |")
    if show_worst:
        for row in sorted(rows, key=lambda r: r.colours[0] - r.colours[1])[:5]:
            print(f"    {row.file}: luma {row.luma}, colours {row.colours}, {row.saved}")


def main() -> None:
    """One row a budget."""
    said = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    said.add_argument("corpus", type=Path)
    said.add_argument("--every", type=int, default=1)
    said.add_argument("--worst", action="store_true")
    args = said.parse_args()
    cv2.setNumThreads(1)
    print("| budget | fit | median | tries | 4:4:4 | luma SSIM gained | colour SSIM gained | worse |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    images = list(pictures(args.corpus, args.every))
    with tempfile.TemporaryDirectory() as folder:
        for case in CASES:
            found = [
                measured(name, at_size(image, case.short_px), case, Path(folder, "a.jpg")) for name, image in images
            ]
            told(case, [row for row in found if row is not None], len(images), args.worst)


if __name__ == "__main__":
    main()
