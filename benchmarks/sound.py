"""Sound: how quick, and how exact.

    python benchmarks/sound.py replace [--seconds 10] [--rounds 3]
    python benchmarks/sound.py warm    [--seconds 10] [--rounds 3]
    python benchmarks/sound.py levels  [--mode keep|music|mix]      needs the corpus

`replace` gives a 1080p clip new sound four ways in one run, each from a fresh process as a user would start it: MoviePy
(which encodes the picture again), `mediakit audio --music`, the audio room alone, and bare ffmpeg with the picture
copied (no loudness, no fade, no check). It prints the median of the rounds and how often faster than MoviePy each is.
`warm` compares the two as a program in a long run meets them, both imported already and both with their own defaults:
`mediakit.process()` with a brand's bed (planned, made, checked, reported) against MoviePy's `write_videofile`.
`levels` puts every clip of the corpus that has sound through a mode and prints what an outside ffmpeg's ebur128 reads
off the written file.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import imageio_ffmpeg

REPO = Path(__file__).resolve().parents[1]
CORPUS = Path(os.environ.get("MEDIAKIT_CORPUS", REPO.parent / "shared" / "corpus"))
FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()

WITH_MOVIEPY = """
import sys
from moviepy import AudioFileClip, VideoFileClip, afx
clip = VideoFileClip(sys.argv[1])
bed = AudioFileClip(sys.argv[2]).with_effects([afx.AudioLoop(duration=clip.duration)])
clip.with_audio(bed).write_videofile(sys.argv[3], logger=None, preset="ultrafast", audio_codec="aac")
"""
WITH_THE_ROOM = """
import sys
from fractions import Fraction
from pathlib import Path
from mediakit.audio.track import make_track
from mediakit.presets.schema import Sound
make_track(None, audio_stream=None, start_s=Fraction(0), duration_s=Fraction(sys.argv[1]), sound=Sound(mode="music"),
           bed=Path(sys.argv[2]), work=Path(sys.argv[3]), audio_kbps=128)
"""


def quiet(*command: str | Path) -> None:
    subprocess.run([str(part) for part in command], check=True, capture_output=True)


def make_material(folder: Path, seconds: int) -> tuple[Path, Path]:
    clip, bed = folder / "clip.mp4", folder / "bed.wav"
    picture = f"testsrc2=s=1080x1920:r=30:d={seconds},noise=alls=8:allf=t"
    sound = f"anoisesrc=c=pink:a=0.2:r=48000:d={seconds}"
    encoding = "-c:v libx264 -preset ultrafast -profile:v high -pix_fmt yuv420p -b:v 6M -g 60 -flags +cgop"
    colour = "-colorspace bt709 -color_primaries bt709 -color_trc bt709"
    inputs = ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound]
    rest = f"{encoding} {colour} -c:a aac -shortest -movflags +faststart".split()
    quiet(FFMPEG, "-y", *inputs, *rest, clip)
    quiet(FFMPEG, "-y", "-f", "lavfi", "-i", "sine=f=330:r=48000:d=23", "-af", "tremolo=f=3", bed)
    return clip, bed


def replace(seconds: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clip, bed = make_material(folder, seconds)
        mediakit = Path(sys.executable).with_name("mediakit")
        copying = ["-map", "0:v", "-map", "1:a", "-c:v", "copy", "-c:a", "aac", "-shortest", "-movflags", "+faststart"]

        def through_the_room(n: int) -> None:
            work = folder / f"work{n}"
            work.mkdir()
            quiet(sys.executable, "-c", WITH_THE_ROOM, str(seconds), bed, work)

        ways: dict[str, Callable[[int], None]] = {
            "MoviePy": lambda _: quiet(sys.executable, "-c", WITH_MOVIEPY, clip, bed, folder / "moviepy.mp4"),
            "mediakit audio --music": lambda n: quiet(
                mediakit, "audio", clip, "--music", bed, "--out", folder / f"out{n}"
            ),
            "the audio room alone": through_the_room,
            "bare ffmpeg, picture copied": lambda _: quiet(
                FFMPEG, "-y", "-i", clip, "-stream_loop", "-1", "-i", bed, *copying, folder / "bare.mp4"
            ),
        }
        taken: dict[str, list[float]] = {way: [] for way in ways}
        for n in range(rounds):
            for way, run in ways.items():
                began = time.perf_counter()
                run(n)
                taken[way].append(time.perf_counter() - began)
        medians = {way: statistics.median(times) for way, times in taken.items()}
        print(f"New sound for a {seconds} s clip of 1080x1920, median of {rounds} runs")
        for way, took in medians.items():
            print(f"  {way:30} {took:7.2f} s   {medians['MoviePy'] / took:6.1f} x")
        written = next((folder / "out0").rglob("*.mp4"))
        print("  as written by mediakit: {} LUFS, {} dBTP".format(*ebur128(written)))


def warm(seconds: int, rounds: int) -> None:
    from moviepy import AudioFileClip, VideoFileClip, afx

    import mediakit
    from mediakit.cli.resize import PLAIN

    bed = REPO / "presets" / "muselle" / "beds" / "counter-light.ogg"
    preset = {**PLAIN, "sound.mode": "music", "sound.beds": [{"file": str(bed)}]}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clip, _ = make_material(folder, seconds)

        def ours(n: int) -> None:
            result = mediakit.process(clip, to=["as-shot.video"], out=folder / f"out{n}", overrides=preset)
            assert result.exit_code == 0, result.outcomes

        def theirs(_: int) -> None:
            with VideoFileClip(str(clip)) as picture, AudioFileClip(str(bed)) as music:
                sound = music.with_effects([afx.AudioLoop(duration=picture.duration)])
                picture.with_audio(sound).write_videofile(str(folder / "moviepy.mp4"), logger=None, audio_codec="aac")

        taken: dict[str, list[float]] = {"MoviePy": [], "mediakit.process": []}
        ours(-1)  # so that both have everything imported
        for n in range(rounds):
            for way, run in (("MoviePy", theirs), ("mediakit.process", ours)):
                began = time.perf_counter()
                run(n)
                taken[way].append(time.perf_counter() - began)
    medians = {way: statistics.median(times) for way, times in taken.items()}
    print(f"New sound for a {seconds} s clip of 1080x1920, both imported, median of {rounds} runs")
    for way, took in medians.items():
        print(f"  {way:30} {took:7.2f} s   {medians['MoviePy'] / took:6.1f} x")


def ebur128(path: Path) -> tuple[float, float]:
    command = ["ffmpeg", "-hide_banner", "-nostats", "-i", str(path), "-af", "ebur128=peak=true", "-f", "null", "-"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    loudness, peak = re.findall(r"I:\s+(\S+) LUFS", said)[-1], re.findall(r"Peak:\s+(\S+) dBFS", said)[-1]
    return float(loudness), float(peak)


def levels(mode: str) -> None:
    import av

    from mediakit.audio.track import make_track
    from mediakit.errors import FileError
    from mediakit.presets.schema import Sound

    av.logging.set_level(None)
    bed = CORPUS / "audio" / "Kevin_MacLeod_-_Vibe_Ace.ogg" if mode in ("music", "mix") else None
    print(f"{'clip':46} {'s':>6} {'before':>7} {'after':>7} {'peak':>6}  how")
    held = judged = 0
    for path in sorted(p for p in (CORPUS / "video").rglob("*") if p.is_file()):
        found = picture_and_sound(path)
        if found is None:
            continue
        start, seconds, stream = found
        with tempfile.TemporaryDirectory() as work:
            try:
                track = make_track(
                    path, audio_stream=stream, start_s=start, duration_s=seconds, sound=Sound.model_validate({"mode": mode}),
                    bed=bed, work=Path(work), audio_kbps=128,
                )  # fmt: skip
            except FileError as why:
                print(f"{path.name[:46]:46} {float(seconds):6.2f} {'':7} {'':7} {'':6}  refused: {why.code}")
                continue
            assert track is not None
            loudness, peak = ebur128(track.path)
        before = track.facts.get("original_lufs")
        how = f"{track.gain_mode}, {track.facts['gain_db']} dB, limited {track.facts['limited_db']} dB"
        print(f"{path.name[:46]:46} {float(seconds):6.2f} {before or '-':>7} {loudness:7.1f} {peak:6.1f}  {how}")
        if seconds >= 3 and loudness > -60:
            judged += 1
            held += abs(loudness + 14) <= 0.5 and peak <= -1.5
    print(f"{held} of {judged} clips of 3 s or more at -14 LUFS within 0.5 LU and at most -1.5 dBTP")


def picture_and_sound(path: Path) -> tuple[Fraction, Fraction, int] | None:
    """Where the picture begins, how long it is, and which stream the sound is; None where either is missing."""
    import av

    try:
        with av.open(str(path)) as container:
            if not (container.streams.audio and container.streams.video):
                return None
            picture = container.streams.video[0]
            base = picture.time_base or Fraction(0)
            seconds = picture.duration * base if picture.duration else Fraction(container.duration or 0, 1_000_000)
            return (picture.start_time or 0) * base, seconds or Fraction(5), container.streams.audio[0].index
    except (av.error.FFmpegError, OSError):
        return None


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["replace", "warm", "levels"])
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--mode", choices=["keep", "music", "mix"], default="keep")
    said = parser.parse_args()
    if said.what == "replace":
        replace(said.seconds, said.rounds)
    elif said.what == "warm":
        warm(said.seconds, said.rounds)
    else:
        levels(said.mode)
