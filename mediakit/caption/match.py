"""Finds every breach of the rules in one text, and drops what is none.

A hit is dropped when it lies inside a near-miss of its own rule (第一 in 第一次), inside a name that the post gives as one
(《天下第一楼》), and when one of its rule's guards holds in the clause around it, or for the post as a whole. It is lowered
to a note when a guard says that it may be none; not where it is disguised: who hides a word means it.

Words are looked up in `lookup`, contexts are weighed in `context`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from mediakit.caption.compile import ActiveRule, Matcher
from mediakit.caption.context import Surroundings
from mediakit.caption.fold import DROPPED, Reading, View
from mediakit.caption.lookup import words_in
from mediakit.caption.mention import Post

_CONTEXT = 60
"""Characters on either side of a hit that a near-miss may reach."""

_NAMED = re.compile('《([^》\n]{2,30})》|(?:叫|名为|取名)做?["“「『]([^"”」』\n]{2,12})["”」』]')
"""A work's title, or a name that is given."""

Said = tuple[str, str]
"""A rule's id, and the words found, as written."""
Spans = dict[int, list[tuple[int, int]]]
"""By the identity of a rule: where its near-misses stand in the source."""


class Found(NamedTuple):
    """What one field breaks, and what is said in it only where guards excuse it or leave a doubt."""

    hits: list[Hit]
    said: frozenset[Said]
    doubted: frozenset[Said]


class Hit(NamedTuple):
    """A breach found: which rule, where in the source, and whether it was written to slip past a filter."""

    rule: ActiveRule
    start: int
    end: int
    disguised: bool = False
    lowered: bool = False
    """A note, no breach: evidence stands in the post, or what stands around it leaves a doubt."""


NOTHING = Found([], frozenset(), frozenset())


def find(reading: Reading, matcher: Matcher, post: Post, body: Found = NOTHING) -> Found:
    """Every breach in one field. `post` is all of them, for what may stand anywhere; `body` is what its body says.

    Words that the body says only in doubt are in doubt in the title too. What a post is about makes one listed word
    doubtful, not several: who says two of them is selling something.
    """
    raw, spared = _words(reading, matcher)
    raw += _exact(reading, matcher)
    raw += _patterns(reading, matcher)
    if not raw:
        return NOTHING
    found = {id(hit.rule): hit.rule for hit in raw}
    guards = {guard for rule in found.values() for guard in (*rule.guards, *rule.doubts)}
    about = {guard for guard in guards if guard.holds_for(post)}
    excused_by_post = {key for key, rule in found.items() if not about.isdisjoint(rule.guards)}
    excused_by_post |= {key for key, rule in found.items() if rule.text is not None and rule.text.search(post.text)}
    lowered = {key for key, rule in found.items() if rule.info is not None and rule.info.search(post.text)}
    doubted = {key for key, rule in found.items() if not about.isdisjoint(rule.doubts)}
    around = Surroundings(reading.close, frozenset(guard for guard in guards if guard.may_hold(reading.holds)))
    near_misses = _NearMisses(reading, spared, post.text)
    weighed = [
        (hit, around.weigh(hit.rule, hit.start, hit.end))
        for hit in _longest(raw)
        if id(hit.rule) not in excused_by_post and not near_misses.spare(hit)
    ]
    said = {_said(hit, reading) for hit, weight in weighed if weight != "void"}
    if len(said | body.said) > 1:
        doubted = set()
    held = []
    for hit, weight in weighed:
        key = id(hit.rule)
        doubt = weight == "note" or key in doubted or (bool(body.doubted) and _said(hit, reading) in body.doubted)
        if weight != "void":
            held.append(hit._replace(lowered=True) if key in lowered or (doubt and not hit.disguised) else hit)
    plain = {_said(hit, reading) for hit, weight in weighed if weight == "breach"}
    return Found(held, frozenset(said), frozenset(_said(hit, reading) for hit, _ in weighed) - plain)


def _said(hit: Hit, reading: Reading) -> Said:
    return hit.rule.rule.id, reading.source[hit.start : hit.end]


def _words(reading: Reading, matcher: Matcher) -> tuple[list[Hit], Spans]:
    """Every term found, and the near-misses found."""
    hits: list[Hit] = []
    spared: Spans = {}
    for entry, start, end, disguised in words_in(reading, matcher):
        rule = matcher.rules[entry.rule]
        if entry.near:
            spared.setdefault(id(rule), []).append((start, end))
        else:
            hits.append(Hit(rule, start, end, disguised))
    return hits, spared


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


def _patterns(reading: Reading, matcher: Matcher) -> Iterator[Hit]:
    close = reading.close
    for rule, pattern in matcher.patterns_for(close.text, reading.holds):
        for found in pattern.regex.finditer(close.text):
            if found.end() > found.start():
                start, end = close.span(found.start(), found.end())
                disguised = pattern.disguise or _pattern_disguised(reading, start, end)
                yield Hit(rule, start, end, disguised)


def _pattern_disguised(reading: Reading, start: int, end: int) -> bool:
    """Whether something invisible or a styled letter stands inside what a pattern found; accents of names are neither."""
    if reading.source.isascii():
        return False
    folded = reading.folded
    first, past = folded.place(start), folded.place(end)
    named = (place for place in range(first, past) if not "\u00c0" <= reading.source[folded.at[place]] <= "\u024f")
    return DROPPED in folded.text[first:past].rstrip(DROPPED) or not reading.styled.isdisjoint(named)


def _longest(hits: list[Hit]) -> list[Hit]:
    """For each rule, the hits that lie in no longer hit; of equals, the one written plainly."""
    hits.sort(key=lambda hit: (id(hit.rule), hit.start, -hit.end, hit.disguised))
    kept: list[Hit] = []
    for hit in hits:
        last = kept[-1] if kept and kept[-1].rule is hit.rule else None
        if last is None or hit.start >= last.end:
            kept.append(hit)
            continue
        longer = hit if hit.end > last.end and hit.end - hit.start > last.end - last.start else last
        same = (hit.start, hit.end) == (last.start, last.end)
        disguised = last.disguised or (hit.disguised and not same)
        if longer is not last or disguised is not last.disguised:
            kept[-1] = Hit(hit.rule, longer.start, longer.end, disguised)
    return sorted(kept, key=lambda hit: (hit.start, hit.end))


def _names_in(close: View, whole_post: str) -> Iterator[tuple[int, int]]:
    """Where the names that the post gives stand in a field, with or without their marks."""
    for name in {found[1] or found[2] for found in _NAMED.finditer(whole_post)}:
        for place in re.finditer(re.escape(name), close.text):
            yield close.span(*place.span())


class _NearMisses:
    """The near-misses of one field: words that were found, names, and patterns, looked for around what no word spares."""

    def __init__(self, reading: Reading, words: Spans, whole_post: str) -> None:
        self._reading = reading
        self._words = words
        self._names = tuple(_names_in(reading.close, whole_post))
        self._patterns: dict[int, list[re.Pattern[str]]] = {}

    def spare(self, hit: Hit) -> bool:
        """Whether a hit lies in a near-miss, or is cut in two by one that is a word (护肤第一 by 第一步)."""
        for start, end in self._words.get(id(hit.rule), ()):
            holds = start <= hit.start and hit.end <= end
            overlaps = start < hit.end and hit.start < end
            if holds or (overlaps and not (hit.start <= start and end <= hit.end)):
                return True
        if any(start <= hit.start and hit.end <= end for start, end in self._names):
            return True
        return bool(hit.rule.near) and self._in_a_pattern(hit)

    def _in_a_pattern(self, hit: Hit) -> bool:
        close = self._reading.close
        first, past = close.place(hit.start), close.place(hit.end)
        near, far = max(0, first - _CONTEXT), past + _CONTEXT
        return any(
            found.start() <= first and past <= found.end()
            for pattern in self._worth_trying(hit.rule)
            for found in pattern.finditer(close.text, near, far)
        )

    def _worth_trying(self, rule: ActiveRule) -> list[re.Pattern[str]]:
        known = self._patterns.get(id(rule))
        if known is None:
            text, holds = self._reading.close.text, self._reading.holds
            known = [pattern.regex for pattern in rule.near if pattern.may_match(text, holds)]
            self._patterns[id(rule)] = known
        return known
