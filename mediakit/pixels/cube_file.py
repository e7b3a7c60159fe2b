"""The .cube file: reading it strictly, writing it plainly.

Format: Adobe "Cube LUT Specification 1.0" (2013), 3D tables of size 2..65, DOMAIN_MIN/DOMAIN_MAX, and the
LUT_3D_INPUT_RANGE line that one grading tool writes instead. A file that is anything else is a DataError that names the
line: a look that loads half is a brand's colours wrong on every picture.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from mediakit.errors import DataError
from mediakit.pixels.light import Float

SMALLEST, LARGEST = 2, 65
MAX_BYTES = 32_000_000
"""A 65-point table with ten digits a number is about 10 MB; anything much larger is no look."""
_FAR = 8.0
"""Entries beyond this are no colours: a scene-linear table, or a broken one."""


@dataclass(frozen=True, slots=True)
class CubeFile:
    """What a .cube file says: an (N, N, N, 3) [b][g][r] table over inputs `domain_min`..`domain_max`, each (3,)."""

    table: Float
    domain_min: Float
    domain_max: Float


@dataclass(slots=True)
class _Header:
    size: int = 0
    domain_min: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0])
    domain_max: list[float] = field(default_factory=lambda: [1.0, 1.0, 1.0])


def parse_cube(path: Path) -> CubeFile:
    """Read and check a .cube file. Raises DataError with the line where something is wrong."""
    lines = _read_lines(path)
    header = _Header()
    rows: list[tuple[int, str]] = []
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        if text[0].isalpha():
            if rows:
                raise _wrong(path, number, f"the keyword {text.split()[0]!r} stands after the first row of the table")
            _take_keyword(header, text, path, number)
        else:
            rows.append((number, text))
    if not header.size:
        raise DataError(f"{path} is no 3D look: it has no LUT_3D_SIZE line.", "Export the look as a 3D .cube file.")
    if any(low >= high for low, high in zip(header.domain_min, header.domain_max, strict=True)):
        raise DataError(f"{path}: DOMAIN_MIN is not below DOMAIN_MAX.", "Export the look again.")
    return CubeFile(
        _table(header.size, rows, path, len(lines)),
        np.array(header.domain_min, np.float32),
        np.array(header.domain_max, np.float32),
    )


def write_table(path: Path, table: Float, title: str) -> None:
    """Write an (N, N, N, 3) [b][g][r] table as a .cube file, six digits a number."""
    plain_title = "".join(c for c in title if c.isprintable() and c != '"')
    head = f'TITLE "{plain_title}"\nLUT_3D_SIZE {table.shape[0]}\nDOMAIN_MIN 0 0 0\nDOMAIN_MAX 1 1 1\n'
    body = "\n".join("%.6f %.6f %.6f" % tuple(row) for row in table.reshape(-1, 3).tolist())  # noqa: UP031 (twice as fast)
    path.write_text(head + body + "\n", encoding="utf-8")


def _read_lines(path: Path) -> list[str]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DataError(f"{path} is far larger than any look.", "Give a 3D .cube file of at most 65 points a side.")
        return path.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    except OSError as error:
        raise DataError(f"The look {path} cannot be read: {error.strerror or error}.", "Check the path.") from error


def _take_keyword(header: _Header, text: str, path: Path, number: int) -> None:
    word, *values = text.split()
    match word.upper():
        case "TITLE":
            pass
        case "LUT_3D_SIZE":
            header.size = _size(values, path, number)
        case "DOMAIN_MIN":
            header.domain_min = _numbers(values, 3, path, number)
        case "DOMAIN_MAX":
            header.domain_max = _numbers(values, 3, path, number)
        case "LUT_3D_INPUT_RANGE":
            low, high = _numbers(values, 2, path, number)
            header.domain_min, header.domain_max = [low] * 3, [high] * 3
        case "LUT_1D_SIZE" | "LUT_1D_INPUT_RANGE":
            raise _wrong(path, number, "this is a 1D table (a curve); a look needs a 3D one")
        case _:
            raise _wrong(path, number, f"{word!r} is no keyword of a .cube file")


def _size(values: list[str], path: Path, number: int) -> int:
    if len(values) != 1 or not values[0].isdecimal() or not SMALLEST <= int(values[0]) <= LARGEST:
        raise _wrong(path, number, f"LUT_3D_SIZE must be one whole number from {SMALLEST} to {LARGEST}")
    return int(values[0])


def _numbers(values: list[str], count: int, path: Path, number: int) -> list[float]:
    try:
        numbers = [float(v) for v in values]
    except ValueError:
        raise _wrong(path, number, f"{' '.join(values)[:60]!r} are not numbers") from None
    if len(numbers) != count or not np.isfinite(numbers).all():
        raise _wrong(path, number, f"{count} finite numbers belong here, found {' '.join(values)[:60]!r}")
    return numbers


def _table(size: int, rows: list[tuple[int, str]], path: Path, last_line: int) -> Float:
    if len(rows) != size**3:
        at = rows[size**3][0] if len(rows) > size**3 else last_line
        raise _wrong(path, at, f"LUT_3D_SIZE {size} needs {size**3} rows, the file has {len(rows)}")
    try:
        table = np.array([text.split() for _, text in rows], dtype=np.float32)
    except ValueError:
        table = np.empty((0, 0), np.float32)
    if table.shape != (size**3, 3) or not np.isfinite(table).all():
        for number, text in rows:
            _numbers(text.split(), 3, path, number)
    if np.abs(table).max() > _FAR:
        worst = int(np.abs(table).max(axis=1).argmax())
        raise _wrong(path, rows[worst][0], "an entry lies far outside 0..1, so this is no look for sRGB pictures")
    return table.reshape(size, size, size, 3)


def _wrong(path: Path, number: int, what: str) -> DataError:
    return DataError(f"{path}, line {number}: {what}.", "Export the look again as a 3D .cube file.")
