"""A whole run that blurs bystanders: on real photos, looked at again by the detector; kept by number, option and file."""

import json
import shutil

import cv2
import numpy as np
import pytest
from PIL import Image

from mediakit import process
from mediakit.errors import UsageError
from mediakit.model import Size
from mediakit.photo.bystanders import bystanders
from mediakit.vision.faces import find_candidates, overlap
from mediakit.vision.look import look_at

PLAIN = {
    "frame.straighten": False,
    "develop.white_balance": 0,
    "develop.auto_tone": 0,
    "retouch.skin": 0,
    "retouch.denoise": 0,
    "retouch.sharpen": 0,
}


@pytest.fixture
def crowd(corpus, tmp_path):
    shoot = tmp_path / "shoot"
    shoot.mkdir()
    shutil.copy(corpus / "photos" / "people" / "city.jpg", shoot)
    return shoot


def made(shoot, out, **overrides):
    result = process(shoot, out=out, to=["as-shot.image"], jobs=1, overrides={**PLAIN, **overrides})
    (source,) = result.manifest()["sources"]
    return source, np.asarray(Image.open(out / source["deliverables"][0]["path"]).convert("RGB"))


def others(shoot):
    rgb = np.asarray(Image.open(shoot / "city.jpg").convert("RGB"))
    findings, _ = look_at(rgb, Size(rgb.shape[1], rgb.shape[0]))
    return rgb, bystanders(findings)


@pytest.mark.corpus
def test_nobody_in_the_background_can_be_found_again(crowd, tmp_path):
    before, hidden = others(crowd)
    assert len(hidden) >= 3
    source, after = made(crowd, tmp_path / "out", **{"privacy.bystanders": "blur"})
    seen = find_candidates(after, shown=Size(after.shape[1], after.shape[0]))
    for _, face in hidden:
        assert not [c for c in seen if overlap(c.face.box, face.box) > 0.3 and max(c.seen) >= 0.5]
    assert len(source["bystanders"]) >= 3 and {each["state"] for each in source["bystanders"]} == {"blurred"}
    assert all((tmp_path / "out" / each["preview"]).is_file() for each in source["bystanders"])
    main = next(face for face in source["faces"] if face["main"])["box_px"]
    x, y, w, h = (round(v) for v in main)
    same = cv2.absdiff(
        np.ascontiguousarray(before[y : y + h, x : x + w]), np.ascontiguousarray(after[y : y + h, x : x + w])
    )
    assert same.mean() < 8  # the encoder, and light that is put right


@pytest.mark.corpus
def test_a_face_named_in_the_shoot_or_by_option_is_kept_and_makes_that_photo_anew(crowd, tmp_path):
    _, hidden = others(crowd)
    first, second = hidden[0][0], hidden[1][0]
    blur = {"privacy.bystanders": "blur"}
    made(crowd, tmp_path / "out", **blur)
    (crowd / "mediakit.toml").write_text(f'[keep_faces]\n"city.jpg" = [{first}]\n')
    source, _ = made(crowd, tmp_path / "out", **blur)
    assert source["deliverables"][0]["status"] == "made"
    assert {each["face"]: each["state"] for each in source["bystanders"]}[first] == "kept"
    source, _ = made(crowd, tmp_path / "out", **blur)
    assert source["deliverables"][0]["status"] == "kept"
    source, _ = made(crowd, tmp_path / "out", **blur, **{"privacy.keep_faces": {"city.jpg": [second]}})
    states = {each["face"]: each["state"] for each in source["bystanders"]}
    assert states[second] == "kept" and states[first] == "blurred"


def test_a_face_on_a_photo_that_is_not_there_ends_the_run(tmp_path):
    Image.new("RGB", (300, 400), "grey").save(tmp_path / "a.jpg")
    with pytest.raises(UsageError, match=r"b\.jpg is not in the shoot"):
        process(tmp_path, out=tmp_path.parent / "o", overrides={"privacy.keep_faces": {"b.jpg": [1]}})


def test_asking_or_not_makes_nothing_anew(tmp_path):
    shoot = tmp_path / "shoot"
    shoot.mkdir()
    Image.new("RGB", (300, 400), "grey").save(shoot / "a.jpg")
    for how, status in (("ask", "made"), ("keep", "kept"), ("blur", "made")):
        source, _ = made(shoot, tmp_path / "out", **{"privacy.bystanders": how})
        assert source["deliverables"][0]["status"] == status
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["sources"][0]["bystanders"] == []
