"""The watched folder: what is in it, or that it is away. A share that is away is not a share that was emptied."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from mediakit.batch.shoot import Shoot, find_sources, sources_at
from mediakit.errors import MediakitError
from mediakit.model import Source
from mediakit.watch.notice import Canary


class Root:
    """Raises OSError where the folder is not there at the start. ignore: patterns of names to leave alone."""

    def __init__(self, path: Path, ignore: Sequence[str] = ()) -> None:
        self.path = path
        self._ignore = ignore
        self.offline = False
        self._canary = Canary.of(path)

    def scan(self) -> Shoot | None:
        """Everything in it; None where it is away, and then nothing may be concluded from what was seen.

        The canary is asked before and after, since a share may go while it is walked.
        """
        try:
            shoot = find_sources([self.path], ignore=self._ignore) if self._canary.sings(self.path) else None
        except (OSError, MediakitError):
            shoot = None
        return shoot if self._canary.sings(self.path) else None

    def look_at(self, paths: Iterable[str]) -> tuple[Source, ...]:
        """What events speak of, without walking everything; nothing where the root is away or something changes meanwhile."""
        if self.offline:
            return ()
        try:
            found = sources_at(self.path, paths, ignore=self._ignore)
        except OSError:
            return ()
        return found if self._canary.sings(self.path) else ()
