"""Sampled frames are the frames that are shown then: their time, their order, their orientation."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from clip_maker import encode, ffmpeg, picture, tone

from mediakit.errors import Fault, FileError
from mediakit.model import Box, Face, Findings, Size
from mediakit.presets.schema import Limits
from mediakit.video.cover import best_covers, exposure, eyes_open, face_worth
from mediakit.video.look import look_at_clip
from mediakit.video.probe import probe
from mediakit.video.sample import grab_frame, sample_between, sample_frames, sample_with_runs

RISING = "geq=lum='16+20*T':cb=128:cr=128"
"""A picture that grows lighter by 20 codes a second: its brightness tells the time."""


def rising(path: Path, *, seconds: float = 8, gop: int = 30, fmt: str = "mp4", extra: tuple[str, ...] = ()) -> Path:
    options = ("-vf", RISING, "-crf", "4", "-g", str(gop), "-bf", "2", *extra)
    return encode(*picture("color=black", w=64, h=48, seconds=seconds), to=path, options=options, fmt=fmt)


def time_told(rgb: np.ndarray) -> float:
    return float(rgb.mean() * 219 / 255 / 20)


@pytest.mark.parametrize("gop", [1, 15, 250])
@pytest.mark.parametrize("fmt", ["mp4", "matroska", "mpegts"])
def test_samples_are_where_they_say(tmp_path: Path, gop: int, fmt: str) -> None:
    path = rising(tmp_path / "x", gop=gop, fmt=fmt)
    info = probe(path, Limits())
    samples = sample_frames(path, info, count=6)
    times = [sample.t_s for sample in samples]
    assert len(samples) == 6
    assert times == sorted(times)
    assert max(np.diff(times)) < 2.1
    for sample in samples:
        assert time_told(sample.rgb) == pytest.approx(sample.t_s, abs=0.11)


@pytest.mark.parametrize("moment", [0.0, 0.5, 3.21, 7.9, 99.0])
def test_a_frame_is_grabbed_exactly(tmp_path: Path, moment: float) -> None:
    path = rising(tmp_path / "x.mp4", gop=120)
    assert time_told(grab_frame(path, None, moment)) == pytest.approx(min(moment, 7.97), abs=0.08)


def test_a_late_picture_counts_from_its_own_first_frame(tmp_path: Path) -> None:
    plain = rising(tmp_path / "x.mp4", seconds=3)
    late = tmp_path / "late.mp4"
    ffmpeg(
        *tone(4), "-itsoffset", "0.8", "-i", plain, "-map", "1:v", "-map", "0:a", "-c:v", "copy", "-c:a", "aac", late
    )
    info = probe(late, Limits())
    assert float(info.start) == pytest.approx(0.8, abs=0.03)
    assert info.audio is not None and float(info.audio.start) == pytest.approx(-0.8, abs=0.03)
    assert time_told(grab_frame(late, info, 1.0)) == pytest.approx(1.0, abs=0.08)
    assert float(info.duration) == pytest.approx(3.0, abs=0.05)


def test_frames_between_are_in_order_and_inside(tmp_path: Path) -> None:
    path = rising(tmp_path / "x.mp4", gop=90)
    info = probe(path, Limits())
    samples = sample_between(path, info, 2.0, 2.5, count=6)
    assert len(samples) == 6
    assert all(1.98 <= sample.t_s <= 2.52 for sample in samples)
    assert sample_between(path, info, -1.0, 0.1, count=3)[0].t_s == 0.0


def test_runs_are_neighbours(tmp_path: Path) -> None:
    path = rising(tmp_path / "x.mp4")
    _, runs = sample_with_runs(path, probe(path, Limits()), count=1, places=3, length=5)
    assert [len(run) for run in runs] == [5, 5, 5]
    for run in runs:
        told = [time_told(frame) for frame in run]
        assert told[-1] - told[0] == pytest.approx(4 / 30, abs=0.06)


def test_sizes_keep_the_shape_and_never_grow(tmp_path: Path) -> None:
    path = encode(*picture(w=1280, h=720, seconds=0.3), to=tmp_path / "x.mp4")
    info = probe(path, Limits())
    assert sample_frames(path, info, count=1, long_edge_px=640)[0].rgb.shape == (360, 640, 3)
    assert sample_frames(path, info, count=1, long_edge_px=4000)[0].rgb.shape == (720, 1280, 3)
    assert sample_frames(path, info, count=50)[0].rgb.dtype == np.uint8
    assert len(sample_frames(path, info, count=50)) == info.frames


def test_a_clip_of_one_frame_has_one_sample(tmp_path: Path) -> None:
    path = encode(*picture(seconds=0.03), to=tmp_path / "x.mp4")
    info = probe(path, Limits())
    look = look_at_clip(path, info)
    assert len(look.samples) == len(look.seen) == 1
    assert best_covers(path, info, look, same)[0].rgb.shape == (180, 320, 3)


def test_what_is_no_clip_cannot_be_grabbed_from(tmp_path: Path) -> None:
    (tmp_path / "x.mp4").write_text("no clip")
    with pytest.raises(FileError) as caught:
        grab_frame(tmp_path / "x.mp4", None, 0.0)
    assert caught.value.code is Fault.NOT_MEDIA


def test_the_cover_is_sharp_well_lit_and_not_the_first_frame(tmp_path: Path) -> None:
    """Dark at the start, blurred in the middle, sharp and well lit only from 3.0 to 4.0 s."""
    change = "eq=brightness='if(lt(t,1.5),-0.6,0)':eval=frame,gblur=sigma=6:enable='between(t,1.5,3)+gte(t,4)'"
    path = encode(*picture(w=320, h=240, seconds=6), to=tmp_path / "x.mp4", options=("-vf", change, "-crf", "12"))
    info = probe(path, Limits())
    cover = best_covers(path, info, look_at_clip(path, info), same)[0]
    assert 2.95 <= cover.t_s <= 4.05
    assert cover.rgb.shape == (240, 320, 3)


def test_exposure_prefers_the_middle() -> None:
    noise = np.random.default_rng(0).normal(0, 35, (60, 80, 3))
    worth = [exposure(np.clip(level + noise, 0, 255).astype(np.uint8)) for level in (5, 60, 120, 190, 250)]
    assert worth[2] == max(worth)
    assert worth[0] < worth[1] and worth[4] < worth[3]
    assert exposure(np.full((9, 9, 3), 120, np.uint8)) == 0.0


def test_nobody_is_worth_nothing() -> None:
    assert face_worth(Findings(Size(100, 100))) == 0.0


def same(_rgb: np.ndarray, _findings: Findings) -> float:
    """A score that prefers no frame."""
    return 50.0


def drawn_eyes(height_px: int) -> np.ndarray:
    """A face as far as eyes are concerned: two dark discs, or what lids leave of them."""
    rgb = np.full((360, 640, 3), 190, np.uint8)
    for x in (290, 350):
        cv2.ellipse(rgb, (x, 160), (9, max(1, height_px)), 0, 0, 360, (40, 30, 30), -1)
    return rgb


def test_closed_eyes_are_told_from_open_ones():
    points = ((290.0, 160.0), (350.0, 160.0), (320.0, 190.0), (300.0, 220.0), (340.0, 220.0))
    seen = Findings(Size(640, 360), (Face(Box(250, 100, 140, 160), 0.95, points),))
    opened, narrow, closed = (eyes_open(drawn_eyes(height), seen) for height in (9, 6, 1))
    assert opened > narrow > 1.5 * closed
    assert eyes_open(drawn_eyes(9), Findings(Size(640, 360))) is None


def test_a_clip_of_faces_whose_eyes_nobody_sees_still_has_a_cover(tmp_path: Path) -> None:
    path = encode(*picture("color=gray", w=640, h=360, seconds=2), to=tmp_path / "x.mp4")
    info = probe(path, Limits())
    look = look_at_clip(path, info)
    eyes = ((300.0, 150.0), (360.0, 150.0), (330.0, 190.0), (310.0, 220.0), (350.0, 220.0))
    face = Findings(Size(640, 360), faces=(Face(Box(260, 100, 140, 180), 0.9, eyes),))
    hidden = replace(look, seen=tuple(face for _ in look.samples))
    assert best_covers(path, info, hidden, same)
