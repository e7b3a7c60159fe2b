"""Turns the rules of one surface into what a caption is held against: one trie of words, and patterns.

Every word of every rule, breaches and near-misses alike, goes into one trie, so a caption is walked once however many
rules there are. Words are stored tight (see `fold`); which gaps belong inside a word ("first of all") is kept beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

from mediakit.caption.fold import HAN, folded, is_gap, pattern_folded, tight
from mediakit.caption.load import Rulebook, expand
from mediakit.caption.prefilter import needed
from mediakit.caption.quick import quick
from mediakit.caption.schema import Guard, Rule, Severity

Trie = dict[str, Any]
LEAF = "leaf"
"""The key under which a node keeps its entries; no character is this long."""

CLAUSE_END = re.compile("[。、!?;…~\n()\u2600-\u27bf\U0001f000-\U0001faff]|[,:](?![0-9])|\\.(?=\\s|$)|——")
SENTENCE_END = re.compile("[。!?…\n]|\\.(?=\\s|$)")
_ONE_CLAUSE = "[^。,、!?;…~\n]"
_NO_TURN = f"(?:(?!但|却|而是|才是|反而|就是){_ONE_CLAUSE})"
"""A character of a clause that does not turn it round: 不是最贵但最好用 negates only 最贵."""
_HAN = re.compile(f"[{HAN}]")
_LATIN = re.compile("[a-z]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One word of one rule. `gaps[k]` tells whether a gap belongs after its k-th tight character."""

    rule: int
    near: bool
    respelled: bool
    gaps: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class GuardTest:
    """A guard of the rules file, compiled; it looks at the clause before and after a finding."""

    before: re.Pattern[str] | None
    after: re.Pattern[str] | None
    clause: re.Pattern[str] | None
    unless: re.Pattern[str] | None

    def holds(self, before: str, found: str, after: str) -> bool:
        """Whether the clause around what was found makes it no breach."""
        if self.unless is not None and any(self.unless.search(part) for part in (before, found, after)):
            return False
        return bool(
            (self.before is not None and self.before.search(before))
            or (self.after is not None and self.after.match(after))
            or (self.clause is not None and (self.clause.search(before) or self.clause.search(after)))
        )


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern, and the literals of which one must stand in a text for it to match; none: always try."""

    regex: re.Pattern[str]
    needed: tuple[str, ...]
    disguise: bool

    def may_match(self, text: str) -> bool:
        """Whether one of the literals stands in `text`."""
        return not self.needed or any(word in text for word in self.needed)


@dataclass(frozen=True, slots=True)
class ActiveRule:
    """A rule as it holds on one surface, with everything compiled."""

    rule: Rule
    severity: Severity
    exact: tuple[str, ...]
    patterns: tuple[Pattern, ...]
    near: tuple[re.Pattern[str], ...]
    guards: tuple[GuardTest, ...]
    before: re.Pattern[str] | None
    after: re.Pattern[str] | None
    clause: re.Pattern[str] | None
    sentence: re.Pattern[str] | None
    text: re.Pattern[str] | None
    info: re.Pattern[str] | None


@dataclass(frozen=True, slots=True, eq=False)
class Matcher:
    """Everything one surface's captions are held against."""

    rules: tuple[ActiveRule, ...]
    by_id: dict[str, ActiveRule]
    trie: Trie
    patterns: tuple[tuple[ActiveRule, Pattern], ...]
    """Every pattern with its rule."""
    begun_by: dict[str, tuple[int, ...]]
    """By the first character of a literal they need: the places of patterns; under "" those that are always tried."""

    def patterns_for(self, text: str) -> Iterator[tuple[ActiveRule, Pattern]]:
        """The patterns that are worth trying on `text`."""
        places = set(self.begun_by.get("", ()))
        for char in self.begun_by.keys() & set(text):
            places.update(self.begun_by[char])
        for place in sorted(places):
            rule, pattern = self.patterns[place]
            if pattern.may_match(text):
                yield rule, pattern


@lru_cache(maxsize=64)
def matcher_for(book: Rulebook, platform: str, surface: str = "") -> Matcher:
    """The compiled rules of a platform, or of one surface of it; made once per rulebook."""
    active = [rule for rule in book.rules.values() if book.applies(rule, platform, surface)]
    rules = tuple(_active(rule, book.severity(rule, platform, surface), book) for rule in active)
    trie: Trie = {}
    for index, rule in enumerate(active):
        for word, entry in _entries(index, rule, book):
            _put(trie, word, entry)
    patterns = tuple((rule, pattern) for rule in rules for pattern in rule.patterns)
    return Matcher(rules, {rule.rule.id: rule for rule in rules}, trie, patterns, _begun_by(patterns))


def _begun_by(patterns: Iterable[tuple[ActiveRule, Pattern]]) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {}
    for place, (_, pattern) in enumerate(patterns):
        for char in {word[0] for word in pattern.needed} or {""}:
            found.setdefault(char, []).append(place)
    return {char: tuple(places) for char, places in found.items()}


def _active(rule: Rule, severity: Severity, book: Rulebook) -> ActiveRule:
    return ActiveRule(
        rule=rule,
        severity=severity,
        exact=rule.exact,
        patterns=(
            *(_pattern(pattern_folded(pattern), disguise=False) for pattern in rule.patterns),
            *(_pattern(pattern_folded(pattern), disguise=True) for pattern in rule.disguise_patterns),
        ),
        near=tuple(re.compile(pattern_folded(pattern)) for pattern in rule.near_patterns),
        guards=tuple(_guard(book.guards[name]) for name in rule.guards),
        before=_any(rule.unless_before, "(?:{})$"),
        after=_any(rule.unless_after, "(?:{})"),
        clause=_any(rule.unless_clause),
        sentence=_any(rule.unless_sentence),
        text=_any(rule.unless_text),
        info=_any(rule.info_if_text),
    )


def _pattern(pattern: str, *, disguise: bool) -> Pattern:
    words = tuple(sorted(needed(pattern) or ()))
    return Pattern(re.compile(quick(pattern)), words, disguise)


def _guard(guard: Guard) -> GuardTest:
    ways = []
    if guard.before:
        ways.append(f"(?:{_alternatives(guard.before)}){_NO_TURN}{{0,{guard.window}}}$")
    if guard.before_en:
        ways.append(rf"\b(?:{_alternatives(guard.before_en)})\b(?:\W+(?!but\b)\w+){{0,3}}\W*$")
    return GuardTest(
        before=re.compile("|".join(ways)) if ways else None,
        after=_any(guard.after, f"{_ONE_CLAUSE}{{0,{guard.window}}}?(?:{{}})"),
        clause=_any(guard.clause),
        unless=_any(guard.unless_clause),
    )


def _any(words: Iterable[str], frame: str = "{}") -> re.Pattern[str] | None:
    joined = _alternatives(words)
    return re.compile(frame.replace("{}", joined)) if joined else None


def _alternatives(words: Iterable[str]) -> str:
    return "|".join(pattern_folded(word) for word in words)


def _entries(index: int, rule: Rule, book: Rulebook) -> Iterator[tuple[str, Entry]]:
    terms = [word for term in (*rule.terms_zh, *rule.terms_en) for word in expand(term)]
    for word in terms:
        yield _entry(index, word)
    plain = {tight(word) for word in terms}
    for disguise in rule.disguises:
        for word in expand(disguise):
            yield _entry(index, word, respelled=tight(word) not in plain)
    for phrase in rule.near:
        for word in expand(phrase):
            yield _entry(index, word, near=True)
    if rule.respell and rule.severity != "info":
        for word in {*terms}:
            for respelled in _respelled(folded(word), book):
                yield _entry(index, respelled, respelled=True)


def _entry(index: int, word: str, *, near: bool = False, respelled: bool = False) -> tuple[str, Entry]:
    text = folded(word)
    kept = [place for place, char in enumerate(text) if not is_gap(char)]
    gaps = tuple(after - before > 1 for before, after in pairwise(kept))
    return "".join(text[place] for place in kept), Entry(index, near, respelled, gaps)


def _respelled(word: str, book: Rulebook) -> Iterator[str]:
    """The Chinese word with one character as its pinyin or torn in two, or, when long enough, all in pinyin."""
    if not 2 <= len(word) <= 5 or len(_HAN.findall(word)) != len(word):
        return
    for place, char in enumerate(word):
        for table in (book.pinyin, book.split):
            if char in table:
                yield word[:place] + table[char] + word[place + 1 :]
    syllables = [book.pinyin.get(char, "") for char in word]
    whole = "".join(syllables)
    if all(syllables) and len(whole) >= 6:
        yield whole


def _put(trie: Trie, word: str, entry: Entry) -> None:
    if not word:
        return
    node = trie
    for char in word:
        node = node.setdefault(char, {})
    node.setdefault(LEAF, []).append(entry)
