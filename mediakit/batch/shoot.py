"""What is in the shoot: photos and clips below the given paths, in a stable order.

Nothing is decoded here; a file is a photo or a clip by its name, and by its first bytes where the name does not say.
Links are not followed (a link could lead out of the shoot); sidecars, music and hidden files are left alone.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import translate
from pathlib import Path

from mediakit.errors import ClashError, Fault, UsageError
from mediakit.model import Kind, Problem, Source
from mediakit.tools.sniff import KIND_BY_SUFFIX, kind_of_format, sniff

IGNORED = (
    # of systems, and of boxes that hold shares
    *("thumbs.db", "desktop.ini", "__macosx", "@eadir", "#recycle", "$recycle.bin", "system volume information"),
    # on their way: browsers, file transfer, sync clients
    *("*.part", "*.partial", "*.filepart", "*.crdownload", "*.opdownload", "*.tmp", "~syncthing~*"),
    # of other programs, and ours
    *("*.xmp", "*.aae", "*.json", "*.jsonl", "*.toml", "*.txt", "*.md", "*.csv", "*.tsv"),
)
"""Patterns of names that are left alone, whatever their case; hidden files (a dot in front) are too."""
_SAYS_NOTHING = frozenset({"", ".bin", ".dat", ".download"})
"""Endings of files that are told by their first bytes."""
MOST_IGNORED = 50
"""So many that were left alone are named; a person who wonders looks for one of a few."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A path that was seen and cannot be a source."""

    rel: str
    kind: Kind
    problem: Problem


@dataclass(frozen=True, slots=True)
class Ignored:
    """A path that was left alone because its name, or where it lies, is like a pattern."""

    rel: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Shoot:
    """The sources of one run, and what was refused at sight.

    `root` is what every `rel` is relative to; `folders` are the folders that were given (none where files were named).
    """

    root: Path
    folders: tuple[Path, ...]
    sources: tuple[Source, ...]
    refused: tuple[Refusal, ...]
    ignored: tuple[Ignored, ...] = ()
    """The first `MOST_IGNORED` that were left alone for their names; hidden ones are not named."""


def find_sources(paths: Sequence[Path], *, ignore: Sequence[str] = ()) -> Shoot:
    """Every photo and clip at or below `paths`, by name.

    ignore: patterns (`*`, `?`, `[a-z]`) of further names to leave alone, or of paths below the shoot where they hold a "/".
    Raises UsageError for a path that does not exist.
    """
    for path in paths:
        if not os.path.lexists(path):
            raise UsageError(f"{path} does not exist.", "Check the spelling; quote names with spaces.")
    root = _common_root(paths)
    walk = _Walk(root, ignore)
    found = [_read(root, rel) for rel in sorted(set(walk.below(paths)), key=_in_order)]
    return Shoot(
        root=root,
        folders=tuple(path.resolve() for path in paths if path.is_dir()),
        sources=tuple(item for item in found if isinstance(item, Source)),
        refused=tuple(item for item in found if isinstance(item, Refusal)),
        ignored=tuple(walk.ignored),
    )


def sources_at(root: Path, paths: Iterable[str], *, ignore: Sequence[str] = ()) -> tuple[Source, ...]:
    """The photos and clips among some paths below `root`, as `find_sources([root])` would find them.

    Folders, and what is not there or cannot be read, are left out: only a walk of everything is the truth.
    """
    walk = _Walk(root, ignore)
    rels = {walk.rel(path) for path in paths}
    found = [_read(root, rel) for rel in sorted(rels, key=_in_order) if walk.comes_by(rel)]
    return tuple(item for item in found if isinstance(item, Source))


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
    folders = {shoot.root / rel for rel in {source.rel.rpartition("/")[0] for source in shoot.sources}}
    inside = next((f for f in sorted(folders) if target == f.resolve() or target in f.resolve().parents), None)
    if inside is not None:
        lying = next(source.path for source in shoot.sources if source.path.parent == inside)
        raise ClashError(f"{lying} lies inside the output folder {out}.", "Give --out another folder.")


def _common_root(paths: Sequence[Path]) -> Path:
    folders = [path if path.is_dir() else path.parent for path in map(_absolute, paths)]
    return Path(os.path.commonpath(folders))


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow links


def _in_order(rel: str) -> str:
    """Sorts as the parts of a path do: what lies in a folder stays together."""
    return rel.replace("/", "\0")


class _Walk:
    """Goes through folders. Names stay text here: a hundred thousand Paths cost more than looking at their files."""

    def __init__(self, root: Path, ignore: Sequence[str]) -> None:
        self._root = root
        self._patterns = [*IGNORED, *ignore]
        self._of_names = _any_of([pattern for pattern in self._patterns if "/" not in pattern])
        self._of_paths = _any_of([pattern for pattern in self._patterns if "/" in pattern])
        self.ignored: list[Ignored] = []

    def below(self, paths: Sequence[Path]) -> Iterator[str]:
        """The `rel` of every file to look at; one that was named is looked at whatever it is called."""
        for path in map(_absolute, paths):
            if not path.is_dir():
                yield self.rel(str(path))
                continue
            for folder, folders, names in os.walk(path, followlinks=False):
                start = self.rel(folder)
                start = f"{start}/" if start else ""
                folders[:] = sorted(n for n in folders if self._takes(start, n) and not Path(folder, n).is_symlink())
                yield from (start + name for name in names if self._takes(start, name))

    def comes_by(self, rel: str) -> bool:
        """Whether going through all of the root comes by this path: nothing on the way to it is left alone, or a link."""
        parts = rel.split("/")
        if parts[0] in ("", ".."):
            return False
        starts = ["".join(f"{part}/" for part in parts[:depth]) for depth in range(len(parts))]
        return all(map(self._takes, starts, parts)) and not any(
            (self._root / start).is_symlink() for start in starts[1:]
        )

    def rel(self, path: str) -> str:
        """A path below the root, from there, with forward slashes; "" for the root."""
        rel = os.path.relpath(path, self._root)
        return "" if rel == "." else rel.replace(os.sep, "/")

    def _takes(self, start: str, name: str) -> bool:
        if name.startswith("."):
            return False
        if not (self._of_names.match(name) or self._of_paths.match(start + name)):
            return True
        if len(self.ignored) < MOST_IGNORED:
            self.ignored.append(Ignored(start + name, self._pattern_of(start + name, name)))
        return False

    def _pattern_of(self, rel: str, name: str) -> str:
        return next(said for said in self._patterns if _any_of([said]).match(rel if "/" in said else name))


def _any_of(patterns: Sequence[str]) -> re.Pattern[str]:
    """Matches what is like one of them, whatever its case."""
    return re.compile("|".join(map(translate, patterns)) or r"(?!)", re.IGNORECASE)


def _read(root: Path, rel: str) -> Source | Refusal | None:
    """A Source, a Refusal where the name promises media and the file cannot be read, None for anything else."""
    path = os.path.join(root, rel)  # noqa: PTH118 - of every file of a shoot
    ending = os.path.splitext(rel)[1].lower()  # noqa: PTH122
    promised = KIND_BY_SUFFIX.get(ending)
    try:
        facts = os.lstat(path)
        if not stat.S_ISREG(facts.st_mode):
            return _refusal(rel, promised, _what_it_is(facts.st_mode))
        kind = promised or (_kind_of_content(Path(path)) if ending in _SAYS_NOTHING else None)
    except OSError as error:
        return _refusal(rel, promised, f"cannot be read ({error.strerror})")
    if kind is None:
        return None
    return Source(root, rel, kind, facts.st_size, facts.st_mtime_ns, facts.st_ino)


def _kind_of_content(path: Path) -> Kind | None:
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
