"""Spans point into the text as written, whatever stands between, before and in the place of its characters."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mediakit.caption import check_caption
from mediakit.caption.fold import Reading

ANYTHING = st.text(alphabet=st.characters(exclude_categories=()), max_size=200)
HIDING = st.sampled_from(["\u200b", "\u200d", "\ufe0f", "\u0336", "\u00ad", "💕", "*", "·", "-", "❤️", "."])


@given(ANYTHING)
@example("\ud800完美")
@example("½Ⅷﬁ完 美")
def test_every_view_points_back(text: str) -> None:
    reading = Reading(text)
    for view in (reading.folded, reading.close):
        assert len(view.text) == len(view.at)
        assert list(view.at) == sorted(view.at)
        assert all(0 <= place < len(text) for place in view.at)
    assert len(reading.tight.text) == len(reading.tight.at)


@settings(max_examples=60)
@given(title=ANYTHING, body=ANYTHING, target=st.sampled_from(["xiaohongshu", "wechat-article", "instagram", "weibo"]))
def test_findings_quote_the_field(title: str, body: str, target: str) -> None:
    held = check_caption(title, body, target=target)
    for found in held.findings:
        field = {"title": title, "body": body}[found.field]
        assert 0 <= found.start <= found.end <= len(field)
        assert found.text == field[found.start : found.end]


@given(before=st.sampled_from(["", "今天的", "👩‍🎨 ", "½ "]), hiding=HIDING, after=st.sampled_from(["", "底妆", "！"]))
def test_a_word_with_something_hidden_in_it_is_found_and_named_as_evasion(before: str, hiding: str, after: str) -> None:
    text = f"{before}完{hiding}美{after}"
    spans = {found.rule: found.text for found in check_caption("", text).findings}
    assert spans["abs-perfect"] == f"完{hiding}美"
    assert spans["obf-evasion"] == f"完{hiding}美"


@pytest.mark.parametrize("text", ["ＰＥＲＦＥＣＴ", "PERFECT", "無懈可擊", "完 美", "p e r f e c t"])
def test_width_case_script_and_spaces_are_no_evasion(text: str) -> None:
    rules = {found.rule for found in check_caption("", text).findings}
    assert "abs-perfect" in rules
    assert "obf-evasion" not in rules


@pytest.mark.parametrize("text", ["𝓟𝓮𝓻𝓯𝓮𝓬𝓽", "Ⓟⓔⓡⓕⓔⓒⓣ", "pеrfect", "🅿🅴🆁🅵🅴🅲🆃", "wan美", "p*e*r*f*e*c*t"])
def test_styled_letters_are_evasion(text: str) -> None:
    assert {"abs-perfect", "obf-evasion"} <= {found.rule for found in check_caption("", text).findings}


@pytest.mark.parametrize(
    "text", ["终于画完 美滋滋出门", "imperfect", "perfection1st", "Отлично, всё хорошо", "👩‍🎨 春·日", "涂完✨美美拍照"]
)
def test_neighbours_by_chance_are_no_word(text: str) -> None:
    assert not [found for found in check_caption("今日", text).findings if found.severity != "info"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("电话 139 1234 5678", True),
        ("139-1234-5678", True),
        ("+86 13912345678", True),
        ("一三九一二三四五六七八", True),
        ("①③⑨①②③④⑤⑥⑦⑧", True),
        ("1🌸3🌸9🌸1🌸2🌸3🌸4🌸5🌸6🌸7🌸8", True),
        ("021-5588 6677", True),
        ("400-820-8820", True),
        ("条码 6901234567892", False),
        ("国妆特字G20261234567", False),
        ("沪G妆网备字2023001234", False),
        ("2026-11-21 10:00-22:00", False),
        ("价格 199 299 399 499", False),
        ("订单号 13912345678", False),
        ("色号 #138 #139 #140", False),
        ("幺三九，八八零零，一二三四", True),
        ("货架 1、3、5、7、9、2、4、6、8、1、0 号", False),
        ("定价 138、139、140、1580 元", False),
        ("13912345678901", False),
    ],
)
def test_telephone_numbers(text: str, found: bool) -> None:
    assert ("div-phone" in {one.rule for one in check_caption("门店", text).findings}) is found


@pytest.mark.parametrize(
    "text",
    ["", " ", "\n\n", "\ud800\udfff", "\u202eабв完美\u202c مرحبا", "完" * 100_000, "。" * 100_000, "a b " * 25_000],
)
def test_odd_texts_are_held_without_complaint(text: str) -> None:
    held = check_caption("", text)
    assert held.verdict in ("pass", "warn", "block")
