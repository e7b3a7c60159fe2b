"""What is in the shoot: photos and clips below the given paths, in a stable order.

Nothing is decoded here; a file is a photo or a clip by its name, and by its first bytes where the name does not say.
Links are not followed (a link could lead out of the shoot); sidecars, music and hidden files are left alone.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mediakit.errors import ClashError, Fault, UsageError
from mediakit.model import Kind, Problem, Source
from mediakit.tools.sniff import KIND_BY_SUFFIX, kind_of_format, sniff

IGNORED_NAMES = frozenset({"thumbs.db", "desktop.ini", "__macosx", "@eadir"})
IGNORED_SUFFIXES = frozenset(
    {
        ".part",
        ".filepart",
        ".crdownload",
        ".tmp",
        ".xmp",
        ".aae",
        ".json",
        ".jsonl",
        ".toml",
        ".txt",
        ".md",
        ".csv",
        ".tsv",
    }
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A path that was seen and cannot be a source."""

    rel: str
    kind: Kind
    problem: Problem


@dataclass(frozen=True, slots=True)
class Shoot:
    """The sources of one run, and what was refused at sight.

    `root` is what every `rel` is relative to; `folders` are the folders that were given (none where files were named).
    """

    root: Path
    folders: tuple[Path, ...]
    sources: tuple[Source, ...]
    refused: tuple[Refusal, ...]


def find_sources(paths: Sequence[Path]) -> Shoot:
    """Every photo and clip at or below `paths`, by name.

    Raises UsageError for a path that does not exist.
    """
    for path in paths:
        if not os.path.lexists(path):
            raise UsageError(f"{path} does not exist.", "Check the spelling; quote names with spaces.")
    root = _common_root(paths)
    found = [_read(root, path) for path in sorted(set(_walk(paths)))]
    return Shoot(
        root=root,
        folders=tuple(path.resolve() for path in paths if path.is_dir()),
        sources=tuple(item for item in found if isinstance(item, Source)),
        refused=tuple(item for item in found if isinstance(item, Refusal)),
    )


def refuse_overlap(shoot: Shoot, out: Path) -> None:
    """Raise ClashError where the output lies inside the shoot, or the shoot inside the output.

    What is written would otherwise be found as a source by the next run.
    """
    target = out.resolve()
    for folder in shoot.folders:
        if target == folder or folder in target.parents:
            raise ClashError(
                f"The output folder {out} lies inside the shoot {folder}.", "Give --out a folder outside it."
            )
    folders = {source.path.parent for source in shoot.sources}
    inside = next((f for f in sorted(folders) if target == f.resolve() or target in f.resolve().parents), None)
    if inside is not None:
        lying = next(source.path for source in shoot.sources if source.path.parent == inside)
        raise ClashError(f"{lying} lies inside the output folder {out}.", "Give --out another folder.")


def _common_root(paths: Sequence[Path]) -> Path:
    folders = [path if path.is_dir() else path.parent for path in map(_absolute, paths)]
    return Path(os.path.commonpath(folders))


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow links


def _walk(paths: Sequence[Path]) -> Iterator[Path]:
    for path in map(_absolute, paths):
        if not path.is_dir():
            yield path
            continue
        for folder, folders, names in os.walk(path, followlinks=False):
            here = Path(folder)
            folders[:] = sorted(n for n in folders if not _is_ignored(n) and not (here / n).is_symlink())
            yield from (here / name for name in names if not _is_ignored(name))


def _is_ignored(name: str) -> bool:
    return name.startswith(".") or name.lower() in IGNORED_NAMES or Path(name).suffix.lower() in IGNORED_SUFFIXES


def _read(root: Path, path: Path) -> Source | Refusal | None:
    """A Source, a Refusal where the name promises media and the file cannot be read, None for anything else."""
    rel = path.relative_to(root).as_posix()
    promised = KIND_BY_SUFFIX.get(path.suffix.lower())
    try:
        facts = path.lstat()
        if not stat.S_ISREG(facts.st_mode):
            return _refusal(rel, promised, _what_it_is(facts.st_mode))
        kind = promised or _kind_of_content(path)
    except OSError as error:
        return _refusal(rel, promised, f"cannot be read ({error.strerror})")
    if kind is None:
        return None
    return Source(root, rel, kind, facts.st_size, facts.st_mtime_ns, facts.st_ino)


def _kind_of_content(path: Path) -> Kind | None:
    if path.suffix.lower() not in {"", ".bin", ".dat", ".download"}:
        return None
    found = sniff(path)
    return kind_of_format(found) if found else None


def _what_it_is(mode: int) -> str:
    return "is a link, and links are not followed" if stat.S_ISLNK(mode) else "is not a regular file"


def _refusal(rel: str, kind: Kind | None, what: str) -> Refusal | None:
    if kind is None:
        return None
    problem = Problem(
        Fault.UNREADABLE, f"{rel} {what}.", "Copy the file itself into the shoot and check its permissions."
    )
    return Refusal(rel, kind, problem)
