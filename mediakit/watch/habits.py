"""How to watch: what the command line says, and what is usual."""

from __future__ import annotations

from dataclasses import dataclass

from mediakit.watch.means import LEAST_FREE_BYTES
from mediakit.watch.notice import Mode

SETTLE_S = 5.0
POLLED_SETTLE_S = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How to watch. settle_s None: SETTLE_S, or POLLED_SETTLE_S where there are no events; scan_s None: as `notice` says."""

    mode: Mode = "auto"
    settle_s: float | None = None
    scan_s: float | None = None
    once: bool = False
    whole_folders: bool = False
    grace_s: float = 60.0
    least_free_bytes: int = LEAST_FREE_BYTES
    """Below this nothing is taken up."""
    ignore: tuple[str, ...] = ()
    """Patterns of names, and of paths where they hold a "/", that are left alone besides the usual ones."""
