"""Runs of many sources: outcomes stay in the ledger, reports are written as they are read, what is told is not told again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from shoots import photo_shoot, save_photo_at

import mediakit
from mediakit.batch import execute, outcomes
from mediakit.batch.outcomes import Outcomes
from mediakit.report import told, write

TARGET = ["xiaohongshu.image", "wechat-moments.grid"]


@pytest.fixture
def shoot(tmp_path: Path) -> Path:
    folder = photo_shoot(tmp_path / "shoot", 3)
    (folder / "broken.jpg").write_bytes(b"this is no picture")
    return folder


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two sources are many."""
    for room in (execute, outcomes, told):
        monkeypatch.setattr(room, "IN_MEMORY", 1)


def run(shoot: Path, out: Path) -> Any:
    return mediakit.process(shoot, to=TARGET, out=out, jobs=1)


def document(out: Path) -> Any:
    return json.loads((out / "manifest.json").read_text(encoding="utf-8"))


def test_a_long_run_tells_what_a_short_one_tells(shoot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    short = run(shoot, tmp_path / "short")
    short_again = run(shoot, tmp_path / "short")
    for room in (execute, outcomes, told):
        monkeypatch.setattr(room, "IN_MEMORY", 1)
    long = run(shoot, tmp_path / "long")
    assert isinstance(long.outcomes, Outcomes)
    assert document(tmp_path / "long") == {**document(tmp_path / "short"), "sources": long.manifest()["sources"]}
    assert [o.rel for o in long.outcomes] == [o.rel for o in short.outcomes]
    assert long.tally == short.tally
    assert long.exit_code == short.exit_code == 1
    assert long.outcomes[0] == next(iter(long.outcomes))
    assert len(long.outcomes[1:]) == 3
    again = run(shoot, tmp_path / "long")
    assert again.tally == short_again.tally
    assert document(tmp_path / "long") == document(tmp_path / "short")


@pytest.mark.usefixtures("many")
def test_a_run_with_nothing_to_do_leaves_the_report_alone_and_says_kept(shoot: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(shoot, out)
    page = (out / "report.html").stat().st_mtime_ns
    statuses = [d["status"] for s in document(out)["sources"] for d in s["deliverables"]]
    assert set(statuses) == {"made"}
    run(shoot, out)
    kept = document(out)
    assert {d["status"] for s in kept["sources"] for d in s["deliverables"]} == {"kept"}
    assert (out / "report.html").stat().st_mtime_ns == page
    before = (out / "manifest.json").stat().st_mtime_ns
    run(shoot, out)
    assert (out / "manifest.json").stat().st_mtime_ns == before


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("change", ["a new photo", "an edited manifest", "a lost page"])
def test_whatever_is_different_is_told_anew(shoot: Path, tmp_path: Path, change: str) -> None:
    out = tmp_path / "out"
    run(shoot, out)
    match change:
        case "a new photo":
            save_photo_at(shoot / "new.jpg", seed=8)
        case "an edited manifest":
            (out / "manifest.json").write_text("{}")
        case _:
            (out / "report.html").unlink()
    run(shoot, out)
    assert len(document(out)["sources"]) == (5 if change == "a new photo" else 4)
    assert (out / "report.html").is_file()


def test_a_page_shows_what_is_amiss_first_and_says_how_much_it_leaves_out(
    shoot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write, "MOST_SHOWN", 2)
    run(shoot, tmp_path / "out")
    page = (tmp_path / "out/report.html").read_text(encoding="utf-8")
    assert "broken.jpg" in page
    assert '"left_out":2' in page
    assert len(document(tmp_path / "out")["sources"]) == 4


@pytest.mark.parametrize("piece", [1, 7, 64])
def test_a_line_that_lies_across_two_pieces_is_replaced_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece: int
) -> None:
    monkeypatch.setattr(told, "_PIECE_BYTES", piece)
    path = tmp_path / "manifest.json"
    quoted = b'    "why": "\\n     \\"status\\": \\"made\\",",'  # as JSON writes it inside a string
    text = b'{\n   "path": "made",' + told._MADE + quoted + told._MADE * 3 + b"}"
    path.write_bytes(text)
    told._say_kept(path)
    assert path.read_bytes() == text.replace(told._MADE, told._KEPT)
