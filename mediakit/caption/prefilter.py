"""What a text must hold for a pattern to match at all, so that most patterns are never tried on most captions.

Reads the regular expression itself: of everything it requires, the set of literals of which at least one must stand in
the text. Optional parts, look-arounds and classes are passed over; None means that nothing could be told, and the
pattern is always tried. Understands the syntax that rules use; it only ever errs towards trying a pattern.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from mediakit.caption.fold import is_gap

Needed = frozenset[str]
_QUANTIFIER = re.compile(r"[?*+][?+]?|\{(\d*)(?:,\d*)?\}\??")
_LOOK = re.compile(r"\(\?(?:=|!|<=|<!)")
CLASS = r"\[\^?\]?(?:\\.|[^\]\\])*\]"
"""A class of characters, as a pattern says it."""
_CLASS = re.compile(CLASS)


def needed(pattern: str) -> Needed | None:
    """Literals of which one must stand in every text that `pattern` matches; None where none is sure."""
    return _Reader(pattern).alternatives()


def beginnings(words: Iterable[str]) -> frozenset[str]:
    """What the literals begin with: their first two characters, or the first where one of them is a gap."""
    return frozenset(word[: 1 if any(map(is_gap, word[:2])) else 2] for word in words)


@dataclass(slots=True)
class _Reader:
    """A walk over a pattern from left to right."""

    pattern: str
    place: int = 0

    def alternatives(self) -> Needed | None:
        """Until the closing bracket or the end: a literal of every alternative, or None."""
        every: list[Needed | None] = [self._sequence()]
        while self._here() == "|":
            self.place += 1
            every.append(self._sequence())
        sure = [one for one in every if one is not None]
        return frozenset().union(*sure) if len(sure) == len(every) else None

    def _here(self) -> str:
        return self.pattern[self.place : self.place + 1]

    def _sequence(self) -> Needed | None:
        """One alternative: the most telling of the parts that must be there."""
        parts: list[Needed] = []
        literal = ""
        while (char := self._here()) and char not in "|)":
            part, text = self._part()
            optional = self._optional()
            if text and optional is None:
                literal += text
                continue
            if literal:
                parts.append(frozenset([literal]))
                literal = ""
            if optional:
                continue
            if text:
                parts.append(frozenset([text]))
            elif part:
                parts.append(part)
        if literal:
            parts.append(frozenset([literal]))
        return max(parts, key=_telling, default=None)

    def _part(self) -> tuple[Needed | None, str]:
        """The next part: what it needs, or its literal text."""
        pattern, start = self.pattern, self.place
        if pattern[start] == "(":
            look = _LOOK.match(pattern, start)
            self.place = look.end() if look else start + (3 if pattern.startswith("(?:", start) else 1)
            inside = self.alternatives()
            self.place += 1
            return (None if look else inside), ""
        if pattern[start] == "[":
            found = _CLASS.match(pattern, start)
            self.place = found.end() if found else len(pattern)
            return None, ""
        if pattern[start] == "\\":
            self.place = start + (4 if pattern[start + 1] == "x" else 2)
            return None, pattern[start + 1] if not pattern[start + 1].isalnum() else ""
        self.place = start + 1
        return None, "" if pattern[start] in ".^$" else pattern[start]

    def _optional(self) -> bool | None:
        """Steps over a quantifier: True where it allows none, False where at least one, None where there is none."""
        found = _QUANTIFIER.match(self.pattern, self.place)
        if found is None:
            return None
        self.place = found.end()
        return found[0][0] in "?*" or (found[0][0] == "{" and found[1] in ("", "0"))


def _telling(part: Needed) -> float:
    """Longer literals and fewer of them say more; a Chinese character says as much as a short English word."""
    weakest = min(sum(1.0 if char > "\u2fff" else 0.35 for char in word) for word in part)
    return weakest - 0.02 * len(part)
