"""Other people's faces: told of exactly when the deliverable shows them."""

import dataclasses

import pytest
from report_samples import delivered, photo, verdict_of

from mediakit.model import Box, Crop, Delivered, Face, Findings, Size
from mediakit.report.bystanders import bystanders, people
from mediakit.report.manifest import manifest

MAIN = Face(Box(100, 100, 200, 260), 0.95)
OTHER = Face(Box(700, 100, 60, 70), 0.9)
WHOLE = Size(1000, 1000)
LARGE = Size(1080, 1080)
EVERYTHING = Crop.whole(WHOLE)


def shown(*faces, crop=EVERYTHING, size=LARGE):
    item = dataclasses.replace(delivered("t.image", "t/a.jpg"), crop=crop, size=size)
    return bystanders(Findings(WHOLE, faces), item)


def test_only_the_main_face_raises_no_question():
    assert shown() is None
    assert shown(MAIN) is None


def test_a_face_in_the_background_is_counted():
    assert "1 face " in shown(MAIN, OTHER).message
    assert "2 faces " in shown(MAIN, OTHER, Face(Box(850, 100, 60, 70), 0.9)).message


def test_what_the_crop_leaves_out_does_not_count():
    assert shown(MAIN, OTHER, crop=Crop(0, 0, 600, 800)) is None
    assert shown(MAIN, OTHER, crop=Crop(0, 0, 740, 1000)) is not None


def test_a_face_too_small_to_be_known_does_not_count():
    assert shown(MAIN, OTHER, size=Size(200, 200)) is None


@pytest.mark.parametrize("item", [Delivered("t", "", "skipped", ""), Delivered("t", "p", "failed", "")])
def test_what_was_not_made_shows_nobody(item):
    assert bystanders(Findings(WHOLE, (MAIN, OTHER)), item) is None


def test_the_manifest_asks_only_where_the_preset_does():
    far = Face(Box(200, 200, 30, 40), 0.9)
    near = Face(Box(40, 80, 100, 140), 0.9)
    outcome = photo("a.jpg", dataclasses.replace(delivered("t.image", "t/a.jpg"), crop=Crop(0, 0, 240, 320)))
    outcome = dataclasses.replace(outcome, findings=Findings(Size(240, 320), (near, far)))

    def codes(ask):
        made = manifest(
            [outcome], preset_name="b", preset_fingerprint="f", verdict_of=verdict_of, ask_about_bystanders=ask
        )
        return [note["code"] for note in made["sources"][0]["deliverables"][0]["notes"]]

    assert codes(True) == ["bystanders"]
    assert codes(False) == []


def test_faces_somebody_vouched_for_are_not_asked_about():
    item = dataclasses.replace(delivered("t.image", "t/a.jpg"), crop=EVERYTHING, size=LARGE)
    findings = Findings(WHOLE, (MAIN, OTHER, Face(Box(850, 100, 60, 70), 0.9)))
    assert "(no. 3)" in bystanders(findings, item, keep=(2,)).message
    assert bystanders(findings, item, keep=(2, 3)) is None


def test_each_bystander_is_listed_with_what_became_of_it():
    findings = Findings(WHOLE, (MAIN, OTHER, Face(Box(850, 100, 60, 70), 0.9), Face(Box(850, 300, 60, 70), 0.9)))
    facts = {
        "people": [{"face": 2, "preview": "p/2.jpg"}],
        "bystanders": {"hidden": [2], "hidden_small": 0, "staff": [3], "kept": [4]},
    }
    outcome = dataclasses.replace(photo("a.jpg"), findings=findings, facts=facts)
    listed = people(outcome, ask=False)
    assert [(each["face"], each["state"], each["preview"]) for each in listed] == [
        (2, "blurred", "p/2.jpg"),
        (3, "staff", None),
        (4, "kept", None),
    ]
    plain = dataclasses.replace(outcome, facts={})
    assert [each["state"] for each in people(plain, ask=True, keep=(3,))] == ["asked", "shown", "asked"]
    assert {each["state"] for each in people(plain, ask=False)} == {"shown"}
    assert people(dataclasses.replace(outcome, findings=None), ask=True) == []


def test_people_hidden_in_a_clip_are_listed_with_their_pictures():
    told = [
        {"face": 1, "is": "main", "preview": "p/1.jpg"},
        {"face": 2, "is": "hidden", "preview": "p/2.jpg"},
        {"face": 3, "is": "staff"},
        {"face": 4, "is": "kept", "preview": "p/4.jpg"},
    ]
    item = dataclasses.replace(delivered("t.video", "t/a.mp4"), facts={"people": told})
    clip = dataclasses.replace(photo("a.mp4"), findings=Findings(WHOLE, (MAIN, OTHER)), delivered=(item,))
    assert people(clip, ask=False) == [
        {"face": 2, "state": "blurred", "preview": "p/2.jpg"},
        {"face": 3, "state": "staff", "preview": None},
        {"face": 4, "state": "kept", "preview": "p/4.jpg"},
    ]
