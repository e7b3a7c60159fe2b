"""Finds the words of the rules in one text, however they are spaced or styled, and drops what is no breach.

A hit is dropped when it lies inside a near-miss of its own rule (第一 in 第一次), when it cuts a Latin word, when its
characters are only neighbours by chance (a plain space between the end of one clause and the start of the next), and
when one of its rule's guards holds in the clause around it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from mediakit.caption.compile import CLAUSE_END, LEAF, SENTENCE_END, ActiveRule, Entry, Matcher
from mediakit.caption.fold import DROPPED, Reading, is_styled

_WIDEST_GAP = 2
_CONTEXT = 60
"""Characters of a clause that guards look at, on either side."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A breach found: which rule, where in the source, and whether it was written to slip past a filter."""

    rule: ActiveRule
    start: int
    end: int
    disguised: bool = False
    lowered: bool = False
    """Evidence stands in the post: a note, no breach."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A finding's surroundings, folded: its clause and sentence before and after it."""

    before: str
    found: str
    after: str
    sentence: str


def find(reading: Reading, matcher: Matcher, whole_post: str) -> list[Hit]:
    """Every breach in one field. `whole_post` is the folded text of all fields, for what may stand anywhere."""
    raw, spared = _words(reading, matcher)
    raw += _exact(reading, matcher)
    raw += _patterns(reading, matcher)
    if not raw:
        return []
    found = {id(hit.rule): hit.rule for hit in raw}
    excused_by_post = {key for key, rule in found.items() if rule.text is not None and rule.text.search(whole_post)}
    lowered = {key for key, rule in found.items() if rule.info is not None and rule.info.search(whole_post)}
    return [
        Hit(hit.rule, hit.start, hit.end, hit.disguised, id(hit.rule) in lowered)
        for hit in _longest(raw)
        if id(hit.rule) not in excused_by_post
        and not _inside_near(hit, reading, spared)
        and not excused(hit.rule, surroundings(reading, hit.start, hit.end))
    ]


def excused(rule: ActiveRule, passage: Passage) -> bool:
    """Whether what stands around a finding makes it no breach."""
    before, after = passage.before, passage.after
    return bool(
        (rule.before is not None and rule.before.search(before))
        or (rule.after is not None and rule.after.match(after))
        or (rule.clause is not None and (rule.clause.search(before) or rule.clause.search(after)))
        or (rule.sentence is not None and rule.sentence.search(passage.sentence))
        or any(guard.holds(before, passage.found, after) for guard in rule.guards)
    )


def surroundings(reading: Reading, start: int, end: int) -> Passage:
    """The clause and the sentence around a part of the source, as the close view reads them."""
    close = reading.close
    first, past = bisect_left(close.at, start), bisect_left(close.at, end)
    before = close.text[max(0, first - _CONTEXT) : first]
    after = close.text[past : past + _CONTEXT]
    sentence = _after_last(SENTENCE_END, before) + " " + _until(SENTENCE_END, after)
    return Passage(_after_last(CLAUSE_END, before), close.text[first:past], _until(CLAUSE_END, after), sentence)


def _after_last(boundary: re.Pattern[str], text: str) -> str:
    last = 0
    for found in boundary.finditer(text):
        last = found.end()
    return text[last:]


def _until(boundary: re.Pattern[str], text: str) -> str:
    found = boundary.search(text)
    return text if found is None else text[: found.start()]


def _words(reading: Reading, matcher: Matcher) -> tuple[list[Hit], dict[int, list[tuple[int, int]]]]:
    """Every term found, and the near-misses found, by the index of their rule."""
    text = reading.tight.text
    hits: list[Hit] = []
    spared: dict[int, list[tuple[int, int]]] = {}
    for start, end, entries in _walk(text, matcher):
        for entry in entries:
            disguised = _disguised(reading, start, end, entry)
            if disguised is None:
                continue
            span = _source_span(reading, start, end)
            if entry.near:
                spared.setdefault(id(matcher.rules[entry.rule]), []).append(span)
            else:
                hits.append(Hit(matcher.rules[entry.rule], *span, disguised))
    return hits, spared


def _walk(text: str, matcher: Matcher) -> Iterator[tuple[int, int, list[Entry]]]:
    """Every place of `text` where a word of the trie stands."""
    root = matcher.trie
    length = len(text)
    for start, char in enumerate(text):
        node = root.get(char)
        place = start + 1
        while node is not None:
            if LEAF in node:
                yield start, place, node[LEAF]
            if place == length:
                break
            node = node.get(text[place])
            place += 1


def _source_span(reading: Reading, start: int, end: int) -> tuple[int, int]:
    at, kept = reading.folded.at, reading.tight.at
    return at[kept[start]], at[kept[end - 1]] + 1


def _disguised(reading: Reading, start: int, end: int, entry: Entry) -> bool | None:
    """Whether a word was found only by looking behind a disguise; None where it is no word at all."""
    text, kept = reading.folded.text, reading.tight.at
    first, last = kept[start], kept[end - 1]
    if _cuts_a_word(text, first, last):
        return None
    disguised = entry.respelled or _any_styled(reading, kept[start:end])
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
            spaced += 1
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


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalnum()


def _any_styled(reading: Reading, places: Iterable[int]) -> bool:
    source, text, at = reading.source, reading.folded.text, reading.folded.at
    return any(is_styled(source[at[place]], text[place]) for place in places)


def _spaced_on_purpose(text: str, first: int, last: int, spaced: int, entry: Entry) -> bool:
    """Plain spaces inside a word: all through a Latin word, or where a Chinese word is not two clauses that meet."""
    inner = sum(not wanted for wanted in entry.gaps)
    if _is_latin(text[first]) or _is_latin(text[last]):
        return spaced == inner
    if len(entry.gaps) > 1:
        return True
    before, after = text[first - 1 : first], text[last + 1 : last + 2]
    return not (_is_han(before) and _is_han(after))


def _is_han(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff"


def _exact(reading: Reading, matcher: Matcher) -> list[Hit]:
    source = reading.source
    hits = []
    for rule in matcher.rules:
        for sign in rule.exact:
            start = source.find(sign)
            while start >= 0:
                hits.append(Hit(rule, start, start + len(sign)))
                start = source.find(sign, start + len(sign))
    return hits


def _patterns(reading: Reading, matcher: Matcher) -> list[Hit]:
    close = reading.close
    hits = []
    for rule, pattern in matcher.patterns_for(close.text):
        for found in pattern.regex.finditer(close.text):
            if found.end() > found.start():
                start, end = close.span(found.start(), found.end())
                disguised = pattern.disguise or _pattern_disguised(reading, start, end)
                hits.append(Hit(rule, start, end, disguised))
    return hits


def _pattern_disguised(reading: Reading, start: int, end: int) -> bool:
    """Whether something invisible or a styled letter stands inside what a pattern found."""
    folded = reading.folded
    first, past = bisect_left(folded.at, start), bisect_left(folded.at, end)
    return DROPPED in folded.text[first:past].rstrip(DROPPED) or _any_styled(reading, range(first, past))


def _longest(hits: list[Hit]) -> list[Hit]:
    """For each rule, the hits that lie in no longer hit; of equals, the one written plainly."""
    ordered = sorted(hits, key=lambda hit: (id(hit.rule), hit.start, -hit.end, hit.disguised))
    kept: list[Hit] = []
    for hit in ordered:
        last = kept[-1] if kept and kept[-1].rule is hit.rule else None
        if last is not None and hit.start < last.end:
            longer = hit if hit.end > last.end and hit.end - hit.start > last.end - last.start else last
            same = (hit.start, hit.end) == (last.start, last.end)
            kept[-1] = replace(longer, disguised=last.disguised or (hit.disguised and not same))
            continue
        kept.append(hit)
    return sorted(kept, key=lambda hit: (hit.start, hit.end))


def _inside_near(hit: Hit, reading: Reading, spared: dict[int, list[tuple[int, int]]]) -> bool:
    """Whether a hit lies in a near-miss, or cuts one in two (护肤第一 in 护肤第一步)."""
    rule = hit.rule
    for start, end in spared.get(id(rule), ()):
        holds = start <= hit.start and hit.end <= end
        overlaps = start < hit.end and hit.start < end
        if holds or (overlaps and not (hit.start <= start and end <= hit.end)):
            return True
    if not rule.near:
        return False
    close = reading.close
    first, past = bisect_left(close.at, hit.start), bisect_left(close.at, hit.end)
    near, far = max(0, first - _CONTEXT), past + _CONTEXT
    return any(
        found.start() <= first and past <= found.end()
        for pattern in rule.near
        for found in pattern.finditer(close.text, near, far)
    )
