"""The main job on clips: what is made, skipped and refused, with ffprobe as the judge of what was written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from clip_maker import TAGGED_709, encode, ffprobe, picture, stream, tone
from PIL import Image

import mediakit
from mediakit.model import Delivered, Outcome


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Outcome]]:
    base = tmp_path_factory.mktemp("clips")
    shoot = base / "shoot"
    shoot.mkdir()
    sound = ("-c:a", "aac", "-shortest")
    encode(*picture(w=480, h=270, seconds=4), *tone(4), to=shoot / "wide 宽.mp4", options=(*sound, *TAGGED_709))
    encode(*picture(w=270, h=480, seconds=4), to=shoot / "upright, no sound.mp4", options=TAGGED_709)
    encode(*picture(w=160, h=90, fps="10", seconds=33), to=shoot / "long.mp4")
    whole = (shoot / "long.mp4").read_bytes()
    (shoot / "half.mp4").write_bytes(whole[: len(whole) // 2])
    (shoot / "page.mp4").write_text("<html>not a clip</html>")
    (shoot / "list.mp4").write_text(f"ffconcat version 1.0\nfile '{shoot / 'wide 宽.mp4'}'\n")
    result = mediakit.process(shoot, to=("xiaohongshu", "wechat-moments"), out=base / "out")
    assert result.exit_code == 1
    return base / "out", {outcome.rel: outcome for outcome in result.outcomes}


def delivered(outcome: Outcome, target: str) -> Delivered:
    return next(item for item in outcome.delivered if item.target == target)


def test_a_clip_becomes_what_its_surface_takes(run):
    out, outcomes = run
    made = delivered(outcomes["wide 宽.mp4"], "xiaohongshu.video")
    assert made.status == "made"
    found = ffprobe(out / made.path)
    video, audio = stream(found, "video"), stream(found, "audio")
    assert [video["width"], video["height"]] == made.size.as_list()
    assert made.size.ratio == pytest.approx(9 / 16)
    assert (video["codec_name"], video["pix_fmt"], video["color_space"]) == ("h264", "yuv420p", "bt709")
    assert (audio["codec_name"], audio["sample_rate"], audio["channels"]) == ("aac", "48000", 2)
    assert abs(float(video["duration"]) - float(audio["duration"])) < 0.05
    assert made.facts["sound"]["loudness_lufs"] == pytest.approx(-14, abs=0.5)


def test_each_deliverable_is_scored_as_it_will_be_seen(run):
    out, outcomes = run
    wide = outcomes["wide 宽.mp4"]
    upright = delivered(wide, "xiaohongshu.video")
    parts = {part.name: part for part in upright.score.parts}
    assert {"sharpness", "exposure", "shake", "stretches", "sound"} <= set(parts)
    assert upright.size.width_px == 720
    assert "short side 152 px" in parts["resolution"].measured, "a crop of 152 px has no more detail for being enlarged"
    silent = delivered(outcomes["upright, no sound.mp4"], "xiaohongshu.video")
    assert "sound" not in {part.name for part in silent.score.parts}
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    rows = [row for source in manifest["sources"] for row in source["deliverables"] if row["status"] == "made"]
    assert rows
    assert all(0 <= row["score"]["value"] <= 100 for row in rows)


def test_a_crop_is_scored_for_what_it_shows(tmp_path):
    """The upright crop takes one part of a wide clip: its score is that part's, not the whole picture's."""
    shoot = tmp_path / "shoot"
    shoot.mkdir()
    encode(*picture(w=480, h=270, seconds=2), to=shoot / "a.mp4", options=TAGGED_709)
    result = mediakit.process(shoot, to=("xiaohongshu.video", "weibo.video"), out=tmp_path / "out")
    (outcome,) = result.outcomes
    cut, whole = delivered(outcome, "xiaohongshu.video"), delivered(outcome, "weibo.video")
    assert whole.crop.size == outcome.size
    assert cut.crop.size != outcome.size
    assert cut.score != whole.score


def test_a_cover_lies_beside_the_clip(run):
    out, outcomes = run
    cover = delivered(outcomes["wide 宽.mp4"], "xiaohongshu.cover")
    assert cover.path == "xiaohongshu.video/wide 宽.cover.jpg"
    with Image.open(out / cover.path) as picture_:
        assert picture_.size[0] * 4 == picture_.size[1] * 3


def test_where_both_ways_up_are_usual_the_source_decides(run):
    _, outcomes = run
    assert delivered(outcomes["wide 宽.mp4"], "wechat-moments.video").size.ratio == pytest.approx(16 / 9)
    assert delivered(outcomes["upright, no sound.mp4"], "wechat-moments.video").size.ratio == pytest.approx(9 / 16)


def test_a_clip_without_sound_stays_without(run):
    out, outcomes = run
    made = delivered(outcomes["upright, no sound.mp4"], "xiaohongshu.video")
    assert [s["codec_type"] for s in ffprobe(out / made.path)["streams"]] == ["video"]


def test_too_long_is_said_with_the_limit_and_is_no_failure(run):
    _, outcomes = run
    long = delivered(outcomes["long.mp4"], "wechat-moments.video")
    assert (long.status, long.problem.code) == ("skipped", "too-long")
    assert "30 s" in long.why
    assert delivered(outcomes["long.mp4"], "xiaohongshu.video").status == "made"


def test_broken_clips_are_refused_by_name_and_a_list_of_files_is_never_opened(run):
    _, outcomes = run
    codes = {rel: outcome.problem.code for rel, outcome in outcomes.items() if outcome.problem}
    assert codes == {"half.mp4": "truncated", "page.mp4": "not-media", "list.mp4": "not-media"}
    for outcome in outcomes.values():
        assert outcome.problem is None or outcome.problem.hint


def test_trimming_is_the_presets_to_say(tmp_path):
    source = encode(*picture(w=160, h=90, fps="10", seconds=31.5), *tone(31.5), to=tmp_path / "long.mp4")
    result = mediakit.process(
        source, to=["wechat-moments.video"], out=tmp_path / "out", overrides={"clip.too_long": "trim"}
    )
    (made,) = result.outcomes[0].delivered
    assert (made.status, made.duration_s) == ("made", 30.0)


@pytest.mark.parametrize("mode", ["mute", "music", "mix"])
def test_sound_modes_change_the_sound_and_their_recipe(tmp_path, mode):
    source = encode(*picture(seconds=3), *tone(3), to=tmp_path / "a.mp4", options=("-c:a", "aac"))
    preset = {"sound.mode": mode}
    if mode != "mute":
        bed = tmp_path / "bed.wav"
        encode_bed(bed)
        preset["sound.beds"] = [{"file": str(bed)}]
    (outcome,) = mediakit.process(source, to=["as-shot.video"], out=tmp_path / "out", overrides=preset).outcomes
    assert outcome.problem is None, outcome.problem
    kinds = [s["codec_type"] for s in ffprobe(tmp_path / "out" / outcome.delivered[0].path)["streams"]]
    assert kinds == (["video"] if mode == "mute" else ["video", "audio"])


def encode_bed(path: Path) -> None:
    from clip_maker import ffmpeg

    ffmpeg(*tone(2, hz=330), "-f", "wav", path)
