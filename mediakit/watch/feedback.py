"""A verdict on each new photo while the team is still in the shop: scored at once, rendered after.

Scored in a process of its own, which a hostile file may kill without harm. Where more photos wait than could be answered in
good time, they are left to the batch, which scores them anyway. Clips are scored by the batch.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from mediakit.batch.apart import confined_pool
from mediakit.batch.outfolder import scratch_room
from mediakit.batch.plan import Job, settings_fingerprint
from mediakit.batch.workers import PHOTO_LIMIT_S, run_job
from mediakit.model import Kind, Outcome, Source
from mediakit.presets.schema import Limits
from mediakit.tools.reach import Reach, can_be_kept

MOST_WAITING = 12
PHOTOS_EACH = 500
"""Scored by one process, before another takes its place."""


class Feedback:
    """Scores photos beside the batch, reaching no more of the disk than `reach`. `close` it."""

    def __init__(self, limits: Limits, *, scored: bool = True, reach: Reach | None = None) -> None:
        self._scored, self._reach = scored, reach
        self._limits = limits
        self._settings = settings_fingerprint(limits)
        self._running: dict[Future[Outcome], Source] = {}
        self._pool = self._new_pool()

    def _new_pool(self) -> Any:
        pool = confined_pool(1, PHOTOS_EACH, self._reach)
        if self._scored:
            pool.schedule(warm_up)
        return pool

    @property
    def room(self) -> int:
        """So many photos more can be answered in good time."""
        return max(0, MOST_WAITING - len(self._running)) if self._scored else 0

    def look(self, source: Source, wake: Callable[[], None]) -> None:
        """Score it soon; `wake` is called when it is done."""
        if source.kind is not Kind.PHOTO or not self.room:
            return
        job = Job(source=source, sha256="", out=None, limits=self._limits, settings=self._settings)
        future = self._pool.schedule(run_job, args=[job, 1], timeout=PHOTO_LIMIT_S)
        self._running[future] = source
        future.add_done_callback(lambda _: wake())

    def results(self) -> list[Outcome]:
        """What was scored since it was last asked. A file that could not be scored is the batch's to report."""
        done = [future for future in self._running if future.done()]
        for future in done:
            del self._running[future]
        return [future.result() for future in done if not future.cancelled() and future.exception() is None]

    def renew(self) -> None:
        """The root is back, perhaps as another folder of that name: begin anew, with what may be reached now."""
        self.close()
        self._running.clear()
        self._pool = self._new_pool()

    def close(self) -> None:
        """Stop at once."""
        self._pool.stop()
        self._pool.join()


def reach_for(root: Path, out: Path) -> Reach | None:
    """What giving verdicts needs of the disk: the inbox to read, a room of its own to write to; None: all that there is."""
    if not can_be_kept():
        return None
    room = str(scratch_room(out).absolute())
    return Reach((str(root),), (room,), room)


def warm_up() -> None:
    """What the process does first: a grey picture is scored, so that the first photo does not wait for the networks."""
    from PIL import Image

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "grey.jpg"
        Image.new("RGB", (640, 480), (128, 128, 128)).save(path)
        facts = path.stat()
        source = Source(Path(folder), path.name, Kind.PHOTO, facts.st_size, facts.st_mtime_ns)
        run_job(Job(source=source, sha256="", out=None, limits=Limits(), settings=""), 1)
