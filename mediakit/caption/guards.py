"""What a guard of the rules file looks for around a finding, compiled: why words that look like a breach may be none."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from mediakit.caption.fold import pattern_folded, plain_digits
from mediakit.caption.load import Rulebook
from mediakit.caption.prefilter import needed
from mediakit.caption.schema import Guard

_ONE_CLAUSE = "[^。,、!?;…~\n]"
_NO_TURN = f"(?:(?!但|却|而是|才是|反而|就是){_ONE_CLAUSE})"
"""A character of a clause that does not turn it round: 不是最贵但最好用 negates only 最贵."""
_ENGLISH_BEFORE = r"\b(?:{})\b(?:\W+(?!but\b)\w+){0,3}\W*$"
"""At most three words before a finding; {} are the words looked for."""


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


@lru_cache(maxsize=64)
def guard_test(book: Rulebook, name: str) -> GuardTest:
    """One test for all rules that name the guard, so that what it finds in a post is found once."""
    guard = book.guards[name]
    alone = stands_alone(guard)
    return GuardTest(
        before=(*clues_of([seen_before(guard)]), *clues_of([seen_before_en(guard)])) if alone else (),
        after=clue_of([seen_after(guard)]) if alone else None,
        clause=clue_of([joined(guard.clause, "{}")]) if alone else None,
        sentence=any_of(guard.sentence),
        unless=any_of(guard.unless_sentence),
        post=any_of(guard.post),
        unless_post=any_of(guard.unless_post),
    )


def stands_alone(guard: Guard) -> bool:
    """Whether what the guard looks for around a finding cannot be looked for together with that of other guards."""
    return bool(guard.lowers or guard.sentence or guard.unless_sentence)


def seen_before(guard: Guard) -> str:
    """What stands before a finding that the guard excuses, as one pattern; "" where it does not look there."""
    return joined(guard.before, f"(?:{{}}){_NO_TURN}{{0,{guard.window}}}$")


def seen_before_en(guard: Guard) -> str:
    """The same for English, counted in words."""
    return joined(guard.before_en, _ENGLISH_BEFORE)


def seen_after(guard: Guard) -> str:
    """What stands after a finding that the guard excuses."""
    return joined(guard.after, f"{_ONE_CLAUSE}{{0,{guard.window}}}?(?:{{}})")


def any_of(words: Iterable[str]) -> re.Pattern[str] | None:
    """One pattern that looks for all of them anywhere, or None where there is nothing to look for."""
    said = joined(words, "{}")
    return re.compile(said) if said else None


def clues_of(ways: Iterable[str]) -> tuple[Clue, ...]:
    """The same, to be put in a row with others."""
    clue = clue_of(ways)
    return (clue,) if clue else ()


def clue_of(ways: Iterable[str]) -> Clue | None:
    """One clue that looks for all of them, or None where there is nothing to look for."""
    said = "|".join(way for way in ways if way)
    if not said:
        return None
    return Clue(re.compile(said), frozenset(word[0] for word in needed(said) or ()))


def joined(words: Iterable[str], frame: str) -> str:
    """The words as alternatives in the place of {} in `frame`; "" for none."""
    said = "|".join(plain_digits(pattern_folded(word)) for word in words)
    return frame.replace("{}", said) if said else ""
