"""manifest.json: the fields that programs rely on, whatever the outcomes hold."""

import json
import os

import pytest
from report_samples import delivered, photo, refused, verdict_of

from mediakit.errors import FileError
from mediakit.model import Check, Delivered, Kind, Outcome, Problem, Size
from mediakit.report.manifest import manifest, manifest_bytes, write_manifest

PROMISED = {
    "source": {"path", "sha256", "kind", "size_px", "duration_s", "score", "faces", "deliverables", "error"},
    "deliverable": {*("target", "path", "status", "fit", "crop_px", "why", "size_px", "bytes", "duration_s", "checks")},
}


def document(*outcomes):
    return manifest(outcomes, preset_name="brand", preset_fingerprint="0123456789abcdef", verdict_of=verdict_of)


def test_the_head_names_schema_version_and_preset():
    made = document()
    assert made["schema"] == 1
    assert made["preset"] == {"name": "brand", "fingerprint": "0123456789abcdef"}
    assert made["sources"] == []
    assert isinstance(made["mediakit"], str)


def test_a_photo_says_all_that_is_promised():
    source = document(photo("a/b.jpg", delivered("xiaohongshu.image", "xiaohongshu.image/a/b.jpg")))["sources"][0]
    assert PROMISED["source"] <= set(source)
    assert (source["path"], source["kind"], source["size_px"]) == ("a/b.jpg", "photo", [240, 320])
    assert source["score"]["value"] == 70.0 and source["score"]["verdict"] == "pass"
    assert [part["name"] for part in source["score"]["parts"]] == ["exposure", "sharpness"]  # costliest first
    assert source["score"]["parts"][0]["measured"] == "middle grey at 21 of 100"
    assert source["faces"][0] == {"box_px": [60.0, 40.0, 80.0, 100.0], "confidence": 0.951, "main": True}
    assert source["faces"][1]["main"] is False
    assert source["error"] is None
    item = source["deliverables"][0]
    assert PROMISED["deliverable"] <= set(item)
    assert item["crop_px"] == [0, 60, 240, 180]
    assert item["size_px"] == [1080, 1440]
    check = {"rule": "max-bytes", "ok": True, "measured": 123456, "limit": 5000000, "severity": "block"}
    assert item["checks"] == [check]


def test_a_refused_source_says_why_and_keeps_every_field():
    source = document(refused("broken.jpg"))["sources"][0]
    assert PROMISED["source"] <= set(source)
    assert source["error"] == {"code": "truncated", "message": "broken.jpg ends early.", "hint": "Copy it again."}
    assert (source["size_px"], source["score"], source["faces"], source["deliverables"]) == (None, None, [], [])


def test_a_skipped_and_a_failed_deliverable_have_their_reasons():
    skipped = Delivered("weibo.video", "", "skipped", "", why="weibo.video takes clips only")
    failed = Delivered("weibo.image", "w/a.jpg", "failed", "", problem=Problem("check-failed", "Too big.", "Look."))
    items = document(photo("a.jpg", skipped, failed))["sources"][0]["deliverables"]
    assert (items[0]["path"], items[0]["why"]) == (None, "weibo.video takes clips only")
    assert items[1]["error"]["code"] == "check-failed"


def test_numbers_that_json_has_no_word_for_become_null():
    item = delivered("t.image", "t/a.jpg", checks=(Check("fps", True, float("nan"), float("inf")),))
    made = document(photo("a.jpg", item))
    check = json.loads(manifest_bytes(made))["sources"][0]["deliverables"][0]["checks"][0]
    assert (check["measured"], check["limit"]) == (None, None)


def test_numbers_of_arrays_and_sizes_are_plain_json():
    numpy = pytest.importorskip("numpy")
    facts = {"quality": numpy.int64(90), "loudness": numpy.float32(-14.5), "size": Size(2, 3), "list": (1, 2)}
    source = Outcome("a.jpg", "", Kind.PHOTO, facts=facts)
    made = json.loads(manifest_bytes(document(source)))["sources"][0]["facts"]
    assert made["quality"] == 90
    assert made["loudness"] == -14.5
    assert made["list"] == [1, 2]


@pytest.mark.parametrize("name", ['quote " and \\.jpg', "口红 💄.jpg", "new\nline.jpg", os.fsdecode(b"\xff\xfe.jpg")])
def test_any_name_comes_back_as_it_was(tmp_path, name):
    path = tmp_path / "manifest.json"
    write_manifest(path, document(photo(name)))
    assert json.loads(path.read_bytes())["sources"][0]["path"] == name


def test_the_same_outcomes_make_the_same_bytes():
    one = document(photo("a.jpg", delivered("t.image", "t/a.jpg")))
    two = document(photo("a.jpg", delivered("t.image", "t/a.jpg")))
    assert manifest_bytes(one) == manifest_bytes(two)


def test_writing_replaces_whole_and_leaves_nothing_beside_it(tmp_path):
    path = tmp_path / "manifest.json"
    path.write_text("the old one")
    write_manifest(path, document(photo("a.jpg")))
    assert json.loads(path.read_text())["sources"]
    assert [p.name for p in tmp_path.iterdir()] == ["manifest.json"]


def test_a_disk_that_says_no_leaves_the_old_one(tmp_path, monkeypatch):
    path = tmp_path / "manifest.json"
    path.write_text("the old one")

    ordinary = type(path).open

    def full(self, mode="r", *args, **kwargs):
        if "w" in mode:
            raise OSError(28, "No space left on device")
        return ordinary(self, mode, *args, **kwargs)

    monkeypatch.setattr(type(path), "open", full)
    with pytest.raises(FileError, match="disk"):
        write_manifest(path, document())
    assert path.read_text() == "the old one"
    assert [p.name for p in tmp_path.iterdir()] == ["manifest.json"]
