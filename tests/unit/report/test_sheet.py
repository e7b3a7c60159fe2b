"""The page that shows photos made with two presets side by side."""

from __future__ import annotations

from pathlib import Path

import pytest
from shoots import save_photo_at

from mediakit.cli.app import run
from mediakit.report.sheet import Pair, Row, write_sheet


def test_what_a_preset_says_is_text_and_never_markup(tmp_path: Path) -> None:
    photo = save_photo_at(tmp_path / "a.jpg")
    evil = '"><script>alert(1)</script>'
    rows = [Row(f"text.{evil}", evil, None)]
    write_sheet(tmp_path / "s.html", (evil, "b"), rows, [Pair(evil, photo, None, "", evil)])
    page = (tmp_path / "s.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "default-src 'none'" in page
    assert "http:" not in page and "https:" not in page


def test_how_far_two_pictures_lie_apart_is_said(tmp_path: Path) -> None:
    one, other = save_photo_at(tmp_path / "a.jpg", seed=0), save_photo_at(tmp_path / "b.jpg", seed=3)
    small = save_photo_at(tmp_path / "c.jpg", size=(320, 240))
    pairs = [Pair("same", one, one), Pair("other", one, other), Pair("small", one, small)]
    write_sheet(tmp_path / "s.html", ("a", "b"), [], pairs)
    page = (tmp_path / "s.html").read_text(encoding="utf-8")
    assert page.count("The same bytes.") == 1
    assert page.count("of the pixels changed by") == 1
    assert page.count("Another size.") == 1
    assert "They want the same." in page


@pytest.mark.slow
def test_the_command_makes_the_photos_with_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, fit in (("one", "crop"), ("two", "blur")):
        (tmp_path / name).mkdir()
        text = f'schema = 1\nname = "{name}"\nextends = "base"\n[frame]\nfit = "{fit}"\n'
        (tmp_path / name / "preset.toml").write_text(text)
    save_photo_at(tmp_path / "IMG_1.jpg")
    said = [
        "preset",
        "diff",
        "./one",
        "./two",
        "--photo",
        "IMG_1.jpg",
        "--to",
        "xiaohongshu.image",
        "--sheet",
        "s.html",
    ]
    assert run(said) == 0
    page = (tmp_path / "s.html").read_text(encoding="utf-8")
    assert page.count("data:image/jpeg") == 2
    assert "frame.fit" in page
    assert "of the pixels changed by" in page
