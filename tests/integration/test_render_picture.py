"""The rendered picture: upright, cropped, in step, bordered, with its logo."""

from __future__ import annotations

import subprocess
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from clip_maker import TAGGED_709, encode, ffmpeg, picture
from PIL import Image
from render_kit import LIMITS, assert_conforms, four_colours, frame, quadrants, render, wanted

from mediakit.model import Crop, Seconds, Size
from mediakit.tools.ffmpeg import file_url, find_ffmpeg
from mediakit.video.clip import Orientation
from mediakit.video.probe import probe
from mediakit.video.render import ClipLogo, render_clip
from mediakit.video.sample import grab_frame, sample_frames


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


@pytest.mark.parametrize("size", [Size(180, 320), Size(320, 180)])
@pytest.mark.parametrize("ground", ["white", "0xd8c0a8"])
def test_a_plain_ground_goes_on_into_the_border_and_fades_with_the_picture(
    tmp_path: Path, size: Size, ground: str
) -> None:
    thing = "drawbox=x=80:y=80:w=80:h=80:color=navy:t=fill,fade=t=out:st=0.2:d=0.4"
    plain = picture(f"color={ground}", w=240, h=240, seconds=0.5)
    source = encode(*plain, to=tmp_path / "in.mp4", options=("-vf", thing, "-crf", "5", *TAGGED_709))
    out = tmp_path / "out.mp4"
    render(source, out, fit="blur", continued=True, size=size)
    for n in (0, 9):
        shown = frame(out, n).astype(int)
        across = shown if size.height_px > size.width_px else shown.swapaxes(0, 1)
        assert np.abs(across[[0, 66, 73, 246, 253, 319]] - across[75, 20]).max() <= 2  # seams: 70 and 250
        assert np.ptp(across[160, :, 0]) > 40


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
