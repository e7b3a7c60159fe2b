"""Opening and writing photos, side by side: mediakit, Pillow, libvips (where pyvips is installed). One thread each.

    python benchmarks/photo_open.py [PHOTO ...]

Without arguments a 12 MP JPEG is made (sRGB, and the same in Display P3) and opened to serve a 1080x1440 picture; with the
corpus at hand, its phone HEIC and AVIF too. Times are CPU milliseconds, the best of several runs, so that other work on
the machine matters little. Each program does the whole job: decode, orientation, profile to sRGB, 8-bit array.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("VIPS_CONCURRENCY", "1")

import cv2
import numpy as np
from PIL import Image, ImageCms, ImageOps

from mediakit.model import Size
from mediakit.photo.icc import srgb_profile, write_profile
from mediakit.photo.open import open_photo, peek
from mediakit.photo.save import save_photo
from mediakit.presets.schema import Limits

try:
    import pyvips
except ImportError:
    pyvips = None

LIMITS = Limits(mislabelled="accept")
AT_LEAST = Size(1080, 1440)
RUNS = 9


def cpu_ms(job: Callable[[], object]) -> float | None:
    """Best CPU time of several runs in milliseconds; None when the program cannot do it."""
    best = None
    for _ in range(RUNS):
        began = time.process_time()
        try:
            job()
        except Exception:
            return None
        took = 1000 * (time.process_time() - began)
        best = took if best is None else min(best, took)
    return best


def by_pillow(path: Path, reduced: bool) -> np.ndarray:
    with Image.open(path) as image:
        if reduced:
            image.draft("RGB", (AT_LEAST.width_px, AT_LEAST.height_px))
        icc = image.info.get("icc_profile")
        shown = ImageOps.exif_transpose(image).convert("RGB")
        if icc:
            profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
            shown = ImageCms.profileToProfile(shown, profile, ImageCms.createProfile("sRGB"))
        return np.asarray(shown)


def by_vips(path: Path, long_edge: int) -> np.ndarray:
    return pyvips.Image.thumbnail(str(path), long_edge, output_profile="srgb").numpy()


def made_photos(folder: Path) -> list[Path]:
    """12 MP with the grain and detail of a phone photo."""
    rng = np.random.default_rng(1)
    shapes = Image.fromarray(rng.integers(0, 256, (40, 30, 3), dtype=np.uint8)).resize((3024, 4032), Image.BICUBIC)
    grain = rng.normal(0, 5, (4032, 3024, 1)).astype(np.float32)
    photo = Image.fromarray(np.clip(np.asarray(shapes) + grain, 0, 255).astype(np.uint8))
    photo.save(folder / "12 MP sRGB.jpg", quality=92, icc_profile=srgb_profile())
    photo.save(folder / "12 MP Display P3.jpg", quality=92, icc_profile=write_profile("Display P3", 12))
    photo.save(folder / "12 MP sRGB.png", compress_level=1)
    return sorted(folder.iterdir())


def corpus_photos() -> list[Path]:
    corpus = Path(os.environ.get("MEDIAKIT_CORPUS", Path(__file__).resolve().parents[2] / "shared" / "corpus"))
    names = ["formats/ultraHDR.jpg", "heic/pug.heic", "formats/avif-orientation-6.avif", "people/img39.jpg"]
    return [path for name in names if (path := corpus / "photos" / name).exists()]


def row(*cells: object) -> None:
    shown = [f"{cell:.0f}" if isinstance(cell, float) else "-" if cell is None else str(cell) for cell in cells]
    print(f"{shown[0]:34}" + "".join(f"{cell:>15}" for cell in shown[1:]))


def opening(photos: list[Path]) -> None:
    row("open (CPU ms)", "pixels", "made", "peek", "mediakit", "Pillow draft", "Pillow full", "libvips")
    for path in photos:
        made = open_photo(path, LIMITS, at_least=AT_LEAST).pixels.shape
        edge = max(made)
        row(
            path.name,
            peek(path, LIMITS).shown,
            f"{made[1]}x{made[0]}",
            cpu_ms(lambda path=path: peek(path, LIMITS)),
            cpu_ms(lambda path=path: open_photo(path, LIMITS, at_least=AT_LEAST)),
            cpu_ms(lambda path=path: by_pillow(path, reduced=True)),
            cpu_ms(lambda path=path: by_pillow(path, reduced=False)),
            cpu_ms(lambda path=path, edge=edge: by_vips(path, edge)) if pyvips else None,
        )


def writing(photo: Path, folder: Path) -> None:
    pixels = open_photo(photo, LIMITS, at_least=AT_LEAST).pixels
    pixels = np.ascontiguousarray(cv2.resize(pixels, (1080, 1440), interpolation=cv2.INTER_AREA))
    image, out = Image.fromarray(pixels), folder / "out.jpg"
    plain = image.tobytes()
    print()
    row("write 1080x1440 JPEG", "CPU ms", "bytes", "quality", "encodes")
    for name, budget in (("mediakit, no limit", None), ("mediakit, 200 KB", 200_000), ("mediakit, 100 KB", 100_000)):
        took = cpu_ms(lambda budget=budget: save_photo(pixels, out, max_bytes=budget))
        if took is None:
            row(name, None, "does not fit", None, None)
            continue
        saved = save_photo(pixels, out, max_bytes=budget)
        row(name, took, saved.bytes, f"{saved.quality} {saved.subsampling}", saved.encodes)
    sizes = {"Pillow, plain": {}, "Pillow, progressive": {"progressive": True, "optimize": True}}
    for name, extra in sizes.items():
        took = cpu_ms(lambda extra=extra: image.save(out, quality=92, subsampling=0, **extra))
        row(name, took, out.stat().st_size, "92 4:4:4", 1)
    if pyvips:
        from_memory = pyvips.Image.new_from_memory(plain, 1080, 1440, 3, "uchar")
        took = cpu_ms(lambda: from_memory.jpegsave(str(out), Q=92, interlace=True, subsample_mode="off"))
        row("libvips, progressive", took, out.stat().st_size, "92 4:4:4", 1)


def main() -> None:
    cv2.setNumThreads(1)
    import pillow_heif

    pillow_heif.options.DECODE_THREADS = 1
    pillow_heif.register_heif_opener()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        photos = [Path(arg) for arg in sys.argv[1:]] or [*made_photos(folder), *corpus_photos()]
        opening(photos)
        writing(photos[-1] if sys.argv[1:] else photos[0], folder)


if __name__ == "__main__":
    main()
