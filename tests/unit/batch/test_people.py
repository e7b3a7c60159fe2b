"""Bystanders in a run: blurred when the preset says so, kept when somebody vouches for them, never silently."""

import cv2
import numpy as np
import pytest

from mediakit.batch import people
from mediakit.batch.people import thumbnails, without_bystanders
from mediakit.errors import DataError, FileError, MissingPartError, UsageError
from mediakit.model import Box, Face, Findings, Kind, Size
from mediakit.photo.metadata import PhotoMeta
from mediakit.photo.open import Photo
from mediakit.platforms.targets import resolve
from mediakit.presets.load import load_preset
from mediakit.presets.recipes import recipe_for
from mediakit.vision import staff
from mediakit.vision.staff import Staff

MAIN, LEFT, RIGHT = (Face(Box(x, y, w, 1.3 * w), 0.95) for x, y, w in ((300, 200, 200), (60, 100, 60), (700, 120, 50)))
SIZE = Size(800, 600)
FINDINGS = Findings(SIZE, (MAIN, LEFT, RIGHT))
TARGET = resolve(["as-shot.image"])[0]


def photo(scale=1.0):
    rng = np.random.default_rng(0)
    rough = rng.integers(0, 255, (60, 80, 3)).astype(np.uint8)
    pixels = cv2.resize(rough, (round(800 * scale), round(600 * scale)), interpolation=cv2.INTER_CUBIC)
    return Photo(pixels=pixels, shown=SIZE, scale=scale, notes=(), meta=PhotoMeta())


def recipe(**overrides):
    return recipe_for(load_preset("base", overrides=overrides), TARGET, Kind.PHOTO)


BLUR = {"privacy.bystanders": "blur"}


def changed(before, after, face, scale=1.0):
    x, y, w, h = (round(v * scale) for v in (face.box.x, face.box.y, face.box.w, face.box.h))
    return not np.array_equal(before.pixels[y : y + h, x : x + w], after.pixels[y : y + h, x : x + w])


@pytest.mark.parametrize("scale", [1.0, 0.5])
def test_bystanders_are_blurred_and_told_of(scale):
    before = photo(scale)
    done = without_bystanders(before, FINDINGS, [recipe(**BLUR)])
    assert not changed(before, done.photo, MAIN, scale)
    assert changed(before, done.photo, LEFT, scale) and changed(before, done.photo, RIGHT, scale)
    assert done.findings.faces == (MAIN,)
    assert done.facts["bystanders"]["hidden"] == [2, 3]
    assert done.notes[0].message.startswith("2 faces in the background")


@pytest.mark.parametrize("how", ["keep", "ask"])
def test_nothing_is_touched_where_the_preset_does_not_blur(how):
    before = photo()
    done = without_bystanders(before, FINDINGS, [recipe(**{"privacy.bystanders": how})])
    assert done.photo is before and done.findings is FINDINGS and done.facts == {}


def test_a_face_named_by_number_stays():
    before = photo()
    done = without_bystanders(before, FINDINGS, [recipe(**BLUR).keeping((3, 9))])
    assert changed(before, done.photo, LEFT) and not changed(before, done.photo, RIGHT)
    assert done.findings.faces == (MAIN, RIGHT)
    assert done.facts["bystanders"]["kept"] == [3]
    assert "Face 9 was to be kept, but the photo shows 3." in [note.message for note in done.notes]


def test_who_is_kept_makes_another_recipe_only_where_faces_are_blurred():
    assert recipe(**BLUR).keeping((2,)).fingerprint() != recipe(**BLUR).fingerprint()
    assert recipe().keeping((2,)).fingerprint() == recipe().fingerprint()
    assert recipe(**BLUR).fingerprint() != recipe().fingerprint()
    assert recipe(**{"privacy.bystanders": "keep"}).fingerprint() == recipe().fingerprint()
    named = {**BLUR, "privacy.keep_faces": {"other.jpg": [1]}}
    assert recipe(**named).fingerprint() == recipe(**BLUR).fingerprint()


def test_a_failure_refuses_the_photo_instead_of_showing_the_faces(monkeypatch):
    def broken(*_):
        raise cv2.error("no")

    monkeypatch.setattr(people, "hide_heads", broken)
    with pytest.raises(FileError, match="could not be blurred"):
        without_bystanders(photo(), FINDINGS, [recipe(**BLUR)])


def test_thumbnails_are_written_for_bystanders_only(tmp_path):
    shown = thumbnails(photo(0.5).pixels, FINDINGS, tmp_path, "abc")
    assert [each["face"] for each in shown] == [2, 3]
    assert all((tmp_path / each["preview"]).stat().st_size > 100 for each in shown)
    assert thumbnails(photo().pixels, Findings(SIZE, (MAIN,)), tmp_path, "x") == []


@pytest.fixture
def reference_folder(tmp_path):
    folder = tmp_path / "staff"
    folder.mkdir()
    cv2.imwrite(str(folder / "lin.png"), np.full((200, 200, 3), 90, np.uint8))
    return folder


def with_staff(folder):
    return load_preset("base", overrides={**BLUR, "privacy.staff": str(folder)})


def test_reference_photos_are_assets_of_the_recipe(reference_folder):
    before = recipe_for(with_staff(reference_folder), TARGET, Kind.PHOTO)
    assert [ref.path.name for ref in before.staff] == ["lin.png"]
    cv2.imwrite(str(reference_folder / "wang.jpg"), np.full((200, 200, 3), 120, np.uint8))
    after = recipe_for(with_staff(reference_folder), TARGET, Kind.PHOTO)
    assert len(after.staff) == 2 and after.fingerprint() != before.fingerprint()


def test_somebody_known_stays(reference_folder, monkeypatch):
    near = np.zeros(128, np.float32)
    monkeypatch.setattr(staff, "_reference", lambda path: near)
    monkeypatch.setattr(staff, "describe", lambda rgb, box: near + (0.0 if box.x < 300 else 0.1))
    before = photo()
    done = without_bystanders(before, FINDINGS, [recipe_for(with_staff(reference_folder), TARGET, Kind.PHOTO)])
    assert done.facts["bystanders"]["staff"] == [2]
    assert not changed(before, done.photo, LEFT) and changed(before, done.photo, RIGHT)


def test_a_tiny_face_is_known_by_nobody():
    assert not Staff(np.zeros((1, 128), np.float32)).knows(photo().pixels, Face(Box(0, 0, 20, 26), 0.9))


def test_without_the_optional_part_the_run_ends_with_the_way_to_get_it(reference_folder, monkeypatch):
    monkeypatch.setattr(staff.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingPartError, match=r"mediakit\[staff\]"):
        staff.require()


@pytest.mark.parametrize("wrong", ["nowhere", "empty"])
def test_a_folder_without_photos_is_refused(tmp_path, wrong):
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match=r"folder|no photo"):
        load_preset("base", overrides={"privacy.staff": str(tmp_path / wrong)})


def test_a_reference_photo_without_a_face_is_named(reference_folder):
    with pytest.raises(DataError, match=r"lin\.png"):
        staff._reference(reference_folder / "lin.png")
