"""What may stand anywhere in a post: plain words, looked up by how they begin, and patterns, tried where one may match.

A guard names a hundred words that tell what a post is about. Searched as one pattern they are all tried at every
character; most texts hold not even the first two characters of most of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from mediakit.caption.fold import Reading
from mediakit.caption.prefilter import CLASS, beginnings, needed

_SIGNS = frozenset("\\.^$*+?{}[]()|")
_PARTS = re.compile(rf"\\.|{CLASS}|[()|]", re.DOTALL)


class Post:
    """All fields of a post, read as one."""

    def __init__(self, readings: Sequence[Reading]) -> None:
        self.text = "\n".join(reading.close.text for reading in readings)
        self._readings = readings

    @cached_property
    def holds(self) -> frozenset[str]:
        """Every character of its fields, and every two that stand side by side (see `Reading.holds`)."""
        return frozenset().union(*(reading.holds for reading in self._readings))


@dataclass(frozen=True, slots=True, eq=False)
class Mention:
    """Words and patterns of which one may stand in a post."""

    words: dict[str, tuple[str, ...]]
    """By what they begin with."""
    pattern: re.Pattern[str] | None
    begun: frozenset[str]
    """What the literals begin with that the pattern needs; empty: not known."""

    def stands_in(self, post: Post) -> bool:
        """Whether one of them does."""
        for begun in post.holds.intersection(self.words):
            if any(word in post.text for word in self.words[begun]):
                return True
        if self.pattern is None or (self.begun and self.begun.isdisjoint(post.holds)):
            return False
        return self.pattern.search(post.text) is not None


def mention_of(patterns: Iterable[str]) -> Mention | None:
    """What is looked for where any of the folded patterns may stand; None for none."""
    every = [one for pattern in patterns for one in _alternatives(pattern)]
    plain = [one for one in every if _SIGNS.isdisjoint(one)]
    others = "|".join(one for one in every if not _SIGNS.isdisjoint(one))
    if not every:
        return None
    words: dict[str, tuple[str, ...]] = {}
    for word in plain:
        (begun,) = beginnings([word])
        words[begun] = (*words.get(begun, ()), word)
    return Mention(words, re.compile(others) if others else None, beginnings(needed(others) or ()))


def _alternatives(pattern: str) -> Iterator[str]:
    """What stands between the bars of a pattern that are in no brackets."""
    depth, begin = 0, 0
    for part in _PARTS.finditer(pattern):
        if part[0] == "(":
            depth += 1
        elif part[0] == ")":
            depth -= 1
        elif part[0] == "|" and depth == 0:
            yield pattern[begin : part.start()]
            begin = part.end()
    yield pattern[begin:]
