"""The files a preset brings: where they are, and a cheap look at whether they are what they should be.

A preset names files below its own folder only: no absolute path, no `..`, no link that leads out. What is checked here
is enough to refuse a wrong file before a batch starts; the rooms that use the files read them in full.
"""

from __future__ import annotations

import difflib
import hashlib
import math
import tomllib
from functools import lru_cache
from pathlib import Path, PurePosixPath, PureWindowsPath

from mediakit.errors import DataError
from mediakit.presets.licences import licence_of
from mediakit.presets.recipe import AssetRef

AUDIO = frozenset({".mp3", ".m4a", ".aac", ".wav", ".flac", ".ogg", ".opus", ".aif", ".aiff"})
PHOTOS = frozenset({".jpg", ".jpeg", ".png", ".heic", ".heif", ".webp", ".tif", ".tiff"})
MAX_LOGO_PX = 8192
MAX_CUBE_SIDE = 129
MAX_CUBE_BYTES = 120_000_000


class AssetError(ValueError):
    """An asset cannot be used. The message is a sentence without file and line, which the caller knows."""


def locate(folder: Path, said: str) -> Path:
    """The file `said` means below `folder`. Raises AssetError where it leads out or is not there."""
    return existing(within(folder, said), said)


def within(folder: Path, said: str) -> Path:
    """What `said` means below `folder`, there or not. Raises AssetError where it leads out."""
    if "\\" in said:
        raise AssetError(f"{said!r} has a backslash; write folders with forward slashes")
    if PurePosixPath(said).is_absolute() or PureWindowsPath(said).is_absolute() or PureWindowsPath(said).drive:
        raise AssetError(f"{said!r} is an absolute path; a preset names files in its own folder")
    if ".." in PurePosixPath(said).parts:
        raise AssetError(f"{said!r} leads out of the preset's folder")
    path = folder / said
    if not path.resolve().is_relative_to(folder.resolve()):
        raise AssetError(f"{said!r} is a link that leads out of the preset's folder")
    return path


def existing(path: Path, said: str) -> Path:
    """`path`, when it is a file with something in it. Raises AssetError with the nearest name beside it."""
    if not path.is_file():
        near = difflib.get_close_matches(path.name, _names_in(path.parent), n=1)
        raise AssetError(f"there is no file {said!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
    if path.stat().st_size == 0:
        raise AssetError(f"{said!r} is empty")
    return path


def photos_in(folder: Path, said: str) -> dict[str, Path]:
    """The photos in the folder that `said` names, by file name. Raises AssetError where there is none."""
    if not folder.is_dir():
        raise AssetError(f"there is no folder {said!r}")
    root = folder.resolve()
    found = {p.name: p for p in sorted(folder.iterdir()) if p.suffix.lower() in PHOTOS and not p.name.startswith(".")}
    if not found:
        raise AssetError(f"{said!r} holds no photo; put one or more of each person there")
    if outside := [name for name, path in found.items() if not path.resolve().is_relative_to(root)]:
        raise AssetError(f"{outside[0]!r} in {said!r} is a link that leads out of the folder")
    return found


def check_logo(path: Path) -> None:
    """Raises AssetError unless `path` is a PNG with transparency that shows something."""
    from PIL import Image

    try:
        with Image.open(path, formats=("PNG",)) as picture:
            if max(picture.size) > MAX_LOGO_PX:
                size = f"{picture.width}x{picture.height}"
                raise AssetError(f"{path.name} is {size}; {MAX_LOGO_PX} px a side is the most")
            if not picture.has_transparency_data:
                raise AssetError(f"{path.name} has no transparency; a logo is a PNG with an alpha channel")
            opaque_most = picture.convert("RGBA").getchannel("A").getextrema()[1]
    except AssetError:
        raise
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise AssetError(f"{path.name} is no PNG that can be read") from error
    if opaque_most == 0:
        raise AssetError(f"{path.name} is transparent everywhere; nothing would show")


def check_cube(path: Path) -> None:
    """Raises AssetError unless `path` is a 3D `.cube` with as many colours as its size says.

    Format: Adobe Cube LUT Specification 1.0.
    """
    if path.stat().st_size > MAX_CUBE_BYTES:
        raise AssetError(f"{path.name} is too large for a .cube")
    side, rows = 0, 0
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                words = line.split()
                if not words or words[0].startswith("#"):
                    continue
                if words[0] == "LUT_1D_SIZE":
                    raise AssetError(f"{path.name} is a 1D table; a look needs LUT_3D_SIZE")
                if words[0] == "LUT_3D_SIZE":
                    side = _side(words, path.name)
                elif not words[0][0].isalpha():
                    _check_row(words, path.name, number)
                    rows += 1
    except UnicodeDecodeError as error:
        raise AssetError(f"{path.name} is no text, so no .cube") from error
    if side == 0:
        raise AssetError(f"{path.name} has no LUT_3D_SIZE; is it a .cube?")
    if rows != side**3:
        raise AssetError(f"{path.name} says {side} a side, {side**3} colours, and holds {rows}")


def check_bed(path: Path) -> None:
    """Raises AssetError unless the name is that of a sound file, and the licence beside it, if any, can be read."""
    if path.suffix.lower() not in AUDIO:
        raise AssetError(f"{path.name} is no sound file by its name; use {', '.join(sorted(AUDIO))}")
    try:
        licence_of(path)
    except DataError as error:
        raise AssetError(f"the licence beside {path.name} cannot be used:\n{error.message}") from error


def check_rules(path: Path) -> None:
    """Raises AssetError unless the file is TOML; `mediakit.caption` reads what it says."""
    try:
        tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise AssetError(f"{path.name} is no TOML: {error}") from error


def reference(path: Path) -> AssetRef:
    """The file with the hash of its bytes; hashed once for as long as the file stays as it is."""
    stat = path.stat()
    whole = path.resolve()  # workers may run elsewhere
    return AssetRef(path=whole, sha256=_sha256(whole, stat.st_mtime_ns, stat.st_size))


@lru_cache(maxsize=256)
def _sha256(path: Path, _mtime_ns: int, _bytes: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()] if folder.is_dir() else []


def _side(words: list[str], name: str) -> int:
    side = int(words[1]) if len(words) == 2 and words[1].isdecimal() else 0
    if not 2 <= side <= MAX_CUBE_SIDE:
        raise AssetError(f"{name} has a LUT_3D_SIZE that is no whole number from 2 to {MAX_CUBE_SIDE}")
    return side


def _check_row(words: list[str], name: str, number: int) -> None:
    try:
        fine = len(words) == 3 and all(math.isfinite(float(word)) for word in words)
    except ValueError:
        fine = False
    if not fine:
        raise AssetError(f"{name}, line {number}: not three numbers")
