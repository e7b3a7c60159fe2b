"""What a piece of music may be used for: the sidecar beside it, `NAME.licence.toml` next to the bed `NAME`.

    schema = 1
    title = "Counter Light"
    owner = "The mediakit authors"
    licence = "Apache-2.0"
    platforms = ["*"]            # or platforms and surfaces: ["xiaohongshu", "wechat-moments.video"]
    territory = ["*"]            # or countries, ISO 3166-1: ["CN", "SG"]
    expires = "never"            # or the last day: "2027-12-31"

A bed whose licence has ended, or does not cover the platform or the preset's territory, is refused before anything is
rendered; the refusal names the bed and the field. Whether the sidecar tells the truth nobody here can know.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from mediakit.errors import DataError
from mediakit.platforms.schema import Target
from mediakit.presets.schema import Section
from mediakit.presets.toml_file import TomlFile, read_toml
from mediakit.presets.validate import as_json, mistakes

SUFFIX = ".licence.toml"
NEVER = "never"
_NO_PLATFORM = "as-shot"
_HINT = "Use music that may be used there, or renew the licence and correct its sidecar."


def _last_day(said: str) -> str:
    if said != NEVER:
        try:
            datetime.date.fromisoformat(said)
        except ValueError as error:
            raise ValueError('must be "never" or a day such as "2027-12-31"') from error
    return said


Words = Annotated[str, Field(min_length=1)]


class Licence(Section):
    """A sidecar's table."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    title: Words
    owner: Words
    licence: Words
    platforms: Annotated[tuple[Words, ...], Field(min_length=1)]
    territory: Annotated[tuple[Words, ...], Field(min_length=1)]
    expires: Annotated[str, AfterValidator(_last_day)]

    def facts(self) -> dict[str, str]:
        """For the manifest."""
        return {"title": self.title, "owner": self.owner, "licence": self.licence, "expires": self.expires}


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a bed may not be used: which field of its sidecar says so, and the sentence."""

    field: str
    words: str


def sidecar_of(bed: Path) -> Path:
    """Where the licence of `bed` lies."""
    return bed.with_name(bed.name + SUFFIX)


def licence_of(bed: Path) -> Licence | None:
    """What the sidecar of `bed` says; None where there is none. Raises DataError with file and line where it is wrong."""
    path = sidecar_of(bed)
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}).", "Check its permissions.") from error
    return _read(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=256)
def _read(path: Path, _mtime_ns: int, _bytes: int) -> Licence:
    file: TomlFile = read_toml(path)
    found = mistakes(Licence, file.table)
    if found:
        raise DataError("\n".join(mistake.at(file) for mistake in found), "See docs/SOUND.md for what a licence says.")
    return Licence.model_validate_json(as_json(file.table), strict=True)


def refusal(
    bed: Path, target: Target, *, territory: str = "", strict: bool = False, today: datetime.date
) -> Refused | None:
    """Why `bed` may not be used on `target` on that day; None where it may.

    territory: where the post is shown, as the preset says; empty: nobody asks. strict: a bed without a sidecar is refused.
    """
    licence = licence_of(bed)
    if licence is None:
        words = f"{bed.name} has no licence beside it ({bed.name}{SUFFIX}), and the preset asks for one."
        return Refused("licence", words) if strict else None
    named = f"{bed.name} (“{licence.title}” by {licence.owner})"
    if licence.expires != NEVER and today > datetime.date.fromisoformat(licence.expires):
        return Refused("expires", f"{named}: expires: its licence ended on {licence.expires}.")
    platform = target.surface.platform
    if platform != _NO_PLATFORM and not _covers(licence.platforms, (target.name, target.surface.id, platform)):
        only = ", ".join(licence.platforms)
        return Refused("platforms", f"{named}: platforms: it is licensed for {only}, not for {platform}.")
    if territory and not _covers(licence.territory, (territory,)):
        only = ", ".join(licence.territory)
        return Refused("territory", f"{named}: territory: it is licensed in {only}, not in {territory}.")
    return None


def refuse(refused: Iterable[Refused]) -> DataError:
    """The error of beds none of which may be used."""
    return DataError("\n".join(f"The music may not be used: {one.words}" for one in refused), _HINT)


def _covers(patterns: Iterable[str], names: Iterable[str]) -> bool:
    return any(fnmatchcase(name.lower(), pattern.lower()) for pattern in patterns for name in names)
