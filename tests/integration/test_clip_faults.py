"""Clips at the edge: one frame, no frames, and a disk that fills while they are written."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import pytest
from clip_maker import encode, ffmpeg, ffprobe, picture, stream, tone

import mediakit
from mediakit.errors import Fault, FileError
from mediakit.model import Crop, Size
from mediakit.presets.schema import Limits
from mediakit.video.probe import probe
from mediakit.video.render import ClipOutput, render_clip


@contextmanager
def disk_of(folder: Path, size: str) -> Iterator[Path]:
    """A file system of its own, mounted below `folder`, with room for so much."""
    mounted = folder / "disk"
    mounted.mkdir()
    mount, umount = shutil.which("mount"), shutil.which("umount")
    if mount is None or umount is None:
        pytest.skip("there is no mount here")
    said = subprocess.run(
        [mount, "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(mounted)], capture_output=True, check=False
    )
    if said.returncode != 0:
        pytest.skip("a file system can only be mounted by root")
    try:
        yield mounted
    finally:
        subprocess.run([umount, "-l", str(mounted)], check=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Room for half a megabyte."""
    with disk_of(tmp_path, "500k") as mounted:
        yield mounted


def noisy(path: Path, seconds: float) -> Path:
    """A clip that no encoder makes small."""
    return encode(
        *picture(w=640, h=360, seconds=seconds), to=path, options=("-vf", "noise=alls=60:allf=t", "-crf", "18")
    )


def test_a_disk_that_fills_is_named_and_nothing_half_written_stays(tmp_path: Path, small_disk: Path) -> None:
    shoot = tmp_path / "shoot"
    shoot.mkdir()
    noisy(shoot / "large.mp4", 4)
    result = mediakit.process(shoot, to=("wechat-moments.video",), out=small_disk / "out")
    (outcome,) = result.outcomes
    problems = [outcome.problem, *(made.problem for made in outcome.delivered)]
    assert Fault.DISK_FULL in [problem.code for problem in problems if problem is not None]
    assert not [path for path in small_disk.rglob("*") if path.suffix == ".mp4"], "neither partial nor temporary"


def test_after_a_clip_for_which_there_is_no_room_the_rest_goes_on(tmp_path: Path) -> None:
    shoot = tmp_path / "shoot"
    shoot.mkdir()
    noisy(shoot / "a-large.mp4", 6)
    encode(*picture("color=c=gray", w=640, h=360, seconds=2), to=shoot / "b-small.mp4")
    with disk_of(tmp_path, "2m") as disk:
        result = mediakit.process(shoot, to=("wechat-moments.video",), out=disk / "out", jobs=1)
        large, small = result.outcomes
        problems = [large.problem, *(made.problem for made in large.delivered)]
        assert Fault.DISK_FULL in [problem.code for problem in problems if problem is not None]
        (made,) = small.delivered
        assert made.status == "made", made.problem
        assert [path.name for path in (disk / "out").rglob("*.mp4")] == [Path(made.path).name]
        assert (disk / "out" / "manifest.json").is_file(), "the run was told to its end"


def test_a_full_device_is_a_full_disk(tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full on this system")
    source = noisy(tmp_path / "in.mp4", 1)
    info = probe(source, Limits())
    (tmp_path / "out.mp4").symlink_to(full)
    output = ClipOutput(path=tmp_path / "out.mp4", size=Size(320, 180), crop=Crop.whole(info.size), fps=Fraction(30))
    with pytest.raises(FileError) as said:
        render_clip(source, info, [output])
    assert said.value.code is Fault.DISK_FULL


def test_a_clip_of_one_frame_is_made(tmp_path: Path) -> None:
    source = encode(*picture(w=640, h=360, seconds=1), to=tmp_path / "one.mp4", options=("-frames:v", "1"))
    (outcome,) = mediakit.process(source, to=("xiaohongshu.video",), out=tmp_path / "out").outcomes
    assert outcome.problem is None
    made = [item for item in outcome.delivered if item.target == "xiaohongshu.video"]
    assert [(item.status, item.problem) for item in made] == [("made", None)]
    assert stream(ffprobe(tmp_path / "out" / made[0].path), "video")["nb_frames"] == "1"


def test_an_empty_picture_track_is_said(tmp_path: Path) -> None:
    (tmp_path / "shoot").mkdir()
    ffmpeg(
        *picture(seconds=1), *tone(1), "-c:v", "libx264", "-bsf:v", "noise=drop=1", "-c:a", "aac",
        "-f", "matroska", tmp_path / "shoot" / "empty.mkv",
    )  # fmt: skip
    (outcome,) = mediakit.process(tmp_path / "shoot", to=("xiaohongshu.video",), out=tmp_path / "out").outcomes
    assert outcome.problem is not None
    assert outcome.problem.code == Fault.NO_PICTURE
    assert not list((tmp_path / "out").rglob("*.mp4"))
