"""What a person says about one photo or clip, in a file beside it: `IMG_1.jpg.toml` for `IMG_1.jpg`.

    [focus]
    point = [0.3, 0.6]            # from the left and from the top, as shares of the picture as shown
    # or
    box = [0.1, 0.2, 0.4, 0.5]    # left, top, width, height

It wins over everything the picture shows and over `--focus`. Only the deliverables that are cropped are made again.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from pydantic import Field

from mediakit.errors import DataError
from mediakit.presets.schema import Focus, Section
from mediakit.presets.toml_file import read_toml
from mediakit.presets.validate import Mistake, as_json, mistakes

SUFFIX = ".toml"

_Share = Annotated[float, Field(ge=0.0, le=1.0)]


class _Place(Section):
    point: tuple[_Share, _Share] | None = None
    box: tuple[_Share, _Share, _Share, _Share] | None = None


class _Said(Section):
    focus: _Place = _Place()


def sidecar_of(source: Path) -> Path:
    """Where the sidecar of a file would lie."""
    return Path(f"{source}{SUFFIX}")


def focus_beside(source: Path) -> Focus:
    """The focus a sidecar gives: two numbers for a point, four for a box, none where there is no sidecar.

    Raises DataError, with file and line, for a sidecar that says anything else.
    """
    if not os.path.isfile(f"{source}{SUFFIX}"):  # noqa: PTH113 - asked of every file of a shoot, few of which have one
        return ()
    file = read_toml(sidecar_of(source))
    found = mistakes(_Said, file.table)
    said = _Said() if found else _Said.model_validate_json(as_json(file.table), strict=True)
    if said.focus.point is not None and said.focus.box is not None:
        found = [Mistake(("focus", "box"), "is given beside a point; say one of them")]
    if said.focus.box is not None and not found:
        x, y, w, h = said.focus.box
        if not (w > 0 and h > 0 and x + w <= 1.0001 and y + h <= 1.0001):
            found = [Mistake(("focus", "box"), "must have a size and end inside the picture: left, top, width, height")]
    if found:
        words = "\n".join(mistake.at(file) for mistake in found)
        raise DataError(
            words, "A sidecar says [focus] with point = [x, y] or box = [x, y, w, h], as shares from 0 to 1."
        )
    return said.focus.point or said.focus.box or ()
