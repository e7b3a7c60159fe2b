"""`s3://bucket/folder`: what is one, and how it survives having been taken for a path."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from mediakit.errors import UsageError

_REMOTE = re.compile(r"s3:/+(?P<bucket>[^/]+)(?:/+(?P<prefix>.*))?", re.DOTALL)
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


@dataclass(frozen=True, slots=True)
class Address:
    """A folder in a bucket. `prefix` has no slash at either end; "" is the whole bucket."""

    bucket: str
    prefix: str

    def __str__(self) -> str:
        return f"s3://{self.root}"

    @property
    def root(self) -> str:
        """As fsspec says it: bucket and prefix."""
        return f"{self.bucket}/{self.prefix}" if self.prefix else self.bucket

    def key(self, rel: str) -> str:
        """The object of that name below it."""
        return f"{self.root}/{rel}"

    def holds(self, other: Address) -> bool:
        """Whether the other lies in this one, or is it."""
        return f"{other.root}/".startswith(f"{self.root}/")


def address_of(said: str | Path) -> Address | None:
    """The address, also where a command line made a path of it; None for what is a path. Raises UsageError for a bad one."""
    found = _REMOTE.fullmatch(str(said))
    if found is None:
        return None
    if not _BUCKET.fullmatch(found["bucket"]):
        raise UsageError(f"{said}: {found['bucket']!r} is no name of a bucket.", "Like this: s3://bucket/shoot")
    return Address(found["bucket"], (found["prefix"] or "").strip("/"))


def safe_name(rel: str) -> bool:
    """Whether the name of an object can be a file below a folder, and that same file alone."""
    parts = PurePosixPath(rel).parts
    plain = "\\" not in rel and "\0" not in rel and not rel.startswith("/") and "//" not in rel
    return bool(parts) and plain and not {".", ".."} & set(rel.split("/")) and all(len(p.encode()) < 250 for p in parts)
