"""What stands around a word decides: a denial, a warning, a choice among three excuse it; a turn of phrase does not.

What only may be an excuse leaves a note: a question, a rule that is spoken of, a day without anything sold.
"""

from __future__ import annotations

import pytest

from mediakit.caption import check_caption


def _found(text: str) -> set[str]:
    return {finding.rule for finding in check_caption("门店", text).findings if finding.severity != "info"}


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("没有一支比它更完美", "abs-perfect"),
        ("不是最贵但最好用的粉底", "abs-superlative"),
        ("不要犹豫全网最低价", "price-extreme"),
        ("避免踩雷的最佳选择", "abs-superlative"),
        ("无法抗拒的完美底妆", "abs-perfect"),
        ("今天店里最便宜的粉底", "abs-superlative"),
        ("我们店里最好用的", "abs-superlative"),
        ("不能错过的史低价", "price-extreme"),
        ("咖啡因眼霜抗皱紧致", "cos-antiwrinkle"),
        ("Tea tree gel, antibacterial and soothing", "cos-medical-term"),
        ("Discover dark spot erasure", "cos-spot-scar-removal"),
        ("三甲医院同款，治疗湿疹", "cos-medical-term"),
        ("纯天然植物萃取", "cos-natural-free"),
        ("not only whitening but also firming", "cos-special-whitening"),
        ("见过最好用的面霜，我说的，没有之一", "abs-superlative"),
        ("全上海最柔软的羊毛衫", "abs-superlative"),
        ("the softest knit you can buy", "abs-superlative"),
        ("床单换新了。抹上这支眼霜，去皱很快", "cos-wrinkle-removal"),
        ("拒绝暗沉美白精华", "cos-special-whitening"),
    ],
)
def test_what_only_sounds_like_an_excuse(text: str, rule: str) -> None:
    assert rule in _found(text)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("这不是完美的皮肤", "abs-perfect"),
        ("护肤品不能代替药物治疗", "cos-medical-term"),
        ("它不是药妆，是普通面霜", "cos-drug-cosmetic"),
        ("我们从来不说全网最低价", "price-extreme"),
        ("这几支里最显白的是02", "abs-superlative"),
        ("同系列中最滋润的一款", "abs-superlative"),
        ("没有所谓完美的妆", "abs-perfect"),
        ("谨防高仿和代购", "com-daigou-fake"),
        ("This is not a perfect shade", "abs-perfect"),
        ("never a miracle, just cream", "claim-guarantee"),
        ("不存在七天美白这种事", "cos-quick-effect"),
        ("不用微信，直接来店里", "div-wechat"),
        ("本店不接受刷单", "com-fake-review"),
        ("没能做到最好，抱歉", "abs-superlative"),
        ("最美的晚霞在天台", "abs-superlative"),
        ("配合得简直完美", "abs-perfect"),
        ("床单洗完挂起来。喷点水，去皱很快", "cos-wrinkle-removal"),
        ("叶子变白，少浇点水", "cos-special-whitening"),
        ("快速看懂咖啡豆标签", "title-clickbait"),
        ("还原单品的颜色", "com-daigou-fake"),
        ("我们不做好评返现", "com-fake-review"),
        ("顶级谈不上，干净是真的", "abs-top-grade"),
        ("唯一一扇朝南的窗", "abs-only-one"),
        ("唯一会修机器的同事请假了", "abs-only-one"),
        ("快手炒两个菜再出门", "div-marketplace"),
        ("我们不集赞送礼", "eng-bait"),
    ],
)
def test_what_is_excused(text: str, rule: str) -> None:
    assert rule not in _found(text)


@pytest.mark.parametrize(
    "text",
    [
        "独特效果",
        "增强效果",
        "提神效果",
        "安全效果",
        "漂亮白裙",
        "干净白衬衫",
        "家中药箱",
        "此处方便停车",
        "想买粉底",
        "更加微妙",
        "没有赞助商",
        "现代购物",
        "说完美国的事",
        "上不封顶无上限",
        "收入群体",
        "防止脱妆",
        "新增发色",
        "千万能记得",
        "明白送谁",
    ],
)
def test_two_words_that_meet_are_no_third_word(text: str) -> None:
    assert not _found(f"我们{text}的时候")


def _severities(rule: str, title: str, body: str) -> list[str]:
    return [finding.severity for finding in check_caption(title, body).findings if finding.rule == rule]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("海报改了，旧的那张印着纯天然", "cos-natural-free"),
        ("听说最好用的粉底都贵，同事不信", "abs-superlative"),
        ("我们一直努力把倒茶这件事做到极致", "abs-top-grade"),
        ("刚入行那会儿，曾经觉得自己的眼线很完美", "abs-perfect"),
        ("楼下健身房名为巅峰，半夜还亮着灯", "abs-top-grade"),
        ("堵车三小时，史上最长的一个早班", "abs-superlative"),
        ("实习生学的是药物，量杯读得准", "cos-medical-term"),
    ],
)
def test_what_leaves_a_doubt_is_a_note(text: str, rule: str) -> None:
    assert set(_severities(rule, "门店", text)) == {"info"}


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("被问爆的全网最好用粉底", "abs-superlative"),
        ("堵车三小时也要来买，史上最好用的粉底", "abs-superlative"),
        ("下雨天打羽毛球，完🌸美", "abs-perfect"),
        ("顾客叫它完美粉底", "abs-perfect"),
    ],
)
def test_what_leaves_no_doubt_stays_a_breach(text: str, rule: str) -> None:
    assert "block" in _severities(rule, "门店", text)


def test_a_title_is_read_as_its_body_says_it() -> None:
    assert _severities("cos-spot-scar-removal", "祛疤这种事", "祛疤归医院管，我们只教遮瑕") == ["info"]
    assert _severities("cos-spot-scar-removal", "祛疤这种事", "祛疤只要这一瓶") == ["block", "block"]
    assert _severities("cos-hair-growth", "生发好物", "学生发型也好打理") == ["block"]


def test_a_name_that_the_post_gives_is_a_name_wherever_it_stands() -> None:
    assert not _severities("abs-rank-first", "天下第一楼", "带爸妈看《天下第一楼》")
    assert _severities("abs-rank-first", "天下第一好喝", "带爸妈看《天下第一楼》")


def test_a_post_about_everyday_life_makes_one_word_doubtful_and_not_two() -> None:
    def stopped(text: str) -> set[str]:
        return {found.rule for found in check_caption("", text).findings if found.severity != "info"}

    assert "abs-perfect" not in stopped("奶奶说今天的雨停得完美")
    assert {"cos-wrinkle-removal", "abs-perfect"} <= stopped("奶奶说皱纹消失了，完美")


def test_half_a_character_pair_hides_no_word() -> None:
    found = {found.rule for found in check_caption("", "完\ud83d美底妆").findings}
    assert {"abs-perfect", "obf-evasion"} <= found
