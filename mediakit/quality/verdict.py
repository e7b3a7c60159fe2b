"""What a brand makes of a score: post it, mend it, or take it again."""

from __future__ import annotations

from mediakit.model import Score, Verdict
from mediakit.presets.schema import Scoring


def verdict(score: Score, scoring: Scoring) -> Verdict:
    """`pass` from `pass_at` on, `reject` under `reject_below`, `fix` between."""
    if score.value >= scoring.pass_at:
        return "pass"
    return "reject" if score.value < scoring.reject_below else "fix"
