"""How fast photos are made, side by side with other programs: the same files, one thread each, one run.

    python benchmarks/photo_speed.py [PHOTO ...] [--rounds 3] [--workers] [--memory]

Without PHOTO the files are made: 12 MP JPEGs of quality 92 with grain, all different. Every program is started as a whole
command over few files and over many; the difference is what one more photo costs, start-up left out. Rounds are
interleaved, and CPU time is told beside wall time, since wall time is also other work's. libvips (`pyvips`) and
ImageMagick (`mogrify`) are left out, and said to be, where they are not installed.

`--workers` compares two workers with one; `--memory` prints the peak memory of the worker on 24 MP and, where pillow-heif
can write one, on a 200 MP HEIC.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

FEW, MANY = 4, 24
TARGETS = ("xiaohongshu.image", "wechat-moments", "wechat-article.cover")
ONE_THREAD = {"VIPS_CONCURRENCY": "1", "OMP_NUM_THREADS": "1", "MAGICK_THREAD_LIMIT": "1", "OPENBLAS_NUM_THREADS": "1"}

VIPS = """
import sys, pathlib, pyvips
pyvips.cache_set_max(0)
for file in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    small = pyvips.Image.thumbnail(str(file), 1080, height=1440, crop="attention")
    small.write_to_file(f"{sys.argv[2]}/{file.stem}.jpg", Q=90)
"""
PILLOW = """
import sys, pathlib
from PIL import Image, ImageOps
for file in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    with Image.open(file) as image:
        image.draft("RGB", (1080, 1440))
        shown = ImageOps.exif_transpose(image).convert("RGB")
    ImageOps.fit(shown, (1080, 1440), Image.LANCZOS).save(f"{sys.argv[2]}/{file.stem}.jpg", quality=90)
"""


@dataclass(frozen=True)
class Cost:
    """Of one more photo, in milliseconds."""

    wall_ms: float
    cpu_ms: float


Command = Callable[[Path, Path], list[str]]


def commands() -> dict[str, Command]:
    """Every program that is here, as a command over a folder."""
    here: dict[str, Command] = {}
    if importlib.util.find_spec("pyvips"):
        here["libvips, thumbnail with attention crop"] = lambda src, out: [
            sys.executable,
            "-c",
            VIPS,
            str(src),
            str(out),
        ]
    here["Pillow, draft, fit and save"] = lambda src, out: [sys.executable, "-c", PILLOW, str(src), str(out)]
    if shutil.which("mogrify"):
        here["ImageMagick, scaled read, resize and crop"] = by_magick
    here["mediakit resize"] = lambda src, out: mediakit("resize", src, out, TARGETS[:1])
    here["mediakit process, everything, three surfaces"] = lambda src, out: mediakit("process", src, out, TARGETS)
    return here


def by_magick(src: Path, out: Path) -> list[str]:
    """One ImageMagick, file by file, reading JPEG at the scale that serves."""
    return [
        "mogrify", "-path", str(out), "-define", "jpeg:size=2160x2880", "-auto-orient", "-resize", "1080x1440^",
        "-gravity", "center", "-extent", "1080x1440", "-quality", "90", *map(str, sorted(src.iterdir())),
    ]  # fmt: skip


def mediakit(verb: str, src: Path, out: Path, targets: tuple[str, ...], jobs: int = 1) -> list[str]:
    """One of our commands."""
    preset = ["--preset", "base"] if verb == "process" else []
    asked = [word for target in targets for word in ("--to", target)]
    return [sys.executable, "-m", "mediakit", verb, str(src), *preset, *asked, "--jobs", str(jobs), "--out", str(out)]


def spent(command: Command, photos: list[Path], scratch: Path) -> Cost:
    """Wall and CPU time of one command over these photos, its children included."""
    src, out = Path(tempfile.mkdtemp(dir=scratch)), Path(tempfile.mkdtemp(dir=scratch))
    for photo in photos:
        (src / photo.name).hardlink_to(photo)
    before, began = os.times(), time.monotonic()
    done = subprocess.run(
        command(src, out), env={**os.environ, **ONE_THREAD}, capture_output=True, text=True, check=False
    )
    wall, after = time.monotonic() - began, os.times()
    if done.returncode:
        raise SystemExit(f"{command(src, out)[:4]} failed: {done.stderr[-500:]}")
    shutil.rmtree(src)
    shutil.rmtree(out)
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Cost(1000 * wall, 1000 * cpu)


def one_more(command: Command, photos: list[Path], scratch: Path) -> Cost:
    """What one more photo costs."""
    few, many = max(1, min(FEW, len(photos) // 2)), len(photos)
    small, large = spent(command, photos[:few], scratch), spent(command, photos, scratch)
    return Cost((large.wall_ms - small.wall_ms) / (many - few), (large.cpu_ms - small.cpu_ms) / (many - few))


def middle(costs: list[Cost]) -> Cost:
    """The median of rounds."""
    return Cost(statistics.median(c.wall_ms for c in costs), statistics.median(c.cpu_ms for c in costs))


def compared(photos: list[Path], rounds: int, scratch: Path) -> None:
    """The table."""
    costs: dict[str, list[Cost]] = {name: [] for name in commands()}
    for _ in range(rounds):
        for name, command in commands().items():
            costs[name].append(one_more(command, photos, scratch))
    against = middle(costs[next(iter(costs))])
    print(f"| one more photo of {len(photos)} | CPU ms | wall ms | CPU against the first |\n| --- | --- | --- | --- |")
    for name, rows in costs.items():
        cost = middle(rows)
        print(f"| {name} | {cost.cpu_ms:.0f} | {cost.wall_ms:.0f} | {cost.cpu_ms / against.cpu_ms:.2f} |")


def workers(photos: list[Path], rounds: int, scratch: Path) -> None:
    """Two workers against one, in wall time: of use on a machine that does nothing else."""
    walls: dict[int, list[Cost]] = {1: [], 2: []}
    for _ in range(rounds):
        for jobs, costs in walls.items():
            costs.append(one_more(lambda src, out, n=jobs: mediakit("process", src, out, TARGETS, n), photos, scratch))
    one, two = (middle(costs).wall_ms for costs in walls.values())
    print(f"\none worker {one:.0f} ms a photo, two {two:.0f} ms: {one / two:.2f} times as fast")


def memory(scratch: Path) -> None:
    """The peak of the largest process while one photo goes through everything."""
    for photo in large_photos(scratch):
        command = mediakit("process", photo, scratch / f"out-{photo.stem}", TARGETS)
        code = "import resource, subprocess, sys; p = subprocess.run(sys.argv[1:], capture_output=True); "
        code += "print(p.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
        done = subprocess.run([sys.executable, "-c", code, *command], capture_output=True, text=True, check=True)
        status, peak_kb = map(int, done.stdout.split())
        print(f"{photo.name}: peak {peak_kb / 1024:.0f} MB{'' if status == 0 else f', exit {status}'}")


def large_photos(folder: Path) -> list[Path]:
    """24 MP as JPEG, 200 MP as a tiled HEIC."""
    jpeg = folder / "24 MP.jpg"
    grainy(6000, 4000, 0).save(jpeg, quality=92)
    if not importlib.util.find_spec("pillow_heif"):
        return [jpeg]
    import pillow_heif

    heic = folder / "200 MP.heic"
    shapes = Image.fromarray(np.random.default_rng(1).integers(0, 256, (48, 64, 3), dtype=np.uint8))
    large = shapes.resize((16320, 12240), Image.BICUBIC).convert("YCbCr")  # tiles are written of this mode only
    pillow_heif.from_pillow(large).save(heic, quality=30, tile_size=1024, enc_params={"preset": "ultrafast"})
    return [jpeg, heic]


def grainy(width: int, height: int, seed: int) -> Image.Image:
    """Soft shapes with edges and the grain of a phone."""
    rng = np.random.default_rng(seed)
    shapes = Image.fromarray(rng.integers(0, 256, (24, 32, 3), dtype=np.uint8)).resize((width, height), Image.BICUBIC)
    picture = np.array(shapes, np.int16)
    for _ in range(60):
        x, y = rng.integers(0, width - 40), rng.integers(0, height - 40)
        w, h = rng.integers(40, width // 5), rng.integers(40, height // 5)
        picture[y : y + h, x : x + w] += rng.integers(-60, 60, 3, dtype=np.int16)
    grain = rng.normal(0, 4, (height // 8, width // 8, 3)).astype(np.int16)
    picture += np.tile(grain, (8, 8, 1))[:height, :width]
    return Image.fromarray(picture.clip(0, 255).astype(np.uint8))


def main() -> None:
    """Print the table, and what else was asked for."""
    said = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    said.add_argument("photos", nargs="*", type=Path)
    said.add_argument("--rounds", type=int, default=3)
    said.add_argument("--workers", action="store_true")
    said.add_argument("--memory", action="store_true")
    args = said.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        photos = made(args.photos, scratch)
        compared(photos, args.rounds, scratch)
        if args.workers:
            workers(photos, args.rounds, scratch)
        if args.memory:
            memory(scratch)


def made(photos: list[Path], scratch: Path) -> list[Path]:
    """The photos to use, in the scratch folder, so that each can be linked to."""
    folder = scratch / "photos"
    folder.mkdir()
    for photo in photos:
        shutil.copy(photo, folder)
    for index in range(0 if photos else MANY):
        grainy(4032, 3024, index).save(folder / f"{index:03}.jpg", quality=92)
    return sorted(folder.iterdir())


if __name__ == "__main__":
    main()
