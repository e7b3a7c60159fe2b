"""What a guard of the rules file looks for around a finding, compiled: why words that look like a breach may be none."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from mediakit.caption.fold import pattern_folded, plain_digits
from mediakit.caption.load import Rulebook
from mediakit.caption.mention import Mention, Post, mention_of
from mediakit.caption.prefilter import beginnings, needed
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
    post: Mention | None
    unless_post: Mention | None
    begun: frozenset[str] | None
    """What the words it looks for around a finding begin with (see `beginnings`); None: not known."""

    def may_hold(self, holds: frozenset[str]) -> bool:
        """Whether a text may hold any of those words, given its characters and pairs: asked once for all findings."""
        return self.begun is None or not self.begun.isdisjoint(holds)

    def holds_for(self, post: Post) -> bool:
        """Whether the post as a whole is about something that makes no finding of the rule a breach."""
        if self.post is None or (self.unless_post is not None and self.unless_post.stands_in(post)):
            return False
        return self.post.stands_in(post)

    def holds(self, before: str, found: str, after: str, sentence: str) -> bool:
        """Whether the clause around what was found makes it no breach, and its sentence does not take that back."""
        if not self._is_met(before, after, sentence):
            return False
        return self.unless is None or not (self.unless.search(sentence) or self.unless.search(found))

    def _is_met(self, before: str, after: str, sentence: str) -> bool:
        for clue in self.before:
            if clue.found_in(before):
                return True
        return bool(
            (self.after is not None and self.after.begins(after))
            or (self.clause is not None and (self.clause.found_in(before) or self.clause.found_in(after)))
            or (self.sentence is not None and self.sentence.search(sentence))
        )


@lru_cache(maxsize=64)
def guard_test(book: Rulebook, name: str) -> GuardTest:
    """One test for all rules that name the guard, so that what it finds in a post is found once."""
    guard = book.guards[name]
    around = (seen_before(guard), seen_before_en(guard), seen_after(guard), joined(guard.clause, "{}"))
    before, before_en, after, clause = around if stands_alone(guard) else ("",) * 4
    return GuardTest(
        before=(*clues_of([before]), *clues_of([before_en])),
        after=clue_of([after]),
        clause=clue_of([clause]),
        sentence=any_of(guard.sentence),
        unless=any_of(guard.unless_sentence),
        post=mention_of(map(_folded, guard.post)),
        unless_post=mention_of(map(_folded, guard.unless_post)),
        begun=_begun_by([before, before_en, after, clause, joined(guard.sentence, "{}")]),
    )


def _begun_by(patterns: Iterable[str]) -> frozenset[str] | None:
    """The beginnings of the literals of which one must stand where a pattern matches; None where a pattern needs none."""
    wanted = [needed(pattern) for pattern in patterns if pattern]
    sure = [literals for literals in wanted if literals]
    return beginnings(chain.from_iterable(sure)) if len(sure) == len(wanted) else None


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
    said = "|".join(map(_folded, words))
    return frame.replace("{}", said) if said else ""


def _folded(pattern: str) -> str:
    return plain_digits(pattern_folded(pattern))
