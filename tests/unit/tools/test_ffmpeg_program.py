"""ffmpeg is found, kept to the file it was given, and its failures have names."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from mediakit.errors import Fault, FileError, MissingPartError
from mediakit.tools.ffmpeg import Progress, failure, file_url, find_ffmpeg, input_args, run_ffmpeg

TONE = ("-f", "lavfi", "-i", "testsrc2=s=64x48:r=10:d=1")


def fake_ffmpeg(folder: Path, script: str) -> Path:
    """A program that behaves as `script` says."""
    path = folder / "ffmpeg"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_the_bundled_ffmpeg_is_found_and_runs() -> None:
    assert run_ffmpeg([*TONE, "-f", "null", "-"], timeout_s=30).error_lines == 0
    assert find_ffmpeg().is_file()


def test_the_environment_names_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = fake_ffmpeg(tmp_path, "exit 0")
    monkeypatch.setenv("MEDIAKIT_FFMPEG", str(other))
    assert find_ffmpeg() == other


def test_an_environment_that_names_nothing_is_an_error_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDIAKIT_FFMPEG", "/no/such/ffmpeg")
    with pytest.raises(MissingPartError, match="MEDIAKIT_FFMPEG"):
        find_ffmpeg()


def test_progress_is_told_in_frames_and_seconds() -> None:
    told: list[Progress] = []
    run_ffmpeg([*TONE, "-f", "null", "-"], timeout_s=30, on_progress=told.append)
    assert told[-1].frame == 10
    assert told[-1].time_s == pytest.approx(1.0, abs=0.15)


def test_a_run_over_its_limit_is_timed_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDIAKIT_FFMPEG", str(fake_ffmpeg(tmp_path, "sleep 60")))
    with pytest.raises(FileError) as caught:
        run_ffmpeg([], timeout_s=0.4)
    assert caught.value.code is Fault.TIMED_OUT


def test_an_ffmpeg_that_dies_of_a_signal_is_a_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDIAKIT_FFMPEG", str(fake_ffmpeg(tmp_path, "kill -SEGV $$")))
    with pytest.raises(FileError) as caught:
        run_ffmpeg([], timeout_s=10)
    assert caught.value.code is Fault.CRASHED


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("[out#0/mp4] Error writing trailer: No space left on device", Fault.DISK_FULL),
        ("out.mp4: Permission denied", Fault.NOT_WRITABLE),
        ("Error opening output: Read-only file system", Fault.NOT_WRITABLE),
        ("Error while filtering: Cannot allocate memory", Fault.OUT_OF_MEMORY),
        ("[in#0] stream 0, offset 0x2927f: partial file\nInvalid data found when processing input", Fault.TRUNCATED),
        ("moov atom not found\nInvalid data found when processing input", Fault.TRUNCATED),
        ("Invalid data found when processing input", Fault.CORRUPT),
        ("Decoding requested, but no decoder found for: none", Fault.UNSUPPORTED_CODEC),
        ("No such filter: 'lut9d'", Fault.INTERNAL),
        ("", Fault.INTERNAL),
    ],
)
def test_failures_are_told_apart(said: str, fault: Fault) -> None:
    error = failure(1, said)
    assert error.code is fault
    assert error.message and error.hint


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is Linux's")
def test_a_disk_that_is_full_is_called_that() -> None:
    with pytest.raises(FileError) as caught:
        run_ffmpeg([*TONE, "-f", "rawvideo", "file:/dev/full"], timeout_s=30)
    assert caught.value.code is Fault.DISK_FULL


NAMES = [
    "a:b.mkv",
    "-dash.mkv",
    "http:x.mkv",
    "100%03d.mkv",
    "a'b:c,[d];=\n-\U0001f600.mkv",
    "pipe:0.mkv",
    "concat:a|b.mkv",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_are_read_literally(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    run_ffmpeg([*TONE, "-c:v", "mpeg4", "-f", "matroska", file_url(Path(name))], timeout_s=30)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    run_ffmpeg([*input_args(Path(name), "matroska"), "-f", "null", "-"], timeout_s=30)
    run_ffmpeg([*input_args(tmp_path / name, "matroska"), "-f", "null", "-"], timeout_s=30)


SCRIPTS = {
    "concat": "ffconcat version 1.0\nfile secret.mkv\n",
    "playlist": "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nsecret.mkv\n#EXT-X-ENDLIST\n",
    "dash": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"></MPD>',
}


@pytest.mark.parametrize("kind", SCRIPTS)
@pytest.mark.parametrize("demuxer", ["mov", "matroska", "mpegts", "avi"])
def test_a_script_that_calls_itself_a_clip_opens_nothing(tmp_path: Path, kind: str, demuxer: str) -> None:
    run_ffmpeg([*TONE, "-c:v", "mpeg4", "-f", "matroska", file_url(tmp_path / "secret.mkv")], timeout_s=30)
    script = tmp_path / "clip.mp4"
    script.write_text(SCRIPTS[kind])
    out = tmp_path / "out.mkv"
    with pytest.raises(FileError):
        run_ffmpeg([*input_args(script, demuxer), "-c", "copy", file_url(out)], timeout_s=30)
    assert not out.exists() or out.stat().st_size == 0
