"""mediakit-keep.txt: what a person wants kept, written and read, and what `cull` makes of it."""

import json

import pytest
from PIL import Image, ImageFilter
from shoots import save_photo_at

from mediakit import process
from mediakit.batch.keeping import KEEP_FILE, is_kept_by_hand, keep, person_keeps
from mediakit.cli.app import run


@pytest.fixture
def shoot(tmp_path):
    """Two takes of one, the second soft, and another photo."""
    folder = tmp_path / "shoot"
    sharp = save_photo_at(folder / "a.jpg", seed=2, size=(600, 800))
    with Image.open(sharp) as picture:
        picture.filter(ImageFilter.GaussianBlur(3)).save(folder / "b.jpg", quality=85)
    save_photo_at(folder / "other.jpg", seed=9, size=(600, 800))
    return folder


def test_the_file_keeps_what_it_said_of_others(tmp_path):
    assert not is_kept_by_hand(tmp_path)
    (tmp_path / KEEP_FILE).write_bytes("\ufeff# mine\r\nday/a.jpg\r\n\r\n b.jpg \n".encode())
    assert person_keeps(tmp_path) == ("day/a.jpg", "b.jpg")
    keep(tmp_path, ["c \u65b0.jpg", "\udcff.jpg"], ["b.jpg", "c \u65b0.jpg"])
    assert person_keeps(tmp_path) == ("day/a.jpg", "c \u65b0.jpg", "\udcff.jpg")


def test_a_choice_is_written_shown_and_honoured_by_the_next_run(shoot, tmp_path, capsys):
    page = tmp_path / "takes.html"
    assert run(["cull", str(shoot), "--keep", "b.jpg", "--report", str(page), "--json"]) == 0
    (group,) = json.loads(capsys.readouterr().out)["groups"]
    assert (group["keep"], group["why"]) == ("b.jpg", "chosen by hand")
    assert '"by_hand":true' in page.read_text("utf-8") and page.read_text("utf-8").count("data:image/jpeg") >= 4
    result = process(shoot, out=tmp_path / "out", to=["xiaohongshu.image"], jobs=1)
    made = {one.rel for one in result.outcomes if any(d.status == "made" for d in one.delivered)}
    assert made == {"b.jpg", "other.jpg"}
    document = json.loads((tmp_path / "out/manifest.json").read_text("utf-8"))
    assert document["takes"]["named"] == ["b.jpg"] and not document["notes"]


def test_without_a_choice_every_take_is_made_unless_the_best_is_asked_for(shoot, tmp_path):
    assert "takes" not in process(shoot, out=tmp_path / "all", to=["xiaohongshu.image"], jobs=1).manifest()
    (shoot / KEEP_FILE).write_text("other.jpg\ngone.jpg\n", "utf-8")
    result = process(shoot, out=tmp_path / "named", to=["xiaohongshu.image"], jobs=1)
    assert sum(any(d.status == "made" for d in one.delivered) for one in result.outcomes) == 3
    assert [note.message for note in result.notes if note.code == "keep-unknown"] == [
        "mediakit-keep.txt names gone.jpg, and the shoot has no such photo."
    ]


def test_what_is_no_take_of_anything_cannot_be_kept(shoot, capsys):
    assert run(["cull", str(shoot), "--keep", "other.jpg"]) == 2
    assert "there is no other take of it" in capsys.readouterr().err
    assert not (shoot / KEEP_FILE).exists()
