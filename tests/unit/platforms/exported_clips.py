"""Clips as programs export them, written by a real ffmpeg."""

from __future__ import annotations

import subprocess
from pathlib import Path

import imageio_ffmpeg

from mediakit.platforms.load import adjusted
from mediakit.platforms.schema import Shape, Target
from mediakit.platforms.targets import resolve


def with_limits(base: Target, **limits: float) -> Target:
    return base.model_copy(update={"surface": adjusted(base.surface, limits)})


def with_clip(base: Target, **figures: object) -> Target:
    clip = base.surface.clip
    assert clip is not None
    surface = base.surface.model_copy(update={"clip": clip.model_copy(update=figures)})
    return base.model_copy(update={"surface": surface})


SMALL = (Shape(ratio="9:16", sizes_px=((180, 320),)), Shape(ratio="16:9", sizes_px=((320, 180),)))
MOMENTS = with_clip(resolve(["wechat-moments.video"])[0], shapes=SMALL)
"""The real surface with stamps for sizes: an encoder is quick with those."""
BT709 = "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv"
HOUSE = ["-c:v", "libx264", "-preset", "veryfast", "-profile:v", "high", "-level", "3.1", "-pix_fmt", "yuv420p"]
HOUSE += ["-g", "30", "-bf", "2", "-flags", "+cgop", "-threads", "1"]
SOUND = ["-c:a", "aac", "-ar", "48000", "-ac", "2", "-b:a", "128k"]
CLEAN = ["-map_metadata", "-1", "-fflags", "+bitexact", "-movflags", "+faststart"]


def ffmpeg(*arguments: str | Path) -> None:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-y", *map(str, arguments)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)


def made(
    path: Path,
    *,
    size: str = "180x320",
    fps: str = "30",
    length: str = "1",
    filters: str = BT709,
    picture: list[str] | None = None,
    sound: list[str] | None = None,
    tail: list[str] | None = None,
    sound_length: str | None = None,
) -> Path:
    """A clip of moving bars with a tone; every argument exchanges one part of a conforming command."""
    bars = f"testsrc2=s={size}:r={fps}:d={length}"
    tone = f"sine=f=440:r=48000:d={sound_length or length}"
    inputs: list[str | Path] = ["-f", "lavfi", "-i", bars, "-f", "lavfi", "-i", tone]
    encoding = [*(HOUSE if picture is None else picture), *(SOUND if sound is None else sound)]
    ffmpeg(*inputs, "-vf", filters, *encoding, *(CLEAN if tail is None else tail), path)
    return path


def remuxed(good: Path, path: Path, *arguments: str, before: tuple[str, ...] = ()) -> Path:
    tail = [] if "-movflags" in arguments else ["-movflags", "+faststart"]
    ffmpeg(*before, "-i", good, "-map", "0", "-c", "copy", *arguments, *tail, path)
    return path


def swapped(arguments: list[str], name: str, value: str) -> list[str]:
    """The arguments with the value after `name` exchanged."""
    at = arguments.index(name)
    return [*arguments[: at + 1], value, *arguments[at + 2 :]]
