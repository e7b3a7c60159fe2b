"""Looks the words of the rules up in one text, however they are spaced, styled or torn.

A word is none when it cuts a Latin word, when it cuts a Chinese one (速看 in 快速看懂), and when its characters are only
neighbours by chance (a plain space between the end of one clause and the start of the next).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import compress, count

from mediakit.caption.compile import Entry, Matcher
from mediakit.caption.fold import DROPPED, Reading

_WIDEST_GAP = 2
_SHORT = 3
"""Characters of a term that may be nothing but parts of other words."""


def words_in(reading: Reading, matcher: Matcher) -> Iterator[tuple[Entry, int, int, bool]]:
    """Every word found: its entry, where it stands in the source, and whether it was found behind a disguise."""
    at, kept = reading.folded.at, reading.tight.at
    for start, end, entries in _walk(reading, matcher):
        for entry in entries:
            disguised = _disguised(reading, start, end, entry)
            if disguised is None or (not entry.near and _cuts_an_ordinary_word(reading, start, end, matcher)):
                continue
            yield entry, at[kept[start]], at[kept[end - 1]] + 1, disguised


def _walk(reading: Reading, matcher: Matcher) -> Iterator[tuple[int, int, tuple[Entry, ...]]]:
    """Every place where a word stands; places whose first two characters begin none cost next to nothing."""
    known, text = matcher.words, reading.tight.text
    for start in compress(count(), map(known.__contains__, reading.couples)):
        end = start + 2
        while (entries := known.get(text[start:end])) is not None:
            if entries:
                yield start, end, entries
            end += 1
            if end > len(text):
                break


def _disguised(reading: Reading, start: int, end: int, entry: Entry) -> bool | None:
    """Whether a word was found only by looking behind a disguise; None where it is no word at all."""
    text, kept = reading.folded.text, reading.tight.at
    first, last = kept[start], kept[end - 1]
    if _cuts_a_word(text, first, last):
        return None
    disguised = entry.respelled or not reading.styled.isdisjoint(kept[start:end])
    if last - first == end - 1 - start:
        return disguised
    spaced = 0
    for step, wanted in enumerate(entry.gaps):
        here, there = kept[start + step], kept[start + step + 1]
        gap = text[here + 1 : there]
        if not gap:
            continue
        visible = gap.replace(DROPPED, "")
        disguised = disguised or DROPPED in gap
        if len(visible) > _WIDEST_GAP:
            return None
        if wanted or not visible:
            if ". " in visible:
                return None
        elif visible.isspace():
            spaced += _is_han(text[here]) == _is_han(text[there])
        else:
            disguised = True
    if spaced and not _spaced_on_purpose(text, first, last, spaced, entry):
        return None
    return disguised


def _cuts_a_word(text: str, first: int, last: int) -> bool:
    """Whether a Latin word or a number goes on beyond the hit; a plural s may."""
    if _is_latin(text[first]) and first and _is_latin(text[first - 1]):
        return True
    if not _is_latin(text[last]):
        return False
    rest = text[last + 1 : last + 3]
    if rest[:1] == "s" and text[last].isalpha():
        rest = rest[1:]
    return bool(rest) and _is_latin(rest[0])


def _cuts_an_ordinary_word(reading: Reading, start: int, end: int, matcher: Matcher) -> bool:
    """Whether a short Chinese term begins with the end of a word: 速看 in 快速看懂. Longer terms say enough."""
    first = reading.tight.at[start]
    if end - start > _SHORT or not first:
        return False
    return reading.folded.text[first - 1 : first + 1] in matcher.ordinary


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalnum()


def _spaced_on_purpose(text: str, first: int, last: int, spaced: int, entry: Entry) -> bool:
    """Plain spaces inside a word: all through a Latin word, or where a Chinese word is not two clauses that meet.

    A space between scripts (100% 有效) is how many people write, and is not counted.
    """
    inner = sum(not wanted for wanted in entry.gaps)
    if _is_latin(text[first]) or _is_latin(text[last]):
        return spaced == inner
    if len(entry.gaps) > 1:
        return True
    before, after = text[first - 1 : first], text[last + 1 : last + 2]
    return not (_is_han(before) and _is_han(after))


def _is_han(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff"
