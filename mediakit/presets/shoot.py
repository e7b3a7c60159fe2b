"""`mediakit.toml` in a shoot: the preset and the targets it is meant for, so that a bare command does what is meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from pydantic import Field

from mediakit.errors import DataError
from mediakit.presets.check import target_mistake
from mediakit.presets.schema import Section
from mediakit.presets.toml_file import read_toml
from mediakit.presets.validate import Mistake, as_json, mistakes

FILE = "mediakit.toml"


class _Said(Section):
    preset: Annotated[str, Field(min_length=1)] | None = None
    targets: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    keep_faces: dict[str, tuple[Annotated[int, Field(ge=1)], ...]] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ShootSettings:
    """What a shoot says about itself; None where it says nothing.

    `preset` is a name, or a folder where the shoot wrote a path; a path is taken from the shoot's folder. `keep_faces` are
    the faces that `privacy.bystanders = "blur"` leaves: numbers, by the photo's path below the shoot.
    """

    preset: str | Path | None = None
    targets: tuple[str, ...] | None = None
    file: Path | None = None
    keep_faces: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


def shoot_settings(shoot: Path) -> ShootSettings:
    """Read `shoot/mediakit.toml`. Raises DataError, with file and line, for anything it should not say."""
    path = shoot / FILE
    if not path.is_file():
        return ShootSettings()
    file = read_toml(path)
    found = mistakes(_Said, file.table)
    said = _Said()
    if not found:
        said = _Said.model_validate_json(as_json(file.table), strict=True)
        wrong = ((("targets",), target_mistake(name)) for name in said.targets or ())
        found = [Mistake(key, words) for key, words in wrong if words]
    if found:
        words = "\n".join(mistake.at(file) for mistake in found)
        raise DataError(words, f"{FILE} takes `preset`, `targets` and `keep_faces`.")
    preset: str | Path | None = said.preset
    if said.preset is not None and "/" in said.preset:
        preset = shoot / Path(said.preset).expanduser()
    return ShootSettings(preset, said.targets, path, said.keep_faces)
