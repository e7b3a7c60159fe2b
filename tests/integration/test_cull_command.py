"""Culling from the command line and in the main job."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from PIL import Image, ImageFilter
from shoots import save_photo_at

import mediakit
from mediakit.cli.app import run

SAMPLES = Path(__file__).parents[2] / "samples" / "shoot"
BURST = ("IMG_2044.jpg", "IMG_2045.jpg", "IMG_2046.jpg")


@pytest.fixture
def shoot(tmp_path: Path) -> Path:
    folder = tmp_path / "shoot"
    folder.mkdir()
    for name in (*BURST, "IMG_2049.jpg", "IMG_2058.jpg"):
        shutil.copy2(SAMPLES / name, folder / name)
    return folder


def culled(shoot: Path, capsys: pytest.CaptureFixture[str]) -> dict:
    assert run(["cull", str(shoot), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_burst_is_found_and_its_blurred_take_is_not_the_one_kept(shoot: Path, capsys) -> None:
    found = culled(shoot, capsys)
    (group,) = found["groups"]
    assert {member["path"] for member in group["members"]} == set(BURST)
    assert group["keep"] != "IMG_2046.jpg"
    loser = next(member for member in group["members"] if member["path"] == "IMG_2046.jpg")
    assert "sharpness" in loser["reasons"][0]
    assert sorted(found["alone"]) == ["IMG_2049.jpg", "IMG_2058.jpg"]


def test_a_person_has_the_last_word(shoot: Path, capsys) -> None:
    (shoot / "mediakit-keep.txt").write_text("# ours\nIMG_2046.jpg\n", encoding="utf-8")
    (group,) = culled(shoot, capsys)["groups"]
    assert group["keep"] == "IMG_2046.jpg"
    assert group["why"] == "chosen by hand"


def test_process_makes_only_the_best_and_says_which_it_lost_to(shoot: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = mediakit.process(shoot, to=["xiaohongshu.image"], out=out, keep_best=1)
    statuses = {o.rel: [d.status for d in o.delivered] for o in first.outcomes}
    assert sum(statuses[name] == ["made"] for name in BURST) == 1
    skipped = next(d for o in first.outcomes for d in o.delivered if d.status == "skipped")
    assert "is the better take" in skipped.why
    again = mediakit.process(shoot, to=["xiaohongshu.image"], out=out, keep_best=1)
    assert {d.status for o in again.outcomes for d in o.delivered} == {"kept", "skipped"}
    everything = mediakit.process(shoot, to=["xiaohongshu.image"], out=out)
    assert sum(d.status == "made" for o in everything.outcomes for d in o.delivered) == 2


def test_twins_in_other_formats_belong_together_and_broken_files_hold_nobody_up(tmp_path: Path, capsys) -> None:
    shoot = tmp_path / "shoot"
    shoot.mkdir()
    with Image.open(SAMPLES / "IMG_2049.jpg") as picture:
        picture.save(shoot / "a.png")
        picture.filter(ImageFilter.GaussianBlur(4)).save(shoot / "b 软.webp", quality=80)
    save_photo_at(shoot / "c.jpg", seed=3)
    whole = (shoot / "c.jpg").read_bytes()
    (shoot / "half.jpg").write_bytes(whole[: len(whole) // 2])
    assert run(["cull", str(shoot), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert [group["keep"] for group in found["groups"]] == ["a.png"]
    assert [row["path"] for row in found["failed"]] == ["half.jpg"]
    assert found["failed"][0]["error"]["code"] == "truncated"
