"""Short words on a picture: which font can write them, and the words as a picture with alpha.

A font is looked for in this order: the preset's own file; Noto Sans CJK from the extra `words` (OFL-1.1, simplified Chinese
shapes); a font of the system that is known to write Chinese; for plain Latin words the one that comes with Pillow. A font
that lacks one of the characters is passed over: an empty box is worse than no words, and the error names what is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from mediakit.errors import DataError, MissingPartError

Rgba8 = NDArray[np.uint8]
Font = ImageFont.FreeTypeFont

PACKAGE, PACKED = "noto-cjk-sans-otc", "noto_cjk_sans_otc/NotoSansCJK-Regular.ttc"
SIMPLIFIED = 2  # the face of a Noto .ttc with simplified Chinese shapes
SYSTEM_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "C:/Windows/Fonts",
)
SYSTEM_FONTS = {
    "NotoSansCJK-Regular.ttc": SIMPLIFIED,
    "NotoSansSC-Regular.otf": 0,
    "SourceHanSansSC-Regular.otf": 0,
    "PingFang.ttc": 0,
    "Hiragino Sans GB.ttc": 0,
    "msyh.ttc": 0,
    "wqy-microhei.ttc": 0,
    "wqy-zenhei.ttc": 0,
}
HINT = "Install a font with: pip install 'mediakit[words]', or name one in the preset: [overlay] font = \"brand.otf\"."
INK_PX = 200  # words are measured and drawn at this size, then shrunk where they go
LIGHT, DARK = (255, 255, 255), (24, 24, 24)
PLATE_OPACITY = 0.62
PLATE_ROOM = 0.35  # around the words, in heights of a character


def words_picture(words: str, font_file: Path | None, *, light: bool, plate: bool) -> Rgba8:
    """The words in one line as (H, W, 4) uint8 sRGB with straight alpha, cut to their ink (or their plate).

    light: white words, else near-black ones. plate: on a see-through plate of the other, as a mark that must be legible
    on any ground has; without it a thin halo of the other keeps them apart from the ground. Raises MissingPartError
    where no font has all characters, DataError where the preset's font does not open.
    """
    return _drawn(words, font_file, light, plate)


@lru_cache(maxsize=16)
def _drawn(words: str, font_file: Path | None, light: bool, plate: bool) -> Rgba8:
    font = font_for(words, font_file)
    ink, other = (LIGHT, DARK) if light else (DARK, LIGHT)
    left, top, right, bottom = font.getbbox(words)
    # all plates of one height: from the tallest Chinese character or capital to below the line
    room = round(PLATE_ROOM * INK_PX) if plate else round(0.08 * INK_PX)
    size = (round(right - left) + 2 * room, round(bottom - top) + 2 * room)
    at = (room - left, room - top)
    letters = Image.new("L", size, 0)
    ImageDraw.Draw(letters).text(at, words, font=font, fill=255)
    cover = np.asarray(letters, np.float32) / 255
    if plate:
        shape = Image.new("L", size, 0)
        ImageDraw.Draw(shape).rounded_rectangle((0, 0, size[0] - 1, size[1] - 1), radius=room, fill=255)
        around = np.asarray(shape, np.float32) / 255 * PLATE_OPACITY
    else:
        halo = Image.new("L", size, 0)
        width = max(1, round(0.02 * INK_PX))
        ImageDraw.Draw(halo).text(at, words, font=font, fill=255, stroke_width=width, stroke_fill=255)
        around = np.asarray(halo, np.float32) / 255 * 0.45
    alpha = cover + around * (1 - cover)
    share = (cover / np.maximum(alpha, 1e-6))[..., None]
    colour = share * np.array(ink, np.float32) + (1 - share) * np.array(other, np.float32)
    drawn = np.dstack([np.rint(colour), np.rint(alpha * 255)]).astype(np.uint8)
    drawn.setflags(write=False)
    return drawn


def character_share(words: str, font_file: Path | None, *, plate: bool) -> float:
    """How high a character is in `words_picture`, as a share of that picture's height."""
    font = font_for(words, font_file)
    height = words_picture(words, font_file, light=True, plate=plate).shape[0]
    _, top, _, bottom = font.getbbox(words)
    return float((bottom - top) / height)


@lru_cache(maxsize=16)
def font_for(words: str, font_file: Path | None) -> Font:
    """The first font that has every character of the words."""
    lacking = "".join(sorted(set(words) - {" "}))
    for font in _fonts(font_file, latin=words.isascii()):
        missing = missing_from(font, words)
        if not missing:
            return font
        lacking = missing if len(missing) < len(lacking) else lacking
    raise MissingPartError(f"No font here can write {lacking} of “{words}”.", HINT)


def missing_from(font: Font, words: str) -> str:
    """The characters that the font shows as an empty box."""
    box = _shape(font, "\uffff")
    return "".join(sorted({c for c in words if c != " " and _shape(font, c) == box}))


def _shape(font: Font, character: str) -> bytes:
    mask = font.getmask(character, mode="L")
    return bytes(mask)


def _fonts(font_file: Path | None, *, latin: bool) -> Iterator[Font]:
    if font_file is not None:
        try:
            yield ImageFont.truetype(font_file, INK_PX)
        except OSError as error:
            raise DataError(f"The font {font_file} does not open.", "Give a .ttf, .otf or .ttc file.") from error
    for path, face in _known_files():
        try:
            yield ImageFont.truetype(path, INK_PX, index=face)
        except OSError:
            continue  # a damaged font of the system; the next one may do
    if latin:
        built_in = ImageFont.load_default(INK_PX)
        if isinstance(built_in, ImageFont.FreeTypeFont):
            yield built_in


def _known_files() -> Iterator[tuple[Path, int]]:
    try:
        packed = Path(str(distribution(PACKAGE).locate_file(PACKED)))
        if packed.is_file():
            yield packed, SIMPLIFIED
    except PackageNotFoundError:
        pass
    yield from _system_files()


@lru_cache(maxsize=1)
def _system_files() -> tuple[tuple[Path, int], ...]:
    found: dict[str, Path] = {}
    for folder in SYSTEM_FOLDERS:
        root = Path(folder).expanduser()
        if root.is_dir():
            for path in sorted(root.rglob("*.[to]t[cf]")):
                found.setdefault(path.name, path)
    return tuple((found[name], face) for name, face in SYSTEM_FONTS.items() if name in found)
