"""Render the sample shoot: python samples/render.py [--draft] [--only NAME ...] [--out FOLDER] [--cache FOLDER]

Every corner of the store is path-traced once and kept in the cache folder as linear light; the phone then photographs it.
Needs its own environment, see README.md. `--draft` renders at a third of the size with few samples.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
from compose import first_steep
from numpy.typing import NDArray
from studio import phone, sound
from studio.clips import Clip, film
from studio.shots import CLIPS, SETTINGS, SHOTS, Shot
from studio.tracer import View, photograph

HERE = Path(__file__).resolve().parent


def main() -> None:
    options = _options()
    options.out.mkdir(parents=True, exist_ok=True)
    for shot in SHOTS:
        if not options.only or shot.file in options.only or shot.setting in options.only:
            view = rendered(shot.setting, options.cache, options.draft)
            path = options.out / shot.file
            take(shot, view, path)
            print(f"{path.name}: {path.stat().st_size / 1e3:.0f} kB", flush=True)
    for clip in CLIPS:
        if not options.only or clip.file in options.only or clip.setting in options.only:
            view = rendered(clip.setting, options.cache, options.draft)
            film(clip, view, SETTINGS[clip.setting].camera.fov, heard(clip), options.out / clip.file)
            print(f"{clip.file}: {(options.out / clip.file).stat().st_size / 1e3:.0f} kB", flush=True)


def heard(clip: Clip) -> NDArray[np.float64] | None:
    """The clip's sound, None for a silent one."""
    if clip.sound == "talk":
        return sound.colleagues(clip.seconds)
    return sound.shop_radio(clip.seconds, first_steep()) if clip.sound == "radio" else None


def rendered(name: str, cache: Path, draft: bool) -> View:
    """The view of a setting, from the cache where it is there."""
    setting = SETTINGS[name]
    samples, shrink = (16, 3) if draft else (22, 1)
    kept = cache / f"{name}{'-draft' if draft else ''}.npz"
    if not kept.exists():
        begun = time.process_time()
        size = (setting.size[0] // shrink, setting.size[1] // shrink)
        view = photograph(setting.build(), setting.camera, size, samples)
        cache.mkdir(parents=True, exist_ok=True)
        np.savez(kept, light=view.light.astype(np.float16), distance_cm=view.distance_cm)
        print(f"{name}: traced in {time.process_time() - begun:.0f} s", flush=True)
    with np.load(kept) as data:
        return View(data["light"].astype(np.float32), data["distance_cm"])


def take(shot: Shot, view: View, path: Path) -> None:
    """Photograph a view with the phone."""
    height, width = view.light.shape[:2]
    x, y, w, h = (round(share * side) for share, side in zip(shot.part, (width, height, width, height), strict=True))
    picture = phone.develop(view.light[y : y + h, x : x + w], shot.how)
    phone.save(picture, path, shot.how, shot.tags)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draft", action="store_true", help="a third of the size, few samples")
    parser.add_argument("--only", nargs="*", default=[], help="files or settings")
    parser.add_argument("--out", type=Path, default=HERE / "shoot")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir(), "mediakit-sample-renders"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
