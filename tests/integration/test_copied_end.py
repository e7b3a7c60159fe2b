"""New sound on a copied picture: damage in the last group of pictures alone is found in the source, by name."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import av
import pytest

from mediakit.cli.app import run
from mediakit.tools.ffmpeg import find_ffmpeg


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """20 s of which the places that a quick look decodes end well before the last second."""
    path = tmp_path / "clip.mp4"
    picture = ["-f", "lavfi", "-i", "testsrc2=s=640x360:r=60:d=20"]
    sound = ["-f", "lavfi", "-i", "sine=f=440:d=20"]
    coded = ["-c:v", "libx264", "-preset", "ultrafast", "-bf", "0", "-g", "60", "-pix_fmt", "yuv420p", "-c:a", "aac"]
    subprocess.run([find_ffmpeg(), "-v", "error", *picture, *sound, *coded, path], check=True)
    return path


@pytest.mark.parametrize("from_end", [None, 3, 50])
def test_the_end_of_a_copied_picture_is_decoded_before_it_is_copied(
    clip: Path, tmp_path: Path, from_end: int | None
) -> None:
    if from_end is not None:
        with av.open(str(clip)) as file:
            places = [packet.pos for packet in file.demux(video=0) if packet.size]
        content = bytearray(clip.read_bytes())
        content[places[-from_end] : places[-from_end] + 4] = b"\xff\xff\xff\xff"  # the slice would be 4 GB long
        clip.write_bytes(content)
    code = run(["-q", "audio", str(clip), "--mute", "--out", str(tmp_path / "out")])
    (source,) = json.loads((tmp_path / "out" / "manifest.json").read_text())["sources"]
    if from_end is None:
        assert code == 0
        assert [made["status"] for made in source["deliverables"]] == ["made"]
    else:
        assert code == 1
        assert source["error"]["code"] == "corrupt"
        assert not list((tmp_path / "out").rglob("*.mp4"))


@pytest.mark.parametrize("frames", [1, 61], ids=["one frame", "a last group of one frame"])
def test_a_last_group_of_a_single_frame_is_no_damage(tmp_path: Path, frames: int) -> None:
    path = tmp_path / "clip.mp4"
    picture = ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=30", "-frames:v", str(frames)]
    coded = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "60", "-keyint_min", "60", "-pix_fmt", "yuv420p"]
    subprocess.run([find_ffmpeg(), "-v", "error", *picture, *coded, path], check=True)
    assert run(["-q", "audio", str(path), "--mute", "--out", str(tmp_path / "out")]) == 0
    (made,) = (tmp_path / "out").rglob("as-shot.video/*.mp4")
    with av.open(str(made)) as file:
        assert sum(1 for _ in file.decode(video=0)) == frames
