"""How long after its last byte a photo has its verdict and tip, while `mediakit watch` renders those that came before.

    python benchmarks/verdict.py ../shared/corpus [--photos 60] [--every 2] [--preset base] [--slow-s 0.3] [--mode poll]

A daemon as a process of its own, at its defaults. Photos of the given folder, evenly chosen among those it takes, are written
into its inbox one at a time, each in pieces over `--slow-s` seconds as from a phone, the next one `--every` seconds after the
last byte of this one: so that while one is judged, others settle and are rendered. Printed: the seconds from a photo's last
byte to its sidecar (OUT/feedback/NAME.json, written just before the line on the terminal), and the machine's load.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from mediakit.batch.shoot import find_sources
from mediakit.errors import FileError
from mediakit.model import Kind
from mediakit.photo.open import peek
from mediakit.presets.load import load_preset
from mediakit.watch.sidecar import sidecar_path

PATIENCE_S = 60.0
PIECES = 6


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("shoot", type=Path)
    options.add_argument("--photos", type=int, default=60)
    options.add_argument("--every", type=float, default=2.0)
    options.add_argument("--preset", default="base")
    options.add_argument("--slow-s", type=float, default=0.3)
    options.add_argument("--mode", default="auto", help="poll: as on a share, without events")
    said = options.parse_args()
    chosen = photos_of(said.shoot, said.preset, said.photos)
    with tempfile.TemporaryDirectory() as temporary:
        inbox, out = Path(temporary, "inbox"), Path(temporary, "out")
        inbox.mkdir()
        command = [sys.executable, "-m", "mediakit", "--quiet", "watch", str(inbox), "--out", str(out)]
        with subprocess.Popen([*command, "--preset", said.preset, "--mode", said.mode]) as daemon:
            try:
                wait_for(out / ".mediakit/heartbeat.json")
                time.sleep(5)  # the team is not faster than that after starting it
                took = [dropped(photo, inbox, out, number, said) for number, photo in enumerate(chosen)]
            finally:
                daemon.terminate()
                daemon.wait()
    tell(took, chosen)


def photos_of(shoot: Path, preset: str, count: int) -> list[Path]:
    """Evenly chosen from the photos that are not refused at sight."""
    limits, found = load_preset(preset).preset.limits, []
    for source in find_sources([shoot]).sources:
        if source.kind is Kind.PHOTO:
            try:
                peek(source.path, limits)
            except FileError:
                continue
            found.append(source.path)
    return [found[index * len(found) // count] for index in range(min(count, len(found)))]


def dropped(photo: Path, inbox: Path, out: Path, number: int, said: argparse.Namespace) -> float | None:
    """Seconds from the last byte to the verdict; None where there was none."""
    name, data = f"{number:03}{photo.suffix}", photo.read_bytes()
    with (inbox / name).open("wb") as stream:
        for piece in range(PIECES):
            stream.write(data[piece * len(data) // PIECES : (piece + 1) * len(data) // PIECES])
            stream.flush()
            time.sleep(said.slow_s / PIECES if piece < PIECES - 1 else 0)
    whole_s = time.monotonic()
    there = wait_for(sidecar_path(out, name))
    took_s = time.monotonic() - whole_s
    if there:
        json.loads(sidecar_path(out, name).read_text(encoding="utf-8"))["verdict"]
    time.sleep(max(0.0, said.every - took_s))
    return took_s if there else None


def wait_for(path: Path) -> bool:
    end = time.monotonic() + PATIENCE_S
    while not path.exists() and time.monotonic() < end:
        time.sleep(0.005)
    return path.exists()


def tell(took: list[float | None], chosen: list[Path]) -> None:
    told = sorted((seconds, photo.name) for seconds, photo in zip(took, chosen, strict=True) if seconds is not None)
    times = [seconds for seconds, _ in told]
    without = [photo.name for seconds, photo in zip(took, chosen, strict=True) if seconds is None]
    print(f"{len(times)} of {len(chosen)} photos have a verdict; within 2 s: {sum(s <= 2 for s in times)}")
    print(f"without a verdict: {', '.join(without) or 'none'}")
    at = {"fastest": 0.0, "median": 0.5, "90 %": 0.9, "95 %": 0.95, "slowest": 1.0}
    print(", ".join(f"{name} {times[round(share * (len(times) - 1))]:.2f} s" for name, share in at.items()))
    print("slowest: " + ", ".join(f"{name} {seconds:.2f}" for seconds, name in told[-5:]))
    print(f"load of the machine in the last minute: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
