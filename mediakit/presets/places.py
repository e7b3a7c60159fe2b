"""Where presets live, and which folder a name means.

A name is looked for in `./presets`, then in the user's own settings folder, then among those shipped with the package.
Anything that looks like a path is that path.
"""

from __future__ import annotations

import difflib
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from mediakit.errors import DataError

FILE = "preset.toml"
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


@dataclass(frozen=True, slots=True)
class Place:
    """A folder of presets, and what people call it."""

    title: str
    folder: Path


def user_folder() -> Path:
    """The user's settings folder of mediakit: XDG_CONFIG_HOME where set, else the system's own habit."""
    said = os.environ.get("XDG_CONFIG_HOME", "")
    if said and Path(said).is_absolute():
        return Path(said) / "mediakit"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "mediakit"
    if sys.platform == "win32":
        roaming = os.environ.get("APPDATA", "")
        return (Path(roaming) if roaming else Path.home() / "AppData" / "Roaming") / "mediakit"
    return Path.home() / ".config" / "mediakit"


def shipped_folder() -> Path:
    """The presets that come with mediakit: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "presets" / "shipped"
    return installed if installed.is_dir() else package.parent / "presets"


def places() -> tuple[Place, ...]:
    """Every folder a name is looked for in, first to last; one that is another by a different path comes once."""
    found = (
        Place("here", Path("presets")),
        Place("yours", user_folder() / "presets"),
        Place("shipped", shipped_folder()),
    )
    distinct: dict[Path, Place] = {}
    for place in found:
        distinct.setdefault(place.folder.resolve(), place)
    return tuple(distinct.values())


def presets_in(folder: Path) -> list[Path]:
    """The preset folders directly below `folder`, by name; none where there is no such folder."""
    try:
        below = sorted(folder.iterdir())
    except OSError:
        return []
    return [path for path in below if NAME.fullmatch(path.name) and (path / FILE).is_file()]


def find(name_or_folder: str | Path) -> Path:
    """The folder of a preset. Raises DataError with the nearest known name."""
    said = str(name_or_folder)
    if isinstance(name_or_folder, str) and NAME.fullmatch(said):
        for place in places():
            if (place.folder / said / FILE).is_file():
                return place.folder / said
    folder = Path(said).expanduser()
    if folder.name == FILE and folder.is_file():
        return folder.parent
    if (folder / FILE).is_file():
        return folder
    raise _unknown(said, folder)


def find_base(name: str, sayer: Path) -> Path:
    """The folder `extends = name` means: a sibling of the preset that says it, else as `find` does.

    Siblings come first, so a folder of presets that extend each other means the same thing wherever it is copied.
    """
    sibling = sayer.resolve().parent / name
    if (sibling / FILE).is_file():
        return sibling
    return find(name)


def known_names() -> list[str]:
    """Every name that `find` would find, sorted."""
    return sorted({path.name for place in places() for path in presets_in(place.folder)})


def _unknown(said: str, folder: Path) -> DataError:
    if folder.is_dir():
        return DataError(
            f"There is no {FILE} in {folder}.", "Make one with: mediakit preset new NAME, or name another folder."
        )
    names = known_names()
    near = difflib.get_close_matches(said, names, n=1)
    meant = f"Did you mean {near[0]}? " if near else ""
    return DataError(f"There is no preset called {said!r}.", f"{meant}Known: {', '.join(names)}. A folder works too.")
