"""A TOML file with the line each key stands on, so that an error can point at it.

`tomllib` parses; a small scan of the text beside it finds the lines. The scan knows headers, dotted and quoted keys,
arrays of tables and values that run over several lines; keys inside an inline table take the line of the key that
holds it. Limits: UTF-8 text (a byte-order mark is accepted) of at most 1 MB.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mediakit.errors import DataError

Key = tuple[str | int, ...]
MAX_BYTES = 1_000_000

_PART = r"""[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*'"""
_DOTTED = rf"(?:{_PART})(?:\s*\.\s*(?:{_PART}))*"
_HEADER = re.compile(rf"\s*(\[\[?)\s*({_DOTTED})\s*\]")
_ASSIGNMENT = re.compile(rf"\s*({_DOTTED})\s*=")
_TOKEN = re.compile(r'"""|\'\'\'|"(?:[^"\\]|\\.)*"|\'[^\']*\'|#.*|[\[\]{}]')


@dataclass(frozen=True, slots=True)
class TomlFile:
    """What a file says, and where."""

    path: Path
    table: Mapping[str, object]
    lines: Mapping[Key, int]

    def line_of(self, key: Key) -> int | None:
        """The line of `key`, else of the nearest table around it; None where the file says nothing of the kind."""
        for length in range(len(key), 0, -1):
            if key[:length] in self.lines:
                return self.lines[key[:length]]
        return None

    def at(self, key: Key = ()) -> str:
        """`path:line`, the form editors jump to."""
        line = self.line_of(key)
        return str(self.path) if line is None else f"{self.path}:{line}"


def read_toml(path: Path) -> TomlFile:
    """Parse `path`. Raises DataError with the line where it is no TOML, no text, or cannot be read."""
    text = _text(path)
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DataError(*_syntax(path, str(error))) from error
    except RecursionError as error:
        raise DataError(f"{path}: nested too deeply.", "A preset needs two levels at most.") from error
    return TomlFile(path, table, lines_of(text))


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.", "Check the name and the permissions.") from error
    if len(raw) > MAX_BYTES:
        raise DataError(f"{path} has {len(raw)} bytes; settings have at most {MAX_BYTES}.", "Is this the right file?")
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise DataError(f"{path}:{line}: not UTF-8 text.", "Save the file as UTF-8.") from error


def _syntax(path: Path, words: str) -> tuple[str, str]:
    found = re.search(r" \(at line (\d+), column (\d+)\)", words)
    if found is None:
        return f"{path}: {words}.", "See https://toml.io for how a value is written."
    reason = words[: found.start()]
    return f"{path}:{found[1]}: {reason} (column {found[2]}).", 'Text stands in quotes: name = "muselle".'


def lines_of(text: str) -> dict[Key, int]:
    """The line, from 1, of every table header and key of a TOML text that parses."""
    lines: dict[Key, int] = {}
    counts: dict[Key, int] = {}
    table: Key = ()
    inside = _Value()
    for number, line in enumerate(text.split("\n"), start=1):
        if inside.open:
            inside.read(line)
            continue
        if header := _HEADER.match(line):
            table = _enter(_split(header[2]), counts, repeated=header[1] == "[[")
            lines.setdefault(table, number)
            lines.setdefault(table[:-1] if isinstance(table[-1], int) else table, number)
        elif key := _ASSIGNMENT.match(line):
            lines.setdefault((*table, *_split(key[1])), number)
            inside.read(line[key.end() :])
    return lines


def _enter(names: Key, counts: dict[Key, int], *, repeated: bool) -> Key:
    """The full key of a header, with the index of each array of tables on its way."""
    key: Key = ()
    for depth, name in enumerate(names, start=1):
        key = (*key, name)
        if repeated and depth == len(names):
            counts[key] = counts.get(key, 0) + 1
        if key in counts:
            key = (*key, counts[key] - 1)
    return key


def _split(dotted: str) -> Key:
    return tuple(_bare(part) for part in re.findall(_PART, dotted))


def _bare(part: str) -> str:
    if part.startswith("'"):
        return part[1:-1]
    if part.startswith('"'):
        return str(tomllib.loads(f"key = {part}")["key"])
    return part


class _Value:
    """Follows a value that may run over several lines: open brackets and long strings."""

    def __init__(self) -> None:
        self.depth = 0
        self.quote = ""

    @property
    def open(self) -> bool:
        return self.depth > 0 or self.quote != ""

    def read(self, line: str) -> None:
        position = 0
        while position < len(line):
            if self.quote:
                position = self._leave_string(line, position)
                continue
            token = _TOKEN.search(line, position)
            if token is None:
                return
            position = token.end()
            if token[0] in ('"""', "'''"):
                self.quote = token[0]
            elif token[0] in "[{":
                self.depth += 1
            elif token[0] in "]}":
                self.depth -= 1

    def _leave_string(self, line: str, position: int) -> int:
        """Past the closing quotes of a long string, or to the end of the line."""
        while position < len(line):
            if line[position] == "\\" and self.quote == '"""':
                position += 2
            elif line.startswith(self.quote, position):
                end = position + 3
                while end < len(line) and line[end] == self.quote[0]:
                    end += 1  # up to two quotes may stand right before the closing three
                self.quote = ""
                return end
            else:
                position += 1
        return position


def split_key(dotted: str) -> Key:
    """`surfaces."weibo.video".max_bytes` as its parts; a part with a dot stands in quotes, as in TOML."""
    return _split(dotted)


def join_key(key: Key) -> str:
    """The parts as one dotted key, quoted where TOML would."""
    words = [str(part) for part in key]
    return ".".join(word if re.fullmatch(r"[A-Za-z0-9_-]+", word) else f'"{word}"' for word in words)
