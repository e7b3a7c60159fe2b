"""A checked caption on a terminal: the text with its findings marked, the counts as the app shows them, and the reasons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mediakit.cli.console import out

if TYPE_CHECKING:
    from rich.text import Text

    from mediakit.caption import Checked, Finding

STYLE = {"block": "bold red underline", "warn": "yellow underline", "info": "cyan underline"}
MARK = {"block": "✗ 拦截 block", "warn": "! 注意 warn", "info": "· 提示 info"}
VERDICT = {
    "block": ("拦截 BLOCK", "bold red"),
    "warn": ("注意 WARN", "bold yellow"),
    "pass": ("通过 PASS", "bold green"),
}
MOST_SHOWN = 40
"""Findings listed; a text of 100,000 characters may have thousands."""


def show(post: str, title: str, body: str, topics: Sequence[str], held: Checked) -> None:
    """Print one post with what was found in it."""
    from rich.text import Text

    words, style = VERDICT[held.verdict]
    line = Text(f"{_printable(post)}  →  {held.target}  ")
    line.append(words, style)
    out().print(line)
    if title:
        out().print(_marked(title, held.findings, "title", "bold"))
    if body:
        out().print(_marked(body[:4000], held.findings, "body"))
    if topics:
        tagged = " ".join(topic if topic.startswith("#") else f"#{topic}" for topic in topics)
        out().print(_marked(tagged, held.findings, "topics"))
    out().print(Text(_counts(held), "dim"))
    for finding in held.findings[:MOST_SHOWN]:
        _explain(finding)
    if len(held.findings) > MOST_SHOWN:
        out().print(Text(f"… {len(held.findings) - MOST_SHOWN} more; --json lists them all", "dim"))
    out().print()


def _marked(text: str, findings: Sequence[Finding], field: str, style: str = "") -> Text:
    from rich.text import Text

    shown = Text(_printable(text), style)
    for finding in sorted(findings, key=lambda found: "iwb".index(found.severity[0])):
        if finding.field == field:
            shown.stylize(STYLE[finding.severity], finding.start, finding.end)
    return shown


def _printable(text: str) -> str:
    """The text with what steers a terminal or cannot be encoded replaced, character for character, so spans still fit."""
    return "".join(
        char if char.isprintable() or char == "\n" else " " if char in "\t\r" or ord(char) < 32 else "\ufffd"
        for char in text
    )


def _counts(held: Checked) -> str:
    counts = held.counts
    named = (
        ("标题 title", counts.title, counts.title_max),
        ("正文 body", counts.body, counts.body_max),
        ("话题 topics", counts.topics, counts.topics_max),
    )
    return "   ".join(f"{name} {number}" + (f"/{limit}" if limit else "") for name, number, limit in named)


def _explain(finding: Finding) -> None:
    from rich.text import Text

    head = Text(f"  {MARK[finding.severity]}  ", STYLE[finding.severity].replace(" underline", ""))
    head.append(f"{finding.rule}  {finding.field} {finding.start}–{finding.end}", "dim")
    if finding.text:
        head.append(f"  “{_printable(_short(finding.text))}”")
    out().print(head)
    for why, suggest in ((finding.why_zh, finding.suggest_zh), (finding.why_en, finding.suggest_en)):
        out().print(Text(f"      {why}" + (f"  → {suggest}" if suggest else "")))
    if finding.relaxed:
        out().print(Text(f"      放宽 relaxed: {finding.relaxed}", "dim"))


def _short(text: str) -> str:
    line = text.replace("\n", " ")
    return line if len(line) <= 40 else f"{line[:39]}…"
