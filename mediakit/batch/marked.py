"""What a surface minds of the marks in a picture: codes by its own rule, words by the rules for a post's words.

Lines are held against the rules as if they stood in the post's body, without its rules on form. Only marks that a
deliverable shows count: what its crop leaves out is nobody's business.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from mediakit.caption import Finding, Rulebook, check_caption
from mediakit.model import Crop, Delivered, Findings, Mark
from mediakit.platforms.schema import Target

CODE = "mark-code"
BLURRED = "marks-blurred"
"""The note on a deliverable whose codes and contact details are unreadable."""
_CONTACT = "div-"


@dataclass(frozen=True, slots=True)
class Marked:
    """One mark a surface minds: the rule, how much, what is there, why, and what to do."""

    mark: Mark
    rule: str
    severity: Literal["block", "warn", "info"]
    text: str
    why_zh: str
    why_en: str

    @property
    def is_contact(self) -> bool:
        """A code, or a line that leads people elsewhere: what is blurred where the preset says so."""
        return self.rule.startswith((CODE, _CONTACT))


def shown_marks(findings: Findings | None, crop: Crop | None) -> tuple[Mark, ...]:
    """The marks whose middle lies inside `crop`; None: all of them."""
    marks = () if findings is None else findings.marks
    return tuple(mark for mark in marks if crop is None or _inside(mark, crop))


def marks_left(findings: Findings | None, delivered: Delivered, target: Target, rules: Rulebook) -> tuple[Marked, ...]:
    """What `target` minds of the marks that a deliverable shows and that were not blurred on it."""
    found = marked(shown_marks(findings, delivered.crop), target, rules)
    blurred = any(note.code == BLURRED for note in delivered.notes)
    return tuple(one for one in found if not (blurred and one.is_contact))


def marked(marks: Sequence[Mark], target: Target, rules: Rulebook) -> tuple[Marked, ...]:
    """What `target` minds of the marks that a picture shows, worst first."""
    found = [*_codes(marks, target), *_words([mark for mark in marks if mark.kind == "text"], target, rules)]
    return tuple(sorted(found, key=lambda one: ("block", "warn", "info").index(one.severity)))


def _inside(mark: Mark, crop: Crop) -> bool:
    x, y = mark.box.centre
    return crop.x_px <= x < crop.x_px + crop.w_px and crop.y_px <= y < crop.y_px + crop.h_px


def _codes(marks: Sequence[Mark], target: Target) -> Iterator[Marked]:
    rule = target.surface.qr_codes
    if rule == "allowed":
        return
    for mark in marks:
        if mark.kind == "code":
            zh, en = (
                "图片里有二维码，会被当作站外引流。",
                "The picture shows a code, which counts as leading people elsewhere.",
            )
            yield Marked(mark, CODE, rule, mark.text, zh, en)


def _words(marks: Sequence[Mark], target: Target, rules: Rulebook) -> Iterator[Marked]:
    """One check for all lines, so that words around a number count; each finding belongs to the line it begins in."""
    if not marks:
        return
    body = "\n".join(mark.text.replace("\n", " ") for mark in marks)
    held = check_caption("", body, (), target.surface.id, rules=rules)
    starts = [0]
    for mark in marks:
        starts.append(starts[-1] + len(mark.text) + 1)
    for finding in held.findings:
        if finding.field == "body" and _is_of_a_picture(finding):
            line = max(index for index, start in enumerate(starts[:-1]) if start <= finding.start)
            yield Marked(marks[line], finding.rule, finding.severity, finding.text, finding.why_zh, finding.why_en)


def _is_of_a_picture(finding: Finding) -> bool:
    return not finding.rule.startswith(("fmt-", "rel-", "com-", "disclose-", "obf-", "eng-", "title-", "ai-"))
