"""`preset.lock` in a shoot: the very preset it is made with, so that two stores make the same bytes.

    name = "muselle"
    version = "1"
    fingerprint = "..."      16 hex digits over every effective value and the bytes of every asset

A shoot with a lock is made with that preset or not at all.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from mediakit.errors import DataError
from mediakit.presets.load import LoadedPreset

FILE = "preset.lock"


def write_lock(shoot: Path, loaded: LoadedPreset) -> Path:
    """Pin a preset for a shoot."""
    path = shoot / FILE
    lines = {"name": loaded.preset.name, "version": loaded.preset.version, "fingerprint": loaded.fingerprint}
    temporary = path.with_name(f".{FILE}.new")
    temporary.write_text("".join(f'{key} = "{value}"\n' for key, value in lines.items()), encoding="utf-8")
    temporary.replace(path)
    return path


def locked_name(shoot: Path) -> str | None:
    """The preset that a shoot is pinned to; None where it has no lock. Raises DataError where the lock cannot be read."""
    said = _read(shoot)
    return None if said is None else said["name"]


def refuse_other(shoot: Path, loaded: LoadedPreset) -> None:
    """Raise DataError where the shoot is pinned to another preset than the one that was loaded."""
    said = _read(shoot)
    if said is None or said["fingerprint"] == loaded.fingerprint:
        return
    theirs = f"{said['name']} version {said['version']} ({said['fingerprint']})"
    ours = f"{loaded.preset.name} version {loaded.preset.version} ({loaded.fingerprint})"
    raise DataError(
        f"{shoot / FILE} pins {theirs}, but this is {ours}.",
        "Install the pinned preset (mediakit preset install FILE), or pin this one (mediakit preset lock SHOOT).",
    )


def _read(shoot: Path) -> dict[str, str] | None:
    path = shoot / FILE
    if not path.is_file():
        return None
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        return {key: str(said[key]) for key in ("name", "version", "fingerprint")}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError) as error:
        raise DataError(f"{path} cannot be read: {error}.", "Write it again: mediakit preset lock SHOOT.") from error
