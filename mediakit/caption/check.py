"""One caption against one target: words, disguises, telephone numbers, disclosure, form and relevance, as one verdict."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from mediakit.caption.compile import ActiveRule, Matcher, matcher_for
from mediakit.caption.context import Surroundings
from mediakit.caption.fold import DROPPED, Reading, folded
from mediakit.caption.limits import Breach, breaches, count
from mediakit.caption.load import Rulebook, load_rules
from mediakit.caption.match import NOTHING, Hit, find
from mediakit.caption.mention import Post
from mediakit.caption.phone import find_phones
from mediakit.caption.relevance import relevance_of
from mediakit.caption.schema import FieldName, Severity
from mediakit.caption.surface import WordsOf, words_of
from mediakit.caption.values import CaptionVerdict, Checked, Finding

BEFORE_THE_FOLD = 125
"""Characters of a caption that Instagram shows before "more"."""
_ORDER = {"block": 0, "warn": 1, "info": 2}
_HAN = re.compile("[\u3400-\u9fff]")
_OTHER_TOPICS = re.compile(r"(?:#[^\s#]+[\s,]*){3,}$")


@dataclass(frozen=True, slots=True)
class _Field:
    """One field of the post: its text as written and as read."""

    name: FieldName
    text: str
    reading: Reading


def check_caption(
    title: str,
    body: str,
    topics: Sequence[str] = (),
    target: str = "xiaohongshu",
    *,
    rules: Rulebook | None = None,
    sponsored: bool = False,
    evidence: Iterable[str] = (),
) -> Checked:
    """Hold a post's words against everything the rules and the platform say for `target`.

    `topics` are hashtags given apart from the body (with or without #). `sponsored` says that the brand pays: a clear
    disclosure must then stand in the post. `evidence` names what the brand has on file (`registration`, `efficacy`,
    `patent`, `data`), which lowers the findings it answers to notes. Raises UsageError for an unknown target.
    """
    book = rules or load_rules()
    words = words_of(target)
    matcher = matcher_for(book, words.platform, words.surface)
    tagged = [topic if topic.startswith(("#", "＃")) else f"#{topic}" for topic in topics if topic.strip()]
    parts: tuple[tuple[FieldName, str], ...] = (("title", title), ("body", body), ("topics", " ".join(tagged)))
    fields = [_Field(name, text, Reading(text)) for name, text in parts if text]
    post = Post([field.reading for field in fields])
    findings = list(_word_findings(fields, matcher, post))
    if sponsored:
        findings += _undeclared(matcher, fields, post.text)
    counts = count(title, body, tagged, words)
    findings += _form(title, body, breaches(title, body, counts, words), matcher)
    findings += _relevance(title, fields, matcher, words, post)
    held = _lowered(findings, book, matcher, frozenset(evidence))
    ordered = sorted(held, key=lambda found: (_ORDER[found.severity], _place(found)))
    chinese = _HAN.search(f"{title}{body}") is not None
    return Checked(words.name, _verdict(ordered), counts, tuple(ordered), chinese)


def _place(finding: Finding) -> tuple[int, int, int]:
    return ("title", "body", "topics").index(finding.field), finding.start, finding.end


def _verdict(findings: Iterable[Finding]) -> CaptionVerdict:
    severities = {finding.severity for finding in findings}
    return "block" if "block" in severities else "warn" if "warn" in severities else "pass"


def _word_findings(fields: Sequence[_Field], matcher: Matcher, post: Post) -> Iterator[Finding]:
    """What the words break; the title last, since it is read as the body says it."""
    body = NOTHING
    for field in sorted(fields, key=lambda field: field.name == "title"):
        found = find(field.reading, matcher, post, body)
        yield from _field_findings(field, found.hits, matcher)
        if field.name == "body":
            body = found


def _field_findings(field: _Field, found: Iterable[Hit], matcher: Matcher) -> Iterator[Finding]:
    hits = [hit for hit in found if field.name in hit.rule.rule.fields]
    phone = matcher.by_id.get("div-phone")
    if phone is not None:
        hits += [Hit(phone, found.start, found.end, found.disguised) for found in find_phones(field.reading)]
    buried = [hit for hit in hits if hit.rule.rule.check == "buried"]
    for hit in hits:
        if hit.rule.rule.check != "buried":
            yield _finding(hit.rule, field, hit.start, hit.end, severity="info" if hit.lowered else None)
    yield from _buried(field, buried)
    evasion = matcher.by_id.get("obf-evasion")
    if evasion is not None:
        hidden = (hit for hit in hits if hit.disguised and not hit.lowered and hit.rule.severity != "info")
        for start, end in sorted({(hit.start, hit.end) for hit in hidden}):
            yield _finding(evasion, field, start, end)


def _buried(field: _Field, hits: list[Hit]) -> Iterator[Finding]:
    """The first clear disclosure, where it stands after the fold or behind a cluster of other hashtags."""
    if not hits or field.name == "title":
        return
    first = min(hits, key=lambda hit: hit.start)
    before = Surroundings(field.reading.close).passage(first.start, first.end).before
    head = field.text[max(0, first.start - 300) : first.start]
    if first.start >= BEFORE_THE_FOLD or _OTHER_TOPICS.search(head) or _OTHER_TOPICS.search(before):
        yield _finding(first.rule, field, first.start, first.end)


def _undeclared(matcher: Matcher, fields: list[_Field], whole: str) -> Iterator[Finding]:
    """The brand says that the post is paid for, and the post does not say so: blocked, whatever the rule's severity."""
    rule = matcher.by_id.get("com-sponsor-undeclared")
    if rule is None or (rule.text is not None and rule.text.search(whole)):
        return
    body = next((one for one in fields if one.name == "body"), _Field("body", "", Reading("")))
    zh, en = "预设标明这是商业合作", "the preset says that this post is sponsored"
    yield _finding(rule, body, 0, 0, zh=zh, en=en, severity="block")


def _form(title: str, body: str, found: Iterable[Breach], matcher: Matcher) -> Iterator[Finding]:
    texts = {"title": title, "body": body}
    for breach in found:
        rule = matcher.by_id.get(breach.rule)
        if rule is not None:
            field = _Field(breach.field, texts.get(breach.field, ""), Reading(""))
            yield _finding(rule, field, breach.start, breach.end, zh=breach.zh, en=breach.en, severity=breach.severity)


def _relevance(title: str, fields: Sequence[_Field], matcher: Matcher, words: WordsOf, post: Post) -> Iterator[Finding]:
    rule = matcher.by_id.get("rel-title-body")
    plain = {field.name: field.reading.folded.text.replace(DROPPED, "") for field in fields}
    head = plain.pop("title", "")
    found = relevance_of(head, "\n".join(plain.values()), post.holds) if rule is not None and words.has_title else None
    if rule is None or found is None or not found.unrelated:
        return
    named = "、".join(found.missing)
    zh = f"相关度 {found.share:.2f}" + (f"；正文提到而标题没有：{named}" if named else "")
    en = f"relevance {found.share:.2f}" + (
        f"; in the body, not in the title: {', '.join(found.missing)}" if named else ""
    )
    yield _finding(rule, _Field("title", title, Reading("")), 0, len(title), zh=zh, en=en)


def _finding(
    rule: ActiveRule,
    field: _Field,
    start: int,
    end: int,
    *,
    zh: str = "",
    en: str = "",
    severity: Severity | None = None,
) -> Finding:
    said = rule.rule
    return Finding(
        rule=said.id,
        severity=severity or rule.severity,
        field=field.name,
        start=start,
        end=end,
        text=field.text[start:end],
        why_zh=f"{said.why_zh}（{zh}）" if zh else said.why_zh,
        why_en=f"{said.why_en} ({en})" if en else said.why_en,
        suggest_zh=said.suggest_zh,
        suggest_en=said.suggest_en,
        source=said.source,
    )


def _lowered(findings: list[Finding], book: Rulebook, matcher: Matcher, evidence: frozenset[str]) -> Iterator[Finding]:
    """The findings as the brand's decisions and evidence leave them; what is let pass entirely is gone."""
    for finding in findings:
        on_file = evidence & set(matcher.by_id[finding.rule].rule.evidence)
        held: Finding | None = finding
        if on_file:
            held = replace(finding, severity="info", relaxed=f"on file: {', '.join(sorted(on_file))}")
        for relax in book.relaxed:
            if held is None or relax.rule != finding.rule:
                continue
            if relax.terms and folded(finding.text) not in {folded(term) for term in relax.terms}:
                continue
            if relax.to == "off":
                held = None
            elif _ORDER[relax.to] > _ORDER[held.severity]:
                held = replace(held, severity=relax.to, relaxed=relax.reason)
        if held is not None:
            yield held
