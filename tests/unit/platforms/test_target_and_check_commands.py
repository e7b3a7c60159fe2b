"""`mediakit target` and `mediakit check`, as a person and as a script would call them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from mediakit.cli.app import run
from mediakit.platforms.load import surfaces

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def photo(path: Path, size: tuple[int, int] = (1080, 1440)) -> Path:
    Image.radial_gradient("L").resize(size).convert("RGB").save(path, icc_profile=SRGB)
    return path


def test_a_file_that_conforms_exits_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = photo(tmp_path / "ready.jpg")
    assert run(["check", str(path), "--to", "xiaohongshu.image"]) == 0
    printed = capsys.readouterr()
    assert "ok" in printed.out and "ready.jpg" in printed.out
    assert "1 of 1 conform" in printed.err


def test_json_is_one_document_and_nothing_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, wide, words = photo(tmp_path / "a.jpg"), photo(tmp_path / "b 口红.jpg", (1440, 400)), tmp_path / "c.jpg"
    words.write_text("no picture")
    code = run(["check", str(good), str(wide), str(words), "--to", "xiaohongshu.image", "--json"])
    document = json.loads(capsys.readouterr().out)
    assert code == 1 and document["schema"] == 1
    assert [row["ok"] for row in document["files"]] == [True, False, False]
    assert [row["target"] for row in document["files"]] == ["xiaohongshu.image"] * 3
    failed = {held["rule"] for held in document["files"][1]["checks"] if not held["ok"]}
    assert "ratio" in failed
    assert {"rule", "ok", "measured", "limit", "severity"} == set(document["files"][0]["checks"][0])
    assert document["files"][2]["error"]["code"] == "not-media" and document["files"][2]["checks"] == []


def test_a_platform_means_the_surface_that_fits_best(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = photo(tmp_path / "a.jpg", (500, 500))
    assert run(["check", str(path), "--to", "wechat-article", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["files"]
    assert row["target"] in ("wechat-article.square", "wechat-article.inline") and row["ok"]
    assert run(["check", str(path), "--to", "youtube", "--json"]) == 1
    (row,) = json.loads(capsys.readouterr().out)["files"]
    assert [held["rule"] for held in row["checks"]] == ["kind"]


def test_a_photo_beside_clips_is_a_cover(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = photo(tmp_path / "clip.cover.jpg")
    assert run(["check", str(path), "--to", "xiaohongshu.video", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["files"][0]["target"] == "xiaohongshu.cover"
    assert run(["check", str(path), "--to", "weibo.video", "--json"]) == 1, "no cover surface: a photo is no clip"


def test_a_folder_means_the_media_in_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "deeper").mkdir()
    photo(tmp_path / "a.jpg")
    photo(tmp_path / "deeper" / "b.jpg")
    (tmp_path / "notes.txt").write_text("not media, and not asked about")
    assert run(["check", str(tmp_path), "--to", "xiaohongshu.image", "--json"]) == 0
    paths = [row["path"] for row in json.loads(capsys.readouterr().out)["files"]]
    assert [Path(path).name for path in paths] == ["a.jpg", "b.jpg"] and all(Path(path).is_file() for path in paths)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["check", "a.jpg", "--to", "xiaohongshuu"], 2, "Did you mean 'xiaohongshu'?"),
        (["check", "missing.jpg", "--to", "weibo"], 2, "does not exist"),
        (["check", "a.jpg"], 2, "--to"),
        (["check", ".", "--to", "weibo"], 6, "No photo and no clip"),
        (["target", "show", "weibo.img"], 2, "Did you mean 'weibo.image'?"),
    ],
)
def test_what_is_mistyped_is_said_in_a_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(arguments) == code
    printed = capsys.readouterr()
    assert words in printed.err and printed.out == ""


@pytest.mark.parametrize("name", ["[bold]x[red].jpg", "-x.jpg", "口红 💄.jpg", "'; rm -rf.jpg"])
def test_a_name_is_text_and_never_markup(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert run(["check", str(photo(tmp_path / name)), "--to", "xiaohongshu"]) == 0
    assert name in capsys.readouterr().out


def test_a_name_cannot_steer_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = photo(tmp_path / "a\n\x1b[2Jb.jpg")
    assert run(["check", str(path), "--to", "xiaohongshu"]) == 0
    assert "a\\n\\x1b[2Jb.jpg" in capsys.readouterr().out
    assert run(["check", str(path), "--to", "xiaohongshu", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["files"][0]["path"] == str(path)


def test_list_prints_every_surface(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["target", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("\t")[0] for line in lines[1:]] == [part.id for part in surfaces()]
    assert len({line.count("\t") for line in lines}) == 1, "every row has the same columns"


def test_list_as_json_names_every_target(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["target", "list", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    names = {name for platform in document["platforms"] for part in platform["surfaces"] for name in part["targets"]}
    assert {"xiaohongshu.image", "xiaohongshu.image@1:1", "wechat-article.cover", "instagram.story@9:16"} <= names


@pytest.mark.parametrize("part", surfaces(), ids=lambda part: part.id)
def test_show_tells_every_figure_and_its_source(capsys: pytest.CaptureFixture[str], part) -> None:
    assert run(["target", "show", part.id]) == 0
    told = capsys.readouterr().out
    assert part.title_zh in told and part.source in told
    for fact in part.facts:
        assert fact.field in told and fact.source in told
    assert run(["target", "show", part.id, "--json"]) == 0
    (document,) = json.loads(capsys.readouterr().out)["surfaces"]
    assert document["id"] == part.id and document["confidence"] == part.confidence
