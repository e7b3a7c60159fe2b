"""What names may do to a terminal: nothing."""

from __future__ import annotations

import pytest

from mediakit.cli.app import run
from mediakit.cli.console import one_line, say
from mediakit.errors import ExitCode


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("IMG 1.jpg", "IMG 1.jpg"),
        ("新品 口红.jpg", "新品 口红.jpg"),
        ("👩‍🔬 ❤️.jpg", "👩‍🔬 ❤️.jpg"),
        ("a\nb\r.jpg", "a\\nb\\r.jpg"),
        ("\x1b[2J\x9b.jpg", "\\x1b[2J\\x9b.jpg"),
        ("a\u202egpj.exe", "a\\u202egpj.exe"),
        ("half\udcff.jpg", "half\\udcff.jpg"),
    ],
)
def test_a_name_is_shown_on_one_line_and_never_obeyed(name: str, shown: str) -> None:
    assert one_line(name) == shown


def test_lines_for_people_are_one_line_each(capsys) -> None:
    say("[1/2] a\nb.jpg: 1 made")
    assert capsys.readouterr().err == "[1/2] a\\nb.jpg: 1 made\n"


def test_an_error_keeps_its_own_lines_and_shows_those_of_a_name(capsys) -> None:
    assert run(["process", "no\x1b[2Jwhere"]) == ExitCode.USAGE
    said = capsys.readouterr().err
    assert "\x1b" not in said
    assert "no\\x1b[2Jwhere does not exist." in said


def test_a_plan_shows_names_on_one_line(tmp_path, capsys) -> None:
    from PIL import Image

    shoot = tmp_path / "shoot"
    shoot.mkdir()
    Image.new("RGB", (64, 64), "red").save(shoot / "a\nb.jpg")
    words = ["process", str(shoot), "--to", "weibo.image", "--dry-run", "--out", str(tmp_path / "out")]
    assert run(words) == ExitCode.OK
    assert capsys.readouterr().out.splitlines()[0] == "a\\nb.jpg  (photo)"


def test_a_file_that_begins_with_a_dash_is_told_how_to_be_named(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "-dash.jpg").touch()
    assert run(["resize", "-dash.jpg"]) == ExitCode.USAGE
    assert "./-dash.jpg" in capsys.readouterr().err
