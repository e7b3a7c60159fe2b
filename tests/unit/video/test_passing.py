"""A clip looked at and followed in one walk is the clip looked at by jumps and then followed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from clip_maker import encode, picture

from mediakit.presets.schema import Limits
from mediakit.video.follow import follow, look_and_follow
from mediakit.video.look import look_at_clip
from mediakit.video.passing import Gathered
from mediakit.video.probe import probe
from mediakit.video.sample import sample_with_runs, walk_frames


@pytest.mark.parametrize("gop", [1, 12, 300])
def test_what_passes_is_what_is_sought(tmp_path: Path, gop: int) -> None:
    path = encode(*picture(w=320, h=240, seconds=3), to=tmp_path / "x.mp4", options=("-g", str(gop)))
    info = probe(path, Limits())
    sought, rows = sample_with_runs(path, info, count=6, long_edge_px=160)
    gathered = Gathered(info, count=6, long_edge_px=160)
    taken = [sample for frame in walk_frames(path, info) if (sample := gathered.take(frame)) is not None]
    assert len(taken) == len(sought) == 6
    step_s = float(info.duration) / 6
    assert all(abs(one.t_s - other.t_s) <= step_s / 2 for one, other in zip(taken, sought, strict=True))
    assert [len(run) for run in gathered.runs] == [len(run) for run in rows] == [6] * 4
    assert taken[0].rgb.shape == sought[0].rgb.shape


@pytest.mark.parametrize("seconds", [0.03, 0.2, 2.0])
def test_one_walk_says_what_two_say(tmp_path: Path, seconds: float) -> None:
    path = encode(*picture(w=320, h=240, seconds=seconds), to=tmp_path / "x.mp4")
    info = probe(path, Limits())
    look, followed = look_and_follow(path, info)
    apart = look_at_clip(path, info)
    again = follow(path, info, apart)
    assert len(look.samples) == len(apart.samples)
    assert np.allclose(look.tone.mid, apart.tone.mid, atol=0.05)
    assert followed.frame_times_s == again.frame_times_s
    assert [(one.begin_s, one.end_s) for one in followed.shots] == [(one.begin_s, one.end_s) for one in again.shots]
    assert look.noise == apart.noise
