"""The rendered file as ffprobe sees it: sound, copies, groups of pictures, budgets, tracks, names, damage."""

from __future__ import annotations

import hashlib
import subprocess
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from clip_maker import encode, ffmpeg, ffprobe, picture, stream, tone, track
from render_kit import LIMITS, assert_conforms, frame, render, wanted

from mediakit.errors import Fault, FileError
from mediakit.model import Size
from mediakit.pixels.cube import Cube
from mediakit.tools.ffmpeg import file_url, find_ffmpeg
from mediakit.video.encode import Encoding
from mediakit.video.probe import probe
from mediakit.video.render import render_clip


def test_sound_is_carried_over_and_as_long_as_the_picture(tmp_path: Path) -> None:
    source = encode(
        *picture(w=320, h=240, fps="30000/1001", seconds=2),
        *tone(3.0, 200),
        to=tmp_path / "in.mp4",
        options=("-c:a", "aac"),
    )
    info = probe(source, LIMITS)
    output = wanted(info, tmp_path / "out.mp4", size=Size(160, 120))
    output = replace(output, track=track(tmp_path / "t.m4a", float(output.duration(info))))
    render_clip(source, info, [output])
    probed = ffprobe(output.path)
    video, audio = stream(probed, "video"), stream(probed, "audio")
    assert abs(float(video["duration"]) - float(audio["duration"])) <= 1001 / 30000
    assert float(audio["start_time"]) == pytest.approx(0.0, abs=0.001)
    assert audio["codec_name"] == "aac"


def test_without_a_track_the_clip_is_silent(tmp_path: Path) -> None:
    source = encode(*picture(), *tone(), to=tmp_path / "in.mp4", options=("-c:a", "aac"))
    render(source, tmp_path / "out.mp4", size=Size(160, 90))
    assert [s["codec_type"] for s in ffprobe(tmp_path / "out.mp4")["streams"]] == ["video"]


def video_hash(path: Path) -> str:
    """Of the coded picture, byte for byte."""
    command = [
        str(find_ffmpeg()),
        "-v",
        "error",
        "-i",
        file_url(path),
        "-map",
        "0:v",
        "-c",
        "copy",
        "-f",
        "h264",
        "pipe:1",
    ]
    return hashlib.sha256(subprocess.run(command, capture_output=True, check=True).stdout).hexdigest()


def conformant(path: Path, seconds: float = 2.0) -> Path:
    high = ("-profile:v", "high", "-preset", "veryfast", "-g", "30", "-bf", "2")
    params = ("-x264-params", "colorprim=bt709:transfer=bt709:colormatrix=bt709:range=tv")
    return encode(
        *picture(seconds=seconds),
        *tone(seconds),
        to=path,
        options=(*high, *params, "-c:a", "aac", "-metadata", "location=+31.2+121.4/", "-metadata", "title=secret"),
    )


def test_an_unchanged_picture_is_copied_bit_for_bit(tmp_path: Path) -> None:
    source = conformant(tmp_path / "in.mp4")
    info = probe(source, LIMITS)
    output = wanted(info, tmp_path / "out.mp4", track=track(tmp_path / "t.m4a", 2.0))
    written = render_clip(source, info, [output])
    assert written[0].passes == 0
    assert video_hash(source) == video_hash(output.path)
    probed = ffprobe(output.path)
    assert abs(float(stream(probed, "video")["duration"]) - float(stream(probed, "audio")["duration"])) <= 1 / 30
    assert not {"title", "location"} & set(probed["format"].get("tags", {}))
    data = output.path.read_bytes()
    assert b"+31.2" not in data and b"secret" not in data
    assert data.index(b"moov") < data.index(b"mdat")


def test_a_copy_of_an_untagged_picture_gets_its_tags(tmp_path: Path) -> None:
    source = encode(
        *picture(w=1280, h=720, seconds=0.5),
        to=tmp_path / "in.mp4",
        options=("-profile:v", "high", "-preset", "veryfast"),
    )
    info = probe(source, LIMITS)
    output = wanted(info, tmp_path / "out.mp4")
    assert render_clip(source, info, [output])[0].passes == 0
    assert_conforms(output.path, info.size, Fraction(30))


def test_a_turned_clip_wanted_as_shot_is_copied_with_its_turn(tmp_path: Path) -> None:
    ffmpeg("-display_rotation", "90", "-i", conformant(tmp_path / "flat.mp4"), "-c", "copy", tmp_path / "in.mov")
    info = probe(tmp_path / "in.mov", LIMITS)
    output = wanted(info, tmp_path / "out.mp4", as_shot=True)
    written = render_clip(tmp_path / "in.mov", info, [output])
    assert written[0].passes == 0
    again = probe(output.path, LIMITS)
    assert (again.size, again.orientation) == (info.size, info.orientation)


def test_a_copied_picture_that_began_late_begins_with_its_new_sound(tmp_path: Path) -> None:
    ffmpeg("-itsoffset", "0.7", "-i", conformant(tmp_path / "flat.mp4"), *tone(3), "-map", "0:v", "-map", "1:a",
           "-c:v", "copy", "-c:a", "aac", tmp_path / "late.mp4")  # fmt: skip
    info = probe(tmp_path / "late.mp4", LIMITS)
    assert float(info.start) == pytest.approx(0.7, abs=0.07)
    output = wanted(info, tmp_path / "out.mp4", track=track(tmp_path / "t.m4a", float(info.duration)))
    assert render_clip(tmp_path / "late.mp4", info, [output])[0].passes == 0
    probed = ffprobe(output.path)
    for kind in ("video", "audio"):
        assert float(stream(probed, kind)["start_time"]) == pytest.approx(0.0, abs=0.002)
        assert float(stream(probed, kind)["duration"]) == pytest.approx(float(info.duration), abs=1 / 30)


def test_groups_of_pictures_are_short_and_the_index_first(tmp_path: Path) -> None:
    source = encode(*picture("color=gray", seconds=7), to=tmp_path / "in.mp4")
    out = tmp_path / "out.mp4"
    render(source, out, encoding=Encoding(max_gop_s=2.0), size=Size(160, 90))
    packets = ffprobe(out, "-show_packets", "-select_streams", "v")["packets"]
    keys = [float(p["pts_time"]) for p in packets if "K" in p["flags"]]
    assert max(np.diff([*keys, 7.0])) <= 2.0 + 1e-6
    data = out.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


@pytest.mark.parametrize("most", [150_000, 400_000])
def test_a_byte_budget_is_met_and_used(tmp_path: Path, most: int) -> None:
    noisy = picture(w=640, h=360, seconds=4)
    source = encode(*noisy, to=tmp_path / "in.mp4", options=("-vf", "noise=alls=20:allf=t", "-crf", "18"))
    info = probe(source, LIMITS)
    output = wanted(info, tmp_path / "out.mp4", encoding=Encoding(max_bytes=most), track=track(tmp_path / "t.m4a", 4.0))
    written = render_clip(source, info, [output])[0]
    assert written.passes == 2
    assert 0.75 * most < written.bytes <= most


def test_a_rate_ceiling_holds(tmp_path: Path) -> None:
    source = encode(
        *picture(w=640, h=360, seconds=4),
        to=tmp_path / "in.mp4",
        options=(
            "-vf",
            "noise=alls=60:allf=t",
        ),
    )
    out = tmp_path / "out.mp4"
    render(source, out, encoding=Encoding(max_video_kbps=1000))
    assert out.stat().st_size * 8 / 1000 / 4 <= 1000 * 1.25


def test_the_default_tracks_are_taken(tmp_path: Path) -> None:
    source = tmp_path / "in.mkv"
    ffmpeg(
        *picture("color=red", w=64, h=64),
        *picture("color=blue", w=96, h=96),
        *tone(1, 300),
        *tone(1, 600),
        "-map",
        "0",
        "-map",
        "1",
        "-map",
        "2",
        "-map",
        "3",
        "-c:v",
        "libx264",
        "-c:a",
        "aac",
        "-disposition:v:0",
        "0",
        "-disposition:v:1",
        "default",
        "-disposition:a:0",
        "0",
        "-disposition:a:1",
        "default",
        source,
    )
    info = render(source, tmp_path / "out.mp4")
    assert info.size == Size(96, 96)
    assert info.audio is not None and info.audio.stream == 3 and info.audio_tracks == 2
    assert frame(tmp_path / "out.mp4")[10, 10].argmax() == 2


def test_nothing_of_the_source_is_told_but_the_label_of_ai_made_content(tmp_path: Path) -> None:
    label = '{"AIGC":{"Label":"1","ContentProducer":"x"}}'
    source = encode(
        *picture(),
        to=tmp_path / "in.mp4",
        options=(
            "-metadata",
            f"AIGC={label}",
            "-metadata",
            "copyright=(c) Brand",
            "-metadata",
            "make=Phone",
            "-metadata",
            "location=+31.2+121.4/",
            "-movflags",
            "use_metadata_tags",
        ),
    )
    render(source, tmp_path / "out.mp4", size=Size(160, 90))
    tags = ffprobe(tmp_path / "out.mp4")["format"]["tags"]
    assert tags["AIGC"] == label
    assert tags["copyright"] == "(c) Brand"
    assert not {"make", "location", "encoder", "creation_time"} & set(tags)
    assert b"x264 - core" not in (tmp_path / "out.mp4").read_bytes()


@pytest.mark.parametrize("name", ["a'b:c,[d];=\n-\U0001f600.mp4", "-dash.mp4", "百 分%03d.mp4", "é" * 120 + ".mp4"])
def test_names_from_the_shoot_pass_unharmed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    encode(*picture(seconds=0.2), to=tmp_path / "plain.mp4")
    (tmp_path / "plain.mp4").rename(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    look = Cube.from_function(lambda c: c * np.float32(0.9))
    out = Path("out " + name)
    if len(out.name.encode()) > 255:
        out = Path(name[1:])
    source = Path(name)
    info = probe(source, LIMITS)
    render_clip(source, info, [wanted(info, out, look=look, size=Size(90, 160))])
    assert_conforms(tmp_path / out, Size(90, 160), Fraction(30))


def test_damage_in_the_middle_is_found_while_rendering(tmp_path: Path) -> None:
    source = encode(
        *picture(w=640, h=360, seconds=30), to=tmp_path / "in.mp4", options=("-vf", "noise=alls=10:allf=t", "-g", "30")
    )
    info = probe(source, LIMITS)
    data = bytearray(source.read_bytes())
    start = data.index(b"mdat") + len(data) * 13 // 25
    rng = np.random.default_rng(1)
    for n in range(0, 3000, 7):
        data[start + n] ^= int(rng.integers(1, 255))
    source.write_bytes(data)
    with pytest.raises(FileError) as caught:
        render_clip(source, info, [wanted(info, tmp_path / "out.mp4", size=Size(160, 90))])
    assert caught.value.code is Fault.CORRUPT


def test_a_render_over_its_time_is_stopped(tmp_path: Path) -> None:
    source = encode(*picture(w=640, h=360, seconds=20), to=tmp_path / "in.mp4")
    info = probe(source, LIMITS)
    with pytest.raises(FileError) as caught:
        render_clip(source, info, [wanted(info, tmp_path / "out.mp4", size=Size(720, 1280))], timeout_s=0.3)
    assert caught.value.code is Fault.TIMED_OUT


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    source = encode(*picture(), to=tmp_path / "in.mp4")
    info = probe(source, LIMITS)
    with pytest.raises(FileError):
        render_clip(source, info, [wanted(info, tmp_path / "gone" / "out.mp4", size=Size(160, 90))])
