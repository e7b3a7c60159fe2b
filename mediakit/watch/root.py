"""The watched folder: what is in it, or that it is away. A share that is away is not a share that was emptied."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mediakit.batch.shoot import Shoot, find_sources
from mediakit.errors import MediakitError
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
