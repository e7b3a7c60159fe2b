"""What a brand has approved: how its own posts scored, kept beside the preset as `approved.json`.

A score is then also told as a percentile among them: the brand's own level says more than a number out of 100. Only the
scores and their parts are kept, never the photos.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mediakit.errors import DataError

FILE = "approved.json"
SCORING = 3
"""Of the way of scoring: scores of another one cannot be compared."""


@dataclass(frozen=True, slots=True)
class Approved:
    """One approved post: its file's name and hash, its score and the value of each part."""

    name: str
    sha256: str
    value: float
    parts: dict[str, float]


def read_approved(folder: Path) -> tuple[Approved, ...]:
    """The approved posts of the preset in `folder`; none where there is no such file. Raises DataError for a broken one."""
    path = folder / FILE
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        if said["scoring"] != SCORING:
            raise _unusable(path, "was made by another version of the score")
        return tuple(
            Approved(
                name=str(one["name"]),
                sha256=str(one["sha256"]),
                value=float(one["value"]),
                parts={str(name): float(value) for name, value in one["parts"].items()},
            )
            for one in said["photos"]
        )
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        raise _unusable(path, "cannot be read") from problem


def write_approved(folder: Path, photos: Iterable[Approved]) -> Path:
    """Write the approved posts, one for each content. Raises DataError where the folder takes no file."""
    path = folder / FILE
    kept = {one.sha256: one for one in photos}
    rows = [
        {"name": one.name, "sha256": one.sha256, "value": one.value, "parts": one.parts}
        for one in sorted(kept.values(), key=lambda one: (one.name, one.sha256))
    ]
    text = json.dumps({"schema": 1, "scoring": SCORING, "photos": rows}, ensure_ascii=False, indent=1)
    temporary = path.with_suffix(".json.new")
    try:
        temporary.write_text(text + "\n", encoding="utf-8")
        temporary.replace(path)
    except OSError as problem:
        hint = "Copy the preset to a folder of your own (mediakit preset new NAME) and approve there."
        raise DataError(f"{path} cannot be written.", hint) from problem
    return path


def percentile(value: float, photos: tuple[Approved, ...]) -> int | None:
    """The share of approved posts that score no better, 0..100 (ties count half); None where none are known."""
    if not photos:
        return None
    below = sum(one.value < value for one in photos) + 0.5 * sum(one.value == value for one in photos)
    return round(100 * below / len(photos))


def _unusable(path: Path, what: str) -> DataError:
    return DataError(f"{path} {what}.", "Delete it and approve the photos again: mediakit preset approve.")
