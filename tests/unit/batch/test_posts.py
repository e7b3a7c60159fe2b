"""Posts put together from a real run: folder, texts, archive, verdict, and a second run that writes nothing."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageEnhance
from shoots import picture, save_photo_at

from mediakit import process
from mediakit.batch.post_alike import alike
from mediakit.batch.post_texts import caption_text
from mediakit.batch.post_values import PostWords
from mediakit.cli.app import run
from mediakit.quality.twins import take_print

QUICK = {"overrides": {"retouch.skin": 0.0, "develop.share_scene": False}, "jobs": 1}


def run_on(shoot, out, **options):
    return process(shoot, out=out, **{"to": ["xiaohongshu.image"], **QUICK, **options})


@pytest.fixture(scope="module")
def shoot(tmp_path_factory):
    folder = tmp_path_factory.mktemp("posted") / "shoot"
    for seed in (0, 1, 2):
        save_photo_at(folder / f"IMG_{seed}.jpg", seed=seed, size=(640, 480) if seed else (480, 640))
    return folder


@pytest.fixture(scope="module")
def done(shoot, tmp_path_factory):
    (shoot / "post.toml").write_text(
        'name = "weekend"\ntitle = "周末试色"\nbody = "门店新到三支口红，欢迎来试色。"\ntopics = ["#口红", "试色"]\n',
        "utf-8",
    )
    out = tmp_path_factory.mktemp("out")
    return out, run_on(shoot, out)


def snapshot(folder: Path):
    return {p: (p.stat().st_mtime_ns, p.stat().st_ino) for p in folder.rglob("*") if p.is_file()}


def test_a_post_is_a_folder_ready_for_the_phone(done):
    out, result = done
    (post,) = result.posts
    place = out / "xiaohongshu.image" / "weekend"
    assert sorted(p.name for p in place.iterdir()) == ["01.jpg", "02.jpg", "03.jpg", "caption.txt", "checklist.txt"]
    assert (place / "caption.txt").read_text("utf-8") == "周末试色\n\n门店新到三支口红，欢迎来试色。\n\n#口红 #试色\n"
    assert "话题要从候选列表里点选" in (place / "checklist.txt").read_text("utf-8")
    assert post.verdict == "pass" and result.exit_code == 0
    assert {Image.open(place / f"0{n}.jpg").width * 4 for n in (1, 2, 3)} == {Image.open(place / "01.jpg").height * 3}


def test_the_files_are_the_checked_deliverables(done):
    out, result = done
    for one in result.posts[0].pictures:
        posted = out / result.posts[0].folder / one.file
        assert posted.read_bytes() == (out / one.deliverable).read_bytes()
        assert posted.samefile(out / one.deliverable)


def test_the_archive_holds_the_folder_and_is_the_same_each_time(done, shoot, tmp_path):
    out, _ = done
    archive = out / "xiaohongshu.image" / "weekend.zip"
    with zipfile.ZipFile(archive) as held:
        assert held.testzip() is None
        assert held.namelist() == ["01.jpg", "02.jpg", "03.jpg", "caption.txt", "checklist.txt"]
    run_on(shoot, tmp_path / "again")
    assert (tmp_path / "again/xiaohongshu.image/weekend.zip").read_bytes() == archive.read_bytes()


def test_a_second_run_writes_nothing_below_the_targets(done, shoot):
    out, _ = done
    before = snapshot(out / "xiaohongshu.image")
    again = run_on(shoot, out)
    assert snapshot(out / "xiaohongshu.image") == before
    assert [post.status for post in again.posts] == ["kept"]


def test_the_manifest_lists_it(done):
    out, _ = done
    (post,) = json.loads((out / "manifest.json").read_text("utf-8"))["posts"]
    assert post["verdict"] == "pass" and post["archive"] == "xiaohongshu.image/weekend.zip"
    assert [one["path"] for one in post["pictures"]] == [f"xiaohongshu.image/weekend/0{n}.jpg" for n in (1, 2, 3)]
    assert [one["cover"] for one in post["pictures"]] == [True, False, False]
    assert post["words"]["counts"]["title"] == 4 and post["words"]["counts"]["topics"] == 2


def test_without_being_asked_nothing_changes(tmp_path):
    save_photo_at(tmp_path / "shoot/IMG_1.jpg")
    result = run_on(tmp_path / "shoot", tmp_path / "out")
    assert result.posts == ()
    below = sorted(p.relative_to(tmp_path / "out").as_posix() for p in (tmp_path / "out/xiaohongshu.image").rglob("*"))
    assert below == ["xiaohongshu.image/IMG_1.jpg"]


def test_words_that_are_not_allowed_block_the_post_and_the_run(tmp_path):
    save_photo_at(tmp_path / "shoot/IMG_1.jpg")
    (tmp_path / "w.txt").write_text("完美底妆，加微信领红包\n全网最低价", "utf-8")
    arguments = ["--quiet", "process", str(tmp_path / "shoot"), "--to", "xiaohongshu.image", "--jobs", "1"]
    assert run([*arguments, "--out", str(tmp_path / "out"), "--caption", str(tmp_path / "w.txt")]) == 1
    (post,) = json.loads((tmp_path / "out/manifest.json").read_text("utf-8"))["posts"]
    assert post["verdict"] == "block" and post["words"]["findings"][0]["severity"] == "block"


def test_sponsored_needs_its_words(tmp_path):
    save_photo_at(tmp_path / "shoot/IMG_1.jpg")
    said = 'title = "新品试色"\nsponsored = true\nbody = "{}今天来试新品口红。"\n'
    verdicts = []
    for index, words in enumerate(("", "#广告 ")):
        (tmp_path / "shoot/post.toml").write_text(said.format(words), "utf-8")
        result = run_on(tmp_path / "shoot", tmp_path / f"out{index}")
        verdicts.append((result.posts[0].verdict, result.exit_code))
        assert any("disclosure" in step.zh for step in result.posts[0].steps)
    assert verdicts == [("block", 1), ("pass", 0)]


def test_a_picture_somebody_named_and_that_cannot_be_used_blocks(tmp_path):
    save_photo_at(tmp_path / "shoot/good.jpg")
    (tmp_path / "shoot/bad.jpg").write_bytes(b"\xff\xd8\xff\xe0broken")
    (tmp_path / "shoot/post.toml").write_text('title = "门店"\norder = ["bad.jpg", "good.jpg"]\n', "utf-8")
    (post,) = run_on(tmp_path / "shoot", tmp_path / "out").posts
    assert post.verdict == "block" and [one.source for one in post.pictures] == ["good.jpg"]
    assert any("bad.jpg" in trouble.message for trouble in post.troubles)


def test_the_order_somebody_gave_is_kept_and_a_shorter_post_clears_up(tmp_path):
    for seed in (0, 1, 2):
        save_photo_at(tmp_path / f"shoot/{seed}.jpg", seed=seed)
    said = tmp_path / "shoot/post.toml"
    said.write_text('title = "x"\norder = ["2.jpg", "0.jpg", "1.jpg"]\n', "utf-8")
    first = run_on(tmp_path / "shoot", tmp_path / "out").posts[0]
    assert [one.source for one in first.pictures] == ["2.jpg", "0.jpg", "1.jpg"]
    said.write_text('title = "x"\norder = ["1.jpg"]\n', "utf-8")
    place = tmp_path / "out" / first.folder
    (place / "note.doc").write_text("mine")
    again = run_on(tmp_path / "shoot", tmp_path / "out").posts[0]
    assert [one.source for one in again.pictures] == ["1.jpg"] and again.status == "made"
    assert sorted(p.name for p in place.iterdir()) == ["01.jpg", "caption.txt", "checklist.txt", "note.doc"]


def test_a_post_never_shares_a_folder_with_deliverables(tmp_path):
    save_photo_at(tmp_path / "shoot/day/01.jpg")
    (post,) = run_on(tmp_path / "shoot", tmp_path / "out", overrides={"post.each": "folder"}).posts
    assert post.folder == "xiaohongshu.image/day-post"
    assert (tmp_path / "out/xiaohongshu.image/day/01.jpg").samefile(tmp_path / "out" / post.folder / "01.jpg")


def test_what_a_post_may_not_overwrite_is_somebody_elses_link(done, shoot, tmp_path):
    out = tmp_path / "out"
    (out / "xiaohongshu.image/weekend").mkdir(parents=True)
    elsewhere = tmp_path / "precious.txt"
    elsewhere.write_text("keep me")
    (out / "xiaohongshu.image/weekend/caption.txt").symlink_to(elsewhere)
    run_on(shoot, out)
    assert elsewhere.read_text() == "keep me"
    assert not (out / "xiaohongshu.image/weekend/caption.txt").is_symlink()


@pytest.mark.parametrize(
    "body", ["", "很长" * 50_000, "\u202eabc\u202c עברית 中文", "a\ud800b", "\x00\x1b[31m", "e\u0301" * 2000]
)
def test_any_words_make_a_text_and_a_manifest(tmp_path, body):
    save_photo_at(tmp_path / "shoot/IMG_1.jpg")
    result = run_on(tmp_path / "shoot", tmp_path / "out", words={"": PostWords("标题", body, ("#话题 ", "", "#"))})
    text = (tmp_path / "out" / result.posts[0].folder / "caption.txt").read_bytes().decode("utf-8")
    assert text.startswith("标题\n") and text.endswith("#话题\n") and "\x1b" not in text and "\x00" not in text
    assert json.loads((tmp_path / "out/manifest.json").read_bytes())["posts"][0]["title"] == "标题"


def test_topics_take_the_platforms_form():
    words = PostWords("t", "b", ("口红", "#试色#"))
    assert [caption_text(words, form).split("\n\n")[-1].strip() for form in ("hash", "pair", "none")] == [
        "#口红 #试色",
        "#口红# #试色#",
        "b",
    ]


def print_of_shot(seed, **changes):
    shot = Image.fromarray(picture(640, 480, seed=seed))
    if "shift" in changes:
        dx, dy = changes["shift"]
        shot = Image.fromarray(np.roll(np.asarray(shot), (dy, dx), axis=(0, 1)))
    if "light" in changes:
        shot = ImageEnhance.Brightness(shot).enhance(changes["light"])
    return take_print(np.asarray(shot))


@pytest.mark.parametrize("changes", [{}, {"shift": (18, -12)}, {"light": 0.8}, {"shift": (-10, 14), "light": 1.15}])
def test_the_second_tap_of_the_shutter_is_alike(changes):
    assert alike(print_of_shot(3), print_of_shot(3, **changes))


def test_other_pictures_are_not_alike():
    assert not alike(print_of_shot(0), print_of_shot(2)) and not alike(print_of_shot(1), None)


@pytest.mark.parametrize("name", ["broken.jpg", "broken.mp4"])
def test_broken_files_alone_make_no_post_unless_somebody_named_them(tmp_path, name):
    (tmp_path / "shoot").mkdir()
    (tmp_path / "shoot" / name).write_bytes(b"\xff\xd8\xff\xe0 no picture")
    targets = ["xiaohongshu.image", "xiaohongshu.video", "instagram.story"]
    result = run_on(tmp_path / "shoot", tmp_path / "out", to=targets, words={"": PostWords("x")})
    assert result.posts == () and result.exit_code == 1
    (tmp_path / "shoot/post.toml").write_text(f'title = "x"\norder = ["{name}"]\n', "utf-8")
    result = run_on(tmp_path / "shoot", tmp_path / "out", to=targets)
    assert {post.verdict for post in result.posts} == {"block"} and len(result.posts) == 2


def test_words_that_no_encoding_takes_still_make_a_document(tmp_path, capsys):
    save_photo_at(tmp_path / "shoot/IMG_1.jpg")
    (tmp_path / "w.jsonl").write_text('{"id": "any", "title": "a\\ud800b", "body": "c"}\n', "utf-8")
    arguments = ["--quiet", "process", str(tmp_path / "shoot"), "--to", "xiaohongshu.image", "--jobs", "1", "--json"]
    code = run([*arguments, "--out", str(tmp_path / "out"), "--caption", str(tmp_path / "w.jsonl")])
    (post,) = json.loads(capsys.readouterr().out)["posts"]
    assert post["title"] == "a\ud800b" and code == (1 if post["verdict"] == "block" else 0)


@pytest.mark.parametrize(("content", "code"), [(b"", 1), (b"\x00\x01\xff\xfe", 1), (None, 2)])
def test_words_that_are_no_text_end_the_run_before_anything_is_written(tmp_path, content, code):
    save_photo_at(tmp_path / "shoot/IMG_1.jpg")
    if content is not None:
        (tmp_path / "w.txt").write_bytes(content)
    arguments = [
        "process",
        str(tmp_path / "shoot"),
        "--out",
        str(tmp_path / "out"),
        "--caption",
        str(tmp_path / "w.txt"),
    ]
    assert run(arguments) == code and not (tmp_path / "out").exists()


def test_a_post_that_names_a_missing_picture_ends_the_run_before_anything_is_written(tmp_path, capsys):
    save_photo_at(tmp_path / "shoot/IMG_1.jpg")
    (tmp_path / "shoot/post.toml").write_text('title = "x"\norder = ["IMG_1.jpg", "IMG_2.jpg"]\n', "utf-8")
    assert run(["process", str(tmp_path / "shoot"), "--out", str(tmp_path / "out")]) == 3
    said = capsys.readouterr().err
    assert "post.toml:2" in said and "IMG_2.jpg" in said and "IMG_1.jpg" in said and "Traceback" not in said
    assert not (tmp_path / "out").exists()
