"""From what a person types to targets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediakit.errors import UsageError
from mediakit.model import Kind
from mediakit.platforms.load import platforms
from mediakit.platforms.targets import every_name, resolve, takes, targets_for


def names(*said: str) -> list[str]:
    return [target.name for target in resolve(said)]


def test_a_platform_stands_for_its_default_surfaces() -> None:
    assert names("xiaohongshu") == ["xiaohongshu.image", "xiaohongshu.video"]
    assert names("wechat-moments") == ["wechat-moments.grid", "wechat-moments.video"]
    assert names("instagram") == ["instagram.feed", "instagram.reel"]
    article = ["wechat-article.cover", "wechat-article.square", "wechat-article.inline", "wechat-article.video-editor"]
    assert names("wechat-article") == article


def test_order_is_kept_and_nothing_comes_twice() -> None:
    said = ["weibo.video", "xiaohongshu", "xiaohongshu.image", "weibo", "xiaohongshu.image@3:4"]
    assert names(*said) == ["weibo.video", "xiaohongshu.image", "xiaohongshu.video", "weibo.image"]


def test_a_ratio_makes_a_target_of_its_own() -> None:
    assert names("xiaohongshu.image@1:1", "xiaohongshu.image") == ["xiaohongshu.image@1:1", "xiaohongshu.image"]
    (target,) = resolve(["xiaohongshu.image@4:3"])
    assert target.shape(Kind.PHOTO).sizes_px[0] == (1440, 1080)
    assert target.folder == "xiaohongshu.image@4x3"


def test_the_folder_form_and_capitals_are_understood() -> None:
    assert names("Xiaohongshu.Image@4x3", "  weibo.image ") == ["xiaohongshu.image@4:3", "weibo.image"]


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("xiaohongshuu", "'xiaohongshu'"),
        ("xiaohongshu.img", "'xiaohongshu.image'"),
        ("wechat.moments", "'wechat-moments"),
        ("weibo.image@4:5", "1:1, 3:4"),
        ("weibo@1:1", "weibo.image"),
        ("", "Known"),
        ("xhs", "mediakit target list"),
        ("weibo.image@", "1:1"),
    ],
)
def test_a_wrong_name_is_answered_with_the_nearest_one(said: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        resolve([said])
    assert hint in str(caught.value)


def test_targets_for_a_kind() -> None:
    assert [t.name for t in targets_for(["xiaohongshu", "weibo"], Kind.PHOTO)] == ["xiaohongshu.image", "weibo.image"]
    assert [t.name for t in targets_for(["instagram.story"], Kind.CLIP)] == ["instagram.story"]
    assert targets_for(["youtube"], Kind.PHOTO) == ()


def test_every_name_resolves() -> None:
    for name in every_name():
        for target in resolve([name]):
            assert any(takes(target, kind) for kind in Kind), name


def test_every_platform_takes_something_by_its_bare_name() -> None:
    for platform in platforms():
        assert resolve([platform.id])


@given(st.text(max_size=30))
def test_whatever_is_typed_is_a_target_or_a_usage_error(said: str) -> None:
    try:
        assert resolve([said])
    except UsageError as error:
        assert error.message and error.hint
