"""`mediakit caption` from the outside: its JSON document, its exit codes, its terminal page, and what it refuses."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from mediakit.cli.app import run

PERFECT = "完美底妆\n全网最好用的粉底，加薇信abc123\n#底妆 #粉底"


def _json(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    code = run(["caption", *arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


@pytest.fixture
def post(tmp_path: Path) -> Path:
    path = tmp_path / "my post, “final” 终稿.txt"
    path.write_text(PERFECT, "utf-8")
    return path


def test_a_text_file(post: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, document = _json(capsys, str(post), "--to", "xiaohongshu")
    assert code == 1
    assert document["schema"] == 1
    (row,) = document["posts"]
    assert (row["target"], row["verdict"]) == ("xiaohongshu", "block")
    assert row["counts"] == {"title": 4, "body": 26, "topics": 2}
    first = row["findings"][0]
    assert {"rule", "severity", "field", "start", "end", "text", "why", "suggest"} <= first.keys()
    assert (first["rule"], first["field"], first["start"], first["end"]) == ("abs-perfect", "title", 0, 2)


def test_a_clean_post_passes_and_exits_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "post.txt"
    path.write_text("豆沙色口红试色\n第一次到店，最近试了四支口红，豆沙色最日常。", "utf-8")
    code, document = _json(capsys, str(path), "--to", "xiaohongshu")
    assert (code, document["posts"][0]["verdict"]) == (0, "pass")


def test_json_lines_keep_their_ids_and_targets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "posts.jsonl"
    rows = [
        {"id": "a", "title": "口红", "body": "日常", "target": "weibo"},
        {"id": 7, "title": "口红", "body": "日常", "topics": ["完美"], "target": "xiaohongshu"},
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n\n", "utf-8")
    code, document = _json(capsys, str(path))
    assert [(row["id"], row["target"]) for row in document["posts"]] == [("a", "weibo"), ("7", "xiaohongshu")]
    assert code == 1
    code, document = _json(capsys, str(path), "--to", "wechat-article", "--to", "instagram")
    assert [row["target"] for row in document["posts"]] == ["wechat-article", "instagram"] * 2


def test_stdin(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(PERFECT.encode())))
    code, document = _json(capsys, "-", "--to", "weibo")
    assert (code, document["posts"][0]["id"]) == (1, "-")


def test_the_page_shows_text_counts_reason_and_suggestion(post: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["caption", str(post), "--to", "xiaohongshu"]) == 1
    page = capsys.readouterr().out
    assert "完美底妆" in page
    assert "4/20" in page and "26/1000" in page and "2/10" in page
    assert "abs-perfect" in page and "贴服" in page and "natural finish" in page


def test_lone_surrogates_and_escapes_survive_the_page_and_the_document(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "odd.jsonl"
    path.write_text('{"id": "\\u001b[31m", "title": "\\ud800完美", "body": "\\u202e مرحبا \\u001b[2J"}\n', "utf-8")
    code, document = _json(capsys, str(path), "--to", "xiaohongshu")
    assert (code, document["posts"][0]["findings"][0]["start"]) == (1, 1)
    assert run(["caption", str(path), "--to", "xiaohongshu"]) == 1
    assert "\x1b[2J" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.txt", b"", "empty"),
        ("blank.txt", b" \n\n", "empty"),
        ("photo.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF", "no UTF-8"),
        ("binary.txt", b"abc\x00\x01\x02", "binary"),
        ("broken.jsonl", b'{"title": "a"\n', "broken.jsonl:1"),
        ("list.jsonl", b'["a"]\n', "not a post"),
        ("number.jsonl", b'{"title": 5}\n', "'title'"),
        ("topics.jsonl", b'{"title": "a", "topics": [1]}\n', "'topics'"),
    ],
)
def test_what_is_no_caption_is_named(
    tmp_path: Path, name: str, content: bytes, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert run(["caption", str(path), "--to", "xiaohongshu"]) == 1
    error = capsys.readouterr().err
    assert words in error
    assert "Traceback" not in error


def test_mixed_directions_keep_their_places(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "\u202bمرحبا\u202c 完美\u2067底妆\u2069 שלום perfect \u202dabc"
    path = tmp_path / "mixed.txt"
    path.write_text(f"标题\n{text}", "utf-8")
    code, document = _json(capsys, str(path), "--to", "xiaohongshu")
    spans = [
        (one["start"], one["end"], one["text"])
        for one in document["posts"][0]["findings"]
        if one["rule"] == "abs-perfect"
    ]
    assert code == 1
    assert [text[start:end] for start, end, _ in spans] == [said for _, _, said in spans] == ["完美", "perfect"]
    assert run(["caption", str(path), "--to", "xiaohongshu"]) == 1
    assert "\u202b" not in capsys.readouterr().out


def test_a_long_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "long.txt"
    path.write_text("标题\n" + "完美的一天，加微信。" * 10_000, "utf-8")
    code, document = _json(capsys, str(path), "--to", "xiaohongshu")
    assert code == 1
    assert "fmt-body-length" in {finding["rule"] for finding in document["posts"][0]["findings"]}


@pytest.mark.parametrize(
    "arguments",
    [["missing.txt", "--to", "xiaohongshu"], [".", "--to", "xiaohongshu"], ["pyproject.toml", "--to", "redbok"]],
)
def test_mistyped_names_exit_2(arguments: list[str]) -> None:
    assert run(["caption", *arguments]) == 2


def test_no_target_is_a_mistyped_command(post: Path) -> None:
    assert run(["caption", str(post)]) == 2


def test_a_presets_rules_relaxations_and_sponsorship(
    tmp_path: Path, post: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    preset = tmp_path / "brand"
    (preset / "rules").mkdir(parents=True)
    (preset / "preset.toml").write_text(
        'schema = 1\nname = "brand"\ntargets = ["xiaohongshu"]\n[caption]\nrules = ["rules/words.toml"]\nsponsored = true\n'
        'relax = [{ rule = "abs-perfect", reason = "shade name" }]\n',
        "utf-8",
    )
    (preset / "rules" / "words.toml").write_text(
        'schema = 1\n[[rule]]\nid = "brand-base"\nseverity = "warn"\nterms_zh = ["底妆"]\n'
        'why_zh = "用粉底"\nwhy_en = "say foundation"\n',
        "utf-8",
    )
    code, document = _json(capsys, str(post), "--preset", str(preset))
    found = {finding["rule"]: finding for finding in document["posts"][0]["findings"]}
    assert code == 1
    assert found["abs-perfect"]["severity"] == "info"
    assert found["abs-perfect"]["relaxed"] == "shade name"
    assert found["brand-base"]["severity"] == "warn"
    assert found["com-sponsor-undeclared"]["severity"] == "block"


def test_a_presets_rules_that_do_not_load_exit_3(
    tmp_path: Path, post: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    preset = tmp_path / "brand"
    preset.mkdir()
    (preset / "words.toml").write_text('schema = 1\n[[rule]]\nid = "x"\n', "utf-8")
    (preset / "preset.toml").write_text('schema = 1\nname = "brand"\n[caption]\nrules = ["words.toml"]\n', "utf-8")
    assert run(["caption", str(post), "--to", "weibo", "--preset", str(preset)]) == 3
    assert "words.toml:" in capsys.readouterr().err
    (preset / "preset.toml").write_text('schema = 1\nname = "brand"\n[caption]\nrules = ["word.toml"]\n', "utf-8")
    assert run(["caption", str(post), "--to", "weibo", "--preset", str(preset)]) == 3
    assert "preset.toml:4" in capsys.readouterr().err
    (preset / "preset.toml").write_text(
        'schema = 1\nname = "brand"\n[caption]\nrelax = [{ rule = "abs-perfct", reason = "r" }]\n', "utf-8"
    )
    assert run(["caption", str(post), "--to", "weibo", "--preset", str(preset)]) == 3
    error = capsys.readouterr().err
    assert "abs-perfect" in error and "preset.toml:4" in error
