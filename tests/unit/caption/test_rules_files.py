"""The shipped rules say what they mean, and a brand's own files load, add, relax, or say what is wrong with them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mediakit.caption import Relax, check_caption, load_rules
from mediakit.caption.compile import matcher_for
from mediakit.caption.fold import Reading
from mediakit.caption.load import expand
from mediakit.caption.prefilter import needed
from mediakit.errors import DataError

BOOK = load_rules()
WHERE = {"cn": "xiaohongshu", "all": "xiaohongshu", "wechat": "wechat-article"}


def _target(rule_id: str) -> str:
    place = BOOK.rules[rule_id].on[0]
    return WHERE.get(place, place)


def _found(rule_id: str, text: str) -> list[str]:
    title = text if BOOK.rules[rule_id].fields == ("title",) else ""
    held = check_caption(title, text, target=_target(rule_id))
    return [finding.text for finding in held.findings if finding.rule == rule_id and finding.severity != "info"]


def _notes(rule_id: str, text: str) -> list[str]:
    title = text if BOOK.rules[rule_id].fields == ("title",) else ""
    return [
        found.text for found in check_caption(title, text, target=_target(rule_id)).findings if found.rule == rule_id
    ]


@pytest.mark.parametrize("rule_id", sorted(BOOK.rules))
def test_every_term_is_found_where_nothing_excuses_it(rule_id: str) -> None:
    rule = BOOK.rules[rule_id]
    framed = [("这款{}哦", word) for term in (*rule.terms_zh, *rule.disguises) for word in expand(term)]
    framed += [("we say {} here", word) for term in rule.terms_en for word in expand(term)]
    silent = [word for frame, word in framed if not _notes(rule_id, frame.format(word))]
    assert not silent


@pytest.mark.parametrize("rule_id", sorted(BOOK.rules))
def test_near_misses_do_not_fire(rule_id: str) -> None:
    words = [word for phrase in BOOK.rules[rule_id].near for word in expand(phrase)]
    fired = {word: found for word in words if (found := _found(rule_id, f"这款{word}哦"))}
    assert not fired


def test_every_rule_explains_itself_in_both_languages_and_names_a_source() -> None:
    for rule in BOOK.rules.values():
        assert rule.why_zh and rule.why_en and rule.suggest_zh and rule.suggest_en, rule.id
        assert rule.source and all(source in BOOK.sources for source in rule.source), rule.id
        assert rule.confidence != "brand", rule.id


def test_a_brand_adds_a_rule_and_words(tmp_path: Path) -> None:
    own = tmp_path / "brand.toml"
    own.write_text(
        'schema = 1\n[[rule]]\nid = "brand-rival"\nseverity = "warn"\nterms_zh = ["花语坊"]\nterms_en = ["floralia"]\n'
        'why_zh = "不提同行。"\nwhy_en = "We name no rivals."\n'
        '[[adjust]]\nrule = "abs-perfect"\nreason = "house style"\nterms_zh = ["绝美"]\non = ["instagram"]\n',
        "utf-8",
    )
    book = load_rules([own])
    assert "brand-rival" in {f.rule for f in check_caption("", "像花 语 坊一样", target="weibo", rules=book).findings}
    assert "abs-perfect" in {f.rule for f in check_caption("", "绝美的颜色", rules=book).findings}
    assert "abs-perfect" in {f.rule for f in check_caption("", "flawless", target="instagram", rules=book).findings}
    assert "abs-perfect" not in {f.rule for f in check_caption("", "flawless", target="instagram").findings}


def test_a_relaxed_rule_is_a_note_with_the_brands_reason() -> None:
    book = load_rules(relax=[Relax(rule="abs-perfect", reason="our lawyers agreed, 2026-05")])
    held = check_caption("完美底妆", "日常通勤的一款粉底", rules=book)
    found = next(finding for finding in held.findings if finding.rule == "abs-perfect")
    assert (found.severity, found.relaxed) == ("info", "our lawyers agreed, 2026-05")
    assert held.verdict == "pass"


def test_only_the_named_words_are_relaxed() -> None:
    book = load_rules(relax=[Relax(rule="abs-perfect", reason="a shade's name", terms=("Perfect",), to="off")])
    found = check_caption("Perfect 与完美", "日常通勤的一款粉底", rules=book).findings
    assert [finding.text for finding in found if finding.rule == "abs-perfect"] == ["完美"]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('schema = 1\n[[rule]]\nid = "x"\nseverty = "warn"\n', 4, "severity"),
        ('schema = 1\n\n[[rule]]\nid = "x"\nseverity = "wran"\nwhy_zh = "a"\nwhy_en = "b"\n', 5, "warn"),
        ('schema = 1\n[[relax]]\nrule = "abs-perfct"\nreason = "r"\n', 3, "abs-perfect"),
        ('schema = 1\n[[rule]]\nid = "x"\nseverity = "warn"\npatterns = ["(a"]\nwhy_zh = "a"\nwhy_en = "b"\n', 5, "(a"),
        ('schema = 1\n[[rule]]\nid = "abs-perfect"\nseverity = "warn"\nwhy_zh = "a"\nwhy_en = "b"\n', 3, "[[adjust]]"),
        (
            'schema = 1\n[[rule]]\nid = "x"\nseverity = "warn"\non = ["weibbo"]\nwhy_zh = "a"\nwhy_en = "b"\n',
            5,
            "weibo",
        ),
        ('schema = 1\n[[rule]]\nid = "x"\nseverity = "warn"\nterms_zh = ["最"]\nwhy_zh = "a"\nwhy_en = "b"\n', 5, "最"),
        ("schema = 1\n[[rule]\n", 2, ""),
    ],
)
def test_a_file_that_does_not_load_names_file_and_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    own = tmp_path / "brand.toml"
    own.write_text(text, "utf-8")
    with pytest.raises(DataError) as error:
        load_rules([own])
    assert f"{own}:{line}" in error.value.message
    assert words in error.value.message


def test_what_a_pattern_needs_stands_in_what_it_matches() -> None:
    assert needed("转发[^。]{0,9}(?:领|送)") == {"转发"}
    assert needed("(?:淘宝|tb)店?") == {"淘宝", "tb"}
    assert needed("a?b*") is None
    assert needed(r"\d{3}(?=元)") is None
    assert needed(r"(?:abc|def)\d+x?") == {"abc", "def"}


def test_no_pattern_is_skipped_where_it_would_match() -> None:
    lines = (Path(__file__).parent / "captions.jsonl").read_text("utf-8").splitlines()
    readings = [Reading(json.loads(line)["title"] + "\n" + json.loads(line)["body"]) for line in lines]
    for target in ("xiaohongshu", "wechat-article", "instagram"):
        patterns = [one for rule in matcher_for(BOOK, target).rules for one in (*rule.patterns, *rule.near)]
        for reading in readings:
            text, holds = reading.close.text, reading.holds
            for pattern in patterns:
                assert not pattern.regex.search(text) or pattern.may_match(text, holds), pattern.regex.pattern
