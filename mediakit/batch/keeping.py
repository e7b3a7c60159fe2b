"""mediakit-keep.txt: which of several takes a person wants kept. One photo a line, as the report calls it; # begins a remark.

The file lies in the shoot. What it names is kept, and what that was a take of is not; photos that nobody names are left to
the scores.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from mediakit.batch.outfolder import published

KEEP_FILE = "mediakit-keep.txt"
_HEAD = "# Of several takes of one photo, these are kept. Written by: mediakit cull --keep\n"


def is_kept_by_hand(root: Path) -> bool:
    """Whether a person chose anything in this shoot."""
    return bool(person_keeps(root))


def person_keeps(root: Path) -> tuple[str, ...]:
    """What `mediakit-keep.txt` in the shoot names; empty where there is none."""
    try:
        lines = (root / KEEP_FILE).read_text(encoding="utf-8-sig", errors="surrogateescape").splitlines()
    except OSError:
        return ()
    return tuple(line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#"))


def keep(root: Path, rels: Iterable[str], instead_of: Iterable[str]) -> Path:
    """Name `rels` in the shoot's file, take `instead_of` out of it, leave every other line. Raises FileError."""
    gone = set(instead_of)
    names = dict.fromkeys([*(rel for rel in person_keeps(root) if rel not in gone), *rels])
    path = root / KEEP_FILE
    with published(path) as temporary:
        temporary.write_bytes((_HEAD + "".join(f"{name}\n" for name in names)).encode("utf-8", "surrogateescape"))
    return path
