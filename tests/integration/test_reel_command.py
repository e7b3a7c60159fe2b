"""`mediakit reel` as a user runs it: what is written is judged by ffprobe, what cannot be made is said in words."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from clip_maker import ffprobe, stream
from sound_kit import ebur128, noise, write_sound

import mediakit
from mediakit.cli.app import run
from mediakit.errors import ExitCode
from mediakit.model import Size
from mediakit.vision.faces import find_faces

Json = dict[str, Any]
SHOOT = Path(__file__).resolve().parents[2] / "samples" / "shoot"
needs_ffprobe = pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffprobe is not installed")


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten seconds of a drum, 120 to the minute."""
    sound = noise(10, 0.002)
    drum = np.sin(np.arange(2400) * 0.02) * np.exp(-np.arange(2400) / 500)
    for beat in range(19):
        at = round((0.3 + beat / 2) * 48_000)
        sound[:, at : at + 2400] += 0.5 * drum
    return write_sound(tmp_path_factory.mktemp("music") / "drum.wav", sound)


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photos")
    for name in ("IMG_2041.jpg", "IMG_2049.jpg"):
        shutil.copy(SHOOT / name, folder / name)
    (folder / "broken.jpg").write_bytes((SHOOT / "IMG_2042.jpg").read_bytes()[:20_000])
    return folder


@needs_ffprobe
def test_a_reel_is_made_on_the_beats_and_conforms(
    photos: Path, music: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "ready" / "reel.mp4"
    named = [str(photos / name) for name in ("IMG_2049.jpg", "broken.jpg", "IMG_2041.jpg")]
    assert run(["process", named[2], "--to", "xiaohongshu.cover", "--out", str(out.parent)]) == ExitCode.OK
    options = ["--preset", "muselle", "--music", str(music), "--to", "xiaohongshu.video", "--out", str(out), "--json"]
    assert run(["reel", *named, *options]) == ExitCode.OK
    said = capsys.readouterr()
    document = json.loads(said.out)
    assert [photo["path"] for photo in document["photos"]] == ["IMG_2049.jpg", "IMG_2041.jpg"]
    assert "broken.jpg" in said.err
    assert all(check["ok"] for check in document["checks"])
    inner = np.array(document["changes_s"][1:-1])
    assert np.abs((inner - 0.3) * 2 - np.round((inner - 0.3) * 2)).max() < 0.06
    probed = ffprobe(out)
    video, sound = stream(probed, "video"), stream(probed, "audio")
    assert (video["codec_name"], video["profile"], video["pix_fmt"]) == ("h264", "High", "yuv420p")
    assert (video["width"], video["height"], video["r_frame_rate"]) == (1080, 1920, "30/1")
    assert (video["color_primaries"], video["color_transfer"], video["color_space"]) == ("bt709",) * 3
    assert abs(float(sound["duration"]) - float(video["duration"])) <= 1 / 30
    assert 8 <= float(video["duration"]) <= 30
    there = [".mediakit", "manifest.json", "reel.mp4", "report.html", "xiaohongshu.cover"]
    assert sorted(path.name for path in out.parent.iterdir()) == there
    loudness, peak = ebur128(out)
    assert loudness == pytest.approx(-14.0, abs=0.5) and peak <= -1.0
    _ends_with_the_card(out)
    _is_kept_by_the_same_words(["reel", *named, *options], out, document, capsys)


def _is_kept_by_the_same_words(words: list[str], out: Path, first: Json, capsys: pytest.CaptureFixture[str]) -> None:
    """As any other file: a row in ledger and manifest, and a second run renders nothing."""
    made_at = out.stat().st_mtime_ns
    assert run(words) == ExitCode.OK
    second = json.loads(capsys.readouterr().out)
    assert (first["status"], second["status"]) == ("made", "kept") and {**second, "status": "made"} == first
    assert out.stat().st_mtime_ns == made_at
    photo, reel = json.loads((out.parent / "manifest.json").read_bytes())["sources"]
    (row,) = reel["deliverables"]
    assert (photo["path"], reel["path"], reel["kind"]) == ("IMG_2041.jpg", "reel.mp4", "clip")
    assert (row["path"], row["status"], row["target"]) == ("reel.mp4", "kept", "xiaohongshu.video")
    assert row["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert all(check["ok"] for check in row["checks"])
    assert "reel.mp4" in (out.parent / "report.html").read_text()


def _ends_with_the_card(path: Path) -> None:
    """The last frame is the brand's card: white but for the logo in the middle."""
    with av.open(str(path)) as container:
        *_, last = container.decode(video=0)
    frame = last.to_ndarray(format="rgb24")
    assert frame[:200].min() > 240
    assert frame[600:1100].min() < 120


@pytest.mark.corpus
def test_a_face_is_seen_whole_in_every_moment_of_a_program_s_reel(corpus: Path, tmp_path: Path) -> None:
    """Judged on the written frames, by the detector at its surest: where a face is found it lies inside the picture."""
    portrait = corpus / "photos" / "people" / "lin-manuel-miranda.png"
    made = mediakit.make_reel(portrait, out=tmp_path / "reel.mp4", to="xiaohongshu.video", preset="base")
    assert made.photos == (portrait.name,) and 8 <= made.duration_s <= 30
    size = Size(1080, 1920)
    with av.open(str(made.path)) as container:
        frames = [f.to_ndarray(format="rgb24") for n, f in enumerate(container.decode(video=0)) if n % 60 == 0]
    assert len(frames) >= 4
    for frame in frames:
        small = np.ascontiguousarray(frame[::2, ::2])
        largest = find_faces(small, shown=size)[0].box
        assert largest.x >= 0 and largest.y >= 0 and largest.right <= size.width_px and largest.bottom <= size.height_px


def test_a_dry_run_says_what_comes_when_and_writes_nothing(
    photos: Path, music: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "ready" / "reel.mp4"
    named = [str(photos / name) for name in ("IMG_2049.jpg", "IMG_2041.jpg")]
    options = ["--preset", "muselle", "--music", str(music), "--to", "xiaohongshu.video", "--out", str(out)]
    assert run(["reel", *named, *options, "--dry-run", "--json"]) == ExitCode.OK
    document = json.loads(capsys.readouterr().out)
    assert [photo["path"] for photo in document["photos"]] == ["IMG_2049.jpg", "IMG_2041.jpg"]
    assert document["photos"][0]["from_s"] == 0 and 8 <= document["duration_s"] <= 30
    assert run(["reel", *named, *options, "--dry-run"]) == ExitCode.OK
    said = capsys.readouterr()
    assert "IMG_2041.jpg" in said.out and "the end card" in said.out and "Would write" in said.err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--to", "xiaohongshu.image"], ExitCode.USAGE, "video"),
        (["--to", "as-shot.video"], ExitCode.USAGE, "takes no reel"),
        (["--out", "reel.mov"], ExitCode.USAGE, ".mp4"),
    ],
)
def test_what_cannot_be_made_is_said_before_anything_is_written(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: ExitCode, words: str
) -> None:
    said = [*([] if "--out" in arguments else ["--out", str(tmp_path / "reel.mp4")]), *arguments]
    assert run(["reel", str(photos), *said]) == code
    assert words in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_it_is_not_written_among_the_photos(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["reel", str(photos), "--out", str(photos / "reel.mp4")]) == ExitCode.USAGE
    assert capsys.readouterr().err
    assert not (photos / "reel.mp4").exists()


def test_music_that_is_none_is_named_and_nothing_is_written(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    letter = tmp_path / "letter.mp3"
    letter.write_bytes(b"this is a letter\n" * 1000)
    out = tmp_path / "out" / "reel.mp4"
    named = [str(photos / "IMG_2041.jpg"), "--music", str(letter), "--out", str(out)]
    assert run(["reel", *named, "--to", "xiaohongshu.video"]) == ExitCode.SOME_FAILED
    assert "letter.mp3" in capsys.readouterr().err
    assert not out.exists()


def test_no_photo_is_nothing_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    arguments = ["reel", str(empty), "--to", "xiaohongshu.video", "--out", str(tmp_path / "out" / "reel.mp4")]
    assert run(arguments) == ExitCode.NOTHING_TO_DO
    assert "no photo" in capsys.readouterr().err
