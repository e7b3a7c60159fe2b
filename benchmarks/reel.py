"""A reel against the plain MoviePy way, in one run, and whether every face stays inside.

    python benchmarks/reel.py speed [--rounds 2] [--photos 6]      2 s a photo, 1080x1920 at 30
    python benchmarks/reel.py faces                   needs the corpus: every face photo of it, in every frame

`speed` makes the same reel twice: with `mediakit reel` as a user starts it (photos looked at and coloured, music at its
loudness, the file checked), and the plain way with MoviePy (`CompositeVideoClip` of `ImageClip`s with a `Resize` effect over
time, a crossfade, the same music), both at the same x264 preset. Wall and CPU time of the whole commands, interleaved.
`faces` asks the face detector on frames of each photo's move: is every main face, found in the photo, inside.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

REPO = Path(__file__).resolve().parents[1]
CORPUS = Path(os.environ.get("MEDIAKIT_CORPUS", REPO.parent / "shared" / "corpus"))
PHOTOS = [REPO / "samples" / "shoot" / f"IMG_{n}.jpg" for n in (2041, 2042, 2043, 2044, 2049, 2050)]
BED = REPO / "presets" / "muselle" / "beds" / "counter-light.ogg"

WITH_MOVIEPY = """
import sys
from moviepy import AudioFileClip, CompositeVideoClip, ImageClip, afx, vfx
out, bed, *photos = sys.argv[1:]
size, each, fade = (1080, 1920), 2.0, 0.4
clips = []
for n, photo in enumerate(photos):
    clip = ImageClip(photo, duration=each + fade)
    scale = max(size[0] / clip.w, size[1] / clip.h)
    clip = clip.with_effects([vfx.Resize(lambda t, s=scale: s * (1 + 0.09 * t / (each + fade)))])
    clip = clip.with_position("center").with_start(n * each)
    clips.append(clip.with_effects([vfx.CrossFadeIn(fade)]) if n else clip)
video = CompositeVideoClip(clips, size=size).with_duration(each * len(photos))
music = AudioFileClip(bed).with_effects([afx.AudioLoop(duration=video.duration), afx.AudioFadeOut(1.2)])
video.with_audio(music).write_videofile(out, fps=30, logger=None, preset="faster", audio_codec="aac")
"""


def spent(command: list[str], folder: Path) -> tuple[float, float]:
    """Wall and CPU seconds of a command and all it starts, in `folder`, where MoviePy leaves its temporary sound."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, cwd=folder)
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def speed(rounds: int, count: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        photos = [str(path) for path in PHOTOS[:count]]
        mediakit = [sys.executable, "-m", "mediakit", "--quiet", "reel", *photos, "--preset", "muselle"]
        ways: dict[str, Callable[[], list[str]]] = {
            "plain MoviePy": lambda: [sys.executable, "-c", WITH_MOVIEPY, str(folder / "plain.mp4"), str(BED), *photos],
            "mediakit reel": lambda: [*mediakit, "--music", str(BED), "--out", str(folder / "out" / "reel.mp4")],
        }
        took: dict[str, list[tuple[float, float]]] = {way: [] for way in ways}
        for _ in range(rounds):
            for way, command in ways.items():
                took[way].append(spent(command(), folder))
        print(f"A reel of {len(photos)} photos, 1080x1920 at 30, median of {rounds}")
        lengths = {
            "plain MoviePy": _seconds(folder / "plain.mp4"),
            "mediakit reel": _seconds(folder / "out" / "reel.mp4"),
        }
        per_s = {}
        for way, times in took.items():
            wall, cpu = (statistics.median(column) for column in zip(*times, strict=True))
            per_s[way] = (wall / lengths[way], cpu / lengths[way])
            print(f"  {way:14} {lengths[way]:5.1f} s long: {wall:6.1f} s wall, {cpu:6.1f} s CPU")
        wall, cpu = (per_s["plain MoviePy"][n] / per_s["mediakit reel"][n] for n in (0, 1))
        print(f"  for a second of reel mediakit is {wall:.1f} times as fast by the clock, {cpu:.1f} times by CPU")


def _seconds(path: Path) -> float:
    import av

    with av.open(str(path)) as container:
        return float(container.duration or 0) / 1_000_000


def faces() -> None:
    from mediakit.batch.reel_photos import make_ready, reel_recipe
    from mediakit.batch.shoot import find_sources
    from mediakit.errors import FileError
    from mediakit.model import Kind, Size
    from mediakit.platforms.targets import resolve
    from mediakit.presets.load import load_preset
    from mediakit.presets.recipes import recipe_for

    loaded = load_preset("base")
    (target,) = resolve(["xiaohongshu.video"])
    spec = target.surface.clip
    assert spec is not None
    recipe = reel_recipe(loaded, recipe_for(loaded, target, Kind.CLIP))
    size = Size(1080, 1920)
    inside = total = photos = refused = 0
    for source in find_sources([CORPUS / "photos" / "people"]).sources:
        try:
            shown, _ = make_ready(source, loaded, recipe, spec.shapes[0], size, seconds=2.5, inwards=True)
        except FileError:
            refused += 1
            continue
        photos += bool(shown.faces)
        for box in shown.faces:
            total += 1
            good = box.x >= -1 and box.y >= -1 and box.right <= size.width_px + 1 and box.bottom <= size.height_px + 1
            inside += good
            if not good:
                print(f"  cut: {source.rel} {box.as_list()} {shown.why}")
    print(
        f"{inside} of {total} faces (first and last window of {photos} photos with faces) fully inside; {refused} refused"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["speed", "faces"])
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--photos", type=int, default=len(PHOTOS))
    said = parser.parse_args()
    if said.what == "speed":
        speed(said.rounds, said.photos)
    else:
        faces()
