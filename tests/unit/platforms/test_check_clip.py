"""Clips: a file that conforms, and files that break exactly one rule each, all written by a real ffmpeg."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from exported_clips import BT709, CLEAN, HOUSE, MOMENTS, SOUND, ffmpeg, made, remuxed, swapped, with_clip, with_limits
from exported_photos import broken

from mediakit.model import Size
from mediakit.platforms.check import Expected, check_file, conforms
from mediakit.platforms.clip_facts import read_clip
from mediakit.platforms.targets import resolve

AS_SHOT = resolve(["as-shot.video"])[0]
REEL = resolve(["instagram.reel"])[0]
HLG = "setparams=colorspace=bt2020nc:color_primaries=bt2020:color_trc=arib-std-b67:range=tv"


def test_a_clean_export_conforms_to_the_last_rule(good: Path) -> None:
    checks = check_file(good, MOMENTS, expect=Expected(size=Size(180, 320), duration_s=1.0, has_audio=True))
    assert broken(checks) == set()
    rules = {held.rule for held in checks}
    assert {"codec", "profile", "level", "pixel-format", "colour", "fast-start", "key-frames", "same-length"} <= rules
    json.dumps([[held.measured, held.limit] for held in checks])


X265 = ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:pools=1", "-tag:v", "hvc1"]
X265 += ["-pix_fmt", "yuv420p", "-g", "30"]
FULL = BT709.replace("range=tv", "range=pc") + ",format=yuvj420p"
DROPPED = f"{BT709},select='not(eq(n,11))'"
ONE_KEY = [*swapped(HOUSE, "-g", "300"), "-sc_threshold", "0"]
INTERLACED = [*swapped(HOUSE, "-flags", "+cgop+ildct+ilme"), "-x264-params", "tff=1"]

ENCODED: dict[str, tuple[str, Callable[[Path], Path]]] = {
    "HEVC": ("codec", lambda p: made(p, picture=X265)),
    "Main profile": ("profile", lambda p: made(p, picture=swapped(HOUSE, "-profile:v", "main"))),
    "level 5.1": ("level", lambda p: made(p, picture=swapped(HOUSE, "-level", "5.1"))),
    "full range": ("pixel-format", lambda p: made(p, filters=FULL, picture=swapped(HOUSE, "-pix_fmt", "yuvj420p"))),
    "no colour tags": ("colour", lambda p: made(p, filters="null")),
    "HLG": ("colour", lambda p: made(p, filters=HLG)),
    "interlaced": ("progressive", lambda p: made(p, filters=f"{BT709},setfield=tff", picture=INTERLACED)),
    "oblong pixels": ("square-pixels", lambda p: made(p, filters=f"{BT709},setsar=4/3")),
    "60 fps": ("max-fps", lambda p: made(p, fps="60", picture=swapped(HOUSE, "-g", "60"))),
    "frames dropped": ("constant-rate", lambda p: made(p, filters=DROPPED, picture=[*HOUSE, "-fps_mode", "vfr"])),
    "one key frame in 3 s": ("key-frames", lambda p: made(p, length="3", picture=ONE_KEY)),
    "landscape": ("ratio", lambda p: made(p, size="320x180")),
    "no export size": ("size", lambda p: made(p, size="90x160")),
    "MP3 sound": ("audio-codec", lambda p: made(p, sound=["-c:a", "libmp3lame", "-ar", "48000", "-ac", "2"])),
    "44.1 kHz": ("audio-sampling", lambda p: made(p, sound=swapped(SOUND, "-ar", "44100"))),
    "mono": ("audio-channels", lambda p: made(p, sound=swapped(SOUND, "-ac", "1"))),
    "sound too short": ("same-length", lambda p: made(p, sound_length="0.7")),
    "index at the end": ("fast-start", lambda p: made(p, tail=["-map_metadata", "-1", "-fflags", "+bitexact"])),
    "fragmented": ("fast-start", lambda p: made(p, tail=[*CLEAN[:4], "-movflags", "+frag_keyframe+empty_moov"])),
    "Matroska": ("format", lambda p: made(p.with_suffix(".mkv"), tail=CLEAN[:4])),
    "named as a photo": ("extension", lambda p: made(p, tail=[*CLEAN, "-f", "mp4"]).rename(p.with_suffix(".jpg"))),
}  # fmt: skip

REMUXED: dict[str, tuple[str, Callable[[Path, Path], Path]]] = {
    "place": ("location", lambda good, p: remuxed(good, p, "-metadata", "location=+31.2304+121.4737/")),
    "place, Apple's key": (
        "location",
        lambda good, p: remuxed(
            good,
            p,
            "-movflags",
            "+faststart+use_metadata_tags",
            "-metadata",
            "com.apple.quicktime.location.ISO6709=+31+121/",
        ),
    ),
    "camera's serial number": (
        "serial-numbers",
        lambda good, p: remuxed(good, p, "-movflags", "+faststart+use_metadata_tags", "-metadata", "serialNumber=4711"),
    ),
    "owner": (
        "owner",
        lambda good, p: remuxed(good, p, "-movflags", "+faststart+use_metadata_tags", "-metadata", "owner=A. Person"),
    ),
    "capture date": (
        "capture-date",
        lambda good, p: remuxed(good, p, "-metadata", "creation_time=2026-11-20T10:00:00Z"),
    ),
    "upside down": ("orientation", lambda good, p: remuxed(good, p, before=("-display_rotation", "180"))),
    "a second sound track": ("tracks", lambda good, p: remuxed(good, p, "-map", "0:a")),
    "sound that starts late": (
        "edit-list",
        lambda good, p: (
            ffmpeg(
                "-i", good, "-itsoffset", "0.5", "-i", good, "-map", "0:v", "-map", "1:a", "-c", "copy", *CLEAN[4:], p
            )
            or p
        ),
    ),
}


@pytest.fixture(scope="module")
def encoded(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The file of a fault, encoded once however often it is asked for."""
    folder = tmp_path_factory.mktemp("faults")

    @cache
    def find(name: str) -> Path:
        return ENCODED[name][1](folder / f"{name}.mp4")

    return find


@pytest.mark.parametrize("name", ENCODED)
def test_each_fault_of_encoding_is_caught_and_nothing_else(encoded: Callable[[str], Path], name: str) -> None:
    rule, _ = ENCODED[name]
    checks = check_file(encoded(name), MOMENTS, expect=Expected())
    assert broken(checks) == {rule}


@pytest.mark.parametrize("name", REMUXED)
def test_each_fault_of_the_container_is_caught_and_nothing_else(good: Path, tmp_path: Path, name: str) -> None:
    rule, make = REMUXED[name]
    checks = check_file(make(good, tmp_path / "a.mp4"), MOMENTS, expect=Expected())
    assert broken(checks) == {rule}


def test_an_open_gop_is_seen(tmp_path: Path) -> None:
    """Matroska marks the recovery points of an open GOP as key frames, MP4 does not: there the GOP is merely long."""
    picture = [
        *HOUSE[: HOUSE.index("-flags")],
        "-x264-params",
        "open-gop=1:keyint=10:bframes=3:scenecut=0",
        "-threads",
        "1",
    ]
    checks = check_file(made(tmp_path / "a.mkv", picture=picture, tail=CLEAN[:4]), MOMENTS, expect=Expected())
    assert {"closed-gop"} <= broken(checks) <= {"closed-gop", "format", "key-frames"}


def test_limits_of_length_and_bytes(good: Path) -> None:
    assert broken(check_file(good, with_limits(MOMENTS, max_duration_s=0.5))) == {"max-duration"}
    assert broken(check_file(good, with_limits(MOMENTS, max_duration_s=0.98))) == set(), "a codec's block is no fault"
    assert broken(check_file(good, with_limits(MOMENTS, max_bytes=1000)), "block") == {"max-bytes"}
    assert broken(check_file(good, with_clip(MOMENTS, warn_duration_s=0.5))) == {"max-duration"}
    assert conforms(check_file(good, with_clip(MOMENTS, warn_duration_s=0.5, warn_bytes=1000)))
    assert broken(check_file(good, with_limits(MOMENTS, target_bytes=1000), expect=Expected())) == {"target-bytes"}
    assert broken(check_file(good, with_clip(MOMENTS, min_duration_s=3.0))) == {"min-duration"}


def test_limits_of_rate(good: Path, tmp_path: Path) -> None:
    assert broken(check_file(good, with_clip(MOMENTS, min_fps=48))) == {"min-fps"}
    slow = with_clip(MOMENTS, video_kbps=1, max_video_kbps=1)
    assert broken(check_file(good, slow, expect=Expected()), "warn") == {"video-rate"}, "a short clip only warns"
    long = made(tmp_path / "a.mp4", fps="5", length="11", picture=swapped(HOUSE, "-g", "5"))
    assert broken(check_file(long, slow, expect=Expected()), "block") == {"video-rate"}
    assert broken(check_file(long, slow), "warn") == {"video-rate"}


def test_the_renderer_is_held_to_its_word(good: Path, tmp_path: Path) -> None:
    assert broken(check_file(good, MOMENTS, expect=Expected(duration_s=1.5))) == {"expected-duration"}
    assert broken(check_file(good, MOMENTS, expect=Expected(size=Size(90, 160)))) == {"expected-size"}
    assert broken(check_file(good, MOMENTS, expect=Expected(has_audio=False))) == {"sound"}
    assert broken(check_file(good, MOMENTS, expect=Expected(ai_label=True))) == {"ai-label"}
    label = '{"Label":"1"}'
    tail = ("-movflags", "+faststart+use_metadata_tags", "-metadata", f"AIGC={label}")
    labelled = remuxed(good, tmp_path / "labelled.mp4", *tail)
    assert broken(check_file(labelled, MOMENTS, expect=Expected(ai_label=True))) == set()
    mute = remuxed(good, tmp_path / "mute.mp4", "-an")
    assert broken(check_file(mute, MOMENTS, expect=Expected(has_audio=False))) == set()
    assert broken(check_file(mute, MOMENTS, expect=Expected(has_audio=True))) == {"sound"}


def test_house_style_only_warns_about_a_file_from_another_tool(tmp_path: Path) -> None:
    path = made(tmp_path / "a.mp4", length="3", picture=swapped(swapped(HOUSE, "-profile:v", "main"), "-g", "300"))
    checks = check_file(path, MOMENTS)
    assert conforms(checks) and broken(checks, "warn") == {"profile", "key-frames"}


def test_as_shot_keeps_the_camera_s_picture(tmp_path: Path) -> None:
    odd = made(tmp_path / "a.mp4", size="362x222", filters="setsar=4/3", picture=X265)
    assert broken(check_file(odd, AS_SHOT, expect=Expected())) == set()
    assert broken(check_file(made(tmp_path / "b.mp4", sound=["-c:a", "libmp3lame"]), AS_SHOT)) >= {"audio-codec"}


def test_hevc_may_go_where_hevc_is_taken(tmp_path: Path) -> None:
    path = made(tmp_path / "a.mp4", size="540x960", length="0.1", picture=X265)
    assert "codec" not in broken(check_file(path, REEL))


@pytest.mark.parametrize("name", ["-rf.mp4", "a'b\"c:d,[e].mp4", "口红 上新💄.mp4", "two\nlines.mp4", "50%d.mp4"])
def test_any_file_name_will_do(good: Path, tmp_path: Path, name: str) -> None:
    shutil.copy(good, tmp_path / name)
    assert conforms(check_file(tmp_path / name, MOMENTS, expect=Expected()))


def test_a_clip_against_a_surface_for_photos(good: Path) -> None:
    (check,) = check_file(good, resolve(["weibo.image"])[0])
    assert (check.rule, check.ok, check.measured, check.limit) == ("kind", False, "clip", ["photo"])


def ffprobe(path: Path) -> dict[str, object]:
    if shutil.which("ffprobe") is None:
        pytest.skip("no ffprobe on the PATH to ask")
    command = ["ffprobe", "-v", "error", "-show_streams", "-show_format", "-of", "json", str(path)]
    found: dict[str, object] = json.loads(subprocess.check_output(command))
    return found


@pytest.mark.parametrize(
    "name", [None, "HLG", "interlaced", "60 fps", "level 5.1", "HEVC", "44.1 kHz", "no colour tags"]
)
def test_ffprobe_reads_the_same_facts(good: Path, encoded: Callable[[str], Path], name: str | None) -> None:
    path = good if name is None else encoded(name)
    said = ffprobe(path)
    video, audio = said["streams"]  # type: ignore[misc]
    facts = read_clip(path, "mp4")
    picture, sound = facts.picture, facts.sound
    assert sound is not None
    assert (picture.codec, picture.pixel_format) == (video["codec_name"], video["pix_fmt"])
    assert picture.size.as_list() == [video["width"], video["height"]]
    if name != "HEVC":
        assert (picture.profile, picture.level) == (video["profile"], video["level"])
    names = {"arib-std-b67": "hlg", None: "unspecified", "unknown": "unspecified"}
    tags = [video.get(key) for key in ("color_space", "color_primaries", "color_transfer")]
    assert [picture.matrix, picture.primaries, picture.curve] == [names.get(tag, tag) for tag in tags]
    assert picture.frames == int(video["nb_frames"])
    assert abs(picture.duration_s - float(video["duration"])) < 0.02
    assert abs(sound.duration_s - float(audio["duration"])) < 0.03
    assert (sound.rate_hz, sound.channels) == (int(audio["sample_rate"]), audio["channels"])
    top, bottom = video["r_frame_rate"].split("/")
    if name != "interlaced":
        assert abs(picture.fps - int(top) / int(bottom)) < 0.01
