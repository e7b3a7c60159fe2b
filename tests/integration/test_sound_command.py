"""`mediakit audio` as a user runs it, judged by ffprobe and an ffmpeg that is not ours."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sound_kit import RATE, ebur128, judge_ffmpeg, needs_ffmpeg, noise, read_sound_file, tone, write_sound

pytestmark = [needs_ffmpeg, pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffprobe is not installed")]
SECONDS = 6


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A phone-like clip with a quiet tone, under a name that could be mistaken for options and filters."""
    folder = tmp_path_factory.mktemp("shoot")
    path = folder / "-it's a [clip]: 口红,试色 💄.mp4"
    judge_ffmpeg(
        *("-f", "lavfi", "-i", f"testsrc2=s=720x1280:r=30:d={SECONDS}"),
        *("-f", "lavfi", "-i", f"sine=f=500:r=44100:d={SECONDS}"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-profile:v", "high", "-pix_fmt", "yuv420p", "-g", "60"),
        *("-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"),
        *("-c:a", "aac", "-b:a", "96k", "-movflags", "+faststart", f"file:{path}"),
    )
    return path


@pytest.fixture(scope="module")
def bed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sound(tmp_path_factory.mktemp("beds") / "bed, #1 (loop).wav", 0.3 * (tone(2.5, hz=330) + noise(2.5)))


def mediakit_audio(clip: Path, out: Path, *mode: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("mediakit")), "audio", *mode, "--out", str(out), "--", str(clip)]
    return subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)


def made(clip: Path, out: Path, *mode: str) -> Path:
    ended = mediakit_audio(clip, out, *mode)
    assert ended.returncode == 0, ended.stderr
    (written,) = out.rglob("*.mp4")
    return written


NOT_NEEDED = ("cv2", "rich.console", "numpy.ma", "numpy.random", "onnxruntime", "moviepy")
NOR_OURS = (
    "mediakit.caption",
    "mediakit.photo",
    "mediakit.quality.photo",
    "mediakit.vision",
    "mediakit.video.transcode",
)


def test_new_sound_loads_nothing_that_it_does_not_use(clip: Path, bed: Path, tmp_path: Path) -> None:
    """Each of these takes longer to load than a tenth of the work."""
    code = "import sys; from mediakit.cli.app import run; run(sys.argv[1:]); print(*sys.modules, sep='\\n')"
    words = ["audio", "--music", str(bed), "--out", str(tmp_path / "out"), "--", str(clip)]
    ended = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    assert list(tmp_path.rglob("*.mp4"))
    loaded = set(ended.stdout.split())
    assert "mediakit.audio.track" in loaded
    assert [name for name in (*NOT_NEEDED, *NOR_OURS) if name in loaded] == []


def streams(path: Path) -> dict[str, dict[str, str]]:
    command = ["ffprobe", "-v", "error", "-show_streams", "-of", "json", f"file:{path}"]
    found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return {stream["codec_type"]: stream for stream in found["streams"]}


def picture_md5(path: Path) -> str:
    command = ["ffmpeg", "-v", "error", "-i", f"file:{path}", "-map", "0:v", "-c", "copy", "-f", "md5", "-"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_mute_leaves_no_audio_stream(clip: Path, tmp_path: Path) -> None:
    written = made(clip, tmp_path / "out", "--mute")
    assert set(streams(written)) == {"video"}
    assert picture_md5(written) == picture_md5(clip)


@pytest.mark.parametrize("mode", ["--keep", "--music", "--mix"])
def test_the_sound_is_new_and_the_picture_is_not(clip: Path, bed: Path, tmp_path: Path, mode: str) -> None:
    written = made(clip, tmp_path / "out", mode, *([str(bed)] if mode != "--keep" else []))
    found = streams(written)
    sound, picture = found["audio"], found["video"]
    assert (sound["codec_name"], sound["profile"], sound["sample_rate"], sound["channels"]) == ("aac", "LC", "48000", 2)
    assert abs(float(sound["duration"]) - float(picture["duration"])) <= 1024 / RATE + 1 / 30
    assert picture_md5(written) == picture_md5(clip)
    loudness, peak = ebur128(written)
    assert loudness == pytest.approx(-14.0, abs=0.5)
    assert peak <= -1.5


def test_the_music_is_there_until_the_end(clip: Path, bed: Path, tmp_path: Path) -> None:
    """A bed of 2.5 s under a clip of 6 s: no hole at a loop, nothing missing before the fade."""
    sound = read_sound_file(made(clip, tmp_path / "out", "--music", str(bed)))
    tenths = sound[:, : sound.shape[1] // 4800 * 4800].reshape(2, -1, 4800)
    levels = 10 * np.log10(np.square(tenths).mean(axis=(0, 2)) + 1e-12)
    assert len(levels) >= SECONDS * 10 - 1
    assert levels[13 : SECONDS * 10 - 13].min() > levels.max() - 4


def test_a_bed_that_is_no_music_is_named_before_anything_is_written(clip: Path, tmp_path: Path) -> None:
    fake = tmp_path / "music.mp3"
    fake.write_bytes(b"%PDF-1.7 not music")
    ended = mediakit_audio(clip, tmp_path / "out", "--music", str(fake))
    assert ended.returncode != 0
    assert "music.mp3" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not list((tmp_path / "out").rglob("*.mp4"))
