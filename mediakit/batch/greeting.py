"""The head's side of the hello: a token on the share that workers must find, and what is said of those that do not fit."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mediakit.batch.node import Hello, differences
from mediakit.batch.outfolder import home
from mediakit.errors import MissingPartError


@contextlib.contextmanager
def token_on(out: Path | None) -> Iterator[tuple[Path | None, str]]:
    """A file in OUT that only a worker on the same share can read."""
    token = uuid.uuid4().hex
    if out is None:
        yield None, token
        return
    file = home(out.absolute()) / f"hello-{token[:8]}"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(token, encoding="utf-8")
    try:
        yield file, token
    finally:
        file.unlink(missing_ok=True)


def refuse_strangers(answers: dict[str, Any], here: dict[str, str]) -> None:
    """Raise MissingPartError for the first worker that is made of other things or does not see what it should."""
    for worker, answer in sorted(answers.items()):
        if not isinstance(answer, Hello):
            raise MissingPartError(
                f"The worker {worker} cannot run mediakit ({type(answer).__name__}: {answer}).",
                "Install the same mediakit there, or stop that worker.",
            )
        odd = differences(here, answer.identity)
        if odd:
            raise MissingPartError(
                f"The worker {worker} would make other files: it has {odd}.",
                "Install the same versions everywhere, or stop that worker.",
            )
        if answer.complaints:
            raise MissingPartError(
                f"The worker {worker} does not see what this machine sees: {answer.complaints[0]}.",
                "Mount the share there, and where it lies elsewhere say so: mediakit worker --map HERE=THERE",
            )
