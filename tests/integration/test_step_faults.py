"""A photo that fails in one step is still made without that step, with a warning that names it; or refused by name."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from shoots import save_photo_at

from mediakit.api import dry_run
from mediakit.batch.make import make
from mediakit.batch.outfolder import HOME
from mediakit.model import Outcome

TO = ("xiaohongshu.image",)
STEPS = {
    "mediakit.vision.look.find_candidates": "faces-unknown",
    "mediakit.vision.look.likelihood": "subject-unknown",
    "mediakit.vision.look.lean_of": "tilt-unknown",
    "mediakit.photo.render.measure": "develop-left-out",
    "mediakit.photo.render.solve_straight": "straighten-left-out",
    "mediakit.photo.finish._cube": "develop-left-out",
    "mediakit.photo.finish.local_light": "local-light-left-out",
    "mediakit.photo.finish.draw_stamps": "overlay-left-out",
    "mediakit.photo.retouch.measure_noise": "noise-measuring-left-out",
    "mediakit.photo.retouch.denoise": "denoise-left-out",
    "mediakit.photo.retouch.skin_masks": "skin-left-out",
    "mediakit.photo.retouch.sharpen": "sharpen-left-out",
    "mediakit.batch.make_photo.judge_photo": "score-left-out",
    "mediakit.batch.make_photo.score_deliverable": "score-left-out",
}
ERRORS = (RuntimeError("a detector gave up"), ZeroDivisionError(), cv2.error("bad argument"), MemoryError())


def made(folder: Path, preset: str = "muselle", **overrides: object) -> Outcome:
    """One photo through the whole job, in this process, so that a step can be made to fail."""
    (folder / "out" / HOME).mkdir(parents=True, exist_ok=True)
    (job,) = dry_run(folder / "shoot", to=TO, out=folder / "out", preset=preset, overrides=overrides or None).jobs
    return make(job)


def codes(outcome: Outcome) -> set[str]:
    return {note.code for note in (*outcome.notes, *(note for item in outcome.delivered for note in item.notes))}


@pytest.mark.parametrize("step", STEPS)
def test_the_photo_is_made_without_the_step_and_the_note_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    save_photo_at(tmp_path / "shoot" / "one.jpg", seed=3)
    error = ERRORS[sorted(STEPS).index(step) % len(ERRORS)]

    def fails(*_: object, **__: object) -> object:
        raise error

    monkeypatch.setattr(step, fails)
    outcome = made(tmp_path)
    assert outcome.problem is None
    assert [item.status for item in outcome.delivered] == ["made"]
    assert STEPS[step] in codes(outcome)
    with Image.open(tmp_path / "out" / outcome.delivered[0].path) as picture:
        assert picture.size == (720, 960)


def test_where_framing_itself_fails_the_middle_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_photo_at(tmp_path / "shoot" / "one.jpg", seed=3)

    def fails(*_: object, **__: object) -> object:
        raise IndexError("no start")

    monkeypatch.setattr("mediakit.photo.render.solve_straight", fails)
    monkeypatch.setattr("mediakit.photo.render.solve", fails)
    outcome = made(tmp_path)
    assert {"straighten-left-out", "framing-left-out"} <= codes(outcome)
    crop = outcome.delivered[0].crop
    assert crop is not None
    assert crop.as_list() == [140, 0, 360, 480]


def test_a_picture_without_its_disclosure_is_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_photo_at(tmp_path / "shoot" / "one.jpg", seed=3)

    def fails(*_: object, **__: object) -> object:
        raise RuntimeError("no ink")

    monkeypatch.setattr("mediakit.photo.finish.draw_stamps", fails)
    outcome = made(tmp_path, **{"overlay.disclosure": "Sponsored"})
    assert outcome.problem is not None
    assert not list((tmp_path / "out").glob("*.jpg"))


def test_a_corrupt_profile_costs_the_profile_not_the_photo(tmp_path: Path) -> None:
    save_photo_at(tmp_path / "shoot" / "one.jpg", seed=3, icc_profile=b"\x00\x00\x02\x0cnot a profile" * 40)
    outcome = made(tmp_path)
    assert [item.status for item in outcome.delivered] == ["made"]
    assert any("profile" in note.message.lower() for note in outcome.notes)


def test_what_is_left_out_leaves_the_rest_as_it_would_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_photo_at(tmp_path / "shoot" / "one.jpg", seed=3)
    made(tmp_path, preset="base")
    plain = np.asarray(Image.open(next((tmp_path / "out").rglob("*.jpg"))))

    def fails(*_: object, **__: object) -> object:
        raise ValueError("no")

    monkeypatch.setattr("mediakit.photo.retouch.skin_masks", fails)
    (tmp_path / "again").mkdir()
    save_photo_at(tmp_path / "again" / "shoot" / "one.jpg", seed=3)
    outcome = made(tmp_path / "again", preset="base")
    assert "skin-left-out" in codes(outcome)
    again = np.asarray(Image.open(next((tmp_path / "again" / "out").rglob("*.jpg"))))
    assert np.abs(plain.astype(int) - again).max() <= 2
