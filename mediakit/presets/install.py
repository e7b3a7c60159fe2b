"""Putting a pack where presets are found, and saying what that would change.

Installed as one step: unpacked beside its place, loaded as a preset would be, then renamed. What was there before is kept
under `.NAME.before` until the next install, so an update can be taken back.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mediakit.errors import DataError
from mediakit.presets import places
from mediakit.presets.load import LoadedPreset, effective, load_preset
from mediakit.presets.pack import Pack, read_pack
from mediakit.presets.toml_file import join_key

RECORD = ".installed.json"
SUFFIX = ".mediakit-preset"


@dataclass(frozen=True, slots=True)
class Change:
    """One key that two presets say differently; None where one of them does not know it."""

    key: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class Installed:
    """What an install did. changes: against what was there before, empty where nothing was."""

    pack: Pack
    folder: Path
    was_there: bool
    changes: tuple[Change, ...]
    same: bool
    """It means here exactly what it meant where it was packed; not so where `base` or mediakit is another version."""


def install(path: Path, into: Path | None = None, *, key: str | None = None, dry: bool = False) -> Installed:
    """Check the pack at `path`, install it below `into` (the user's presets). Raises DataError with nothing changed.

    key: the public key that must have signed it. Without one, a preset that came signed is only replaced by one that the
    same key signed. dry: only say what installing it would change.
    """
    pack = read_pack(path)
    shelf = into if into is not None else places.user_folder() / "presets"
    _refuse_other_signer(pack, path, shelf, key)
    shelf.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".installing-", dir=shelf) as made:
        stage = Path(made)
        for inside, content in pack.files.items():
            target = stage / inside
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        loaded = load_preset(stage / pack.name)
        folder = shelf / pack.name
        before = _known(folder)
        changes = tuple(differences(before, loaded)) if before is not None else ()
        done = Installed(pack, folder, before is not None, changes, loaded.fingerprint == pack.fingerprint)
        if dry:
            return done
        for name in pack.folders:
            _record(stage / name, pack)
        for made_folder in sorted(p for p in stage.iterdir() if p.is_dir()):
            _swap(made_folder, shelf / made_folder.name)
    return done


def _refuse_other_signer(pack: Pack, path: Path, shelf: Path, key: str | None) -> None:
    """Raise DataError where somebody else signed, or nobody, though a key was said or these presets came from one before."""
    if key is not None:
        if pack.signed_by != key:
            raise DataError(f"{path} is signed by {pack.signed_by or 'nobody'}, not by {key}.", "Do not install it.")
        return
    for name in pack.folders:
        known = installed_record(shelf / name).get("key")
        if known and known != pack.signed_by:
            raise DataError(
                f"{shelf / name} was signed by {known}; {path} is signed by {pack.signed_by or 'nobody'}.",
                "Ask the brand. If its key really changed, say so: mediakit preset install FILE --key NEW",
            )


def newest_in(folder: Path) -> list[Path]:
    """The packs to install from a shared folder: of each preset the one with the highest version.

    Raises DataError where there is none, or where one of them is no pack.
    """
    newest: dict[str, tuple[tuple[object, ...], Path]] = {}
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        pack = read_pack(path)
        found = (_rank(pack.version), path)
        newest[pack.name] = max(newest.get(pack.name, found), found)
    if not newest:
        raise DataError(f"There is no *{SUFFIX} in {folder}.", "Make one: mediakit preset pack NAME")
    return [path for _, (_, path) in sorted(newest.items())]


def _rank(version: str) -> tuple[object, ...]:
    """For comparing versions: 1.10 after 1.9, 2 after 2-beta, 2.1 after 2."""
    words = re.split(r"[.+_-]", version)
    return *((word.isdecimal(), int(word) if word.isdecimal() else 0, word) for word in words), (True, -1, "")


def differences(before: LoadedPreset, after: LoadedPreset) -> Iterator[Change]:
    """Keys with another value, and assets with other bytes, in the schema's order."""
    old = {join_key(key): value for key, value in effective(before.preset)}
    new = {join_key(key): value for key, value in effective(after.preset)}
    for key in [*new, *(key for key in old if key not in new)]:
        if old.get(key) != new.get(key):
            yield Change(key, old.get(key), new.get(key))
    for key in sorted(before.assets.keys() & after.assets.keys()):
        if before.assets[key].read_bytes() != after.assets[key].read_bytes() and old.get(key) == new.get(key):
            yield Change(key, "its content", "other content")


def installed_record(folder: Path) -> dict[str, str]:
    """What is known of the pack that a preset folder was installed from: name, version, sha256, key; {} where it was not."""
    try:
        said = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        return {str(key): str(value) for key, value in said.items() if value is not None}
    except (OSError, ValueError, AttributeError):
        return {}


def installed_hash(folder: Path) -> str | None:
    """The SHA-256 of the pack that a preset folder was installed from; None where it was not."""
    return installed_record(folder).get("sha256")


def _known(folder: Path) -> LoadedPreset | None:
    """What is there before, where it loads."""
    try:
        return load_preset(folder) if folder.is_dir() else None
    except DataError:
        return None


def _record(folder: Path, pack: Pack) -> None:
    said = {"name": pack.name, "version": pack.version, "sha256": pack.sha256, "key": pack.signed_by}
    text = json.dumps(said, ensure_ascii=False)
    (folder / RECORD).write_text(text + "\n", encoding="utf-8")


def _swap(made: Path, place: Path) -> None:
    """Put `made` in its place, and what was there beside it."""
    if place.exists():
        kept = place.with_name(f".{place.name}.before")
        shutil.rmtree(kept, ignore_errors=True)
        place.rename(kept)
    made.rename(place)
