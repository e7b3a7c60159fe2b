"""Synthetic clips for tests, made by ffmpeg, and ffprobe as the judge that shares no code with us."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from mediakit.tools.ffmpeg import file_url, find_ffmpeg

TAGGED_709 = ("-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv")


def ffmpeg(*args: str | Path) -> None:
    """Run ffmpeg; its complaint is the test's."""
    command = [str(find_ffmpeg()), "-nostdin", "-y", "-v", "error", *(str(a) for a in args)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


def picture(kind: str = "testsrc2", *, w: int = 320, h: int = 180, fps: str = "30", seconds: float = 1.0) -> list[str]:
    """Input arguments for a moving test picture."""
    return ["-f", "lavfi", "-i", f"{kind}{':' if '=' in kind else '='}s={w}x{h}:r={fps}:d={seconds}"]


def film(frames: Iterable[NDArray[np.uint8]], to: Path, *, crf: int = 18) -> Path:
    """Encode (H, W, 3) uint8 sRGB frames, all of one size, at 30 a second."""
    coming = iter(frames)
    first = next(coming)
    size = f"{first.shape[1]}x{first.shape[0]}"
    command = [str(find_ffmpeg()), "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", size, "-r", "30"]
    command += ["-i", "-", "-c:v", "libx264", "-preset", "ultrafast", "-crf", str(crf), "-pix_fmt", "yuv420p", str(to)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as encoder:
        assert encoder.stdin is not None
        for frame in chain([first], coming):
            encoder.stdin.write(np.ascontiguousarray(frame).tobytes())
        encoder.stdin.close()
    return to


def tone(seconds: float = 1.0, hz: int = 440) -> list[str]:
    """Input arguments for a tone."""
    return ["-f", "lavfi", "-i", f"sine=f={hz}:r=48000:d={seconds}"]


def encode(*inputs: str, to: Path, options: tuple[str, ...] = (), codec: str = "libx264", fmt: str = "mp4") -> Path:
    """Encode inputs to a small file."""
    fast = ("-preset", "ultrafast") if codec == "libx264" else ()
    ffmpeg(*inputs, "-c:v", codec, *fast, "-pix_fmt", "yuv420p", *options, "-f", fmt, file_url(to))
    return to


def track(to: Path, seconds: float) -> Path:
    """Finished sound as the audio room hands it over: AAC in .m4a."""
    ffmpeg(*tone(seconds), "-c:a", "aac", "-ac", "2", "-f", "ipod", file_url(to))
    return to


def ffprobe(path: Path, *extra: str) -> dict[str, Any]:
    """What ffprobe says; the test is skipped where it is not installed."""
    if shutil.which("ffprobe") is None:
        pytest.skip("ffprobe is not installed, so there is no independent judge")
    command = ["ffprobe", "-v", "error", "-show_streams", "-show_format", *extra, "-of", "json", file_url(path)]
    found: dict[str, Any] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return found


def stream(probed: dict[str, Any], kind: str) -> dict[str, Any]:
    """The only stream of that kind."""
    found = [s for s in probed["streams"] if s["codec_type"] == kind]
    assert len(found) == 1, found
    result: dict[str, Any] = found[0]
    return result
