"""Every clip of the corpus that has sound, at the level that was asked for: measured by an ffmpeg that is not ours."""

from __future__ import annotations

import shutil
import subprocess
from fractions import Fraction
from pathlib import Path

import av
import pytest
from sound_kit import ebur128, needs_ffmpeg

from mediakit.audio.track import Track, make_track
from mediakit.errors import Fault, FileError
from mediakit.presets.schema import Sound

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.slow,
    needs_ffmpeg,
    pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffprobe is not installed"),
]
BED = "audio/Kevin_MacLeod_-_Vibe_Ace.ogg"


def clips_with_sound(corpus: Path) -> list[tuple[Path, Fraction, Fraction, int]]:
    """(path, where the picture begins, how long it is, the sound's index) of what opens and has a picture and sound."""
    found = []
    for path in sorted(p for p in (corpus / "video").rglob("*") if p.is_file()):
        try:
            with av.open(str(path)) as container:
                if not (container.streams.audio and container.streams.video):
                    continue
                picture, base = container.streams.video[0], container.streams.video[0].time_base or Fraction(0)
                seconds = (
                    picture.duration * base
                    if picture.duration
                    else Fraction(container.duration or 5_000_000, 1_000_000)
                )
                found.append((path, (picture.start_time or 0) * base, seconds, container.streams.audio[0].index))
        except (av.error.FFmpegError, OSError):
            continue
    return found


def tracks(corpus: Path, tmp_path: Path, mode: str) -> tuple[list[tuple[Path, Fraction, Track]], dict[str, Fault]]:
    made, refused = [], {}
    for number, (path, start, seconds, stream) in enumerate(clips_with_sound(corpus)):
        work = tmp_path / str(number)
        work.mkdir()
        try:
            track = make_track(
                path,
                audio_stream=stream,
                start_s=start,
                duration_s=seconds,
                sound=Sound.model_validate({"mode": mode}),
                bed=corpus / BED if mode in ("music", "mix") else None,
                work=work,
                audio_kbps=128,
            )
        except FileError as why:
            assert why.hint and path.name in why.message
            refused[path.name] = why.code
            assert not list(work.iterdir())
            continue
        assert track is not None
        made.append((path, seconds, track))
    return made, refused


def stream_facts(path: Path) -> dict[str, str]:
    entries = "stream=codec_name,profile,sample_rate,channels,duration,start_time"
    command = ["ffprobe", "-v", "error", "-show_entries", entries, "-of", "default=nw=1", str(path)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return dict(line.split("=", 1) for line in said.splitlines())


@pytest.mark.parametrize("mode", ["keep", "music", "mix"])
def test_every_clip_is_on_target_as_written(corpus: Path, tmp_path: Path, mode: str) -> None:
    made, refused = tracks(corpus, tmp_path, mode)
    assert len(made) >= 35
    wrong = []
    for path, seconds, track in made:
        loudness, peak = ebur128(track.path)
        facts = stream_facts(track.path)
        if (facts["codec_name"], facts["profile"], facts["sample_rate"], facts["channels"]) != (
            "aac",
            "LC",
            "48000",
            "2",
        ):
            wrong.append(f"{path.name}: {facts}")
        if abs(float(facts["duration"]) - float(seconds)) > 1024 / 48_000:
            wrong.append(f"{path.name}: {facts['duration']} s of {float(seconds)} s")
        if seconds >= 3 and loudness > -60 and (abs(loudness + 14) > 0.5 or peak > -1.5):
            wrong.append(f"{path.name}: {loudness} LUFS, {peak} dBTP, {track.facts}")
    assert not wrong
    damaged = {"bit_errors.mp4": Fault.CORRUPT, "cut_in_middle_faststart.mp4": Fault.TRUNCATED}
    undecodable = {"sample_missing_stsd.mp4": Fault.UNSUPPORTED_CODEC}
    assert refused == ({} if mode == "music" else damaged | undecodable)


def test_hush_takes_every_clip(corpus: Path, tmp_path: Path) -> None:
    """Not brought to the target: what is left may be no more than a room. But never over the ceiling."""
    made, _ = tracks(corpus, tmp_path, "hush")
    assert len(made) >= 35
    for path, _, track in made:
        loudness, peak = ebur128(track.path)
        assert peak <= -1.5 or loudness <= -60, path.name
        assert loudness <= -13.5, path.name
