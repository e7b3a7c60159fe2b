"""Clips rendered by the real ffmpeg, read back and judged by ffprobe and by their pixels."""

from __future__ import annotations

import hashlib
import subprocess
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from clip_maker import TAGGED_709, encode, ffmpeg, ffprobe, picture, stream, tone, track
from numpy.typing import NDArray
from PIL import Image

from mediakit.errors import Fault, FileError
from mediakit.model import Crop, Seconds, Size
from mediakit.pixels.cube import Cube
from mediakit.pixels.lab import ciede2000, lab_from_srgb
from mediakit.presets.schema import Limits
from mediakit.tools.ffmpeg import file_url, find_ffmpeg
from mediakit.video.clip import ClipInfo, Orientation
from mediakit.video.encode import Encoding
from mediakit.video.probe import probe
from mediakit.video.render import ClipLogo, ClipOutput, render_clip
from mediakit.video.sample import grab_frame, sample_frames
from mediakit.video.timing import output_fps

LIMITS = Limits()
AS_709 = "scale=in_color_matrix=bt709:in_range=tv:flags=accurate_rnd+full_chroma_int"
HDR_HEADER = (
    "log-level=error:crf=4:colorprim=bt2020:transfer=arib-std-b67:colormatrix=bt2020nc:max-cll=1000,400:"
    "master-display=G(8500,39850)B(6550,2300)R(35400,14600)WP(15635,16450)L(10000000,1)"
)


def wanted(info: ClipInfo, path: Path, **changes: object) -> ClipOutput:
    """The whole clip at its own size, with changes."""
    even = Size(info.size.width_px // 2 * 2, info.size.height_px // 2 * 2)
    base = ClipOutput(path=path, size=even, crop=Crop.whole(info.size), fps=output_fps(info.fps, 60))
    return replace(base, **changes)  # type: ignore[arg-type]


def render(source: Path, path: Path, **changes: object) -> ClipInfo:
    info = probe(source, LIMITS)
    render_clip(source, info, [wanted(info, path, **changes)])
    return info


def frame(path: Path, n: int = 0) -> NDArray[np.uint8]:
    """Frame n by ffmpeg's own conversion, (H, W, 3)."""
    command = [str(find_ffmpeg()), "-v", "error", "-i", file_url(path), "-vf", f"select=eq(n\\,{n}),{AS_709}"]
    command += ["-frames:v", "1", "-f", "image2pipe", "-c:v", "png", "-pix_fmt", "rgb24", "pipe:1"]
    data = subprocess.run(command, capture_output=True, check=True).stdout
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    return np.ascontiguousarray(decoded[:, :, ::-1])


def quadrants(rgb: NDArray[np.uint8]) -> list[str]:
    """The names of the colours top left, top right, bottom left, bottom right."""
    names = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255), "white": (255, 255, 255)}
    h, w = rgb.shape[:2]
    points = [rgb[h // 4, w // 4], rgb[h // 4, 3 * w // 4], rgb[3 * h // 4, w // 4], rgb[3 * h // 4, 3 * w // 4]]
    return [min(names, key=lambda name: np.abs(np.int16(names[name]) - p).sum()) for p in points]


def four_colours(path: Path, size: Size, options: tuple[str, ...] = (), seconds: float = 0.4) -> Path:
    """A clip with red, green / blue, white quadrants."""
    still = np.zeros((size.height_px, size.width_px, 3), np.uint8)
    h, w = size.height_px // 2, size.width_px // 2
    still[:h, :w], still[:h, w:], still[h:, :w], still[h:, w:] = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255,) * 3
    Image.fromarray(still).save(path.with_suffix(".png"))
    loop = ["-loop", "1", "-framerate", "25", "-t", str(seconds), "-i", file_url(path.with_suffix(".png"))]
    convert = ("-vf", "scale=out_color_matrix=bt709:out_range=tv", *TAGGED_709)
    return encode(*loop, to=path, options=(*convert, *options))


def assert_conforms(path: Path, size: Size, fps: Fraction) -> dict[str, object]:
    video = stream(ffprobe(path), "video")
    assert (video["codec_name"], video["profile"], video["pix_fmt"]) == ("h264", "High", "yuv420p")
    assert [video["width"], video["height"]] == [size.width_px, size.height_px]
    tags = [video.get(key) for key in ("color_space", "color_transfer", "color_primaries", "color_range")]
    assert tags == ["bt709", "bt709", "bt709", "tv"]
    assert video["r_frame_rate"] == video["avg_frame_rate"] == f"{fps.numerator}/{fps.denominator}"
    assert video.get("sample_aspect_ratio", "1:1") in ("1:1", "N/A")
    assert not video.get("side_data_list")
    assert float(video["start_time"]) == 0.0
    return video


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("mirror", [False, True])
def test_every_orientation_comes_out_upright(tmp_path: Path, turn: int, mirror: bool) -> None:
    flat = four_colours(tmp_path / "flat.mp4", Size(160, 96))
    turned = tmp_path / "turned.mov"
    words = [*(["-display_hflip"] if mirror else []), "-display_rotation", str(turn)]
    ffmpeg(*words, "-i", flat, "-c", "copy", turned)
    info = render(turned, tmp_path / "out.mp4")
    # the judge: ffmpeg's own player path, which applies the display matrix before anything else
    ffmpeg("-i", turned, "-c:v", "libx264", "-crf", "5", *TAGGED_709, tmp_path / "judge.mp4")
    expected = quadrants(frame(tmp_path / "judge.mp4"))
    assert info.size == (Size(96, 160) if turn in (90, 270) else Size(160, 96))
    assert quadrants(frame(tmp_path / "out.mp4")) == expected
    assert quadrants(grab_frame(turned, info, 0.0)) == expected
    assert quadrants(sample_frames(turned, info, count=2)[0].rgb) == expected
    assert info.orientation.is_upright == (turn == 0 and not mirror)
    assert_conforms(tmp_path / "out.mp4", info.size, Fraction(25))


def test_the_eight_orientations_are_eight() -> None:
    signs = [
        (1, 0, 0, 1),
        (0, 1, -1, 0),
        (-1, 0, 0, -1),
        (0, -1, 1, 0),
        (-1, 0, 0, 1),
        (0, 1, 1, 0),
        (1, 0, 0, -1),
        (0, -1, -1, 0),
    ]
    found = {Orientation.from_matrix((a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0, 1 << 30)) for a, b, c, d in signs}
    assert len(found) == 8


def test_the_crop_shows_the_part_that_was_asked_for(tmp_path: Path) -> None:
    source = four_colours(tmp_path / "in.mp4", Size(320, 320))
    for name, corner in {"red": (0, 0), "green": (160, 0), "blue": (0, 160), "white": (160, 160)}.items():
        out = tmp_path / f"{name}.mp4"
        render(source, out, crop=Crop(*corner, 160, 160), size=Size(64, 64))
        assert set(quadrants(frame(out))) == {name}


def test_several_outputs_come_from_one_decode_each_as_asked(tmp_path: Path) -> None:
    source = four_colours(tmp_path / "in.mp4", Size(320, 180))
    info = probe(source, LIMITS)
    outputs = [
        wanted(info, tmp_path / "a.mp4", size=Size(108, 192), crop=Crop(0, 0, 100, 180)),
        wanted(info, tmp_path / "b.mp4", size=Size(160, 90), fps=Fraction(50)),
        wanted(info, tmp_path / "c.mp4", size=Size(128, 128), fit="blur"),
    ]
    seen: list[float] = []
    written = render_clip(source, info, outputs, on_progress=seen.append)
    assert [file.size for file in written] == [o.size for o in outputs]
    for output in outputs:
        assert_conforms(output.path, output.size, output.fps)
    assert seen and min(seen) >= 0 and max(seen) == pytest.approx(1.0, abs=0.2)


def test_wide_pixels_become_square(tmp_path: Path) -> None:
    source = encode(*picture(w=160, h=180), to=tmp_path / "in.mp4", options=("-vf", "setsar=2/1"))
    info = render(source, tmp_path / "out.mp4")
    assert info.size == Size(320, 180)
    assert_conforms(tmp_path / "out.mp4", Size(320, 180), Fraction(30))


@pytest.mark.parametrize("size", [Size(161, 121), Size(33, 17), Size(639, 361)])
@pytest.mark.parametrize("pixels", ["yuv420p", "yuv444p", "yuv422p10le"])
def test_odd_sizes_and_other_chroma(tmp_path: Path, size: Size, pixels: str) -> None:
    source = tmp_path / "in.mkv"
    ffmpeg(*picture(w=size.width_px, h=size.height_px, seconds=0.3), "-c:v", "ffv1", "-pix_fmt", pixels, source)
    render(source, tmp_path / "out.mp4", size=Size(90, 120), crop=Crop(1, 1, size.width_px - 1, size.height_px - 1))
    assert_conforms(tmp_path / "out.mp4", Size(90, 120), Fraction(30))


def test_a_variable_rate_becomes_constant_without_drift(tmp_path: Path) -> None:
    """One white frame a second; frames are dropped at random as phones do; the flashes stay where they were."""
    flash = "geq=lum='if(lt(mod(T,1),1/30),235,40)':cb=128:cr=128"
    drop = "select='not(eq(mod(n,7),3)+eq(mod(n,11),5))*1+eq(mod(n,30),0)'"
    source = tmp_path / "vfr.mp4"
    ffmpeg(
        *picture("color=gray", w=64, h=64, seconds=20),
        "-vf",
        f"{flash},{drop}",
        "-fps_mode",
        "vfr",
        "-c:v",
        "libx264",
        "-crf",
        "10",
        source,
    )
    info = render(source, tmp_path / "cfr.mp4")
    assert info.vfr and info.fps == 30
    video = assert_conforms(tmp_path / "cfr.mp4", Size(64, 64), Fraction(30))
    assert float(str(video["duration"])) == pytest.approx(float(info.duration), abs=1 / 30)
    command = [
        str(find_ffmpeg()),
        "-v",
        "error",
        "-i",
        file_url(tmp_path / "cfr.mp4"),
        "-f",
        "rawvideo",
        "-pix_fmt",
        "gray",
        "pipe:1",
    ]
    raw = np.frombuffer(subprocess.run(command, capture_output=True, check=True).stdout, np.uint8).reshape(-1, 64 * 64)
    bright = raw.mean(axis=1) > 128
    starts = np.flatnonzero(bright & ~np.roll(bright, 1)) / 30
    assert np.abs(starts - np.arange(len(starts))).max() <= 0.02
    assert len(starts) == 20


def test_interlaced_pictures_lose_their_combs(tmp_path: Path) -> None:
    source = tmp_path / "tff.mpg"
    moving = "testsrc2=s=360x288:r=50:d=1,scroll=h=0.02,tinterlace=interleave_top,setfield=tff"
    ffmpeg("-f", "lavfi", "-i", moving, "-c:v", "mpeg2video", "-flags", "+ilme+ildct", "-q:v", "2", source)
    info = render(source, tmp_path / "out.mp4")
    assert info.interlaced
    video = assert_conforms(tmp_path / "out.mp4", info.size, Fraction(25))
    assert video.get("field_order", "progressive") in ("progressive", "unknown")

    def combing(path: Path) -> float:
        grey = frame(path, 12).astype(np.float32).mean(axis=2)
        return float(np.abs(2 * grey[1:-1] - grey[:-2] - grey[2:]).mean())

    assert combing(tmp_path / "out.mp4") < 0.6 * combing(source)


def test_flagged_but_progressive_pictures_are_left_alone(tmp_path: Path) -> None:
    source = tmp_path / "psf.mpg"
    soft = ("-vf", "gblur=2,setfield=tff", "-c:v", "mpeg2video", "-flags", "+ilme", "-q:v", "2")
    ffmpeg(*picture(w=360, h=288, fps="25"), *soft, source)
    assert not probe(source, LIMITS).interlaced


PATCHES = np.array(
    [[200, 60, 70], [230, 180, 160], [90, 140, 60], [60, 80, 160], [128, 128, 128], [240, 220, 90]], np.uint8
)


def patches(path: Path, options: tuple[str, ...], codec: str = "libx264", matrix: str = "bt709") -> Path:
    """Six flat patches, coded with `matrix`."""
    still = np.repeat(np.repeat(PATCHES.reshape(2, 3, 3), 64, axis=0), 64, axis=1)
    Image.fromarray(still).save(path.with_suffix(".png"))
    loop = ["-loop", "1", "-framerate", "25", "-t", "0.2", "-i", file_url(path.with_suffix(".png"))]
    convert = f"scale=out_color_matrix={matrix}:out_range=tv:flags=accurate_rnd+full_chroma_inp"
    ffmpeg(*loop, "-vf", convert, "-c:v", codec, "-pix_fmt", "yuv420p", *options, path)
    return path


def patch_colours(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The middle of each patch."""
    h, w = rgb.shape[0] // 2, rgb.shape[1] // 3
    centres = [(h * r + h // 2, w * c + w // 2) for r in (0, 1) for c in (0, 1, 2)]
    middles = [rgb[y - 8 : y + 8, x - 8 : x + 8].reshape(-1, 3).mean(axis=0) for y, x in centres]
    return np.rint([middles]).astype(np.uint8)


def difference(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    return float(np.max(ciede2000(lab_from_srgb(one), lab_from_srgb(other))))


@pytest.mark.parametrize(
    ("matrix", "options"),
    [
        ("bt709", TAGGED_709),
        ("smpte170m", ("-colorspace", "smpte170m", "-color_primaries", "bt709", "-color_trc", "bt709")),
        ("smpte170m", ()),
    ],
)
def test_sdr_colours_stay_what_they_were(tmp_path: Path, matrix: str, options: tuple[str, ...]) -> None:
    source = patches(tmp_path / "in.mp4", ("-crf", "4", *options), matrix=matrix)
    info = render(source, tmp_path / "out.mp4", encoding=Encoding(x264_preset="veryfast"))
    original = PATCHES.reshape(1, 6, 3)
    assert difference(patch_colours(frame(tmp_path / "out.mp4")), original) < 1.6
    assert difference(patch_colours(grab_frame(source, info, 0.0)), original) < 1.6


def test_full_range_is_brought_to_video_range(tmp_path: Path) -> None:
    source = tmp_path / "in.mp4"
    patches(tmp_path / "x.mp4", ("-crf", "2", *TAGGED_709))
    ffmpeg(
        "-i",
        tmp_path / "x.mp4",
        "-vf",
        "scale=in_range=tv:out_range=pc,format=yuvj420p",
        "-c:v",
        "libx264",
        "-crf",
        "4",
        "-color_range",
        "pc",
        source,
    )
    info = render(source, tmp_path / "out.mp4")
    assert info.colour.full_range
    assert difference(patch_colours(frame(tmp_path / "out.mp4")), PATCHES.reshape(1, 6, 3)) < 2.0


def test_the_look_is_the_same_on_clips_as_on_photos(tmp_path: Path) -> None:
    look = Cube.from_function(lambda c: np.clip(c ** np.float32([0.8, 1.0, 1.2]) * np.float32([1.0, 0.95, 0.9]), 0, 1))
    source = patches(tmp_path / "in.mp4", ("-crf", "4", *TAGGED_709))
    render(source, tmp_path / "out.mp4", look=look)
    expected = look.apply(PATCHES.reshape(1, 6, 3))
    assert difference(patch_colours(frame(tmp_path / "out.mp4")), expected) < 2.0


def test_hlg_becomes_sdr_as_the_table_says(tmp_path: Path) -> None:
    tags = ("-colorspace", "bt2020nc", "-color_primaries", "bt2020", "-color_trc", "arib-std-b67", "-color_range", "tv")
    source = tmp_path / "in.mp4"
    grey = "color=0xBFBFBF:s=128x128:r=25:d=0.3,format=gbrp10le,scale=out_color_matrix=bt2020:out_range=tv"
    ffmpeg(
        "-f",
        "lavfi",
        "-i",
        f"{grey},format=yuv420p10le",
        "-c:v",
        "libx265",
        "-tag:v",
        "hvc1",
        *tags,
        "-x265-params",
        HDR_HEADER,
        source,
    )
    info = render(source, tmp_path / "out.mp4")
    assert info.colour.hdr == "hlg" and info.bit_depth == 10
    assert_conforms(tmp_path / "out.mp4", Size(128, 128), Fraction(25))
    # 75 % HLG is reference white: 203 cd/m2, 90.3 % of SDR after the tone curve
    middle = frame(tmp_path / "out.mp4")[64, 64].astype(int)
    assert np.abs(middle - 230).max() <= 3
    assert np.abs(grab_frame(source, info, 0.0)[64, 64].astype(int) - middle).max() <= 3


def test_pad_colour_and_place(tmp_path: Path) -> None:
    source = four_colours(tmp_path / "in.mp4", Size(320, 180))
    out = tmp_path / "out.mp4"
    render(source, out, fit="pad", pad_colour="#c81e5a", size=Size(180, 320))
    shown = frame(out)
    for y in (10, 310):
        assert np.abs(shown[y, 90].astype(int) - (0xC8, 0x1E, 0x5A)).max() <= 4
    assert quadrants(shown[110:210]) == ["red", "green", "blue", "white"]


def test_blurred_borders_are_filled_dimmed_and_smooth(tmp_path: Path) -> None:
    source = four_colours(tmp_path / "in.mp4", Size(320, 180))
    out = tmp_path / "out.mp4"
    render(source, out, fit="blur", size=Size(180, 320))
    shown = frame(out)
    assert quadrants(shown[110:210]) == ["red", "green", "blue", "white"]
    border = shown[:100].astype(int)
    assert border.max() > 60
    assert border.max() < 235
    assert np.abs(np.diff(border.mean(axis=2), axis=1)).max() < 12


def test_the_logo_lies_where_it_was_put_in_its_own_colours(tmp_path: Path) -> None:
    source = encode(*picture("color=gray", w=320, h=240), to=tmp_path / "in.mp4", options=TAGGED_709)
    logo = np.zeros((40, 80, 4), np.uint8)
    logo[:, :40], logo[:, 40:] = (230, 20, 60, 255), (20, 60, 230, 128)
    Image.fromarray(logo).save(tmp_path / "l.png")
    out = tmp_path / "out.mp4"
    render(source, out, logo=ClipLogo(tmp_path / "l.png", 200, 150))
    for n in (0, 25):
        shown = frame(out, n).astype(int)
        assert np.abs(shown[170, 215] - (230, 20, 60)).max() <= 8
        assert np.abs(shown[170, 262] - (74, 94, 179)).max() <= 10
        assert np.abs(shown[100, 100] - 128).max() <= 4
        assert np.abs(shown[170, 190] - 128).max() <= 6


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


def test_a_stretch_from_the_middle(tmp_path: Path) -> None:
    source = tmp_path / "in.mp4"
    ramp = "geq=lum='16+40*T':cb=128:cr=128"
    ffmpeg(
        *picture("color=black", w=64, h=64, seconds=5), "-vf", ramp, "-c:v", "libx264", "-crf", "5", *TAGGED_709, source
    )
    out = tmp_path / "out.mp4"
    render(source, out, begin=Seconds(2), length=Seconds(3, 2))
    video = assert_conforms(out, Size(64, 64), Fraction(30))
    assert float(str(video["duration"])) == pytest.approx(1.5)
    expected = (40 * 2) * 255 / 219
    assert frame(out)[32, 32].mean() == pytest.approx(expected, abs=4)


def test_a_single_frame_is_a_clip(tmp_path: Path) -> None:
    source = encode(*picture(fps="12", seconds=0.08), to=tmp_path / "in.mp4")
    info = render(source, tmp_path / "out.mp4", size=Size(180, 320), fit="blur")
    assert info.frames == 1
    assert float(str(assert_conforms(tmp_path / "out.mp4", Size(180, 320), Fraction(24))["duration"])) == pytest.approx(
        1 / 12, abs=0.01
    )


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
