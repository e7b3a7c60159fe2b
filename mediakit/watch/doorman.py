"""Looks into files that arrived, in a process apart: a file that crashes or stalls who opens it stops that process only.

Without it such a file would end the daemon, again each time it is started. The process reads the inbox and writes nothing
(`tools.reach`, where it can be had). Files are handed over by the dozen, since each message takes longer than a look.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import TimeoutError, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mediakit.batch.apart import confined_pool
from mediakit.model import Source
from mediakit.presets.schema import Limits
from mediakit.tools.reach import Reach, can_be_kept
from mediakit.watch.halves import awaited_half
from mediakit.watch.whole import what_is_missing

AT_ONCE = 24
LOOK_S = 20.0
"""A file that takes longer is the batch's to judge, which has limits for that and names it."""
_LOOKS_EACH = 200
_BEAT_S = 1.0


@dataclass(frozen=True, slots=True)
class Look:
    """What was found. missing: in words why it is not whole, "" where it is. half: what belongs with it, "" for nothing."""

    missing: str = ""
    half: str = ""


class Doorman:
    """Used by the loop's thread. `close` it."""

    def __init__(self, root: Path, limits: Limits) -> None:
        self._limits = limits
        self._reach = Reach((str(root),)) if can_be_kept() else None
        self._pool = self._new_pool()

    def _new_pool(self) -> Any:
        pool = confined_pool(1, _LOOKS_EACH, self._reach)
        pool.schedule(warm_up)
        return pool

    def look(self, sources: Sequence[Source], meanwhile: Callable[[], object]) -> Iterator[tuple[Source, Look]]:
        """What is found in each; `meanwhile` is called while that takes time. A file that kills who looks counts as whole."""
        for first in range(0, len(sources), AT_ONCE):
            yield from self._look(sources[first : first + AT_ONCE], meanwhile)

    def _look(self, sources: Sequence[Source], meanwhile: Callable[[], object]) -> Iterator[tuple[Source, Look]]:
        from pebble import ProcessExpired

        future = self._pool.schedule(look_into, args=[sources, self._limits], timeout=LOOK_S)
        while not future.done():
            wait([future], timeout=_BEAT_S)
            meanwhile()
        try:
            yield from zip(sources, future.result(), strict=True)
        except (ProcessExpired, TimeoutError):
            if len(sources) == 1:
                yield sources[0], Look()
                return
            for source in sources:
                yield from self._look([source], meanwhile)

    def renew(self) -> None:
        """The root is back, perhaps as another folder of that name: begin anew, with what may be reached now."""
        self.close()
        self._pool = self._new_pool()

    def close(self) -> None:
        """Stop at once."""
        self._pool.stop()
        self._pool.join()


def warm_up() -> None:
    """What the process does first, before the first file arrives: it loads what reads photos and clips."""
    import mediakit.photo.open
    import mediakit.video.probe  # noqa: F401


def look_into(sources: Sequence[Source], limits: Limits) -> list[Look]:
    """What the process apart runs. For a file that is not whole nobody asks what belongs with it."""
    looks = []
    for source in sources:
        missing = what_is_missing(source, limits)
        looks.append(Look(missing, "" if missing else awaited_half(source, limits)))
    return looks
