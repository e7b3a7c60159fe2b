import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediakit.batch.names import MAX_NAME_BYTES, distinct_paths
from mediakit.errors import ClashError
from mediakit.model import Kind, Source

NAME = st.text(st.characters(exclude_characters="/\0", exclude_categories=("Cs",)), min_size=1, max_size=60).filter(
    lambda name: name not in {".", ".."}
)


def photo(rel: str) -> Source:
    return Source(Path("/shoot"), rel, Kind.PHOTO, 1, 1)


def test_a_lone_source_keeps_its_name():
    assert distinct_paths([photo("a/IMG 1.jpg")]) == {"a/IMG 1.jpg": "a/IMG 1"}


def test_the_twin_of_another_format_gets_its_full_name_whatever_the_order():
    pair = [photo("IMG_1.heic"), photo("IMG_1.jpg")]
    assert distinct_paths(pair) == distinct_paths(pair[::-1]) == {"IMG_1.jpg": "IMG_1", "IMG_1.heic": "IMG_1.heic"}


def test_names_that_differ_only_by_case_do_not_share_an_output():
    paths = distinct_paths([photo("a.jpg"), photo("A.JPG")])
    assert len({path.casefold() for path in paths.values()}) == 2


def test_the_halves_of_a_live_photo_may_share_a_name():
    clip = Source(Path("/shoot"), "IMG_1.mov", Kind.CLIP, 1, 1)
    assert set(distinct_paths([photo("IMG_1.heic"), clip]).values()) == {"IMG_1"}


def test_a_clash_that_renaming_cannot_mend_names_both_sources():
    with pytest.raises(ClashError, match=r"IMG_1\.heic\.jpg.*IMG_1\.heic|IMG_1\.heic.*IMG_1\.heic\.jpg") as caught:
        distinct_paths([photo("IMG_1.jpg"), photo("IMG_1.heic"), photo("IMG_1.heic.jpg")])
    assert caught.value.exit_code == 5


@given(st.lists(NAME, min_size=1, max_size=8, unique=True))
def test_outputs_never_meet_and_never_are_too_long(names: list[str]):
    try:
        paths = distinct_paths([photo(name) for name in names])
    except ClashError:
        return
    folded = [unicodedata.normalize("NFC", path).casefold() for path in paths.values()]
    assert len(set(folded)) == len(names)
    for path in paths.values():
        assert len(f"{path.rsplit('/')[-1]}.cover.jpg".encode()) <= MAX_NAME_BYTES


def test_a_name_of_255_bytes_has_room_for_every_ending():
    name = "口" * 83 + ".jpeg"  # 254 bytes
    (path,) = distinct_paths([photo(name)]).values()
    assert len(f"{path}.cover.jpg".encode()) <= MAX_NAME_BYTES
