"""What a person hears of a daemon: lines in the terminal, and the same on the live page."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from mediakit.cli.console import MANNERS, say

if TYPE_CHECKING:
    from mediakit.model import Outcome, Verdict
    from mediakit.watch.serve import Live


class Lines:
    """Tells what happens in lines, and to `live`, where there is one."""

    def __init__(self, live: Live | None = None) -> None:
        self._live = live

    def scored(self, outcome: Outcome, verdict: Verdict | None) -> None:
        """The verdict and the one thing to mend, while there is time to take it again."""
        if outcome.score is None:
            return
        from mediakit.watch.sidecar import first_tip

        tip = first_tip(outcome)
        say(f"{outcome.rel}: {outcome.score.value:.0f} {verdict or ''}{'. ' + tip if tip else ''}")
        self._tell(outcome, value=outcome.score.value, verdict=verdict, tip=tip)

    def made(self, outcome: Outcome, seconds: float, verdict: Verdict | None) -> None:
        """What became of it."""
        if outcome.problem is not None:
            words = f"{outcome.problem.message} {outcome.problem.hint}"
            say(f"{outcome.rel}: {outcome.problem.code}: {words}")
            self._tell(outcome, error=words)
            return
        failed = "".join(f"; {d.target} failed: {d.why}" for d in outcome.delivered if d.status == "failed")
        made = sum(item.status in ("made", "kept") for item in outcome.delivered)
        if failed or MANNERS.verbose or made:
            say(f"{outcome.rel}: {made} made in {seconds:.1f} s{failed}")
        found: dict[str, Any] = {"made": made, "preview": _preview(outcome)}
        if outcome.score is not None:
            from mediakit.watch.sidecar import first_tip

            found |= {"value": outcome.score.value, "verdict": verdict, "tip": first_tip(outcome)}
        self._tell(outcome, **found, **({"error": failed[2:]} if failed else {}))

    def remark(self, words: str) -> None:
        """A line."""
        say(words)
        if self._live is not None:
            self._live.tell({"words": words})

    def _tell(self, outcome: Outcome, **facts: Any) -> None:
        if self._live is not None:
            path = outcome.rel.encode("utf-8", "backslashreplace").decode()
            self._live.tell({"path": path, **{key: value for key, value in facts.items() if value is not None}})


def _preview(outcome: Outcome) -> str | None:
    shown = outcome.facts.get("preview")
    return PurePosixPath(shown).name if isinstance(shown, str) else None
