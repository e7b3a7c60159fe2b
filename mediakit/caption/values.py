"""What a check of a caption comes to: frozen values, JSON-able."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mediakit.caption.schema import FieldName, Severity

CaptionVerdict = Literal["pass", "warn", "block"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to change or look at.

    `start` and `end` count Unicode code points of the field as written; topics given apart count in the words
    `"#one #two"`. `relaxed` is the brand's reason, or its evidence, where it lowered the severity.
    """

    rule: str
    severity: Severity
    field: FieldName
    start: int
    end: int
    text: str
    why_zh: str
    why_en: str
    suggest_zh: str
    suggest_en: str
    source: tuple[str, ...] = ()
    relaxed: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """Lengths as the platform counts them, with its limits; None where it has none."""

    title: int
    body: int
    topics: int
    title_max: int | None = None
    body_max: int | None = None
    topics_max: int | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """A caption held against one target. `chinese` tells which language the reader is served in."""

    target: str
    verdict: CaptionVerdict
    counts: Counts
    findings: tuple[Finding, ...]
    chinese: bool = True

    def as_json(self) -> dict[str, object]:
        """The form of `mediakit caption --json`, without the post's id."""
        return {
            "target": self.target,
            "verdict": self.verdict,
            "counts": {"title": self.counts.title, "body": self.counts.body, "topics": self.counts.topics},
            "limits": {"title": self.counts.title_max, "body": self.counts.body_max, "topics": self.counts.topics_max},
            "findings": [self._finding(finding) for finding in self.findings],
        }

    def _finding(self, finding: Finding) -> dict[str, object]:
        return {
            "rule": finding.rule,
            "severity": finding.severity,
            "field": finding.field,
            "start": finding.start,
            "end": finding.end,
            "text": finding.text,
            "why": finding.why_zh if self.chinese else finding.why_en,
            "suggest": finding.suggest_zh if self.chinese else finding.suggest_en,
            "why_zh": finding.why_zh,
            "why_en": finding.why_en,
            "suggest_zh": finding.suggest_zh,
            "suggest_en": finding.suggest_en,
            "source": list(finding.source),
            "relaxed": finding.relaxed or None,
        }
