"""The terminal: data on stdout, everything else on stderr. Rich drops colour by itself for pipes and NO_COLOR."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


@dataclass(slots=True)
class Manners:
    """What `--quiet` and `--verbose` set, once, at start."""

    quiet: bool = False
    verbose: bool = False


MANNERS = Manners()
_JOINER = "\u200d"


@cache
def out() -> Console:
    """Where data goes."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=True, emoji=False)


@cache
def err() -> Console:
    """Where progress, notes and errors go."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)


def say(message: str) -> None:
    """A line for the person, unless they asked for quiet. Plain text, for which Rich need not be loaded."""
    if not MANNERS.quiet:
        print(one_line(message), file=sys.stderr, flush=True)


def one_line(text: str) -> str:
    """Text with file names in it as the terminal may have it: line breaks, escape sequences and direction marks are shown,
    not obeyed; what joins emoji stays."""
    return "".join(c if c.isprintable() or c == _JOINER else c.encode("unicode_escape").decode() for c in text)
