"""Posts of a folder that is watched: made when all of a post is there, made again when it changes, never in the way."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from shoots import save_photo_at
from test_watch_daemon import TARGET, running, stop, until

SAID = 'title = "周末试色"\nbody = "门店新到三支口红，欢迎来试。"\n'


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    for seed in (0, 1):
        save_photo_at(folder / f"weekend/{seed}.jpg", seed=seed, size=(480, 640))
    return folder


def posted(out: Path, name: str) -> list[str]:
    folder = out / TARGET / name
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith(".")) if folder.is_dir() else []


def said(out: Path) -> list[str]:
    return [note["message"] for note in json.loads((out / "manifest.json").read_text("utf-8"))["notes"]]


def test_a_post_follows_its_file_and_its_pictures(tmp_path: Path, inbox: Path) -> None:
    out = tmp_path / "out"
    texts = ["caption.txt", "checklist.txt"]
    with running(inbox, out) as daemon:
        until((out / "manifest.json").exists)
        assert not (out / TARGET / "spring").exists()
        (inbox / "weekend/post.toml").write_text('name = "spring"\n' + SAID, "utf-8")
        until(lambda: posted(out, "spring") == ["01.jpg", "02.jpg", *texts])
        until((out / TARGET / "spring.zip").exists)
        save_photo_at(inbox / "weekend/2.jpg", seed=2, size=(480, 640))
        until(lambda: posted(out, "spring") == ["01.jpg", "02.jpg", "03.jpg", *texts])
        (inbox / "weekend/post.toml").write_text('name = "spring"\norder = ["1.jpg"]\n' + SAID, "utf-8")
        until(lambda: posted(out, "spring") == ["01.jpg", *texts])
        assert stop(daemon) == 0
    (post,) = json.loads((out / "manifest.json").read_text("utf-8"))["posts"]
    assert (post["name"], post["verdict"]) == ("spring", "pass")
    assert [one["source"] for one in post["pictures"]] == ["weekend/1.jpg"]


def test_a_post_waits_for_a_picture_that_is_not_whole_and_says_so(tmp_path: Path, inbox: Path) -> None:
    out = tmp_path / "out"
    (inbox / "weekend/post.toml").write_text(SAID, "utf-8")
    half = inbox / "weekend/half.jpg"
    whole = (inbox / "weekend/0.jpg").read_bytes()
    half.write_bytes(whole[: len(whole) // 2])
    with running(inbox, out) as daemon:
        until(lambda: (out / "manifest.json").exists() and "Post weekend waits for weekend/half.jpg." in said(out))
        assert not posted(out, "weekend-post")
        half.unlink()
        until(lambda: "01.jpg" in posted(out, "weekend-post"))
        until(lambda: not said(out))
        assert stop(daemon) == 0


def test_a_file_at_fault_is_told_and_the_other_posts_are_made(tmp_path: Path, inbox: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(inbox / "weekend", inbox / "monday")
    (inbox / "weekend/post.toml").write_text('order = ["gone.jpg"]\n' + SAID, "utf-8")
    (inbox / "monday/post.toml").write_text(SAID.replace("周末", "完美"), "utf-8")
    with running(inbox, out, "--once") as daemon:
        assert daemon.wait(90) == 1
    (words,) = said(out)
    assert "weekend/post.toml:1: order: there is no picture 'gone.jpg'" in words
    (post,) = json.loads((out / "manifest.json").read_text("utf-8"))["posts"]
    assert (post["name"], post["verdict"]) == ("monday-post", "block")
    assert "01.jpg" in posted(out, "monday-post")
