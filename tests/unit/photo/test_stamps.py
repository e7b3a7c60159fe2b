"""Disclosure, logo and words: where they may lie, how large, which of them is left out, and in which font."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFont

from mediakit.errors import DataError, MissingPartError
from mediakit.frame.geometry import shared
from mediakit.frame.quiet import busyness
from mediakit.model import Box, Kind, Size
from mediakit.photo import words
from mediakit.photo.stamps import Ground, draw_stamps, stamps_for, stamps_for_clip
from mediakit.photo.words import character_share, words_picture
from mediakit.platforms.schema import SafeZone
from mediakit.platforms.targets import resolve
from mediakit.presets.recipe import AssetRef, Recipe
from mediakit.presets.schema import LEAST_HEIGHT, Develop, Frame, Overlay, Privacy, Retouch

SIZE = Size(1080, 1440)


def recipe(overlay, logo=None):
    assets = {} if logo is None else {"logo": AssetRef(path=logo, sha256="0" * 64)}
    (target,) = resolve(["xiaohongshu.image"])
    return Recipe(
        kind=Kind.PHOTO,
        target=target,
        develop=Develop(),
        retouch=Retouch(),
        frame=Frame(),
        overlay=overlay.model_copy(update={"logo": None if logo is None else "logo"}),
        privacy=Privacy(),
        assets=assets,
    )


def ground(clear=(), avoid=(), zone=None, level=128):
    picture = np.full((SIZE.height_px, SIZE.width_px, 3), level, np.uint8)
    return Ground(
        size=SIZE, keep_clear=tuple(clear), avoid=tuple(avoid), safe_zone=zone, busy=busyness(picture)
    ), picture


@pytest.fixture
def logo(tmp_path):
    path = tmp_path / "logo.png"
    Image.fromarray(np.full((100, 250, 4), (20, 30, 120, 255), np.uint8)).save(path)
    return path


ALL = Overlay(disclosure="Sponsored", text="New this week", corner="bottom-right")


def test_all_three_lie_apart_and_inside(logo):
    laid, _ = ground()
    stamps, notes = stamps_for(recipe(ALL, logo), laid)
    assert len(stamps) == 3
    assert notes == ()
    for index, one in enumerate(stamps):
        assert one.box.x >= 0
        assert one.box.y >= 0
        assert one.box.right <= SIZE.width_px
        assert one.box.bottom <= SIZE.height_px
        assert not any(shared(one.box, other.box) for other in stamps[:index])


boxes = st.builds(Box, st.floats(0, 900), st.floats(0, 1200), st.floats(20, 600), st.floats(20, 800))


@settings(max_examples=40, deadline=None)
@given(st.lists(boxes, max_size=4), st.lists(boxes, max_size=1))
def test_no_face_is_covered_by_logo_or_words_and_the_disclosure_is_always_there(faces, subject):
    laid, _ = ground(faces, subject)
    stamps, notes = stamps_for(recipe(ALL), laid)
    assert stamps
    covering = {note.code for note in notes} & {"disclosure-covers"}
    for number, one in enumerate(stamps):
        if number or not covering:
            assert not any(shared(one.box, face) for face in faces)


def test_the_app_s_own_buttons_are_kept_clear():
    zone = SafeZone(canvas_px=(1080, 1440), top=200, bottom=300, left=60, right=160)
    laid, _ = ground(zone=zone)
    stamps, _ = stamps_for(recipe(ALL), laid)
    for one in stamps:
        assert one.box.x >= 60
        assert one.box.y >= 200
        assert one.box.right <= 920
        assert one.box.bottom <= 1140


@pytest.mark.parametrize("said", ["Sponsored", "Ad"])
def test_a_disclosure_is_as_high_as_it_says(said):
    overlay = Overlay(disclosure=said, disclosure_height=LEAST_HEIGHT)
    laid, _ = ground()
    stamps, notes = stamps_for(recipe(overlay), laid)
    assert notes == ()
    height = stamps[0].box.h * character_share(said, None, plate=True)
    assert height == pytest.approx(LEAST_HEIGHT * SIZE.width_px, rel=0.02)


def test_a_disclosure_cannot_be_made_too_small():
    with pytest.raises(ValueError, match="disclosure_height"):
        Overlay(disclosure="Ad", disclosure_height=0.02)


@pytest.mark.parametrize(("level", "brighter"), [(20, True), (240, False)])
def test_words_are_light_on_dark_and_dark_on_light(level, brighter):
    laid, picture = ground(level=level)
    stamps, _ = stamps_for(recipe(Overlay(text="Now in store", opacity=1.0)), laid)
    drawn = draw_stamps(picture, stamps)
    changed = drawn[np.any(drawn != picture, axis=-1)].astype(int).mean(axis=-1)
    extreme = np.abs(changed - level).max()
    assert extreme > 150
    assert (changed.mean() > level) if brighter else (changed.mean() < level)


def test_a_disclosure_reads_on_any_ground():
    for level in (0, 60, 128, 200, 255):
        laid, picture = ground(level=level)
        stamps, _ = stamps_for(recipe(Overlay(disclosure="Sponsored")), laid)
        at = stamps[0].box
        part = (
            draw_stamps(picture, stamps)[int(at.y) : int(at.bottom), int(at.x) : int(at.right)]
            .astype(float)
            .mean(axis=-1)
        )
        assert (
            np.quantile(part, 0.97) - np.quantile(part, 0.3) > 90
            or np.quantile(part, 0.7) - np.quantile(part, 0.03) > 90
        )


def test_nothing_changes_outside_the_boxes(logo):
    laid, picture = ground()
    stamps, _ = stamps_for(recipe(ALL, logo), laid)
    drawn = draw_stamps(picture, stamps)
    outside = np.ones(picture.shape[:2], bool)
    for one in stamps:
        outside[int(one.box.y) : int(one.box.bottom) + 2, int(one.box.x) : int(one.box.right) + 2] = False
    assert np.array_equal(drawn[outside], picture[outside])
    assert draw_stamps(picture, ()) is picture


def test_a_clip_gets_one_png_with_all_of_it_on_even_pixels(logo, tmp_path):
    laid, picture = ground()
    stamps, _ = stamps_for(recipe(ALL, logo), laid)
    part = stamps_for_clip(picture, stamps, tmp_path / "stamps.png")
    assert all(value % 2 == 0 for value in part.as_list())
    with Image.open(tmp_path / "stamps.png") as written:
        assert written.size == (part.w_px, part.h_px)
        alpha = np.asarray(written)[..., 3]
    for one in stamps:
        x, y = one.box.centre
        assert alpha[
            int(one.box.y) - part.y_px : int(y) - part.y_px, int(one.box.x) - part.x_px : int(x) - part.x_px
        ].any()


def test_chinese_is_written_where_a_font_is_there_and_named_where_not(monkeypatch):
    words.font_for.cache_clear()
    try:
        picture = words_picture("广告", None, light=True, plate=True)
    except MissingPartError:
        pytest.skip("no font for Chinese on this machine")
    left, right = np.array_split(picture[..., 0].astype(int) * picture[..., 3], 2, axis=1)
    assert left.any()
    assert right.any()
    monkeypatch.setattr(words, "_known_files", lambda: iter(()))
    words.font_for.cache_clear()
    laid, _ = ground()
    stamps, notes = stamps_for(recipe(Overlay(disclosure="赞助")), laid)
    words.font_for.cache_clear()
    assert stamps == ()
    assert notes[0].code == "words-not-written"
    assert "赞" in notes[0].message
    assert "mediakit[words]" in notes[0].message


def test_a_font_that_lacks_a_character_is_known():
    built_in = ImageFont.load_default(100)
    assert words.missing_from(built_in, "Ab1") == ""
    assert words.missing_from(built_in, "A广") == "广"


def test_a_font_file_that_is_none_is_named(tmp_path):
    bad = tmp_path / "brand.otf"
    bad.write_bytes(b"no font")
    with pytest.raises(DataError, match=r"brand\.otf"):
        words_picture("Hello", bad, light=True, plate=False)
