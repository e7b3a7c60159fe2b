"""Whatever somebody pastes: it is answered soon, spans lie in the text as written, and nothing is thrown."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediakit.caption import check_caption

UNITS = {
    "spaces": " ",
    "tabs": "\t",
    "wide spaces": "\u3000",
    "hard spaces": "\xa0",
    "line breaks": "\n",
    "zero width": "\u200d",
    "one letter": "a",
    "one character": "最",
    "digits": "1",
    "spaced digits": "1 ",
    "hashes": "#",
    "at": "@a",
    "addresses": "http://",
    "dots": ".",
    "emoji": "💄",
    "spaced Chinese": "完 ",
    "letter and spaces": "v   ",
    "direction marks": "\u202eabc\u2066完美\u2069",
    "half a pair": "\ud800完\udfff",
    "accents": "e\u0301",
    "brackets": "((((",
    "quotes": "“完美”",
    "guilty": "完美底妆全网最好用，加薇信abc123，",
    "percent": "99%的用户",
    "likes": "集赞",
    "wrinkles": "皱纹",
}


@pytest.mark.parametrize("name", UNITS)
def test_a_hundred_thousand_characters_are_answered_soon(name):
    unit = UNITS[name]
    text = (unit * (100_000 // len(unit) + 1))[:100_000]
    start = time.process_time()
    held = check_caption(text[:5_000], text, (text[:500],), "xiaohongshu.image")
    assert time.process_time() - start < 8.0
    assert held.verdict == "block"  # far over every limit


@pytest.mark.parametrize("target", ["xiaohongshu.image", "wechat-article.inline", "weibo.image"])
def test_nothing_at_all_is_a_caption_too(target):
    assert check_caption("", "", (), target).as_json()["counts"]["body"] == 0


@given(
    st.lists(st.sampled_from([*UNITS.values(), "微信", "第一", "次", "abc", "，", "\x00", "加"]), max_size=40).map(
        "".join
    )
)
def test_spans_point_into_the_text_as_written(text):
    held = check_caption(text, text, (), "xiaohongshu.image")
    for finding in held.findings:
        if finding.field in ("title", "body"):
            assert text[finding.start : finding.end] == finding.text
