"""What stands around a finding: its clause and its sentence, and whether something in them makes it no breach."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import Literal, NamedTuple

from mediakit.caption.compile import CLAUSE_END, SENTENCE_END, ActiveRule
from mediakit.caption.fold import View

Weight = Literal["void", "note", "breach"]
"""What a finding is where it stands: none at all, possibly none, or one."""
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

    def __init__(self, close: View) -> None:
        self._close = close
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
            known = "void" if excused(rule, passage) else "note" if doubted(rule, passage) else "breach"
            self._weights[key] = known
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


def excused(rule: ActiveRule, passage: Passage) -> bool:
    """Whether what stands around a finding makes it no breach."""
    before, after = passage.before, passage.after
    return bool(
        any(clue.found_in(before) for clue in rule.before)
        or (rule.after is not None and rule.after.begins(after))
        or (rule.clause is not None and (rule.clause.found_in(before) or rule.clause.found_in(after)))
        or (rule.sentence is not None and rule.sentence.search(passage.sentence))
        or any(guard.holds(before, passage.found, after, passage.sentence) for guard in rule.guards)
    )


def doubted(rule: ActiveRule, passage: Passage) -> bool:
    """Whether what stands around a finding makes it possibly no breach: the word may be asked about, or a name."""
    return any(guard.holds(passage.before, passage.found, passage.after, passage.sentence) for guard in rule.doubts)
