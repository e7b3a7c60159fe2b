"""What a clip costs: looking and listening as a share of its duration, and the whole treatment beside bare ffmpeg.

    python benchmarks/clip_speed.py clip-1080p30.mp4 --rounds 3

Everything is CPU time, so that other work on the machine counts little, and in turns. "analysis" is what is known of the
clip before anything is decided (probe, frames, faces, shots, speech, score), on one thread. "full" is the whole command,
`mediakit process` for one surface, its start included; "bare" is ffmpeg with one crop, one scale and the same x264
settings; "one decode" is two surfaces in one command against two commands.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

import cv2

from mediakit.audio.hear import hear
from mediakit.batch.clip_score import score_source
from mediakit.frame.geometry import largest_crop
from mediakit.model import Size
from mediakit.presets.schema import Limits
from mediakit.tools.ffmpeg import file_url, find_ffmpeg
from mediakit.video.encode import Encoding, rate_args, x264_args
from mediakit.video.follow import look_and_follow
from mediakit.video.probe import probe

TARGETS = ("douyin.video@9:16", "douyin.video@3:4")
Found = TypeVar("Found")


def main() -> None:
    """Read the command line, measure in turns."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clip", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--analysis-only", action="store_true")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    for _ in range(args.rounds):
        analysis(args.clip)
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(0 if args.analysis_only else args.rounds):
            rendering(args.clip.resolve(), Path(folder))


def analysis(clip: Path) -> None:
    """Each step on one thread, as a share of the clip's duration."""
    spent: dict[str, float] = {}

    def timed(name: str, step: Callable[[], Found]) -> Found:
        begun = time.process_time()
        found = step()
        spent[name] = time.process_time() - begun
        return found

    info = timed("probe", lambda: probe(clip, Limits()))
    look, _ = timed("look and follow", lambda: look_and_follow(clip, info))
    heard = None
    if (audio := info.audio) is not None:
        heard = timed("hear", lambda: hear(clip, audio.stream, start_s=info.start, duration_s=info.duration, threads=1))
    timed("score", lambda: score_source(look, heard, info))
    shares = {name: seconds / float(info.duration) for name, seconds in spent.items()}
    steps = "  ".join(f"{name} {share:.3f}" for name, share in shares.items())
    print(f"analysis {sum(shares.values()):.3f} of {float(info.duration):.1f} s ({info.size}): {steps}", flush=True)


def rendering(clip: Path, folder: Path) -> None:
    """Whole commands and bare ffmpeg, once each."""
    alone = []
    for target in TARGETS:
        seconds, size = process(clip, folder, [target])
        alone.append(seconds)
        if target == TARGETS[0]:
            bare = cpu(bare_command(clip, size, folder / "bare.mp4"))
    both, _ = process(clip, folder, list(TARGETS))
    print(
        f"bare {bare:.1f} s  full {alone[0]:.1f} s: {alone[0] / bare:.2f} times  "
        f"second surface {alone[1]:.1f} s  both from one decode {both:.1f} s: {both / sum(alone):.2f} of two runs",
        flush=True,
    )


def process(clip: Path, folder: Path, targets: list[str]) -> tuple[float, Size]:
    """CPU seconds of a whole command over a shoot of this one clip, and the size of the (last) file it made."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        shoot, out = Path(place, "shoot"), Path(place, "out")
        shoot.mkdir()
        shutil.copyfile(clip, shoot / clip.name)
        asked = [word for target in targets for word in ("--to", target)]
        spent = cpu([sys.executable, "-m", "mediakit", "process", str(shoot), "--out", str(out), *asked])
        made = [path for path in out.rglob("*.mp4") if ".mediakit" not in path.parts]
        assert len(made) == len(targets), made
        return spent, probe(made[-1], Limits()).size


def bare_command(clip: Path, size: Size, to: Path) -> list[str]:
    """One crop, one scale, the encoder's own settings; the sound is left out."""
    info = probe(clip, Limits())
    window = largest_crop(info.size, Fraction(size.width_px, size.height_px))
    filters = f"crop={window.width_px // 2 * 2}:{window.height_px // 2 * 2},"
    filters += f"scale={size.width_px}:{size.height_px}:flags=lanczos"
    encoding = Encoding()
    settings = [*x264_args(encoding, size, info.fps, os.cpu_count() or 1), *rate_args(encoding, None)]
    return [str(find_ffmpeg()), "-v", "error", "-y", "-i", file_url(clip), "-vf", filters, *settings, "-an", str(to)]


def cpu(command: list[str]) -> float:
    """User and system seconds of a command and what it starts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
