"""Platform data, read once from the package and, where somebody has their own, from further folders of TOML files.

A file that does not load, or that contradicts itself, is a DataError that names file, key and the nearest valid name;
nothing is half loaded. A file of a further folder replaces the shipped platform of the same id, or adds a new one.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from mediakit.errors import DataError, UsageError
from mediakit.platforms.consistency import contradictions
from mediakit.platforms.schema import Platform, Surface

EXTRA_FOLDERS = "MEDIAKIT_PLATFORMS"
_PLAIN_ID = re.compile(r"[a-z0-9-]+")
_HINT = "Compare it with a file in mediakit/platforms/data."


@cache
def platforms() -> tuple[Platform, ...]:
    """Every platform, by id: those shipped, and those of the extra folders."""
    return load_platforms(extra_folders())


def extra_folders() -> list[Path]:
    """The folders that MEDIAKIT_PLATFORMS names (PATH syntax)."""
    return [Path(name) for name in os.environ.get(EXTRA_FOLDERS, "").split(os.pathsep) if name]


def load_platforms(folders: Sequence[Path] = ()) -> tuple[Platform, ...]:
    """The shipped platforms and those of `folders`, later folders winning. Raises DataError."""
    shipped = [
        entry for entry in files("mediakit.platforms").joinpath("data").iterdir() if entry.name.endswith(".toml")
    ]
    read = [parse_platform(entry.read_text("utf-8"), entry.name) for entry in shipped]
    for folder in folders:
        if not folder.is_dir():
            raise DataError(f"{folder} is no folder.", f"Correct {EXTRA_FOLDERS}, or leave it out.")
        read += [parse_platform(_text_of(path), str(path)) for path in sorted(folder.glob("*.toml"))]
    return _checked({platform.id: platform for platform in read}.values())


def platform(platform_id: str) -> Platform | None:
    """The platform of that id. Where there are none but those shipped, no other file is read for it."""
    shipped = None if os.environ.get(EXTRA_FOLDERS) else _shipped(platform_id)
    return shipped or next((known for known in platforms() if known.id == platform_id), None)


@cache
def _shipped(platform_id: str) -> Platform | None:
    entry = files("mediakit.platforms").joinpath("data", f"{platform_id}.toml")
    if not _PLAIN_ID.fullmatch(platform_id) or not entry.is_file():
        return None
    return parse_platform(entry.read_text("utf-8"), entry.name)


@cache
def surfaces() -> tuple[Surface, ...]:
    """Every surface, platform by platform."""
    return tuple(surface for platform in platforms() for surface in platform.surfaces)


def surface(surface_id: str) -> Surface:
    """The surface of that id. Raises UsageError with the nearest valid name."""
    found = _by_id().get(surface_id)
    if found is None:
        raise UsageError(f"There is no surface {surface_id!r}.", did_you_mean(surface_id, _by_id()))
    return found


def adjusted(base: Surface, limits: Mapping[str, float | int]) -> Surface:
    """`base` with other limits: max_duration_s, max_bytes, target_bytes; what it does not have is left alone.

    A raised `max_duration_s` lifts the length warning with it; a lowered `max_bytes` lowers the export target.
    Raises ValueError for any other name.
    """
    unknown = set(limits) - {"max_duration_s", "max_bytes", "target_bytes"}
    if unknown:
        raise ValueError(f"no such limit: {', '.join(sorted(unknown))}")
    changes: dict[str, object] = {}
    if base.photo is not None:
        changes["photo"] = base.photo.model_copy(update=_within_target(_bytes_of(limits), base.photo.target_bytes))
    if base.clip is not None:
        update = _within_target(_bytes_of(limits), base.clip.target_bytes)
        if "max_duration_s" in limits:
            update |= {"max_duration_s": float(limits["max_duration_s"]), "warn_duration_s": None}
        changes["clip"] = base.clip.model_copy(update=update)
    return base.model_copy(update=changes)


def did_you_mean(said: str, known: Iterable[str]) -> str:
    """A hint: the nearest of the `known` names, or all of them where none is near."""
    names = sorted(known)
    near = difflib.get_close_matches(said, names, n=1, cutoff=0.5)
    return f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(names)}."


def parse_platform(text: str, name: str) -> Platform:
    """One platform file. `name` is what errors call it. Raises DataError."""
    try:
        platform = Platform.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{name}: not valid TOML: {error}.", _HINT) from error
    except ValidationError as error:
        raise DataError(f"{name}: {'; '.join(_in_words(error))}.", _HINT) from error
    found = list(contradictions(platform))
    if found:
        raise DataError(f"{name}: {'; '.join(found)}.", _HINT)
    return platform


def _text_of(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.", "Check its permissions.") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not UTF-8 text.", "Save the file as UTF-8.") from error


def _checked(found: Iterable[Platform]) -> tuple[Platform, ...]:
    """Sorted by id, with every cover that a clip names present as a surface for photos."""
    ordered = sorted(found, key=lambda platform: platform.id)
    photos = {surface.id for platform in ordered for surface in platform.surfaces if surface.photo is not None}
    for platform in ordered:
        for part in platform.surfaces:
            if part.clip is not None and part.clip.cover is not None and part.clip.cover not in photos:
                hint = did_you_mean(part.clip.cover, photos)
                raise DataError(f"{platform.id}: {part.id}.clip.cover: no photo surface {part.clip.cover!r}.", hint)
    return tuple(ordered)


@cache
def _by_id() -> dict[str, Surface]:
    return {part.id: part for part in surfaces()}


def _bytes_of(limits: Mapping[str, float | int]) -> dict[str, object]:
    return {name: int(limits[name]) for name in ("max_bytes", "target_bytes") if name in limits}


def _within_target(update: dict[str, object], target: int | None) -> dict[str, object]:
    """A target that nobody set never lies above a limit that somebody lowered."""
    limit = update.get("max_bytes")
    if isinstance(limit, int) and target is not None and "target_bytes" not in update and target > limit:
        return update | {"target_bytes": limit}
    return update


def _in_words(error: ValidationError) -> Iterator[str]:
    for found in error.errors(include_url=False):
        key = ".".join(str(part) for part in found["loc"]) or "the file"
        if found["type"] == "extra_forbidden":
            yield f"{key}: unknown key; {did_you_mean(str(found['loc'][-1]), _keys_at(found['loc'][:-1])).rstrip('.')}"
        else:
            yield f"{key}: {found['msg']}"


def _keys_at(loc: tuple[int | str, ...]) -> list[str]:
    """The keys that are valid at a place in a platform file."""
    here: type[BaseModel] = Platform
    for part in loc:
        if isinstance(part, str):
            here = _model_in(here.model_fields[part].annotation) or here
    return [field.alias or name for name, field in here.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The schema class somewhere inside a type: Surface in tuple[Surface, ...]."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for arg in get_args(annotation) if (found := _model_in(arg)) is not None), None)
