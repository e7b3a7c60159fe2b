"""`mediakit status` and `mediakit retry`: what became of everything that arrived, and once more from the beginning."""

from __future__ import annotations

import json as json_format
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mediakit.cli import options
from mediakit.cli.console import one_line, say
from mediakit.cli.console import out as stdout
from mediakit.errors import UsageError

if TYPE_CHECKING:
    from mediakit.watch.book import Arrival

MOST_TOLD, FEW_TOLD = 20, 3
"""Files of one state; thousands would push what matters off the screen. Few of those that only wait for their turn."""
_UNFINISHED = ("quarantined", "retry-wait", "claimed", "ready")
"""States of files that are not made: first what a person has to do with."""
STALE_S = 30.0
"""A daemon that has not said anything for this long is not there any more."""

Folder = Annotated[Path, typer.Argument(metavar="OUT", help="The output folder of a watch or a process run.")]


def status(
    out: Folder = options.DEFAULT_OUT,
    json: options.AsJson = False,
) -> None:
    """What was made, what waits and why, and whether a daemon is at work.

    Examples:

      mediakit status ready/
      mediakit status ready/ --json
    """
    found = _found(out)
    if json:
        stdout().file.write(json_format.dumps(found, ensure_ascii=False, indent=1) + "\n")
        return
    stdout().print(_daemon_line(found["daemon"]), markup=False)
    if found["daemon"]["alive"] and found["daemon"].get("obstacle"):
        stdout().print(f"Nothing is made at present. {found['daemon']['obstacle']}", markup=False)
    counts = found["counts"]
    stdout().print(", ".join(f"{counts[state]} {state}" for state in sorted(counts)) or "Nothing yet.", markup=False)
    for state in _UNFINISHED:
        _tell(state, [row for row in found["unfinished"] if row["state"] == state])
    for state in ("waiting", "ignored") if found["daemon"]["alive"] else ():
        _tell(state, found["daemon"].get(state, []))


def _tell(state: str, rows: list[dict[str, Any]]) -> None:
    """The first of them, each with why; how many more there are."""
    most = FEW_TOLD if state in ("claimed", "ready") else MOST_TOLD
    for row in rows[:most]:
        stdout().print(f"  {state:12} {one_line(row['path'])}: {_why(state, row)}", markup=False)
    if len(rows) > most:
        stdout().print(f"  {state:12} and {len(rows) - most} more; --json names all that are known.", markup=False)


def _why(state: str, row: dict[str, Any]) -> str:
    """Why a file is not made, in plain words, and what comes next."""
    why = str(row["why"]).removeprefix(f"{row['path']}: ")
    match state:
        case "claimed":
            return "is being made, or is next"
        case "ready":
            return f"whole, waits for its turn ({why})" if why else "whole, waits for its turn"
        case "retry-wait":
            again_s = row["again_in_s"]
            return f"{why} {f'Tried again by itself in {again_s} s.' if again_s else 'It is next.'}"
    return why


def retry(
    out: Folder,
    items: Annotated[list[str], typer.Argument(metavar="FILE", help="Files, named as `mediakit status` names them.")],
) -> None:
    """Try files again from the beginning: those in quarantine, and those that wait for their next try.

    A running daemon takes them up at once; else the next run does.

    Examples:

      mediakit retry ready/ "IMG 12.jpg"
    """
    from mediakit.batch.ledger import Ledger
    from mediakit.batch.outfolder import ledger_path
    from mediakit.watch.book import Book

    _refuse_strangers(out)
    with Ledger(ledger_path(out)) as ledger, Book(out) as book:
        unknown = [item for item in items if not (int(ledger.forget(item)) + int(book.again(item)))]
    if unknown:
        raise UsageError(f"Never seen here: {', '.join(unknown)}.", f"`mediakit status {out}` lists what is known.")
    say(f"{len(items)} to be tried again.")


def _refuse_strangers(out: Path) -> None:
    from mediakit.batch.outfolder import ledger_path

    if not ledger_path(out).is_file():
        raise UsageError(f"Nothing was ever made in {out}.", "Name the folder that --out named.")


def _found(out: Path) -> dict[str, Any]:
    from mediakit.batch.ledger import Ledger
    from mediakit.batch.outfolder import ledger_path
    from mediakit.watch.book import read_arrivals

    _refuse_strangers(out)
    arrivals = read_arrivals(out)
    with Ledger(ledger_path(out), read_only=True) as ledger:
        batch = ledger.counts()
    counts = Counter(arrival.state for arrival in arrivals)
    unfinished = [a for a in arrivals if a.state not in ("published", "duplicate")]
    oldest = min((a for a in unfinished if a.state != "quarantined"), key=lambda a: a.first_seen, default=None)
    return {
        "schema": 1,
        "daemon": _daemon(out),
        "counts": dict(counts) if arrivals else batch,
        "oldest_waiting": oldest.rel if oldest else None,
        "unfinished": [_row(arrival) for arrival in unfinished],
    }


def _daemon(out: Path) -> dict[str, Any]:
    from mediakit.watch.heart import last_beat

    beat = last_beat(out)
    if beat is None:
        return {"alive": False}
    ago_s = time.time() - float(beat.get("time", 0.0))
    return {**beat, "alive": not beat.get("stopped") and ago_s < STALE_S, "seconds_ago": round(ago_s, 1)}


def _row(arrival: Arrival) -> dict[str, Any]:
    return {
        "path": arrival.rel,
        "state": arrival.state,
        "why": arrival.why,
        "code": arrival.code,
        "attempts": arrival.attempts,
        "again_in_s": max(0, round(arrival.next_try - time.time())) if arrival.state == "retry-wait" else None,
    }


def _daemon_line(daemon: dict[str, Any]) -> str:
    if not daemon["alive"]:
        said = f", the last one stopped {daemon['seconds_ago']:.0f} s ago" if "seconds_ago" in daemon else ""
        return f"No daemon is at work here{said}."
    root = "" if daemon.get("online", True) else " (the folder is not there at the moment)"
    return f"Watching {daemon.get('root', '?')}{root}, {daemon.get('mode', '?')}; last scan {_ago(daemon)} s ago."


def _ago(daemon: dict[str, Any]) -> int:
    return max(0, round(time.time() - float(daemon.get("last_scan", 0.0))))
