"""A person overrules the camera: the sidecar and the option hold for clips as for photos, and the path can be looked at."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from clip_maker import TAGGED_709, encode, ffprobe, picture, stream

import mediakit
from mediakit.presets.schema import Limits
from mediakit.video.probe import probe
from mediakit.video.sample import grab_frame, sample_frames

TARGET = "douyin.video@9:16"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "shoot").mkdir()
    return encode(*picture(w=480, h=270, seconds=1.5), to=tmp_path / "shoot" / "IMG.mov", options=TAGGED_709, fmt="mov")


def run(source: Path, out: Path, **overrides: object) -> mediakit.Delivered:
    result = mediakit.process(source.parent, to=(TARGET,), out=out, jobs=1, overrides=overrides)
    (outcome,) = result.outcomes
    return next(one for one in outcome.delivered if one.path.endswith(".mp4"))


def test_the_sidecar_says_where_to_look_and_only_then_is_it_made_again(source: Path, tmp_path: Path):
    out, sidecar = tmp_path / "out", source.with_name("IMG.mov.toml")
    sidecar.write_text("[focus]\npoint = [0.02, 0.5]\n", encoding="utf-8")
    left = run(source, out)
    assert (left.status, left.crop.x_px) == ("made", 0)
    assert "camera" not in left.facts
    assert run(source, out).status == "kept"
    sidecar.write_text("[focus]\nbox = [0.8, 0.2, 0.2, 0.5]\n", encoding="utf-8")
    right = run(source, out)
    assert right.status == "made"
    assert right.crop.x_px + right.crop.w_px == 480
    assert right.crop.h_px == 270


def test_what_is_shown_is_what_was_asked_for(source: Path, tmp_path: Path):
    source.with_name("IMG.mov.toml").write_text("[focus]\npoint = [0.98, 0.5]\n", encoding="utf-8")
    item = run(source, tmp_path / "out", **{"develop.white_balance": 0, "develop.auto_tone": 0})
    shown = grab_frame(tmp_path / "out" / item.path, None, 0.5, long_edge_px=270)
    whole = grab_frame(source, probe(source, Limits()), 0.5)
    expected = whole[:, 480 - shown.shape[1] :]
    assert np.abs(shown.astype(int) - expected[: shown.shape[0]]).mean() < 12


def test_the_option_holds_where_no_sidecar_says_otherwise(source: Path, tmp_path: Path):
    item = run(source, tmp_path / "out", **{"frame.focus": [0.99, 0.5]})
    assert item.crop.x_px + item.crop.w_px == 480


def test_the_crop_is_drawn_over_the_original(source: Path, tmp_path: Path):
    out = tmp_path / "out"
    source.with_name("IMG.mov.toml").write_text("[focus]\npoint = [0.02, 0.5]\n", encoding="utf-8")
    item = run(source, out, **{"clip.debug_frames": True})
    drawn = out / str(item.facts["debug"])
    assert stream(ffprobe(drawn), "video")["nb_frames"] == "45"
    for sample in sample_frames(drawn, probe(drawn, Limits()), count=3):
        edge = item.crop.w_px * sample.rgb.shape[1] // 480
        line = sample.rgb[20:250, edge - 3 : edge - 1].astype(int)
        yellow = (line[..., 0] > 190) & (line[..., 1] > 160) & (line[..., 2] < 90)
        assert yellow.mean() > 0.9
