"""A run whose shoot or output folder lies in a bucket: fetched before, sent after, and in between a run like any other.

The mirror stays in scratch (MEDIAKIT_SCRATCH, else the user's cache folder) with its ledger, so that a second run fetches,
makes and sends only what is new. One that is deleted costs time. Limits: scratch has to hold the whole shoot; on a machine
that did not make them, deliverables that are there already are made again (to the same bytes).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

from mediakit.batch.outfolder import only_run
from mediakit.errors import ClashError
from mediakit.store.address import Address, address_of

ENV_SCRATCH = "MEDIAKIT_SCRATCH"
P = ParamSpec("P")
R = TypeVar("R")


def roots_anywhere(run: Callable[P, R]) -> Callable[P, R]:
    """Let `run(*paths, out=..., ...)` take `s3://` addresses for its paths and for `out`."""
    inner = cast(Callable[..., R], run)

    @wraps(run)
    def anywhere(*args: P.args, **said: P.kwargs) -> R:
        paths, out = cast(tuple[str | Path, ...], args), cast("str | Path | None", said.get("out"))
        if not any(address_of(path) for path in (*paths, *([out] if out else []))):
            return run(*args, **said)
        with local_roots(paths, out) as (here, here_out):
            options: dict[str, Any] = {**said}
            return inner(*here, **(options if here_out is None else {**options, "out": here_out}))

    return anywhere


@contextmanager
def local_roots(paths: Sequence[str | Path], out: str | Path | None) -> Iterator[tuple[list[Path], str | Path | None]]:
    """The same roots on this machine's disk; what the body made is sent when it ends without an error.

    Raises ClashError where one lies in the other, UsageError where there is nothing, StoreError where storage fails.
    """
    from mediakit.store.mirror import Mirror, connect

    there = [address_of(path) for path in paths]
    goal = None if out is None else address_of(out)
    _refuse_overlap([one for one in there if one is not None], goal)
    fs = connect()
    room = _room([str(a or Path(p).absolute()) for a, p in zip(there, paths, strict=True)], str(goal or out))
    with only_run(room / "mirror"):
        here: list[Path] = []
        for index, (address, path) in enumerate(zip(there, paths, strict=True)):
            if address is None:
                here.append(Path(path))
                continue
            folder = room / f"in-{index}" / (Path(address.prefix).name or address.bucket)
            folder.mkdir(parents=True, exist_ok=True)
            Mirror(fs, address, folder).fetch()
            here.append(folder)
        if goal is None:
            yield here, out
            return
        folder = room / "out"
        folder.mkdir(exist_ok=True)
        yield here, folder
        Mirror(fs, goal, folder).send()


def _refuse_overlap(sources: Sequence[Address], goal: Address | None) -> None:
    for source in sources:
        if goal is not None and (source.holds(goal) or goal.holds(source)):
            raise ClashError(f"{goal} and {source} lie in each other.", "Give --out a folder outside the shoot.")


def _room(sources: Sequence[str], out: str) -> Path:
    """A folder of scratch of this very pair of roots."""
    said = os.environ.get(ENV_SCRATCH, "")
    cache = os.environ.get("XDG_CACHE_HOME", "") or str(Path.home() / ".cache")
    name = hashlib.sha256("\n".join([*sources, out]).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    room = (Path(said) if said else Path(cache) / "mediakit") / "remote" / name
    room.mkdir(parents=True, exist_ok=True)
    return room
