"""Platform files from elsewhere: what is right is taken, what is wrong is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from mediakit.errors import DataError, UsageError
from mediakit.platforms.load import (
    EXTRA_FOLDERS,
    adjusted,
    load_platforms,
    parse_platform,
    platforms,
    surface,
    surfaces,
)
from mediakit.platforms.targets import resolve

GOOD = """
schema = 1
id = "shopfront"
title = "Shop front"
title_zh = "橱窗屏"
[[surfaces]]
id = "shopfront.screen"
title = "Screen"
title_zh = "屏幕"
source = "the manual of the screen"
checked_on = "2026-11-20"
confidence = "official"
[surfaces.photo]
shapes = [{ ratio = "9:16", sizes_px = [[1080, 1920]] }]
formats = ["jpeg"]
max_bytes = 3_000_000
"""


def test_a_file_of_ones_own_adds_a_platform(tmp_path: Path) -> None:
    (tmp_path / "shopfront.toml").write_text(GOOD, "utf-8")
    found = {platform.id for platform in load_platforms([tmp_path])}
    assert found == {platform.id for platform in platforms()} | {"shopfront"}


def test_a_file_of_ones_own_replaces_a_shipped_platform(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(GOOD.replace("shopfront", "weibo"), "utf-8")
    weibo = next(platform for platform in load_platforms([tmp_path]) if platform.id == "weibo")
    assert [part.id for part in weibo.surfaces] == ["weibo.screen"]


def test_the_environment_names_further_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shopfront.toml").write_text(GOOD, "utf-8")
    caches = (platforms, surfaces)
    try:
        monkeypatch.setenv(EXTRA_FOLDERS, str(tmp_path))
        for cached in caches:
            cached.cache_clear()
        assert [target.name for target in resolve(["shopfront"])] == ["shopfront.screen"]
    finally:
        monkeypatch.delenv(EXTRA_FOLDERS)
        for cached in caches:
            cached.cache_clear()
    with pytest.raises(UsageError):
        resolve(["shopfront"])


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("max_bytes", "max_byts", ["surfaces.0.photo.max_byts", "'max_bytes'"]),
        ('formats = ["jpeg"]', 'formats = ["gif"]', ["surfaces.0.photo.formats", "'jpeg'"]),
        ("[[1080, 1920]]", "[[1080, 1440]]", ["shopfront.screen.photo.shapes", "another ratio"]),
        ("[[1080, 1920]]", "[[540, 960], [1080, 1920]]", ["largest first"]),
        ("[[1080, 1920]]", "[]", ["lists its sizes_px"]),
        ("max_bytes = 3_000_000", "max_bytes = 3_000\ntarget_bytes = 4_000", ["target_bytes", "above max_bytes"]),
        ("max_bytes = 3_000_000", "min_px = [2000, 2000]", ["below min_px"]),
        ('id = "shopfront.screen"', 'id = "other.screen"', ["other.screen", "begin with 'shopfront'"]),
        ("schema = 1", "schema = 2", ["schema"]),
        ("schema = 1", "schema = ", ["not valid TOML"]),
        ('checked_on = "2026-11-20"', 'checked_on = "2026-13-40"', ["is no day"]),
        ('confidence = "official"', 'confidence = "sure"', ["surfaces.0.confidence"]),
        (
            'confidence = "official"',
            'confidence = "official"\nfacts = [{ field = "photo.max_px", source = "x", checked_on = "2026-11-20", '
            'confidence = "official" }]',
            ["photo.max_px", "names no figure"],
        ),
        ("[surfaces.photo]", "default = false\n[surfaces.photo]", ["no surface is a default one"]),
    ],
)
def test_what_is_wrong_is_named(old: str, new: str, words: list[str]) -> None:
    assert old in GOOD
    with pytest.raises(DataError) as caught:
        parse_platform(GOOD.replace(old, new), "shopfront.toml")
    assert "shopfront.toml" in caught.value.message
    for word in words:
        assert word in caught.value.message


def test_a_clip_needs_even_sides() -> None:
    text = GOOD.replace("[surfaces.photo]", "[surfaces.clip]").replace('formats = ["jpeg"]', "")
    parse_platform(text, "even.toml")
    with pytest.raises(DataError, match="even sides"):
        parse_platform(text.replace('"9:16"', '"1:1"').replace("[1080, 1920]", "[541, 541]"), "odd.toml")


def test_a_cover_must_exist(tmp_path: Path) -> None:
    text = GOOD.replace("[surfaces.photo]", "[surfaces.clip]").replace('formats = ["jpeg"]', 'cover = "weibo.cover"')
    (tmp_path / "shopfront.toml").write_text(text, "utf-8")
    with pytest.raises(DataError, match=r"weibo\.cover"):
        load_platforms([tmp_path])


def test_a_folder_that_is_not_there_and_a_file_that_is_no_text(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no folder"):
        load_platforms([tmp_path / "nowhere"])
    (tmp_path / "bad.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match="UTF-8"):
        load_platforms([tmp_path])


def test_adjusting_a_surface_changes_what_was_said_and_nothing_else() -> None:
    base = surface("wechat-moments.video")
    longer = adjusted(base, {"max_duration_s": 300})
    assert base.clip and longer.clip
    assert (base.clip.max_duration_s, longer.clip.max_duration_s) == (30, 300)
    assert longer.clip.model_copy(update={"max_duration_s": 30}) == base.clip
    assert adjusted(base, {}) == base


def test_a_lower_limit_takes_the_export_target_with_it() -> None:
    smaller = adjusted(surface("xiaohongshu.image"), {"max_bytes": 1_000_000})
    assert smaller.photo and (smaller.photo.max_bytes, smaller.photo.target_bytes) == (1_000_000, 1_000_000)
    told = adjusted(surface("xiaohongshu.image"), {"max_bytes": 1_000_000, "target_bytes": 500_000})
    assert told.photo and told.photo.target_bytes == 500_000


def test_a_raised_length_does_not_warn_below_it() -> None:
    web = adjusted(surface("xiaohongshu.video"), {"max_duration_s": 14_400})
    assert web.clip and (web.clip.max_duration_s, web.clip.warn_duration_s) == (14_400, None)


def test_only_known_limits_can_be_adjusted() -> None:
    with pytest.raises(ValueError, match="max_fps"):
        adjusted(surface("weibo.video"), {"max_fps": 120})
