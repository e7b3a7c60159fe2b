"""What a brand makes of a score: post it, mend it, or take it again, and never without a word on how."""

from __future__ import annotations

from dataclasses import replace

from mediakit.model import Score, Verdict
from mediakit.presets.schema import Scoring

PLAIN_TIP = "It has no single fault but looks plain: go closer to one thing, in even light."


def verdict(score: Score, scoring: Scoring) -> Verdict:
    """`pass` from `pass_at` on, `reject` under `reject_below`, `fix` between."""
    if score.value >= scoring.pass_at:
        return "pass"
    return "reject" if score.value < scoring.reject_below else "fix"


def advised(score: Score, said: Verdict | None) -> Score:
    """The score with a tip on what costs it most, where it did not pass and nothing measured has one of its own.

    A brand may ask for more than the median photo, of which nothing is wrong.
    """
    if said in (None, "pass") or not score.parts or any(part.tip for part in score.parts):
        return score
    costliest = score.worst_first()[0]
    return replace(
        score, parts=tuple(replace(part, tip=PLAIN_TIP) if part is costliest else part for part in score.parts)
    )
