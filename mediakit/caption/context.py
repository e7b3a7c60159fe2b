"""What stands around a finding: its clause and its sentence, and whether something in them makes it no breach."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import Literal, NamedTuple

from mediakit.caption.compile import CLAUSE_END, SENTENCE_END, ActiveRule
from mediakit.caption.fold import View
from mediakit.caption.guards import GuardTest

Weight = Literal["void", "note", "breach"]
"""What a finding is where it stands: none at all, possibly none, or one."""
_Tests = list[GuardTest]
_CONTEXT = 60
"""Characters of a clause that guards look at, on either side."""


class Passage(NamedTuple):
    """A finding's surroundings, folded: its clause and sentence before and after it."""

    before: str
    found: str
    after: str
    sentence: str


class Surroundings:
    """The clauses and sentences of one text, as the close view reads them; told apart once for all its findings."""

    def __init__(self, close: View, guards: frozenset[GuardTest] = frozenset()) -> None:
        """`guards`: those of which this text may hold what they look for; the others need not be asked."""
        self._close = close
        self._guards = guards
        self._asked: dict[int, tuple[_Tests, _Tests]] = {}
        self._clauses = _Parts(CLAUSE_END.finditer(close.text), len(close.text))
        self._sentences = _Parts(SENTENCE_END.finditer(close.text), len(close.text))
        self._weights: dict[tuple[int, Passage], Weight] = {}

    def passage(self, start: int, end: int) -> Passage:
        """The clause and the sentence around a part of the source."""
        text = self._close.text
        first, past = self._close.place(start), self._close.place(end)
        near, far = max(0, first - _CONTEXT), past + _CONTEXT
        before = text[self._clauses.begin(first, near) : first]
        after = text[past : self._clauses.end(past, far)]
        sentence = f"{text[self._sentences.begin(first, near) : first]} {text[past : self._sentences.end(past, far)]}"
        return Passage(before, text[first:past], after, sentence)

    def weigh(self, rule: ActiveRule, start: int, end: int) -> Weight:
        """What a part of the source that looks like a breach of `rule` is there; the same words only once."""
        passage = self.passage(start, end)
        key = (id(rule), passage)
        known = self._weights.get(key)
        if known is None:
            guards, doubts = self._tests(rule)
            void = _excused(rule, passage) or _one_holds(guards, passage)
            known = "void" if void else "note" if _one_holds(doubts, passage) else "breach"
            self._weights[key] = known
        return known

    def _tests(self, rule: ActiveRule) -> tuple[_Tests, _Tests]:
        """The guards of a rule worth asking here: those that void a finding, and those that lower it."""
        known = self._asked.get(id(rule))
        if known is None:
            guards, doubts = ([one for one in tests if one in self._guards] for tests in (rule.guards, rule.doubts))
            self._asked[id(rule)] = known = guards, doubts
        return known


class _Parts:
    """The parts of a text between its boundaries."""

    def __init__(self, boundaries: Iterable[re.Match[str]], length: int) -> None:
        self._starts, self._ends = [0], []
        for boundary in boundaries:
            self._ends.append(boundary.start())
            self._starts.append(boundary.end())
        self._ends.append(length)

    def begin(self, place: int, near: int) -> int:
        """Where the part that holds `place` begins, not before `near`."""
        return max(near, self._starts[bisect_right(self._starts, place) - 1])

    def end(self, place: int, far: int) -> int:
        """Where the part that holds `place` ends, not after `far`."""
        return min(far, self._ends[bisect_left(self._ends, place)])


def _excused(rule: ActiveRule, passage: Passage) -> bool:
    """Whether what the rule itself looks for around a finding makes it no breach."""
    before, after = passage.before, passage.after
    return bool(
        any(clue.found_in(before) for clue in rule.before)
        or (rule.after is not None and rule.after.begins(after))
        or (rule.clause is not None and (rule.clause.found_in(before) or rule.clause.found_in(after)))
        or (rule.sentence is not None and rule.sentence.search(passage.sentence))
    )


def _one_holds(guards: _Tests, passage: Passage) -> bool:
    before, found, after, sentence = passage
    return any(guard.holds(before, found, after, sentence) for guard in guards)
