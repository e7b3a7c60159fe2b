"""The shipped figures: every surface is there, and no figure is absurd or unsourced."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from mediakit.model import Kind, Size
from mediakit.platforms.load import platforms, surface, surfaces
from mediakit.platforms.schema import ClipSpec, PhotoSpec, Surface

# What the published profile of surfaces asks for: id, kinds, ratio and export size of the first shape, bytes, seconds.
EXPECTED: dict[str, tuple[str, str, tuple[int, int] | None, int | None, float | None]] = {
    "xiaohongshu.image": ("photo", "3:4", (1080, 1440), 20_000_000, None),
    "xiaohongshu.video": ("clip", "9:16", (1080, 1920), 20_000_000_000, 900),
    "xiaohongshu.cover": ("photo", "3:4", (1080, 1440), 20_000_000, None),
    "wechat-moments.grid": ("photo", "1:1", (1440, 1440), 10_000_000, None),
    "wechat-moments.single": ("photo", "3:4", (1440, 1920), 10_000_000, None),
    "wechat-moments.long": ("photo", "any", None, 10_000_000, None),
    "wechat-moments.video": ("clip", "9:16", (720, 1280), 10_000_000, 30),
    "wechat-channels.video": ("clip", "9:16", (1080, 1920), 4_000_000_000, 3600),
    "wechat-channels.cover": ("photo", "3:4", (1080, 1440), 20_000_000, None),
    "wechat-channels.image": ("photo", "3:4", (1080, 1440), 20_000_000, None),
    "wechat-article.cover": ("photo", "2.35:1", (900, 383), 10_000_000, None),
    "wechat-article.square": ("photo", "1:1", (500, 500), 10_000_000, None),
    "wechat-article.inline": ("photo", "any", None, 999_999, None),
    "wechat-article.inline-editor": ("photo", "any", None, 10_000_000, None),
    "wechat-article.thumb": ("photo", "1:1", (300, 300), 64_000, None),
    "wechat-article.video": ("clip", "16:9", (1280, 720), 10_000_000, None),
    "wechat-article.video-editor": ("clip", "16:9", (1920, 1080), None, 3600),
    "wechat-article.newspic": ("photo", "3:4", (1080, 1440), 10_000_000, None),
    "wechat-chat.image": ("photo", "any", None, 25_000_000, None),
    "wechat-chat.video": ("clip", "any", None, 200_000_000, None),
    "wecom.media": ("photo+clip", "any", None, 10_000_000, 30),
    "weibo.image": ("photo", "1:1", (1080, 1080), 20_000_000, None),
    "weibo.video": ("clip", "16:9", (1920, 1080), None, None),
    "douyin.video": ("clip", "9:16", (1080, 1920), 16_000_000_000, 3600),
    "douyin.image": ("photo", "3:4", (1080, 1440), 50_000_000, None),
    "douyin.cover": ("photo", "3:4", (1080, 1440), 50_000_000, None),
    "instagram.feed": ("photo", "4:5", (1080, 1350), 8_000_000, None),
    "instagram.reel": ("clip", "9:16", (1080, 1920), 300_000_000, 900),
    "instagram.story": ("photo+clip", "9:16", (1080, 1920), 8_000_000, 60),
    "facebook.reel": ("clip", "9:16", (1080, 1920), 1_000_000_000, 90),
    "facebook.image": ("photo", "4:5", (1080, 1350), 10_000_000, None),
    "pinterest.image": ("photo", "2:3", (1000, 1500), 10_000_000, None),
    "pinterest.video": ("clip", "2:3", (1000, 1500), 2_000_000_000, 900),
    "tiktok.video": ("clip", "9:16", (1080, 1920), 4_000_000_000, 600),
    "tiktok.image": ("photo", "9:16", (1080, 1920), 20_000_000, None),
    "youtube.shorts": ("clip", "9:16", (1080, 1920), 256_000_000_000, 180),
    "bilibili.video": ("clip", "16:9", (1920, 1080), 16_000_000_000, 36000),
    "bilibili.cover": ("photo", "16:9", (1920, 1080), 5_000_000, None),
    "as-shot.image": ("photo", "any", None, None, None),
    "as-shot.video": ("clip", "any", None, None, None),
}


def specs(of: Surface) -> list[PhotoSpec | ClipSpec]:
    return [spec for spec in (of.photo, of.clip) if spec is not None]


def test_every_surface_is_there_and_no_other() -> None:
    assert {part.id for part in surfaces()} == set(EXPECTED)


@pytest.mark.parametrize("surface_id", EXPECTED)
def test_the_headline_figures_are_those_of_the_profile(surface_id: str) -> None:
    kinds, ratio, size, most_bytes, most_s = EXPECTED[surface_id]
    found = surface(surface_id)
    assert "+".join(str(kind) for kind in Kind if found.spec(kind)) == kinds
    first = specs(found)[0]
    assert first.shapes[0].ratio == ratio
    assert (first.shapes[0].sizes_px or (None,))[0] == size
    assert first.max_bytes == most_bytes
    assert (found.clip.max_duration_s if found.clip else None) == most_s


@pytest.mark.parametrize("part", surfaces(), ids=lambda part: part.id)
def test_no_figure_is_absurd(part: Surface) -> None:
    for spec in specs(part):
        for shape in spec.shapes:
            for width, height in shape.sizes_px:
                assert 300 <= width <= 1920 and 300 <= height <= 1920
        assert spec.max_bytes is None or 50_000 <= spec.max_bytes <= 256_000_000_000
        if spec.safe_zone is not None:
            width, height = spec.safe_zone.canvas_px
            box = spec.safe_zone.clear_box(Size(width, height))
            assert box.w >= 0.4 * width and box.h >= 0.4 * height
            assert (width, height) in {size for shape in spec.shapes for size in shape.sizes_px}
    if part.clip is not None:
        assert part.clip.max_fps in (30, 60, 240)
        assert 1000 <= part.clip.video_kbps <= part.clip.max_video_kbps
        assert part.clip.audio_kbps in (128, 192)


@pytest.mark.parametrize("part", surfaces(), ids=lambda part: part.id)
def test_every_figure_says_where_it_comes_from(part: Surface) -> None:
    compiled = date(2026, 11, 21)
    assert part.source and date(2025, 1, 1) <= date.fromisoformat(part.checked_on) <= compiled
    sourced = {fact.field for fact in part.facts}
    assert len(sourced) == len(part.facts), "a figure is sourced twice"
    for fact in part.facts:
        assert fact.source and date.fromisoformat(fact.checked_on) <= compiled
    if part.platform == "as-shot":
        return
    for kind, spec in (("photo", part.photo), ("clip", part.clip)):
        for figure in ("max_bytes", "safe_zone", "max_duration_s", "min_px", "max_px"):
            if getattr(spec, figure, None) is not None:
                assert f"{kind}.{figure}" in sourced, f"{part.id}: {kind}.{figure} has no source"


def test_what_decides_at_the_till() -> None:
    """The conflicts that were settled: each of these has another value in some guide."""
    image, video = surface("xiaohongshu.image"), surface("xiaohongshu.video")
    assert image.photo and (image.photo.max_count, image.photo.warn_count) == (18, 9)
    assert (image.text.title_max, image.text.title_count, image.text.topics_max) == (20, "weighted", 10)
    assert video.clip and (video.clip.warn_duration_s, video.clip.max_duration_s) == (300, 900)
    assert video.clip.cover == "xiaohongshu.cover"
    cover = surface("wechat-article.cover").text
    assert (cover.title_warn, cover.title_max, cover.digest_max, cover.author_max) == (32, 64, 120, 8)
    feed = surface("instagram.feed").text
    assert (feed.topics_warn, feed.topics_max, feed.body_max) == (5, 30, 2200)
    chat = surface("wechat-chat.video").clip
    assert chat and (chat.target_bytes, chat.warn_bytes, chat.max_bytes) == (25_000_000, 100_000_000, 200_000_000)
    assert surface("douyin.video").logo == "discouraged"
    assert surface("xiaohongshu.image").qr_codes == "block" and surface("weibo.image").qr_codes == "warn"
    grid = surface("wechat-moments.grid").photo
    assert grid and grid.warn_min_px == (1080, 1080)
    assert surface("instagram.reel").clip.max_duration_s == 900  # type: ignore[union-attr]


def test_a_small_source_finds_a_smaller_step() -> None:
    """Wherever a platform's minimum allows it, a source that is small is not blown up to the largest size."""
    image = surface("xiaohongshu.image").photo
    assert image is not None
    assert image.shapes[0].export_size(Size(600, 800)) == Size(720, 960)
    assert image.shapes[0].export_size(Size(721, 961)) == Size(720, 960), "a crop's rounding is no reason to enlarge"
    assert image.shapes[0].export_size(Size(800, 1067)) == Size(1080, 1440)
    assert image.shapes[0].export_size(Size(3000, 4000)) == Size(1080, 1440)


def test_platforms_know_their_names_in_both_languages() -> None:
    assert [platform.id for platform in platforms()] == sorted(platform.id for platform in platforms())
    for platform in platforms():
        assert platform.title and platform.title_zh
        assert any(part.default for part in platform.surfaces)


def test_the_ratio_of_a_cover_is_exact() -> None:
    shape = surface("wechat-article.cover").photo.shapes[0]  # type: ignore[union-attr]
    assert shape.value == Fraction(47, 20)
