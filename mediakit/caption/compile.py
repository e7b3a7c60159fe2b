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
from mediakit.caption.load import Rulebook, expand
from mediakit.caption.prefilter import needed
from mediakit.caption.quick import quick
from mediakit.caption.schema import Guard, Rule, Severity

_ENDS = "。、!?;…~\n()\u2600-\u27bf\U0001f000-\U0001faff"
CLAUSE_END = re.compile(f"[{_ENDS},:.—](?:(?<=[{_ENDS}])|(?<=[,:])(?![0-9])|(?<=\\.)(?=\\s|$)|(?<=—)—)")
"""Begins with one class, which the matcher skips to."""
SENTENCE_END = re.compile("[。!?…\n.](?:(?<!\\.)|(?=\\s|$))")
_ONE_CLAUSE = "[^。,、!?;…~\n]"
_NO_TURN = f"(?:(?!但|却|而是|才是|反而|就是){_ONE_CLAUSE})"
"""A character of a clause that does not turn it round: 不是最贵但最好用 negates only 最贵."""
_ENGLISH_BEFORE = r"\b(?:{})\b(?:\W+(?!but\b)\w+){0,3}\W*$"
"""At most three words before a finding; {} are the words looked for."""
_HAN = re.compile(f"[{HAN}]")
_LATIN = re.compile("[a-z]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One word of one rule. `gaps[k]` tells whether a gap belongs after its k-th tight character."""

    rule: int
    near: bool
    respelled: bool
    gaps: tuple[bool, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Clue:
    """A pattern of a few words' length, and the characters that it may begin with; empty: any."""

    regex: re.Pattern[str]
    firsts: frozenset[str]

    def found_in(self, text: str) -> bool:
        """Whether it stands in `text`, which is a clause: most hold none of its first characters."""
        return not (self.firsts and self.firsts.isdisjoint(text)) and self.regex.search(text) is not None

    def begins(self, text: str) -> bool:
        """Whether `text` begins with it."""
        return self.regex.match(text) is not None


@dataclass(frozen=True, slots=True, eq=False)
class GuardTest:
    """A guard of the rules file, compiled: what it looks for in the clause around a finding, and in the whole post."""

    before: tuple[Clue, ...]
    after: Clue | None
    clause: Clue | None
    sentence: re.Pattern[str] | None
    unless: re.Pattern[str] | None
    post: re.Pattern[str] | None
    unless_post: re.Pattern[str] | None

    def holds_for(self, post: str) -> bool:
        """Whether the post as a whole is about something that makes no finding of the rule a breach."""
        return (
            self.post is not None
            and (self.unless_post is None or self.unless_post.search(post) is None)
            and self.post.search(post) is not None
        )

    def holds(self, before: str, found: str, after: str, sentence: str) -> bool:
        """Whether the clause around what was found makes it no breach, and its sentence does not take that back."""
        if self.unless is not None and any(self.unless.search(part) for part in (sentence, found)):
            return False
        return bool(
            any(clue.found_in(before) for clue in self.before)
            or (self.after is not None and self.after.begins(after))
            or (self.clause is not None and (self.clause.found_in(before) or self.clause.found_in(after)))
            or (self.sentence is not None and self.sentence.search(sentence))
        )


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
    plain = [guard for guard in guards if not _stands_alone(guard)]
    return ActiveRule(
        rule=rule,
        severity=severity,
        exact=rule.exact,
        patterns=(
            *(_pattern(pattern_folded(pattern), disguise=False) for pattern in rule.patterns),
            *(_pattern(pattern_folded(pattern), disguise=True) for pattern in rule.disguise_patterns),
        ),
        near=tuple(_pattern(pattern_folded(pattern), disguise=False) for pattern in rule.near_patterns),
        guards=tuple(_guard(book, guard.id) for guard in guards if _stands_alone(guard) or guard.post),
        doubts=tuple(_guard(book, guard.id) for guard in named if guard.lowers),
        before=(
            *_clues([_joined(rule.unless_before, "(?:{})$"), *map(_before, plain)]),
            *_clues(map(_before_en, plain)),
        ),
        after=_clue([_joined(rule.unless_after, "(?:{})"), *map(_after, plain)]),
        clause=_clue([_joined([*rule.unless_clause, *(words for guard in plain for words in guard.clause)], "{}")]),
        sentence=_any(rule.unless_sentence),
        text=_any(rule.unless_text),
        info=_any(rule.info_if_text),
    )


def _pattern(pattern: str, *, disguise: bool) -> Pattern:
    words = tuple(sorted(needed(pattern) or ()))
    begun = frozenset(word[: 1 if any(map(is_gap, word[:2])) else 2] for word in words)
    return Pattern(re.compile(quick(plain_digits(pattern))), words, begun, begun.intersection(words), disguise)


@lru_cache(maxsize=64)
def _guard(book: Rulebook, name: str) -> GuardTest:
    """One test for all rules that name the guard, so that what it finds in a post is found once."""
    guard = book.guards[name]
    alone = _stands_alone(guard)
    return GuardTest(
        before=(*_clues([_before(guard)]), *_clues([_before_en(guard)])) if alone else (),
        after=_clue([_after(guard)]) if alone else None,
        clause=_clue([_joined(guard.clause, "{}")]) if alone else None,
        sentence=_any(guard.sentence),
        unless=_any(guard.unless_sentence),
        post=_any(guard.post),
        unless_post=_any(guard.unless_post),
    )


def _stands_alone(guard: Guard) -> bool:
    """Whether what the guard looks for around a finding cannot be looked for together with that of other guards."""
    return bool(guard.lowers or guard.sentence or guard.unless_sentence)


def _before(guard: Guard) -> str:
    """What stands before a finding that the guard excuses, as one pattern; "" where it does not look there."""
    return _joined(guard.before, f"(?:{{}}){_NO_TURN}{{0,{guard.window}}}$")


def _before_en(guard: Guard) -> str:
    return _joined(guard.before_en, _ENGLISH_BEFORE)


def _after(guard: Guard) -> str:
    return _joined(guard.after, f"{_ONE_CLAUSE}{{0,{guard.window}}}?(?:{{}})")


def _any(words: Iterable[str]) -> re.Pattern[str] | None:
    said = _joined(words, "{}")
    return re.compile(said) if said else None


def _clues(ways: Iterable[str]) -> tuple[Clue, ...]:
    """One clue that looks for all of them, or none where there is nothing to look for."""
    clue = _clue(ways)
    return (clue,) if clue else ()


def _clue(ways: Iterable[str]) -> Clue | None:
    said = "|".join(way for way in ways if way)
    if not said:
        return None
    return Clue(re.compile(said), frozenset(word[0] for word in needed(said) or ()))


def _joined(words: Iterable[str], frame: str) -> str:
    """The words as alternatives in the place of {} in `frame`; "" for none."""
    joined = _alternatives(words)
    return frame.replace("{}", joined) if joined else ""


def _alternatives(words: Iterable[str]) -> str:
    return "|".join(plain_digits(pattern_folded(word)) for word in words)


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
