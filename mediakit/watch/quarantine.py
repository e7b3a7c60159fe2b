"""What is tried again by itself, what is not, and the note that says so.

A transient fault (a full disk, a share that is away, a killed worker) is tried again, later each time; one that lies in the
bytes is not. Originals are never moved, so a quarantined file stays where it is, and a note beside the results says what is
the matter: OUT/quarantine/<name>.json.
"""

from __future__ import annotations

import json
import random
import time
from dataclasses import dataclass
from pathlib import Path

from mediakit.batch.execute import TRANSIENT
from mediakit.batch.outfolder import published
from mediakit.errors import Fault
from mediakit.model import Outcome, Problem
from mediakit.watch.book import Arrival

FOLDER = "quarantine"
FIRST_WAIT_S = 5.0
LONGEST_WAIT_S = 15 * 60.0
TRIES = 5
TRIES_OF_KILLERS = 3
"""A file that kills its worker (twice in every try, the second time alone) gets no more than this."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from an outcome: again in `wait_s`, or never (None), and because of what. `problem` None: all is well."""

    problem: Problem | None
    wait_s: float | None = None


def judge(outcome: Outcome, attempts: int) -> Verdict:
    """What to do about a source after its `attempts`-th try."""
    problem = _problem(outcome)
    if problem is None:
        return Verdict(None)
    tries = TRIES_OF_KILLERS if problem.code in (Fault.CRASHED, Fault.TIMED_OUT) else TRIES
    if problem.code not in TRANSIENT or attempts >= tries:
        return Verdict(problem)
    wait_s = min(LONGEST_WAIT_S, FIRST_WAIT_S * 3.0 ** max(0, attempts - 1))
    return Verdict(problem, wait_s * random.uniform(0.8, 1.2))


def _problem(outcome: Outcome) -> Problem | None:
    if outcome.problem is not None:
        return outcome.problem
    return next((item.problem for item in outcome.delivered if item.status == "failed" and item.problem), None)


def note_path(out: Path, rel: str) -> Path:
    """Where the note about a file lies."""
    return beside_results(out, FOLDER, rel)


def beside_results(out: Path, folder: str, rel: str) -> Path:
    """OUT/folder/rel.json. A name too long for one more ending is cut; its hash keeps it apart."""
    path = Path(folder, rel)
    raw = path.name.encode("utf-8", "surrogateescape")
    if len(raw) > 240:
        import hashlib

        name = raw[:200].decode("utf-8", "ignore") + "~" + hashlib.sha256(raw).hexdigest()[:12]
        path = path.with_name(name)
    return out / path.with_name(path.name + ".json")


def write_note(out: Path, root: Path, arrival: Arrival, problem: Problem, preset: str) -> None:
    """Say why a file is not tried again, for people and for programs. Raises FileError where it cannot be written."""
    from mediakit import __version__

    note = {
        "schema": 1,
        "path": arrival.rel,
        "root": str(root),
        "code": problem.code,
        "message": problem.message,
        "hint": problem.hint,
        "first_seen": _moment(arrival.first_seen),
        "last_attempt": _moment(time.time()),
        "attempts": arrival.attempts,
        "mediakit": __version__,
        "preset": preset,
        "retry": ["mediakit", "retry", str(out), arrival.rel],
    }
    with published(note_path(out, arrival.rel)) as temporary:
        temporary.write_text(
            json.dumps(note, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", errors="backslashreplace"
        )


def drop_note(out: Path, rel: str) -> None:
    """The file is well again."""
    note_path(out, rel).unlink(missing_ok=True)


def _moment(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(seconds))
