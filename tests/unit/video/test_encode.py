"""Levels, budgets and when a picture may be copied."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediakit.model import Crop, Seconds, Size
from mediakit.pixels.cube import Cube
from mediakit.video.clip import ClipInfo, Colour, Orientation
from mediakit.video.copying import can_copy_picture
from mediakit.video.encode import Encoding, level_for, size_within
from mediakit.video.picture import _cropped
from mediakit.video.probe import shown_size
from mediakit.video.render import ClipLogo, ClipOutput

FULL_HD = Size(1080, 1920)
INFO = ClipInfo(
    container="mp4", demuxer="mov", bytes=5_000_000, size=FULL_HD, coded=FULL_HD, orientation=Orientation(),
    duration=Seconds(10), start=Seconds(0), frames=300, fps=Fraction(30), vfr=False, interlaced=False, max_gop_s=1.0,
    stream=0, codec="h264", profile="High", level=41, pix_fmt="yuv420p", bit_depth=8,
    colour=Colour("bt709", "bt709", "bt709"), audio=None, audio_tracks=0, has_location=False, video_kbps=4000,
)  # fmt: skip
OUTPUT = ClipOutput(path=Path("x.mp4"), size=FULL_HD, crop=Crop.whole(FULL_HD), fps=Fraction(30))


@pytest.mark.parametrize(
    ("size", "fps", "level"),
    [
        (FULL_HD, 30, "4.1"),
        (FULL_HD, 60, "4.2"),
        (Size(720, 1280), 60, "4.1"),
        (Size(3840, 2160), 30, "5.1"),
        (Size(3840, 2160), 60, "5.2"),
    ],
)
def test_levels_hold_size_and_rate(size: Size, fps: int, level: str) -> None:
    assert level_for(size, Fraction(fps)) == level


@given(st.integers(500_000, 50_000_000), st.floats(1, 600), st.integers(0, 400_000))
def test_the_average_rate_keeps_within_the_bytes(most: int, seconds: float, sound: int) -> None:
    duration = Seconds(seconds).limit_denominator(1000)
    kbps = Encoding(max_bytes=most).average_kbps(duration, Fraction(30), sound)
    if kbps is None:
        assert 10_000 * 1000 / 8 * float(duration) + sound < most
    else:
        assert kbps == 80 or kbps * 1000 / 8 * float(duration) + sound < most


def test_without_a_limit_there_is_no_average() -> None:
    assert Encoding().average_kbps(Seconds(10), Fraction(30), 0) is None


def test_a_conformant_picture_is_copied() -> None:
    assert can_copy_picture(INFO, OUTPUT)


@pytest.mark.parametrize(
    "changed",
    [
        {"size": Size(720, 1280)},
        {"crop": Crop(0, 0, 1080, 1440)},
        {"fps": Fraction(60)},
        {"fit": "blur"},
        {"look": Cube.from_function(lambda c: c * np.float32(0.9))},
        {"logo": ClipLogo(Path("l.png"), 0, 0)},
        {"begin": Seconds(1)},
        {"length": Seconds(5)},
        {"encoding": Encoding(max_gop_s=0.5)},
        {"encoding": Encoding(max_video_kbps=3000)},
        {"encoding": Encoding(max_bytes=1_000_000)},
        {"encoding": Encoding(max_level=40)},
    ],
)
def test_whatever_is_wanted_otherwise_is_encoded(changed: dict) -> None:
    assert not can_copy_picture(INFO, replace(OUTPUT, **changed))


@pytest.mark.parametrize(
    "changed",
    [
        {"codec": "hevc"},
        {"container": "matroska"},
        {"profile": "Main"},
        {"pix_fmt": "yuvj420p"},
        {"colour": Colour("bt2020", "arib-std-b67", "bt2020nc")},
        {"colour": Colour(matrix="smpte170m")},
        {"colour": Colour("bt709", "bt709", "bt709", full_range=True)},
        {"orientation": Orientation(swap=True)},
        {"coded": Size(720, 1920)},
        {"vfr": True},
        {"interlaced": True},
        {"edited": True},
        {"max_gop_s": 4.0},
    ],
)
def test_whatever_does_not_conform_is_encoded(changed: dict) -> None:
    assert not can_copy_picture(replace(INFO, **changed), OUTPUT)


def test_missing_tags_do_not_stop_a_copy_of_hd() -> None:
    assert can_copy_picture(replace(INFO, colour=Colour()), OUTPUT)


@pytest.mark.parametrize(
    "changed", [{"codec": "hevc", "vfr": True, "orientation": Orientation(swap=True), "max_gop_s": 8.0}]
)
def test_as_shot_takes_what_the_camera_wrote(changed: dict) -> None:
    as_shot = replace(OUTPUT, as_shot=True)
    assert can_copy_picture(replace(INFO, **changed), as_shot)
    assert not can_copy_picture(replace(INFO, codec="mpeg4"), as_shot)
    assert not can_copy_picture(replace(INFO, edited=True), as_shot)
    assert not can_copy_picture(replace(INFO, **changed), replace(as_shot, length=Seconds(2)))


@given(st.integers(2, 4000), st.integers(2, 4000), st.data())
def test_crops_stay_inside_and_even(width: int, height: int, data: st.DataObject) -> None:
    size = Size(width, height)
    w, h = data.draw(st.integers(1, width)), data.draw(st.integers(1, height))
    crop = Crop(data.draw(st.integers(0, width - w)), data.draw(st.integers(0, height - h)), w, h)
    for step in _cropped(replace(INFO, size=size, coded=size), crop):
        found = dict(step.options)
        assert all(found[key] % 2 == 0 for key in "xywh")
        assert found["x"] + found["w"] <= width and found["y"] + found["h"] <= height
        assert abs(found["x"] - crop.x_px) <= 2 and abs(found["w"] - max(2, crop.w_px)) <= 1


@pytest.mark.parametrize(
    ("coded", "aspect", "swap", "shown"),
    [
        (Size(1440, 1080), Fraction(4, 3), False, Size(1920, 1080)),
        (Size(720, 576), Fraction(16, 15), False, Size(768, 576)),
        (Size(720, 480), Fraction(8, 9), False, Size(720, 540)),
        (Size(1920, 1080), Fraction(1), True, Size(1080, 1920)),
    ],
)
def test_shown_sizes_have_square_pixels(coded: Size, aspect: Fraction, swap: bool, shown: Size) -> None:
    assert shown_size(coded, aspect, swap=swap) == shown


def test_resolution_goes_before_quality_collapses():
    full, half, quarter = Size(1080, 1920), Size(720, 1280), Size(540, 960)
    assert size_within(full, (half, quarter), 0.9) == full
    assert size_within(full, (half, quarter), 0.36) == full
    assert size_within(full, (half, quarter), 0.25) == half
    assert size_within(full, (half, quarter), 0.01) == quarter, "the smallest there is, though it will show"
    assert size_within(full, (), 0.01) == full, "a surface that takes nothing smaller"
