"""The pieces every check is made of: what the renderer expected, the list of rules held, and the conclusion.

Severity follows one principle. `block`: posting would fail, or what people see (or can find out) would be wrong.
`warn`: it can be posted, at a cost in quality or reach. What only our own house style asks for (an exact export size,
a constant frame rate, a short GOP) blocks our own output and warns about a file from another tool.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from mediakit.model import Check, Size

Severity = Literal["block", "warn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the renderer says it wrote. Given at all, the file is held as our own; None leaves one figure uncompared.

    `capture_date` says that a date was kept on purpose, `ai_label` that the source carried an AI-content label,
    `copied_picture` that its packets are those of the source, whose end was decoded before it was copied.
    """

    size: Size | None = None
    duration_s: float | None = None
    has_audio: bool | None = None
    capture_date: bool = False
    ai_label: bool = False
    copied_picture: bool = False


@dataclass(slots=True)
class Held:
    """Collects checks. `expect` None: a file from any tool."""

    expect: Expected | None
    checks: list[Check] = field(default_factory=list)

    def hold(self, rule: str, ok: bool, measured: object, limit: object, severity: Severity = "block") -> None:
        """A rule of the platform."""
        self.checks.append(Check(rule, bool(ok), measured, limit, severity))

    def hold_house(self, rule: str, ok: bool, measured: object, limit: object) -> None:
        """A rule of our own house style: blocks our own output, warns about others'."""
        self.hold(rule, ok, measured, limit, "warn" if self.expect is None else "block")


def conforms(checks: Iterable[Check]) -> bool:
    """Whether nothing that blocks has failed."""
    return all(check.ok for check in checks if check.severity == "block")
