"""A pattern that was written anew for speed finds just what it found before."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediakit.caption import load_rules
from mediakit.caption.fold import pattern_folded
from mediakit.caption.quick import quick

WRITTEN = {
    pattern_folded(one) for rule in load_rules().rules.values() for one in (*rule.patterns, *rule.disguise_patterns)
}
CHANGED = sorted(one for one in WRITTEN if quick(one) != one)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (r"(?<![a-z])v\s", r"v(?<![a-z][\s\S])\s"),
        (r"(?<!x)\d{2,3}%", r"\d(?<!x[\s\S])\d{1,2}%"),
        (r"(?<!x)\d{2}", r"\d(?<!x[\s\S])\d{1}"),
        (r"(?<![\]a])[b\]]+c", r"[b\]](?<![\]a][\s\S])[b\]]*c"),
    ],
)
def test_a_look_behind_goes_behind_the_first_character(said, meant):
    assert quick(said) == meant


@pytest.mark.parametrize(
    "said",
    ["abc", r"(?<!ab)c", r"(?<!a)b?c", r"(?<!a)b*", r"(?<!a)(?:b|c)", r"(?<!a)b|c", r"(?<=a)b", r"(?<!a)b{0,2}c"],
)
def test_what_cannot_be_moved_stays(said):
    assert quick(said) == said


def test_the_rules_have_such_patterns():
    assert len(CHANGED) >= 5


@given(st.text(alphabet="v√x×a1 ❤#2%人白3红度号:微信0满意.", max_size=40))
def test_the_rules_patterns_find_the_same(text):
    for one in CHANGED:
        before = [found.span() for found in re.finditer(one, text)]
        assert [found.span() for found in re.finditer(quick(one), text)] == before
