"""How lengths are counted, what the platforms take, and when a post must say that it is paid for."""

from __future__ import annotations

import pytest

from mediakit.caption import check_caption
from mediakit.caption.count import topics_in, utf16_units, weighted
from mediakit.caption.relevance import relevance
from mediakit.errors import UsageError


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("二十个汉字" * 4, 20),
        ("a" * 40, 20),
        ("a", 1),
        ("abc", 2),
        ("！？", 2),
        ("!?", 1),
        ("😀", 2),
        ("❤️", 2),
        ("1️⃣", 3),
        ("🇨🇳", 4),
        ("👩‍❤️‍👩", 8),
        ("最\u200b好", 3),
        ("Claude 4.6发布，AI助手又进化了", 15),
        ("New lipstick swatches at Bund", 15),
    ],
)
def test_titles_are_weighed_as_xiaohongshu_does(title: str, shown: int) -> None:
    assert weighted(title) == shown
    assert check_caption(title, "", target="xiaohongshu").counts.title == shown


def test_utf16_units() -> None:
    assert utf16_units("a好😀\ud800") == 5


def test_topics_are_read_as_written() -> None:
    assert topics_in("#口红 #试色# 色号#138 #话题[话题]# ＃秋天") == ["#口红", "#试色", "#话题", "＃秋天"]


def _severity(rule: str, title: str, body: str, target: str, **options: bool) -> str | None:
    found = check_caption(title, body, target=target, **options).findings
    return next((finding.severity for finding in found if finding.rule == rule), None)


@pytest.mark.parametrize(
    ("target", "title", "severity"),
    [
        ("xiaohongshu", "字" * 20, None),
        ("xiaohongshu", "字" * 21, "block"),
        ("xiaohongshu", "a" * 40, "info"),
        ("xiaohongshu", "a" * 41, "block"),
        ("wechat-article", "字" * 32, None),
        ("wechat-article", "字" * 33, "warn"),
        ("wechat-article", "字" * 65, "block"),
        ("pinterest", "x" * 100, None),
        ("pinterest", "x" * 101, "block"),
        ("wechat-channels.video", "字" * 17, "block"),
        ("wechat-channels", "字" * 17, None),
        ("instagram", "字" * 200, None),
    ],
)
def test_title_length(target: str, title: str, severity: str | None) -> None:
    assert _severity("fmt-title-length", title, "正文", target) == severity


@pytest.mark.parametrize(
    ("target", "length", "severity"),
    [
        ("xiaohongshu", 950, None),
        ("xiaohongshu", 951, "warn"),
        ("xiaohongshu", 1001, "block"),
        ("weibo", 2001, "info"),
        ("instagram", 2201, "block"),
        ("pinterest", 501, "block"),
        ("wechat-article", 20_001, "block"),
    ],
)
def test_body_length(target: str, length: int, severity: str | None) -> None:
    assert _severity("fmt-body-length", "标题" if target != "instagram" else "", "字" * length, target) == severity


@pytest.mark.parametrize(
    ("target", "number", "severity"),
    [("xiaohongshu", 10, None), ("xiaohongshu", 11, "block"), ("instagram", 6, "warn"), ("instagram", 31, "block")],
)
def test_topic_count(target: str, number: int, severity: str | None) -> None:
    body = " ".join(f"#topic{index}x" for index in range(number))
    assert _severity("fmt-topic-count", "标题", body, target) == severity


def test_topics_given_apart_are_counted_and_checked() -> None:
    held = check_caption("口红试色", "日常通勤的颜色", ["完美底妆", "#口红"])
    assert held.counts.topics == 2
    found = next(finding for finding in held.findings if finding.rule == "abs-perfect")
    assert (found.field, found.start, found.end) == ("topics", 1, 3)


def test_a_sponsored_post_must_say_so() -> None:
    assert _severity("com-sponsor-undeclared", "口红试色", "日常通勤色", "xiaohongshu", sponsored=True) == "block"
    assert (
        _severity("com-sponsor-undeclared", "口红试色", "利益相关：品牌赠送体验", "xiaohongshu", sponsored=True) is None
    )
    assert _severity("com-sponsor-undeclared", "", "#ad New shade", "instagram", sponsored=True) is None
    assert (
        _severity("com-sponsor-undeclared", "", "not sponsored, bought it myself", "instagram", sponsored=True)
        == "block"
    )


def test_a_disclosure_must_stand_first() -> None:
    assert _severity("disclose-buried", "", "#ad A soft rose shade", "instagram") is None
    assert _severity("disclose-buried", "", "a" * 130 + " #ad", "instagram") == "warn"
    assert _severity("disclose-buried", "", "#lip #rose #soft #ad", "instagram") == "warn"
    assert _severity("disclose-vague", "", "soft rose #sp", "instagram") == "warn"
    assert _severity("disclose-vague", "", "#ad soft rose #sp", "instagram") is None


def test_evidence_lowers_what_it_answers_to() -> None:
    held = check_caption("美白精华", "日常通勤使用", evidence=["registration"])
    assert [f.severity for f in held.findings if f.rule == "cos-special-whitening"] == ["info"]
    assert _severity("cos-special-whitening", "祛斑霜", "国妆特字G20260001", "xiaohongshu") == "info"


def test_relevance_is_a_hint_about_titles_that_say_nothing() -> None:
    body = "今天在店里试了四支口红，豆沙色最日常，干皮也不拔干，柜台的灯光偏黄。"
    about = relevance("豆沙色口红试色", body)
    empty = relevance("老板又出大招", body)
    paraphrase = relevance("四支唇膏怎么选", body)
    assert about is not None and not about.unrelated
    assert paraphrase is not None and not paraphrase.unrelated
    assert empty is not None and empty.unrelated and "口红" in empty.missing
    assert relevance("标题", "短") is None


def test_an_unknown_target_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="xiaohongshu"):
        check_caption("a", "b", target="xiaohonshu")
