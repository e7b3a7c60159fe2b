"""post.toml: which pictures make a post, in what order, with which words. Strict, and every mistake names file and line.

In a folder it says what that folder's post is; at the top of the shoot, what the whole shoot's is (folders with a
post.toml of their own apart). With `[[posts]]` it names several, each with a `folder` or with the `order` of its pictures.

    title = "周末试色"
    body = "..."
    topics = ["口红试色"]
    order = ["IMG_2.jpg", "IMG_1.jpg"]   # these, in this order; the first is the cover
    platforms = ["xiaohongshu"]
    sponsored = false
    [words.weibo]                        # other words on one platform or surface
    title = "..."
"""

from __future__ import annotations

import difflib
import os
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Literal

from mediakit.batch.post_said import Named, Said, WholeFile, contradictions
from mediakit.batch.post_values import PostWords, WantedPost
from mediakit.batch.shoot import Shoot
from mediakit.errors import DataError, UsageError
from mediakit.presets.toml_file import Key, TomlFile, read_toml
from mediakit.presets.validate import as_json, mistakes

FILE = "post.toml"
NO_WORDS: Mapping[str, PostWords] = {}
Grouping = Literal["none", "folder", "shoot"]
_HINT = "See docs/POSTS.md for what post.toml takes."
_PLAIN_NAME = "post"
_RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))})
_LONGEST_NAME_BYTES = 120


@dataclass(frozen=True, slots=True)
class _Read:
    """A file that loads, the folder below the shoot ("" for its top) that it stands in, and the names of all pictures."""

    file: TomlFile
    said: WholeFile
    folder: str
    known: tuple[str, ...]


Tell = Callable[[DataError], None]


def find_posts(
    shoot: Shoot,
    grouping: Grouping = "none",
    words: Mapping[str, PostWords] = NO_WORDS,
    *,
    awaited: Sequence[str] = (),
    tell: Tell | None = None,
) -> tuple[WantedPost, ...]:
    """Every post that is asked for: by a post.toml, or by `grouping` for what no post.toml speaks of.

    `words` are those of a post that has none of its own, by its name, "" for any. Raises DataError, naming file and line,
    for a post.toml that does not load or names a picture that is not there; UsageError for words of a post that is not.
    For a folder that is watched: `awaited` are sources that are there and not whole yet, and a post.toml at fault is
    told to `tell`, if there is one, and left out.
    """
    known = (*_names(shoot), *awaited)
    read: list[_Read] = []
    posts: list[WantedPost] = []
    for path in _files(shoot):
        try:
            read.append(_read(path, shoot, known))
        except DataError as error:
            _told(error, tell)
    for one in read:
        try:
            posts += _posts_of(one, [other.folder for other in read])
        except DataError as error:
            _told(error, tell)
    posts += _grouped(known, grouping, {rel for post in posts for rel in post.members})
    named = list(_distinct(posts))
    unknown = words.keys() - {"", *(post.name for post in named)}
    if named and unknown:
        there = ", ".join(post.name for post in named)
        raise UsageError(f"There are words for a post {min(unknown)!r}, and no such post.", f"There are: {there}.")
    return tuple(_with_words(post, words) for post in named)


def _told(error: DataError, tell: Tell | None) -> None:
    """A file is at fault: somebody is told, or the run ends here."""
    if tell is None:
        raise error
    tell(error)


def _with_words(post: WantedPost, words: Mapping[str, PostWords]) -> WantedPost:
    own = post.words if post.words != PostWords() else words.get(post.name, words.get("", PostWords()))
    return replace(post, words=own)


def platforms_of(posts: Iterable[WantedPost]) -> tuple[str, ...]:
    """The platforms that posts name, each once."""
    return tuple(dict.fromkeys(name for post in posts for name in post.platforms))


def _files(shoot: Shoot) -> list[Path]:
    """Every post.toml below the folders of the shoot, hidden folders and links apart."""
    found = []
    for top in shoot.folders:
        for folder, folders, names in os.walk(top, followlinks=False):
            folders[:] = sorted(n for n in folders if not n.startswith(".") and not Path(folder, n).is_symlink())
            if FILE in names:
                found.append(Path(folder, FILE))
    return sorted(set(found))


def _read(path: Path, shoot: Shoot, known: tuple[str, ...]) -> _Read:
    file = read_toml(path)
    found = mistakes(WholeFile, file.table)
    if not found:
        said = WholeFile.model_validate_json(as_json(file.table), strict=True)
        found = list(contradictions(said))
    if found:
        raise DataError("\n".join(mistake.at(file) for mistake in found), _HINT)
    folder = path.parent.resolve().relative_to(shoot.root.resolve()).as_posix()
    return _Read(file, said, "" if folder == "." else folder, known)


def _names(shoot: Shoot) -> tuple[str, ...]:
    """Every source by `rel`, those refused at sight too."""
    return (*(source.rel for source in shoot.sources), *(refusal.rel for refusal in shoot.refused))


def _posts_of(read: _Read, folders: Sequence[str]) -> Iterator[WantedPost]:
    said = read.said
    if not said.posts:
        below = [rel for rel in _below(read.known, read.folder) if _owner(rel, folders) == read.folder]
        yield _post(read, said, (), below)
    for index, one in enumerate(said.posts):
        at: Key = ("posts", index)
        yield _post(read, one, at, () if one.folder is None else _in_folder(read, (*at, "folder"), one.folder))


def _post(read: _Read, said: Said, at: Key, below: Sequence[str]) -> WantedPost:
    """One post; what it does not say itself, the file says for all."""
    file, members = read.said, below
    if said.order is not None:
        members = [_picture(read, (*at, "order"), name) for name in said.order]
    folder = said.folder if isinstance(said, Named) else None
    return WantedPost(
        name=folder_name(said.name or folder or read.folder or _PLAIN_NAME),
        members=tuple(dict.fromkeys(members)),
        ordered=said.order is not None,
        words=PostWords(
            said.title or file.title, said.body or file.body, said.topics or file.topics, _elsewhere(file, said)
        ),
        platforms=said.platforms or file.platforms or (),
        sponsored=file.sponsored if said.sponsored is None else said.sponsored,
        file=read.file.path,
    )


def _elsewhere(*said: Said) -> tuple[tuple[str, PostWords], ...]:
    """Words for single targets; what the post says wins over what the file says for all."""
    named = {name: own for one in said for name, own in one.words.items()}
    return tuple((name, PostWords(own.title, own.body, own.topics)) for name, own in named.items())


def _in_folder(read: _Read, key: Key, said: str) -> list[str]:
    found = list(_below(read.known, _inside(read, key, said)))
    if not found:
        raise DataError(f"{read.file.at(key)}: folder: there is no picture in {said!r}.", _HINT)
    return found


def _picture(read: _Read, key: Key, said: str) -> str:
    """The `rel` of a picture that `order` names. Raises DataError with the nearest name where it is not there."""
    rel = _inside(read, key, said)
    if rel in read.known:
        return rel
    here = {str(PurePosixPath(name).relative_to(read.folder)): name for name in _below(read.known, read.folder)}
    near = difflib.get_close_matches(said, here, n=1, cutoff=0.5)
    hint = f"Did you mean {near[0]!r}?" if near else "Names are written as below the folder of post.toml."
    line = _line_with(read.file, key, said)
    raise DataError(f"{line}: order: there is no picture {said!r}.", hint)


def _line_with(file: TomlFile, key: Key, said: str) -> str:
    """`path:line` of a value of a list that may run over several lines."""
    start = file.line_of(key)
    if start is None:
        return file.at(key)
    for number, line in enumerate(file.path.read_text("utf-8-sig").splitlines()[start - 1 :], start=start):
        if said in line:
            return f"{file.path}:{number}"
    return file.at(key)


def _inside(read: _Read, key: Key, said: str) -> str:
    """A path of the file as one below the shoot. Raises DataError where it leads out of the file's folder."""
    path = PurePosixPath(said)
    if "\\" in said or path.is_absolute() or ".." in path.parts:
        words = f"{said!r} must be a path below the folder of post.toml, with forward slashes"
        raise DataError(f"{_line_with(read.file, key, said)}: {words}.", _HINT)
    return str(PurePosixPath(read.folder) / path)


def _below(names: Iterable[str], folder: str) -> Iterator[str]:
    """Those of `names` that lie in a folder or deeper, in the order of the shoot."""
    return (rel for rel in sorted(names) if not folder or rel.startswith(f"{folder}/"))


def _owner(rel: str, folders: Iterable[str]) -> str:
    """The deepest of `folders` that a file lies in."""
    return max((folder for folder in folders if not folder or rel.startswith(f"{folder}/")), key=len, default="")


def _grouped(known: Iterable[str], grouping: Grouping, taken: set[str]) -> Iterator[WantedPost]:
    """What no post.toml speaks of, as posts of their folders or as one."""
    free = sorted(set(known) - taken)
    if grouping == "shoot" and free:
        yield WantedPost(name=_PLAIN_NAME, members=tuple(free))
    if grouping == "folder":
        folders = dict.fromkeys(str(PurePosixPath(rel).parent) for rel in free)
        for folder in folders:
            members = tuple(rel for rel in free if str(PurePosixPath(rel).parent) == folder)
            yield WantedPost(name=folder_name(_PLAIN_NAME if folder == "." else folder), members=members)


def _distinct(posts: Iterable[WantedPost]) -> Iterator[WantedPost]:
    """No two posts of one name, whatever a disk makes of upper case and accents."""
    taken: set[str] = set()
    for post in posts:
        name, number = post.name, 1
        while _key(name) in taken:
            number += 1
            name = f"{post.name}-{number}"
        taken.add(_key(name))
        yield replace(post, name=name)


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def folder_name(said: str) -> str:
    """`said` as the name of one folder that every disk takes: no separators, no controls, not too long, never empty."""
    kept = "".join(
        "-" if char in '<>:"/\\|?*' else char
        for char in unicodedata.normalize("NFC", said)
        if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co")
    ).strip(" .-")
    short = kept.encode("utf-8")[:_LONGEST_NAME_BYTES].decode("utf-8", "ignore").strip(" .-")
    return f"{short}-" if short.lower() in _RESERVED else short or _PLAIN_NAME
