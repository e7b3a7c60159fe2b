"""A brand's approved posts: kept beside the preset, told as a percentile, never silently wrong."""

import json

import pytest

from mediakit.errors import DataError
from mediakit.presets.approved import FILE, Approved, percentile, read_approved, write_approved


def post(number: int, value: float) -> Approved:
    return Approved(f"IMG_{number}.jpg", f"{number:064x}", value, {"impression": value / 100})


def test_what_is_written_is_read_and_one_content_is_kept_once(tmp_path):
    assert read_approved(tmp_path) == ()
    write_approved(tmp_path, [post(1, 60.0), post(2, 70.0)])
    write_approved(tmp_path, [*read_approved(tmp_path), post(2, 71.5), post(3, 50.0)])
    assert {one.name: one.value for one in read_approved(tmp_path)} == {
        "IMG_1.jpg": 60.0,
        "IMG_2.jpg": 71.5,
        "IMG_3.jpg": 50.0,
    }


def test_the_percentile_is_the_share_that_scored_no_better():
    posts = tuple(post(number, value) for number, value in enumerate((40.0, 50.0, 60.0, 70.0)))
    assert [percentile(value, posts) for value in (10, 50, 65, 99)] == [0, 38, 75, 100]
    assert percentile(50, ()) is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"scoring": 3, "photos": [{"name": "a"}]}'])
def test_a_broken_file_is_named(tmp_path, text):
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=FILE):
        read_approved(tmp_path)


def test_scores_of_another_way_of_scoring_are_not_compared(tmp_path):
    path = write_approved(tmp_path, [post(1, 60.0)])
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), "scoring": 1}), encoding="utf-8")
    with pytest.raises(DataError, match="another version"):
        read_approved(tmp_path)
