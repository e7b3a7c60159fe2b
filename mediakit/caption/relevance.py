"""How much of a title the body and topics speak of: a hint, never a verdict.

Good titles paraphrase (口红 / 唇膏), so words are compared as families of things, and what is left as single characters
and pairs, weighed by how much they tell: a function word shared says nothing. No platform publishes what it measures;
a score near zero only says that title and body have nothing in common.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from operator import add

from mediakit.caption.fold import HAN, folded

UNRELATED_BELOW = 0.1
SHORT_BODY = 20
"""Characters; a body shorter than this says too little to hold a title against."""

_HAN_RUN = re.compile(f"[{HAN}]+")
_WORD = re.compile(r"[a-z]{3,}")
_COMMON = frozenset(
    "的了是我你他她它们在有和就不都也很还要这那个一二三上下到来去说会能可以没为与及或但而被把给让从对着过吗呢吧啊呀哦哈嘛么什怎谁哪些每"
    "自己大小多少好看真太最更超又再只才已经现今天年月日时分间前后里外中人家们点啦得地之其如果因所想做用出开起"
)
_STOP = frozenset(
    [
        "the",
        "and",
        "for",
        "with",
        "that",
        "this",
        "from",
        "are",
        "was",
        "you",
        "your",
        "our",
        "not",
        "but",
        "all",
        "have",
    ]
)
_CRY = re.compile(
    "也太|绝了|绝绝|谁懂|救命|了吧$|疯了|家人们|姐妹们|真的会谢|好家伙|天[呐啊]|啊啊|\\b(?:omg|wow|obsessed|no way)\\b"
)
_ENDINGS = ("ing", "ies", "es", "ed", "s", "ly")


@dataclass(frozen=True, slots=True)
class Relevance:
    """`share` of the title's weight that the rest speaks of, 0..1, and things the body names and the title does not."""

    share: float
    missing: tuple[str, ...]
    names_a_thing: bool
    """Whether the title itself says what it is about."""
    exclaims: bool = False
    """Whether the title is a cry that could stand over any post."""

    @property
    def unrelated(self) -> bool:
        """Whether the title has next to nothing to do with the rest, names no thing itself, and could name one."""
        return self.share < UNRELATED_BELOW and not self.names_a_thing and (bool(self.missing) or self.exclaims)


def relevance(title: str, rest: str) -> Relevance | None:
    """How a title relates to body and topics; None where there is too little text to tell."""
    head, tail = folded(title), folded(rest)
    return relevance_of(head, tail, frozenset(map(add, head + tail, (head + tail)[1:])))


def relevance_of(head: str, tail: str, pairs: frozenset[str]) -> Relevance | None:
    """The same of texts that are folded already; `pairs` holds every two characters that stand side by side in them."""
    if len(tail) < SHORT_BODY or not head.strip():
        return None
    in_title, in_rest = _families(head, pairs), _families(tail, pairs)
    units = _units(head)
    stems = {_stem(word) for word in _WORD.findall(tail)} if any(map(str.isascii, units)) else set()
    whole = sum(units.values())
    shared = sum(weight for unit, weight in units.items() if unit in stems or (not unit.isascii() and unit in tail))
    bonus = 0.5 * len(in_title.keys() & in_rest.keys())
    share = min(1.0, (shared / whole if whole else 0.0) + bonus)
    missing = [word for family, word in in_rest.items() if family not in in_title]
    missing.sort(key=lambda word: -tail.count(word))
    return Relevance(share, tuple(missing[:3]), bool(in_title), _CRY.search(head) is not None)


def _units(text: str) -> dict[str, float]:
    units: dict[str, float] = {}
    for run in _HAN_RUN.findall(text):
        telling = [char not in _COMMON for char in run]
        for char, tells in zip(run, telling, strict=True):
            units[char] = 1.0 if tells else 0.05
        for place in range(len(run) - 1):
            if telling[place] and telling[place + 1]:
                units[run[place : place + 2]] = 1.0
    for word in _WORD.findall(text):
        units[_stem(word)] = 0.1 if word in _STOP else 2.0
    return units


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


_LATIN = re.compile("[a-z]+")


def _families(text: str, pairs: frozenset[str]) -> dict[int, str]:
    """The things a text names: family to the word it used."""
    chinese, latin = _vocabulary()
    found: dict[int, str] = {}
    for word, family in chinese:
        if word[:2] in pairs and word in text:
            found.setdefault(family, word)
    for word in _latin_words(text):
        for form in (word, word.removesuffix("s")):
            if form in latin:
                found.setdefault(latin[form], form)
    return found


def _latin_words(text: str) -> Iterator[str]:
    """Every Latin word of a text, and every two that follow one another."""
    words = _LATIN.findall(text)
    yield from words
    yield from map(" ".join, pairwise(words))


@cache
def _vocabulary() -> tuple[list[tuple[str, int]], dict[str, int]]:
    """The Chinese words and the Latin ones, with their family."""
    table = tomllib.loads(files("mediakit.caption").joinpath("products.toml").read_text("utf-8"))
    said = [(word, family) for family, words in enumerate(table["families"]) for word in words]
    return [one for one in said if not one[0].isascii()], dict(one for one in said if one[0].isascii())
