"""OUT/feedback/<name>.json: a photo's score, verdict and tip as soon as it is whole, for programs that wait for it.

Beside the results, since originals are never written to. Written whole or not at all, and anew when the file changes.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

from mediakit.batch.outfolder import published
from mediakit.model import Outcome, Verdict
from mediakit.watch.quarantine import beside_results

FOLDER = "feedback"


def sidecar_path(out: Path, rel: str) -> Path:
    """Where the sidecar of a file lies."""
    return beside_results(out, FOLDER, rel)


def write_sidecar(out: Path, outcome: Outcome, verdict: Verdict | None) -> None:
    """Write it. Nothing where there is no score. Raises FileError where the disk refuses."""
    if outcome.score is None:
        return
    told = {
        "schema": 1,
        "path": outcome.rel,
        "at": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "score": round(outcome.score.value, 1),
        "verdict": verdict,
        "tip": first_tip(outcome),
        "parts": [
            {"name": part.name, "value": round(part.value, 3), "measured": part.measured, "tip": part.tip}
            for part in outcome.score.worst_first()
        ],
    }
    with published(sidecar_path(out, outcome.rel), flush_folder=False) as temporary:
        temporary.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8", "backslashreplace")


def first_tip(outcome: Outcome) -> str:
    """The one thing to mend: the tip of what costs the score most."""
    parts = outcome.score.worst_first() if outcome.score else ()
    return next((part.tip for part in parts if part.tip), "")
