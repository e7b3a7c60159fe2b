"""The colours of a rendered clip: SDR stays, the look is that of photos, HLG becomes SDR."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from clip_maker import TAGGED_709, ffmpeg
from numpy.typing import NDArray
from PIL import Image
from render_kit import HDR_HEADER, assert_conforms, frame, render

from mediakit.model import Size
from mediakit.pixels.cube import Cube
from mediakit.pixels.lab import ciede2000, lab_from_srgb
from mediakit.tools.ffmpeg import file_url
from mediakit.video.encode import Encoding
from mediakit.video.sample import grab_frame

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
