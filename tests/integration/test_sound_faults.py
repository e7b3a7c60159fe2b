"""Sound damaged half-way, a bed that is none, a licence that has ended: named, nothing half-written, the rest goes on."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from sound_kit import judge_ffmpeg, needs_ffmpeg, noise, tone, write_sound

import mediakit
from mediakit.cli.resize import PLAIN
from mediakit.errors import DataError, ExitCode, Fault
from mediakit.model import Problem
from mediakit.presets.licences import SUFFIX

pytestmark = needs_ffmpeg
TARGETS = ["as-shot.video"]

NOISE = "anoisesrc=d=4:a=0.1:r=48000:seed=9"
"""Damaged as here, it also meets errors for which the decoder has other names than invalid data."""


@pytest.fixture(scope="module")
def shoot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two clips: `good.mp4`, and `broken.mp4` whose sound is noise from its middle on while its picture is whole."""
    folder = tmp_path_factory.mktemp("shoot")
    for name in ("good", "broken"):
        judge_ffmpeg(
            *("-f", "lavfi", "-i", "testsrc2=s=360x640:r=25:d=4", "-f", "lavfi", "-i", NOISE),
            *("-c:v", "libx264", "-preset", "ultrafast", "-profile:v", "high", "-pix_fmt", "yuv420p", "-g", "50"),
            *("-c:a", "aac", "-b:a", "96k", "-movflags", "+faststart", str(folder / f"{name}.mp4")),
        )
    _damage_sound(folder / "broken.mp4")
    return folder


def _damage_sound(path: Path) -> None:
    import av

    with av.open(str(path)) as container:
        packets = [(p.pos, p.size) for p in container.demux(container.streams.audio[0]) if p.size]
    data = bytearray(path.read_bytes())
    dice = np.random.default_rng(1)
    for at, size in packets[len(packets) // 2 :]:
        data[at : at + size] = dice.integers(0, 256, size, np.uint8).tobytes()
    path.write_bytes(data)


def sound(mode: str, **more: object) -> dict[str, object]:
    return {**PLAIN, "sound.mode": mode, **more}


@pytest.mark.parametrize("mode", ["keep", "hush", "presenter"])
def test_damaged_sound_fails_its_clip_alone(shoot: Path, tmp_path: Path, mode: str) -> None:
    out = tmp_path / "out"
    result = mediakit.process(shoot, to=TARGETS, out=out, overrides=sound(mode))
    assert result.exit_code == ExitCode.SOME_FAILED
    outcomes = {outcome.rel: outcome for outcome in result.outcomes}
    assert [item.status for item in outcomes["good.mp4"].delivered] == ["made"]
    broken = outcomes["broken.mp4"]
    problem = broken.problem or broken.delivered[0].problem
    assert problem is not None
    assert problem.code == Fault.CORRUPT
    assert "broken.mp4" in problem.message
    assert "music" in problem.hint
    assert [path.name for path in out.rglob("*.mp4")] == ["good.mp4"]
    assert not [path for path in out.rglob("*") if path.name.startswith(".mediakit-tmp")]


def test_new_music_mends_it(shoot: Path, tmp_path: Path) -> None:
    bed = write_sound(tmp_path / "bed.wav", tone(5) + noise(5, 0.05))
    overrides = sound("music", **{"sound.beds": [{"file": str(bed)}]})
    result = mediakit.process(shoot, to=TARGETS, out=tmp_path / "out", overrides=overrides)
    assert result.exit_code == ExitCode.OK
    made = [item for outcome in result.outcomes for item in outcome.delivered]
    assert [item.status for item in made] == ["made", "made"]
    assert all("bed-without-licence" in {note.code for note in item.notes} for item in made)


def refused_with(bed: Path, clip: Path, out: Path) -> Problem:
    """What is said of a fine clip that gets a bed nobody can play; nothing of it may be left in `out`."""
    overrides = sound("music", **{"sound.beds": [{"file": str(bed)}]})
    result = mediakit.process(clip, to=TARGETS, out=out, overrides=overrides)
    assert result.exit_code == ExitCode.SOME_FAILED
    (outcome,) = result.outcomes
    problem = outcome.problem or outcome.delivered[0].problem
    assert problem is not None
    assert not [path for path in out.rglob("*") if path.suffix == ".mp4" or path.name.startswith(".mediakit-tmp")]
    return problem


def test_a_bed_that_is_not_audio_fails_by_name_and_leaves_nothing(shoot: Path, tmp_path: Path) -> None:
    bed = tmp_path / "letter.mp3"
    bed.write_bytes(b"this is a letter, not a song\n" * 400)
    problem = refused_with(bed, shoot / "good.mp4", tmp_path / "out")
    assert "bed" in problem.message
    assert "letter.mp3" in problem.message


def test_a_bed_damaged_half_way_fails_by_name_and_leaves_nothing(shoot: Path, tmp_path: Path) -> None:
    bed = tmp_path / "song.m4a"
    judge_ffmpeg("-f", "lavfi", "-i", "anoisesrc=d=8:a=0.1:r=48000", "-c:a", "aac", str(bed))
    _damage_sound(bed)
    problem = refused_with(bed, shoot / "good.mp4", tmp_path / "out")
    assert "song.m4a" in problem.message
    assert problem.hint


@pytest.mark.parametrize(
    ("wrong", "named"), [('platforms = ["douyin"]', "platforms"), ('territory = ["JP"]', "territory"), ("", "licence")]
)
def test_a_bed_for_something_else_is_refused_by_bed_and_field(
    shoot: Path, tmp_path: Path, wrong: str, named: str
) -> None:
    """Not for this platform, not for this country, or, where the preset is strict, without a licence at all."""
    bed = write_sound(tmp_path / "song.wav", tone(5))
    fields = {"platforms": 'platforms = ["*"]', "territory": 'territory = ["*"]'} | {named: wrong}
    if wrong:
        words = ["schema = 1", 'title = "Song"', 'owner = "Somebody"', 'licence = "bought"', 'expires = "never"']
        Path(f"{bed}{SUFFIX}").write_text("\n".join([*words, *fields.values()]), encoding="utf-8")
    out = tmp_path / "out"
    more = {"sound.beds": [{"file": str(bed)}], "sound.territory": "CN", "sound.unlicensed": "refuse"}
    with pytest.raises(DataError, match=rf"song\.wav.*{named}"):
        mediakit.process(shoot, to=["xiaohongshu.video"], out=out, overrides=sound("music", **more))
    assert not list(out.rglob("*.mp4"))


def test_an_expired_bed_is_refused_before_anything_is_written(shoot: Path, tmp_path: Path) -> None:
    bed = write_sound(tmp_path / "song.wav", tone(5))
    Path(f"{bed}{SUFFIX}").write_text(
        'schema = 1\ntitle = "Song"\nowner = "Somebody"\nlicence = "bought"\nplatforms = ["*"]\nterritory = ["*"]\n'
        'expires = "2020-12-31"\n',
        encoding="utf-8",
    )
    out = tmp_path / "out"
    overrides = sound("music", **{"sound.beds": [{"file": str(bed)}]})
    with pytest.raises(DataError, match=r"song\.wav.*expires"):
        mediakit.process(shoot, to=TARGETS, out=out, overrides=overrides)
    assert not list(out.rglob("*.mp4"))


def test_the_manifest_says_how_the_level_was_reached_and_whose_the_music_is(shoot: Path, tmp_path: Path) -> None:
    bed = write_sound(tmp_path / "song.wav", noise(5, 0.05))
    Path(f"{bed}{SUFFIX}").write_text(
        'schema = 1\ntitle = "Song"\nowner = "Somebody"\nlicence = "bought"\nplatforms = ["*"]\nterritory = ["*"]\n'
        'expires = "never"\n',
        encoding="utf-8",
    )
    out = tmp_path / "out"
    overrides = sound("music", **{"sound.beds": [{"file": str(bed)}]})
    mediakit.process(shoot / "good.mp4", to=TARGETS, out=out, overrides=overrides)
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    (delivered,) = manifest["sources"][0]["deliverables"]
    said = delivered["facts"]["sound"] if "facts" in delivered else delivered["sound"]
    assert said["gain"] in ("linear", "limiter")
    assert said["loudness_lufs"] == pytest.approx(-14, abs=0.5)
    assert said["bed_licence"]["owner"] == "Somebody"
