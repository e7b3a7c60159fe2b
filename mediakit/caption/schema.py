"""What a rules file may say: `[[rule]]`, `[[guard]]`, `[[adjust]]`, `[[relax]]`, and the tables they refer to.

Written for people who write captions: a rule is a list of words with a reason. Chinese and English terms are plain
words; `"最{好,佳}的"` stands for 最好的 and 最佳的. Patterns are regular expressions on text that has been folded:
lower case, half width, simplified characters, no spaces beside Chinese characters.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Severity = Literal["block", "warn", "info"]
FieldName = Literal["title", "body", "topics"]
Words = tuple[Annotated[str, Field(min_length=1)], ...]
RuleId = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Check = Literal[
    "terms",
    "evasion",
    "phone",
    "title-length",
    "body-length",
    "topic-count",
    "title-missing",
    "noise",
    "relevance",
    "undeclared",
    "vague",
    "buried",
]


class Data(BaseModel):
    """A table of a rules file: frozen, and strict about names."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Rule(Data):
    """One rule: what it looks for, where, how bad it is, what is no breach, why, and what to write instead."""

    id: RuleId
    severity: Severity
    on: Words = ("all",)
    """Platforms, surfaces or groups of `[groups]`."""
    severity_on: dict[str, Severity] = Field(default_factory=dict)
    """Platform or group to severity, where it differs; the entry named last wins."""
    fields: tuple[FieldName, ...] = ("title", "body", "topics")
    check: Check = "terms"
    """`terms` looks the words up; the others are computed, and the entry gives their severity and words."""
    terms_zh: Words = ()
    terms_en: Words = ()
    disguises: Words = ()
    """Spellings made to slip past a filter: found like terms, and reported as `obf-evasion` too."""
    exact: Words = ()
    """Signs that folding would change (第①): looked for in the text as written."""
    patterns: Words = ()
    disguise_patterns: Words = ()
    """Patterns of spellings made to slip past a filter: reported as `obf-evasion` too."""
    near: Words = ()
    """Phrases that hold a term and are no breach: a term inside one of them does not count."""
    near_patterns: Words = ()
    unless_before: Words = ()
    """Words (or patterns) that make the finding void when they stand directly before it."""
    unless_after: Words = ()
    unless_clause: Words = ()
    """Void when one of these stands in the same clause, outside the finding."""
    unless_sentence: Words = ()
    unless_text: Words = ()
    """Void when one of these stands anywhere in the post: a source, a number, a declaration."""
    info_if_text: Words = ()
    """Lowered to info when one of these stands anywhere in the post, as a registration number would."""
    guards: Words = ()
    evidence: Words = ()
    """Kinds of evidence a brand may have on file that lower the finding to info."""
    respell: bool = True
    """Whether mixed pinyin and split characters of the Chinese terms are looked for as well."""
    why_zh: str = Field(min_length=1)
    why_en: str = Field(min_length=1)
    suggest_zh: str = ""
    suggest_en: str = ""
    source: Words = ()
    confidence: Literal["high", "medium", "low", "brand"] = "brand"


class Guard(Data):
    """A reason why words that look like a breach are none, or may be none, under a name that rules refer to."""

    id: RuleId
    meaning: str = Field(min_length=1)
    before: Words = ()
    """Found at most `window` characters before the finding, in the same clause."""
    before_en: Words = ()
    """Found at most three words before the finding, in the same clause."""
    after: Words = ()
    window: int = Field(default=6, ge=0, le=40)
    clause: Words = ()
    sentence: Words = ()
    """Found in the same sentence, outside the finding."""
    unless_sentence: Words = ()
    """The guard itself does not hold where one of these stands in the same sentence."""
    post: Words = ()
    """Holds, too, where one of these stands anywhere in the post and none of `unless_post` does."""
    unless_post: Words = ()
    lowers: bool = False
    """The finding stays, as a note: what is said here may be no breach, and only a reader can tell."""


class Adjust(Data):
    """A brand's additions to a rule that is there already."""

    rule: RuleId
    reason: str = Field(min_length=1)
    severity: Severity | None = None
    on: Words = ()
    """More platforms or groups it applies to."""
    terms_zh: Words = ()
    terms_en: Words = ()
    patterns: Words = ()
    near: Words = ()
    near_patterns: Words = ()


class Relax(Data):
    """A brand's decision that a rule, or some words of it, may pass; the report shows the reason."""

    rule: RuleId
    reason: str = Field(min_length=1)
    terms: Words = ()
    """Only findings of these words; empty means the whole rule."""
    to: Literal["warn", "info", "off"] = "info"


class Spelling(Data):
    """How characters of sensitive words are respelled."""

    pinyin: dict[str, str] = Field(default_factory=dict)
    """Syllable without tone, to the characters it stands in for."""
    split: dict[str, str] = Field(default_factory=dict)
    """Pieces, to the character that is torn into them."""
    sound: dict[str, str] = Field(default_factory=dict)
    """A character, to those written in its place because they sound or look like it."""


class Vocabulary(Data):
    """Words of everyday Chinese that sensitive words must not be cut from."""

    ordinary: Words = ()
    """Words of two characters, several to a line: 快速看懂 holds no 速看, because 快速 is a word."""


class RulesFile(Data):
    """One file of rules."""

    schema_: Literal[1] = Field(alias="schema")
    rule: tuple[Rule, ...] = ()
    guard: tuple[Guard, ...] = ()
    adjust: tuple[Adjust, ...] = ()
    relax: tuple[Relax, ...] = ()
    groups: dict[str, Words] = Field(default_factory=dict)
    sources: dict[str, str] = Field(default_factory=dict)
    spelling: Spelling = Spelling()
    words: Vocabulary = Vocabulary()
