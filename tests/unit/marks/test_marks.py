"""Codes and words in pictures: found where they are, judged by surface, blurred beyond reading; what is missing is said."""

import json
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shoots import picture

from mediakit import process
from mediakit.batch.marked import marked, shown_marks
from mediakit.batch.marks_in import distinct, knows, missing, what_to_find, without_marks
from mediakit.caption import load_rules
from mediakit.errors import FileError
from mediakit.marks import find as finding
from mediakit.marks.find import find_marks
from mediakit.marks.geometry import mark_at
from mediakit.marks.hide import hide_marks
from mediakit.model import Crop, Findings, Kind, Outcome, Size
from mediakit.platforms.targets import resolve_one
from mediakit.presets.schema import Marks

SHOWN = Size(900, 1200)


def softened(rgb):
    """The same as it comes out of a JPEG."""
    return cv2.imdecode(cv2.imencode(".jpg", rgb, [cv2.IMWRITE_JPEG_QUALITY, 88])[1], cv2.IMREAD_COLOR)


def with_code(text="https://shop.example/x", side=220, at=(520, 700), angle=0.0, name="QRCode"):
    """A picture with a code on it: (H, W, 3) uint8."""
    zxingcpp = pytest.importorskip("zxingcpp", reason="needs the marks extra")
    code = np.asarray(zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, name)).to_image(scale=1))
    way = cv2.INTER_AREA if side < 2.5 * code.shape[1] else cv2.INTER_NEAREST
    stamp = cv2.resize(code, (side, side), interpolation=way)
    rgb = picture(900, 1200, seed=1)
    turn = cv2.getRotationMatrix2D((side / 2, side / 2), angle, 1.0)
    turn[:, 2] += at
    laid = cv2.warpAffine(stamp, turn, (900, 1200), borderValue=0)
    there = cv2.warpAffine(np.full_like(stamp, 255), turn, (900, 1200)) > 127
    rgb[there] = laid[there][:, None]
    return rgb


def text_mark(text, x=100.0, y=100.0):
    return mark_at("text", text, [(x, y), (x + 200, y), (x + 200, y + 30), (x, y + 30)], 1.0, 0.99)


def minded(marks, target):
    return {(one.rule, one.severity) for one in marked(marks, resolve_one(target)[0], load_rules())}


@pytest.mark.parametrize("angle", [0, 12, -33, 90])
def test_a_code_is_found_where_it_is(angle):
    (mark,), notes = find_marks(with_code(angle=angle), SHOWN, "codes")
    assert (mark.kind, mark.text, notes) == ("code", "https://shop.example/x", ())
    assert np.hypot(mark.box.centre[0] - 630, mark.box.centre[1] - 810) < 12


@pytest.mark.parametrize("side", [52, 60, 68, 76, 84])
@pytest.mark.parametrize("angle", [0, 12])
def test_a_small_code_is_looked_at_again(side, angle):
    (mark,), _ = find_marks(softened(with_code(side=side, angle=angle)), SHOWN, "codes")
    assert mark.text == "https://shop.example/x"
    assert abs(mark.box.w - side * (np.cos(np.radians(angle)) + np.sin(np.radians(angle)))) < 0.3 * side


@pytest.mark.parametrize(
    ("name", "side", "kind"),
    [("DataMatrix", 60, "code"), ("Aztec", 160, "code"), ("DataMatrix", 700, "code"), ("EAN13", 330, "barcode")],
)
def test_other_codes_are_read_where_they_are(name, side, kind):
    rgb = with_code("690123456789" if name == "EAN13" else "lot 7", side=side, at=(100, 300), name=name)
    ((mark,), _) = find_marks(softened(rgb), SHOWN, "codes")
    assert mark.kind == kind and 90 < mark.box.x < 100 + side and 290 < mark.box.centre[1] < 310 + side


def test_many_codes_are_each_told_once():
    rgb = with_code("https://shop.example/a", side=200, at=(80, 80))
    rgb[700:760, 600:660] = softened(with_code("https://shop.example/b", side=60, at=(600, 700)))[700:760, 600:660]
    marks, _ = find_marks(rgb, SHOWN, "codes")
    assert sorted(mark.text for mark in marks) == ["https://shop.example/a", "https://shop.example/b"]


def test_boxes_are_in_the_pixels_of_the_source():
    (mark,), _ = find_marks(with_code(), Size(3600, 4800), "codes")
    assert np.hypot(mark.box.centre[0] - 2520, mark.box.centre[1] - 3240) < 50


def test_a_plain_picture_has_none():
    pytest.importorskip("zxingcpp", reason="needs the marks extra")
    assert find_marks(picture(900, 1200, seed=4), SHOWN, "codes") == ((), ())


@pytest.mark.parametrize("size", [(1, 1), (2, 900), (3000, 1), (17, 31), (40, 40)])
def test_a_picture_of_hardly_any_pixels_is_searched_too(size):
    pytest.importorskip("zxingcpp", reason="needs the marks extra")
    rgb = np.random.default_rng(3).integers(0, 255, (*size, 3), np.uint8)
    assert find_marks(rgb, Size(size[1], size[0]), "codes") == ((), ())


def test_a_telephone_number_is_read_and_minded():
    pytest.importorskip("rapidocr", reason="needs the marks extra")
    rgb = np.full((600, 900, 3), 230, np.uint8)
    cv2.putText(rgb, "TEL 138 1234 5678", (120, 300), cv2.FONT_HERSHEY_SIMPLEX, 1.6, (20, 20, 20), 3, cv2.LINE_AA)
    marks, notes = find_marks(rgb, Size(900, 600), "all")
    assert not notes and ("div-phone", "block") in minded(marks, "xiaohongshu.image")


def test_codes_are_minded_as_the_surface_says():
    code = mark_at("code", "x", [(0, 0), (9, 0), (9, 9), (0, 9)], 1.0, 1.0)
    assert minded([code], "xiaohongshu.image") == {("mark-code", "block")}
    severities = {s.qr_codes: s for target in ("wechat-moments", "weibo", "douyin") for s in surfaces_of(target)}
    for severity, surface in severities.items():
        expected = set() if severity == "allowed" else {("mark-code", severity)}
        assert minded([code], surface.id) == expected


def surfaces_of(platform):
    return [target.surface for target in resolve_one(platform)]


def test_bar_codes_of_goods_are_told_and_not_minded():
    goods = mark_at("barcode", "4006381333931", [(0, 0), (9, 0), (9, 9), (0, 9)], 1.0, 1.0)
    assert minded([goods], "xiaohongshu.image") == set()


@pytest.mark.parametrize(
    ("text", "rule"),
    [("加微信：beautyabc88", "div-wechat"), ("订货热线 139 8765 4321", "div-phone"), ("全网最低价", "price-extreme")],
)
def test_words_are_minded_by_the_rules_for_captions(text, rule):
    assert rule in {found for found, _ in minded([text_mark("欢迎"), text_mark(text)], "xiaohongshu.image")}


@pytest.mark.parametrize(
    "text", ["", "营业时间 10:00-22:00", "EVOLUTION VI", "限量 2024", "￥199", "Qualität zahlt sich"]
)
def test_what_stands_on_any_shelf_is_not(text):
    assert {s for _, s in minded([text_mark(text)], "xiaohongshu.image")} <= {"info"}


def test_what_the_crop_leaves_out_does_not_count():
    findings = Findings(SHOWN, marks=(text_mark("x", 10, 10), text_mark("y", 600, 900)))
    assert [mark.text for mark in shown_marks(findings, Crop(400, 600, 500, 600))] == ["y"]
    assert len(shown_marks(findings, None)) == 2


def test_a_mark_that_is_hidden_cannot_be_read_and_the_rest_is_untouched():
    rgb = with_code(angle=20)
    (mark,), _ = find_marks(rgb, SHOWN, "codes")
    hidden = hide_marks(rgb, [mark], 1.0)
    assert find_marks(hidden, SHOWN, "codes") == ((), ())
    sharper = cv2.addWeighted(hidden, 3.0, cv2.GaussianBlur(hidden, (0, 0), 5), -2.0, 0)
    assert find_marks(sharper, SHOWN, "codes") == ((), ())
    assert (hidden[:400] == rgb[:400]).all() and (hidden[:, :300] == rgb[:, :300]).all()
    assert hide_marks(rgb, [], 1.0) is rgb


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(-400, 1500), st.floats(-400, 1500)), min_size=4, max_size=4), st.floats(0.2, 2))
def test_any_corners_can_be_hidden(corners, scale):
    rgb = np.full((60, 80, 3), 90, np.uint8)
    assert hide_marks(rgb, [mark_at("text", "x", corners, 1.0, 1.0)], scale).shape == rgb.shape


def test_what_is_not_installed_is_said(monkeypatch):
    monkeypatch.setattr(finding, "reads_codes", lambda: False)
    monkeypatch.setattr(finding, "reads_words", lambda: False)
    marks, notes = find_marks(picture(), Size(640, 480), "all")
    assert marks == () and len(notes) == 2 and all("mediakit[marks]" in note.message for note in notes)


def test_a_reader_that_gives_up_costs_a_note_and_no_picture(monkeypatch):
    pytest.importorskip("zxingcpp", reason="needs the marks extra")
    from mediakit.marks import codes

    def broken(rgb, shown):
        raise RuntimeError("no")

    monkeypatch.setattr(codes, "find_codes", broken)
    marks, (note,) = find_marks(picture(), Size(640, 480), "codes")
    assert marks == () and note.code == "marks-failed"


def test_words_are_read_where_posts_are_made():
    assert what_to_find(Marks(), posts=True) == "all"
    assert what_to_find(Marks(find="off"), posts=True) == "off"
    assert what_to_find(Marks(on_find="blur"), posts=False) == "all"


def test_a_source_is_looked_at_again_only_for_more():
    seen = Outcome("a.jpg", "", Kind.PHOTO, facts={"looked_for": "codes"})
    assert [knows(seen, what) for what in ("off", "codes", "all")] == [True, True, False]
    assert not knows(Outcome("a.jpg", "", Kind.PHOTO), "codes")


def test_one_mark_in_many_frames_is_one():
    frames = [text_mark("订货 13812345678"), text_mark("订货13812345678"), text_mark("欢迎光临")]
    assert [mark.text for mark in distinct(frames)] == ["订货 13812345678", "欢迎光临"]


def shoot_with_code(folder):
    (folder / "shoot").mkdir()
    raw = cv2.imencode(".jpg", cv2.cvtColor(with_code(), cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 92])[1]
    (folder / "shoot/IMG_1.jpg").write_bytes(raw.tobytes())
    return folder / "shoot"


def test_a_code_blocks_a_post_and_is_in_the_manifest(tmp_path):
    options = {"to": ["xiaohongshu.image"], "jobs": 1, "overrides": {"post.each": "shoot", "marks.find": "codes"}}
    result = process(shoot_with_code(tmp_path), out=tmp_path / "out", **options)
    assert result.posts[0].verdict == "block" and result.exit_code == 1
    (source,) = json.loads((tmp_path / "out/manifest.json").read_text("utf-8"))["sources"]
    assert [(mark["kind"], mark["text"]) for mark in source["marks"]] == [("code", "https://shop.example/x")]
    again = process(tmp_path / "shoot", out=tmp_path / "out", **options)
    assert again.posts[0].verdict == "block" and again.outcomes[0].delivered[0].status == "kept"


def test_a_preset_that_says_blur_makes_codes_unreadable(tmp_path):
    pytest.importorskip("rapidocr", reason="needs the marks extra")
    shoot = shoot_with_code(tmp_path)
    options = {"to": ["xiaohongshu.image"], "jobs": 1}
    blur = {"post.each": "shoot", "marks.on_find": "blur", "marks.find": "codes"}
    result = process(shoot, out=tmp_path / "out", overrides=blur, **options)
    written = cv2.cvtColor(cv2.imread(str(tmp_path / "out/xiaohongshu.image/IMG_1.jpg")), cv2.COLOR_BGR2RGB)
    assert find_marks(written, Size(written.shape[1], written.shape[0]), "codes") == ((), ())
    assert "marks-blurred" in {note.code for note in result.outcomes[0].delivered[0].notes}
    assert result.posts[0].verdict != "block"


def test_a_blur_that_cannot_be_made_refuses_the_picture(monkeypatch):
    monkeypatch.setattr("mediakit.batch.marks_in.reads_codes", lambda: False)
    recipe = SimpleNamespace(marks=Marks(on_find="blur", find="codes"))
    with pytest.raises(FileError) as refused:
        without_marks(None, Findings(SHOWN), recipe)
    assert refused.value.code == "missing-part" and "mediakit[marks]" in refused.value.hint


def test_a_run_says_once_what_is_not_installed(monkeypatch):
    monkeypatch.setattr("mediakit.batch.marks_in.reads_codes", lambda: False)
    assert what_to_find(Marks(), posts=False) == "off"
    assert [note.code for note in missing(Marks())] == ["marks-missing"]
    assert missing(Marks(find="off")) == missing(Marks(find="codes")) == ()
