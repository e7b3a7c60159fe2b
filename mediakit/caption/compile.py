"""Turns the rules of one surface into what a caption is held against: one table of words, and patterns.

Every word of every rule, breaches and near-misses alike, goes into one table with everything that words begin with, so a
caption is walked once however many rules there are. Words are stored tight (see `fold`); which gaps belong inside a word
("first of all") is kept beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from mediakit.caption.fold import HAN, folded, is_gap, pattern_folded, plain_digits, tight
from mediakit.caption.guards import (
    Clue,
    GuardTest,
    any_of,
    clue_of,
    clues_of,
    guard_test,
    joined,
    seen_after,
    seen_before,
    seen_before_en,
    stands_alone,
)
from mediakit.caption.load import Rulebook, expand
from mediakit.caption.prefilter import beginnings, needed
from mediakit.caption.quick import quick
from mediakit.caption.schema import Rule, Severity

_ENDS = "。、!?;…~\n()\u2600-\u27bf\U0001f000-\U0001faff"
CLAUSE_END = re.compile(f"[{_ENDS},:.—](?:(?<=[{_ENDS}])|(?<=[,:])(?![0-9])|(?<=\\.)(?=\\s|$)|(?<=—)—)")
"""Begins with one class, which the matcher skips to."""
SENTENCE_END = re.compile("[。!?…\n.](?:(?<!\\.)|(?=\\s|$))")
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
class Pattern:
    """A pattern, and the literals of which one must stand in a text for it to match; none: always try."""

    regex: re.Pattern[str]
    needed: tuple[str, ...]
    begun: frozenset[str]
    """What the literals begin with: their first two characters, or the first where one of them is a gap."""
    short: frozenset[str]
    """Those literals that are no longer than that."""
    disguise: bool

    def may_match(self, text: str, holds: frozenset[str]) -> bool:
        """Whether one of the literals stands in `text`, given what it `holds` of characters and pairs."""
        if not self.needed:
            return True
        return not self.short.isdisjoint(holds) or (
            not self.begun.isdisjoint(holds) and any(word in text for word in self.needed)
        )


@dataclass(frozen=True, slots=True)
class ActiveRule:
    """A rule as it holds on one surface, with everything compiled."""

    rule: Rule
    severity: Severity
    exact: tuple[str, ...]
    patterns: tuple[Pattern, ...]
    near: tuple[Pattern, ...]
    guards: tuple[GuardTest, ...]
    """Those with something to say of the whole sentence or post; the others are part of `before`, `after`, `clause`."""
    doubts: tuple[GuardTest, ...]
    """Guards that leave a finding as a note."""
    before: tuple[Clue, ...]
    after: Clue | None
    clause: Clue | None
    sentence: re.Pattern[str] | None
    text: re.Pattern[str] | None
    info: re.Pattern[str] | None


@dataclass(frozen=True, slots=True, eq=False)
class Matcher:
    """Everything one surface's captions are held against."""

    rules: tuple[ActiveRule, ...]
    by_id: dict[str, ActiveRule]
    words: dict[str, tuple[Entry, ...]]
    """Every word, and every beginning of one from two characters on, which has no entries."""
    ordinary: frozenset[str]
    patterns: tuple[tuple[ActiveRule, Pattern], ...]
    """Every pattern with its rule."""
    begun_by: dict[str, tuple[int, ...]]
    """By the first two characters of a literal they need: places of patterns; under "" those that are always tried."""

    def patterns_for(self, text: str, holds: frozenset[str]) -> Iterator[tuple[ActiveRule, Pattern]]:
        """The patterns that are worth trying on `text`, given what it `holds` of characters and pairs."""
        places = set(self.begun_by.get("", ()))
        for begun in holds.intersection(self.begun_by):
            places.update(self.begun_by[begun])
        for place in sorted(places):
            rule, pattern = self.patterns[place]
            if pattern.may_match(text, holds):
                yield rule, pattern


@lru_cache(maxsize=64)
def matcher_for(book: Rulebook, platform: str, surface: str = "") -> Matcher:
    """The compiled rules of a platform, or of one surface of it; made once per rulebook."""
    active = [rule for rule in book.rules.values() if book.applies(rule, platform, surface)]
    rules = tuple(_active(rule, book.severity(rule, platform, surface), book) for rule in active)
    words: dict[str, tuple[Entry, ...]] = {}
    for index, rule in enumerate(active):
        for word, entry in _entries(index, rule, book):
            words[word] = (*words.get(word, ()), entry)
    words |= {word[:end]: () for word in words for end in range(2, len(word)) if word[:end] not in words}
    patterns = tuple((rule, pattern) for rule in rules for pattern in rule.patterns)
    by_id = {rule.rule.id: rule for rule in rules}
    return Matcher(rules, by_id, words, book.ordinary, patterns, _begun_by(patterns))


def _begun_by(patterns: Iterable[tuple[ActiveRule, Pattern]]) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {}
    for place, (_, pattern) in enumerate(patterns):
        for begun in pattern.begun or {""}:
            found.setdefault(begun, []).append(place)
    return {begun: tuple(places) for begun, places in found.items()}


def _active(rule: Rule, severity: Severity, book: Rulebook) -> ActiveRule:
    named = [book.guards[name] for name in rule.guards]
    guards = [guard for guard in named if not guard.lowers]
    plain = [guard for guard in guards if not stands_alone(guard)]
    return ActiveRule(
        rule=rule,
        severity=severity,
        exact=rule.exact,
        patterns=(
            *(_pattern(pattern_folded(pattern), disguise=False) for pattern in rule.patterns),
            *(_pattern(pattern_folded(pattern), disguise=True) for pattern in rule.disguise_patterns),
        ),
        near=tuple(_pattern(pattern_folded(pattern), disguise=False) for pattern in rule.near_patterns),
        guards=tuple(guard_test(book, guard.id) for guard in guards if stands_alone(guard) or guard.post),
        doubts=tuple(guard_test(book, guard.id) for guard in named if guard.lowers),
        before=(
            *clues_of([joined(rule.unless_before, "(?:{})$"), *map(seen_before, plain)]),
            *clues_of(map(seen_before_en, plain)),
        ),
        after=clue_of([joined(rule.unless_after, "(?:{})"), *map(seen_after, plain)]),
        clause=clue_of([joined([*rule.unless_clause, *(words for guard in plain for words in guard.clause)], "{}")]),
        sentence=any_of(rule.unless_sentence),
        text=any_of(rule.unless_text),
        info=any_of(rule.info_if_text),
    )


def _pattern(pattern: str, *, disguise: bool) -> Pattern:
    words = tuple(sorted(needed(pattern) or ()))
    begun = beginnings(words)
    return Pattern(re.compile(quick(plain_digits(pattern))), words, begun, begun.intersection(words), disguise)


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
                if tight(respelled) not in plain:
                    yield _entry(index, respelled, respelled=True)


def _entry(index: int, word: str, *, near: bool = False, respelled: bool = False) -> tuple[str, Entry]:
    text = folded(word)
    kept = [place for place, char in enumerate(text) if not is_gap(char)]
    gaps = tuple(after - before > 1 for before, after in pairwise(kept))
    return "".join(text[place] for place in kept), Entry(index, near, respelled, gaps)


def _respelled(word: str, book: Rulebook) -> Iterator[str]:
    """The Chinese word with one character as its pinyin, torn in two or as one that sounds alike, or all in pinyin."""
    if not 2 <= len(word) <= 5 or len(_HAN.findall(word)) != len(word):
        return
    for place, char in enumerate(word):
        for table in (book.pinyin, book.split):
            if char in table:
                yield word[:place] + table[char] + word[place + 1 :]
        for other in book.sound.get(char, ""):
            yield word[:place] + other + word[place + 1 :]
    syllables = [book.pinyin.get(char, "") for char in word]
    whole = "".join(syllables)
    if all(syllables) and len(whole) >= 6:
        yield whole
