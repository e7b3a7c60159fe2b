"""Beds and what they may be used for: refused before anything is made, by bed and field."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from mediakit.errors import DataError
from mediakit.model import Kind
from mediakit.platforms.targets import resolve
from mediakit.presets import beds
from mediakit.presets.beds import bed_notes, choose_bed
from mediakit.presets.licences import SUFFIX, licence_of, refusal
from mediakit.presets.load import load_preset
from mediakit.presets.places import find
from mediakit.presets.recipes import recipe_for

TODAY = datetime.date(2026, 11, 21)
(XHS,) = resolve(["xiaohongshu.video"])
(MOMENTS,) = resolve(["wechat-moments.video"])
(AS_SHOT,) = resolve(["as-shot.video"])
FINE = {
    "title": '"Song"',
    "owner": '"Somebody"',
    "licence": '"bought"',
    "platforms": '["xiaohongshu"]',
    "territory": '["CN"]',
    "expires": '"2027-01-31"',
}


def bed(folder: Path, name: str = "a.mp3", **said: str) -> Path:
    path = folder / name
    path.write_bytes(b"x")
    table = {**FINE, **said}
    path.with_name(name + SUFFIX).write_text(
        "schema = 1\n" + "".join(f"{key} = {value}\n" for key, value in table.items() if value), encoding="utf-8"
    )
    return path


def test_what_is_licensed_passes(tmp_path: Path) -> None:
    assert refusal(bed(tmp_path), XHS, territory="CN", strict=True, today=TODAY) is None


@pytest.mark.parametrize(
    ("said", "target", "territory", "field"),
    [
        ({"expires": '"2026-11-20"'}, XHS, "", "expires"),
        ({}, MOMENTS, "", "platforms"),
        ({}, XHS, "SG", "territory"),
        ({"platforms": '["xiaohongshu.image"]'}, XHS, "", "platforms"),
    ],
)
def test_what_is_not_licensed_is_refused_by_bed_and_field(tmp_path: Path, said, target, territory, field) -> None:
    found = refusal(bed(tmp_path, **said), target, territory=territory, today=TODAY)
    assert found is not None
    assert found.field == field
    assert "a.mp3" in found.words
    assert f"{field}:" in found.words


def test_the_last_day_still_counts(tmp_path: Path) -> None:
    assert refusal(bed(tmp_path, expires='"2026-11-21"'), XHS, today=TODAY) is None


def test_where_no_platform_is_named_none_is_asked_for(tmp_path: Path) -> None:
    assert refusal(bed(tmp_path), AS_SHOT, today=TODAY) is None


def test_without_a_licence_only_a_strict_preset_refuses(tmp_path: Path) -> None:
    plain = tmp_path / "plain.mp3"
    plain.write_bytes(b"x")
    assert refusal(plain, XHS, today=TODAY) is None
    strict = refusal(plain, XHS, strict=True, today=TODAY)
    assert strict is not None
    assert strict.field == "licence"


@pytest.mark.parametrize(
    "said",
    [
        {"expires": '"soon"'},
        {"expires": "2027-01-31"},
        {"owner": '""'},
        {"platforms": "[]"},
        {"title": ""},
        {"fee": "1"},
    ],
)
def test_a_wrong_sidecar_is_named_with_its_line(tmp_path: Path, said) -> None:
    with pytest.raises(DataError, match=r"a\.mp3\.licence\.toml"):
        licence_of(bed(tmp_path, **said))


def brand(folder: Path, **keys: str) -> Path:
    root = folder / "brand"
    (root / "beds").mkdir(parents=True)
    said = "".join(f"{key} = {value}\n" for key, value in keys.items())
    (root / "preset.toml").write_text(
        f'schema = 1\nname = "brand"\nextends = "base"\n[sound]\nmode = "music"\n{said}'
        '[[sound.beds]]\nfile = "beds/a.mp3"\nenergy = 0.1\n[[sound.beds]]\nfile = "beds/b.mp3"\nenergy = 0.9\n',
        encoding="utf-8",
    )
    return root


def test_only_beds_that_may_be_used_are_chosen_and_the_others_are_named(tmp_path: Path) -> None:
    root = brand(tmp_path)
    bed(root / "beds", "a.mp3", expires='"2020-01-01"')
    bed(root / "beds", "b.mp3")
    loaded = load_preset(root)
    assert {choose_bed(loaded, XHS, f"{n:x}") for n in range(20)} == {1}
    (note,) = bed_notes(loaded, XHS)
    assert "a.mp3" in note.message
    assert "2020-01-01" in note.message


def test_where_no_bed_may_be_used_nothing_is_planned(tmp_path: Path) -> None:
    root = brand(tmp_path)
    bed(root / "beds", "a.mp3", expires='"2020-01-01"')
    bed(root / "beds", "b.mp3")
    loaded = load_preset(root)
    with pytest.raises(DataError, match=r"a\.mp3.*expires[\s\S]*b\.mp3.*platforms"):
        recipe_for(loaded, MOMENTS, Kind.CLIP, bed_seed="1")


def test_a_preset_with_a_wrong_sidecar_does_not_load(tmp_path: Path) -> None:
    root = brand(tmp_path)
    bed(root / "beds", "a.mp3", expires='"soon"')
    bed(root / "beds", "b.mp3")
    with pytest.raises(DataError, match="licence"):
        load_preset(root)


@pytest.mark.parametrize(("choose", "index"), [("calm", 0), ("lively", 1)])
def test_by_energy(tmp_path: Path, choose: str, index: int) -> None:
    root = brand(tmp_path, choose=f'"{choose}"')
    for name in ("a.mp3", "b.mp3"):
        bed(root / "beds", name, platforms='["*"]')
    loaded = load_preset(root)
    assert {choose_bed(loaded, XHS, f"{n:x}") for n in range(20)} == {index}


@pytest.mark.parametrize(("duration_s", "index"), [(5.0, 0), (10.0, 0), (12.0, 1), (99.0, 1)])
def test_by_length(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, duration_s: float, index: int) -> None:
    root = brand(tmp_path, choose='"length"')
    for name in ("a.mp3", "b.mp3"):
        bed(root / "beds", name, platforms='["*"]')
    monkeypatch.setattr(beds, "seconds_of", lambda path: {"a.mp3": 10.0, "b.mp3": 30.0}[path.name])
    loaded = load_preset(root)
    assert {choose_bed(loaded, XHS, f"{n:x}", duration_s) for n in range(20)} == {index}


@pytest.mark.parametrize("name", ["muselle", "yunwu-tea"])
def test_the_shipped_beds_say_what_they_may_be_used_for(name: str) -> None:
    loaded = load_preset(find(name))
    assert bed_notes(loaded, XHS) == ()
    for key, path in loaded.assets.items():
        if key.startswith("sound.beds."):
            licence = licence_of(path)
            assert licence is not None
            assert licence.licence == "Apache-2.0"
