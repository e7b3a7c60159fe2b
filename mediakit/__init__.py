"""mediakit: from a store's shoot folder to checked, ready-to-post photos and clips.

    shoot -> plan -> look at -> develop -> frame -> render -> check -> report

    import mediakit
    result = mediakit.process("shoot/", preset="muselle", out="ready/")
    for outcome in result.outcomes:
        print(outcome.rel, outcome.score.value if outcome.score else outcome.problem)

The names below are the public interface. They are loaded when they are first used, so that `import mediakit` and
`mediakit --help` stay quick.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
"""onnxruntime keeps notes on its use and sends them to its maker unless it is told not to before it is loaded."""

if TYPE_CHECKING:
    from mediakit.api import Result, dry_run, process
    from mediakit.errors import FileError, MediakitError, SetupError
    from mediakit.reel_call import make_reel, plan_reel

_HOMES = {
    "process": "mediakit.api",
    "dry_run": "mediakit.api",
    "Result": "mediakit.api",
    "make_reel": "mediakit.reel_call",
    "plan_reel": "mediakit.reel_call",
    "MediakitError": "mediakit.errors",
    "SetupError": "mediakit.errors",
    "FileError": "mediakit.errors",
}

__all__ = [
    "FileError",
    "MediakitError",
    "Result",
    "SetupError",
    "__version__",
    "dry_run",
    "make_reel",
    "plan_reel",
    "process",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
