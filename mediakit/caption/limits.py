"""What a platform's form asks of a post: how long its title and body may be, how many topics, and no noise.

The limits are platform data; the severity of breaking them is the rules' (`rules/format.toml`), except that a limit only
warned about warns, and one that is a margin of ours is a note.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mediakit.caption.count import title_length, topics_in, utf16_units
from mediakit.caption.schema import FieldName, Severity
from mediakit.caption.surface import WordsOf
from mediakit.caption.values import Counts

_STACKED = re.compile(r"([!！?？。，,~～、])\1{2,}")
_EMOJI = re.compile("[\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]")
_CAPITALS = re.compile(r"[A-Z]{2,}")
_LETTERS = re.compile(r"[A-Za-z]+")


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule of form that is broken: where, and the figures in both languages. `severity` None: as the rule says."""

    rule: str
    field: FieldName
    start: int
    end: int
    zh: str
    en: str
    severity: Severity | None = None


def count(title: str, body: str, topics: list[str], words: WordsOf) -> Counts:
    """The lengths as the platform counts them. Where it has no title, a title is the body's first line."""
    limits = words.limits
    text = body if words.has_title or not title else f"{title}\n{body}"
    named = topics if any(topics) else []
    apart = sum(utf16_units(topic) + 1 for topic in named) if limits.topics_in_body else 0
    return Counts(
        title=title_length(title, limits.title_count),
        body=utf16_units(text) + apart,
        topics=len(topics_in(body)) + len(topics_in(title)) + len(named),
        title_max=limits.title_max,
        body_max=limits.body_max,
        topics_max=limits.topics_warn or limits.topics_max,
    )


def breaches(title: str, body: str, counts: Counts, words: WordsOf) -> Iterator[Breach]:
    """Every rule of form that the post breaks on that surface."""
    yield from _title(title, counts, words)
    yield from _body(body, counts, words)
    yield from _topics(body, counts, words)
    yield from _noise(title, body)


def _title(title: str, counts: Counts, words: WordsOf) -> Iterator[Breach]:
    limits, length = words.limits, counts.title
    end = len(title)
    if not title.strip():
        yield Breach("fmt-title-missing", "title", 0, end, "", "")
        if words.platform == "wechat-article":
            yield Breach("fmt-title-length", "title", 0, end, "标题为空", "the title is empty")
        return
    if limits.title_max is None:
        return
    shown = f"{length}/{limits.title_max}"
    if length > limits.title_max:
        cut = _cut_at(title, limits.title_max, limits.title_count)
        yield Breach("fmt-title-length", "title", cut, end, shown, shown)
    elif limits.title_warn is not None and length > limits.title_warn:
        zh, en = (
            f"{length} 字，接口发布上限 {limits.title_warn}",
            f"{length}, over {limits.title_warn} for publishing by API",
        )
        yield Breach("fmt-title-length", "title", limits.title_warn, end, zh, en, "warn")
    elif limits.title_count == "weighted" and len(title) > limits.title_max:
        zh, en = f"按字符数 {len(title)}，加权后 {shown}", f"{len(title)} characters, {shown} as weighed"
        yield Breach("fmt-title-length", "title", limits.title_max, end, zh, en, "info")
    elif limits.title_min is not None and length < limits.title_min:
        zh, en = f"{length} 字，建议至少 {limits.title_min}", f"{length}, at least {limits.title_min} advised"
        yield Breach("fmt-title-length", "title", 0, end, zh, en, "info")


def _cut_at(title: str, limit: int, how: str) -> int:
    """Where the app cuts the title: the first character that no longer fits."""
    low, high = 0, len(title)
    while low < high:
        middle = (low + high + 1) // 2
        if title_length(title[:middle], how) <= limit:
            low = middle
        else:
            high = middle - 1
    return low


def _body(body: str, counts: Counts, words: WordsOf) -> Iterator[Breach]:
    limits, length, end = words.limits, counts.body, len(body)
    if limits.body_max is not None and length > limits.body_max:
        shown = f"{length}/{limits.body_max}"
        yield Breach("fmt-body-length", "body", min(end, limits.body_max), end, shown, shown)
    elif limits.body_warn is not None and limits.body_max is not None and length > limits.body_warn:
        shown = f"{length}/{limits.body_max}"
        yield Breach("fmt-body-length", "body", 0, end, f"接近上限 {shown}", f"close to the limit, {shown}", "warn")
    if limits.body_max_bytes is not None and len(body) * 4 > limits.body_max_bytes:
        held = len(body.encode("utf-8", "replace"))
        if held > limits.body_max_bytes:
            shown = f"{held:,}/{limits.body_max_bytes:,} B"
            yield Breach("fmt-body-length", "body", 0, end, shown, shown)


def _topics(body: str, counts: Counts, words: WordsOf) -> Iterator[Breach]:
    limits, number = words.limits, counts.topics
    if limits.topics_max is not None and number > limits.topics_max:
        shown = f"{number}/{limits.topics_max}"
        yield Breach("fmt-topic-count", "body", *_extra(body, limits.topics_max), shown, shown)
    elif limits.topics_warn is not None and number > limits.topics_warn:
        shown = f"{number}/{limits.topics_warn}"
        yield Breach("fmt-topic-count", "body", *_extra(body, limits.topics_warn), shown, shown, "warn")


def _extra(body: str, allowed: int) -> tuple[int, int]:
    """From the first topic too many to the last; the body's end where they stand elsewhere."""
    named = topics_in(body)[allowed:]
    if not named:
        return len(body), len(body)
    return body.find(named[0]), body.rfind(named[-1]) + len(named[-1])


def _noise(title: str, body: str) -> Iterator[Breach]:
    fields: tuple[tuple[FieldName, str], ...] = (("title", title), ("body", body))
    for field, text in fields:
        stacked = _STACKED.search(text)
        if stacked is not None:
            yield Breach("fmt-noise", field, *stacked.span(), "标点堆叠", "stacked punctuation")
        emoji = len(_EMOJI.findall(text))
        if emoji > 3 and emoji * 3 > len(text):
            yield Breach("fmt-noise", field, 0, len(text), "表情过多", "more than a third is emoji")
    shouted = _LETTERS.findall(title)
    if len(shouted) >= 3 and title.upper() == title and len(_CAPITALS.findall(title)) >= 3:
        yield Breach("fmt-noise", "title", 0, len(title), "标题全大写", "the title is all capitals")
