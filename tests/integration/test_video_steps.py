"""What happens to a picture on its way out: stepped down for bytes, cropped along a path; ffprobe and pixels judge."""

from __future__ import annotations

import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from clip_maker import encode, ffprobe, picture, stream, track
from numpy.typing import NDArray

from mediakit.frame.path import Knot
from mediakit.frame.reframe import CameraPath
from mediakit.frame.scenes import Scene
from mediakit.frame.solve import Framing
from mediakit.model import Crop, Size
from mediakit.presets.schema import Limits
from mediakit.tools.ffmpeg import file_url, find_ffmpeg
from mediakit.video.clip import ClipInfo
from mediakit.video.encode import Encoding
from mediakit.video.pan import pan_for
from mediakit.video.picture import stored_size
from mediakit.video.probe import probe
from mediakit.video.render import ClipOutput, render_clip


def test_a_budget_that_would_break_the_picture_makes_it_smaller(tmp_path: Path) -> None:
    source = encode(
        *picture(w=640, h=360, seconds=3), to=tmp_path / "in.mp4", options=("-vf", "noise=alls=20:allf=t", "-crf", "18")
    )
    info = probe(source, Limits())
    output = ClipOutput(
        path=tmp_path / "out.mp4", size=info.size, crop=Crop.whole(info.size), fps=info.fps,
        encoding=Encoding(max_bytes=120_000), smaller=(Size(480, 270), Size(320, 180)),
        track=track(tmp_path / "t.m4a", 3.0),
    )  # fmt: skip
    written = render_clip(source, info, [output])[0]
    found = stream(ffprobe(output.path), "video")
    assert (found["width"], found["height"]) == (320, 180) == (written.size.width_px, written.size.height_px)
    assert written.bytes <= 120_000
    assert written.facts["stepped_down_from"] == [640, 360]


VERTICAL = Size(720, 1280)


def ramp_with_camera(folder: Path, rate: str, seconds: int, *knots: Knot) -> tuple[Path, ClipInfo, CameraPath]:
    """A ramp from black to white across a landscape clip, and a vertical window that goes over it by `knots`."""
    ramp = f"color=s=640x360:r={rate}:d={seconds},format=yuv420p,geq=lum=16+219*X/640:cb=128:cr=128"
    source = encode("-f", "lavfi", "-i", ramp, to=folder / "in.mp4", options=("-crf", "4"))
    info = probe(source, Limits())
    window = Size(202, 360)
    pan = pan_for(info, stored_size(info), window, VERTICAL)
    assert pan is not None
    grid = pan.grid(info.fps, 1.0)
    return source, info, CameraPath(picture=info.size, window=window, upright=False, grid=grid, knots=knots)


def off_its_path(levels: NDArray[Any], camera: CameraPath) -> float:
    """By how many levels the window's middle is off where the camera is, at most, one frame after the other."""
    middle = camera.window.width_px / 2
    expected = np.array([ramp_level(camera.start_px(n) + middle) for n in range(len(levels))])
    return float(np.abs(levels - levels[0] - (expected - expected[0])).max())


def test_a_moving_crop_shows_exactly_its_path(tmp_path: Path) -> None:
    knots = (Knot(0, 100), Knot(14, 100), Knot(44, 100 + 30 * 9), Knot(49, 370), Knot(50, 20), Knot(59, 20))
    source, info, camera = ramp_with_camera(tmp_path, "30", 2, *knots)
    out = tmp_path / "out.mp4"
    render_clip(
        source, info, [ClipOutput(path=out, size=VERTICAL, crop=camera.crop_at(0), fps=Fraction(30), camera=camera)]
    )
    levels = middles(out)
    assert len(levels) == 60
    assert off_its_path(levels, camera) < 1.5, "in every frame, cut included"
    steps = np.diff(levels[16:43])
    assert steps.std() < 0.6, "evenly"


def test_a_border_comes_and_goes_with_the_scene_to_the_frame(tmp_path: Path) -> None:
    source, info, camera = ramp_with_camera(tmp_path, "30000/1001", 3, Knot(0, 100), Knot(29, 100 + 29 * 9))
    whole = Framing(Crop.whole(info.size), "pad", "two people far apart")
    scenes = (
        Scene(0, 20, whole), Scene(20, 50, Framing(camera.crop_at(0), "crop", "one"), camera), Scene(50, 85, whole),
    )  # fmt: skip
    out = ClipOutput(
        path=tmp_path / "out.mp4", size=VERTICAL, crop=whole.crop, fit="pad", fps=info.fps, scenes=scenes,
        length=85 / info.fps, pad_colour="#ffffff",
    )  # fmt: skip
    render_clip(source, info, [out])
    found = stream(ffprobe(out.path), "video")
    assert (found["nb_frames"], found["r_frame_rate"]) == ("85", "30000/1001")
    assert float(found["duration"]) == pytest.approx(85 * 1001 / 30000, abs=1e-3)
    top = middles(out.path, "crop=64:4:(iw-64)/2:8")
    is_white = top > 230
    assert is_white[:20].all() and not is_white[20:50].any() and is_white[50:].all()
    assert off_its_path(middles(out.path)[20:50], camera) < 1.5


def ramp_level(x_px: float) -> float:
    """Luma of a black to white ramp over 640 px in video range."""
    return 16 + 219 * x_px / 640


def middles(path: Path, part: str = "crop=4:64:(iw-4)/2:(ih-64)/2") -> np.ndarray:
    """The level in every frame of the middle column, or of another part of 256 pixels."""
    command = [str(find_ffmpeg()), "-v", "error", "-i", file_url(path), "-vf", part]
    raw = subprocess.run(
        [*command, "-f", "rawvideo", "-pix_fmt", "yuv444p", "-"], capture_output=True, check=True
    ).stdout
    return np.frombuffer(raw, np.uint8).reshape(-1, 3, 64 * 4)[:, 0].mean(axis=1)
