"""Two people who do not fit into one crop: a border or whoever speaks, as the preset says."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from clip_maker import TAGGED_709, encode, picture

from mediakit.audio.hear import Heard
from mediakit.batch.clip_camera import Cut, framed_over_time
from mediakit.frame.track import Shot, Sighting, Track
from mediakit.model import Box, Face, Findings, Kind, Size
from mediakit.platforms.targets import resolve_one
from mediakit.presets.load import load_preset
from mediakit.presets.recipe import Recipe
from mediakit.presets.recipes import recipe_for
from mediakit.presets.schema import Limits
from mediakit.video.follow import Followed
from mediakit.video.look import ClipLook, look_at_clip
from mediakit.video.probe import probe

SIZE = Size(640, 360)
LEFT, RIGHT = Box(40, 120, 60, 80), Box(540, 120, 60, 80)
TIMES = tuple(n / 6 for n in range(60))


def talking(box: Box, begin_s: float, end_s: float) -> Track:
    """Somebody whose mouth moves for a while."""
    return Track([Sighting(t, Face(box, 0.95), 6.0 if begin_s <= t < end_s else 0.0) for t in TIMES])


def recipe(apart: str) -> Recipe:
    preset = load_preset("base", overrides={"clip.apart": apart})
    return recipe_for(preset, resolve_one("douyin.video@9:16")[0], Kind.CLIP)


@pytest.fixture(scope="module")
def look(tmp_path_factory: pytest.TempPathFactory) -> ClipLook:
    source = encode(
        *picture("color=c=gray", w=640, h=360), to=tmp_path_factory.mktemp("a") / "in.mp4", options=TAGGED_709
    )
    seen = look_at_clip(source, probe(source, Limits()))
    both = Findings(SIZE, (Face(LEFT, 0.95), Face(RIGHT, 0.95)))
    return replace(seen, seen=(both,) * len(seen.samples), findings=both)


def framed(apart: str, look: ClipLook, tmp_path: Path):
    source = encode(*picture("color=c=gray", w=640, h=360), to=tmp_path / "in.mp4", options=TAGGED_709)
    info = replace(probe(source, Limits()), duration=Fraction(10), frames=300)
    followed = Followed(SIZE, (Shot(0.0, 10.0, (talking(LEFT, 0, 5), talking(RIGHT, 5, 10))),), TIMES)
    heard = Heard(((0.0, 10.0),), -20.0, -3.0, 0.0, False, -50.0, 10.0)
    cut = Cut(begin_s=0.0, frames=300, fps=Fraction(30))
    (scene,) = framed_over_time(recipe(apart), info, look, followed, heard, cut)
    return scene.framing, scene.camera


def test_a_border_shows_both(look: ClipLook, tmp_path: Path):
    framing, camera = framed("pad", look, tmp_path)
    assert camera is None
    assert framing.fit in ("pad", "blur")
    assert framing.crop.x_px <= LEFT.x and framing.crop.x_px + framing.crop.w_px >= RIGHT.right


def test_the_camera_cuts_to_whoever_speaks(look: ClipLook, tmp_path: Path):
    framing, camera = framed("speaker", look, tmp_path)
    assert framing.fit == "crop" and camera is not None and camera.apart
    early, late = camera.crop_at(2.0), camera.crop_at(8.5)
    assert early.x_px <= LEFT.x and LEFT.right <= early.x_px + early.w_px
    assert late.x_px <= RIGHT.x and RIGHT.right <= late.x_px + late.w_px
    places = [camera.crop_at(t).x_px for t in np.arange(0, 9.9, 1 / 30)]
    assert np.count_nonzero(np.diff(places)) == 1, "a cut, and no pan between them"


def test_a_border_is_only_there_in_the_shot_that_needs_it(look: ClipLook, tmp_path: Path):
    source = encode(*picture("color=c=gray", w=640, h=360), to=tmp_path / "in.mp4", options=TAGGED_709)
    info = replace(probe(source, Limits()), duration=Fraction(10), frames=300)
    alone = Track([Sighting(t, Face(RIGHT, 0.95)) for t in TIMES if t >= 4])
    both = tuple(Track([Sighting(t, Face(box, 0.95)) for t in TIMES if t < 4]) for box in (LEFT, RIGHT))
    followed = Followed(SIZE, (Shot(0.0, 4.0, both), Shot(4.0, 10.0, (alone,))), TIMES)
    cut = Cut(begin_s=1.0, frames=270, fps=Fraction(30))
    first, second = framed_over_time(recipe("pad"), info, look, followed, None, cut)
    assert (first.begin, first.end, second.begin, second.end) == (0, 90, 90, 270), "they follow one another"
    assert first.framing.fit != "crop" and second.framing.fit == "crop"
    shown = [second.framing_at(frame).crop for frame in range(90, 270)]
    assert all(crop.x_px <= RIGHT.x and RIGHT.right <= crop.x_px + crop.w_px for crop in shown)


def test_a_wide_title_is_shown_whole_and_the_shot_after_it_fills_the_frame(look: ClipLook, tmp_path: Path):
    source = encode(*picture("color=c=gray", w=640, h=360), to=tmp_path / "in.mp4", options=TAGGED_709)
    info = replace(probe(source, Limits()), duration=Fraction(10), frames=300)
    title = Box(20, 130, 600, 90)
    samples = tuple(replace(look.samples[0], t_s=t) for t in (0.5, 1.5, 5.0, 7.0, 9.0))
    seen = tuple(Findings(SIZE, subject=title) if one.t_s < 2 else Findings(SIZE) for one in samples)
    seen_so = replace(look, samples=samples, seen=seen, findings=Findings(SIZE))
    followed = Followed(SIZE, (Shot(0.0, 2.0), Shot(2.0, 10.0)), TIMES)
    cut = Cut(begin_s=0.0, frames=300, fps=Fraction(30))
    first, second = framed_over_time(recipe("pad"), info, seen_so, followed, None, cut)
    assert (first.end, second.begin) == (60, 60)
    assert first.framing.fit != "crop" and second.framing.fit == "crop"
    assert first.framing.crop.x_px <= title.x and title.right <= first.framing.crop.x_px + first.framing.crop.w_px
