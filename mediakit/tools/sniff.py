"""What a file is, by its first bytes and by its name. Standard library only, so that finding a shoot costs nothing.

`sniff` reads at most 4 KB. It says what a file claims to be by its magic numbers; whether the rest holds is for the
room that opens it. Names of formats are those of this file's tables and nothing else: "jpeg", "heic", "mp4"...
TIFF-based RAW files cannot be told from a TIFF by their magic, so there the file's suffix decides between the two.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO

from mediakit.errors import Fault, FileError
from mediakit.model import Kind

_HEAD_BYTES = 4096
_TS_PACKET = 188
_M2TS_PACKET = 192

SUFFIXES_OF_PHOTO: dict[str, tuple[str, ...]] = {
    "jpeg": (".jpg", ".jpeg", ".jpe", ".jfif", ".mpo"),
    "png": (".png", ".apng"),
    "webp": (".webp",),
    "gif": (".gif",),
    "bmp": (".bmp", ".dib"),
    "tiff": (".tif", ".tiff"),
    "heic": (".heic", ".heif", ".hif", ".heics", ".heifs"),
    "avif": (".avif", ".avifs"),
    "jxl": (".jxl",),
    "jp2": (".jp2", ".j2k", ".jpx"),
    "psd": (".psd", ".psb"),
    "raw": (
        ".dng", ".cr2", ".cr3", ".crw", ".nef", ".nrw", ".arw", ".sr2", ".srf", ".raf", ".rw2", ".orf", ".pef", ".srw",
        ".dcr", ".kdc", ".erf", ".mrw", ".3fr", ".fff", ".iiq", ".rwl", ".x3f", ".gpr",
    ),
}  # fmt: skip
"""Photo formats, each with the names it goes by; "raw" is every camera's own format, DNG included."""

SUFFIXES_OF_CLIP: dict[str, tuple[str, ...]] = {
    "mp4": (".mp4", ".m4v", ".mov", ".qt", ".3gp", ".3g2", ".3gpp", ".insv", ".lrv"),
    "matroska": (".mkv", ".webm", ".mk3d"),
    "avi": (".avi", ".divx"),
    "flv": (".flv", ".f4v"),
    "mpegts": (".ts", ".mts", ".m2ts", ".m2t", ".tp"),
    "mpeg": (".mpg", ".mpeg", ".mpe", ".vob", ".m2v", ".mod", ".tod"),
    "asf": (".wmv", ".asf"),
    "ogg": (".ogv",),
}
"""Clip containers. "mp4" is the whole ISO family, QuickTime included; "matroska" includes WebM."""

DEMUXERS = {
    "mp4": "mov",
    "matroska": "matroska",
    "avi": "avi",
    "flv": "flv",
    "mpegts": "mpegts",
    "mpeg": "mpeg",
    "asf": "asf",
    "ogg": "ogg",
}
"""The clip containers that are opened at all, each with FFmpeg's demuxer. None of these can refer to another file."""

SUFFIXES_OF_AUDIO: frozenset[str] = frozenset(
    {
        ".mp3", ".wav", ".m4a", ".m4b", ".aac", ".flac", ".ogg", ".oga", ".opus", ".aif", ".aiff", ".wma", ".amr",
        ".mka", ".ac3",
    }
)  # fmt: skip
"""Sound on its own: no picture to post. A shoot leaves such files alone."""

AUDIO_FORMATS = frozenset({"wav", "mp3", "flac", "aac", "m4a", "aiff", "amr"})
"""Answers of `sniff` that are sound on its own."""
_CARRY_SOUND_ALONE = frozenset({"mp4", "matroska", "ogg", "asf"})

KIND_BY_SUFFIX: dict[str, Kind] = {
    **{suffix: Kind.PHOTO for suffixes in SUFFIXES_OF_PHOTO.values() for suffix in suffixes},
    **{suffix: Kind.CLIP for suffixes in SUFFIXES_OF_CLIP.values() for suffix in suffixes},
}
"""Lower-case suffix with its dot -> what such a file should be. Names not in here are not part of a shoot."""


def sniff(path: Path) -> str | None:
    """The format of the file at `path` by its first bytes, or None when they are no format known here.

    Raises FileError: UNREADABLE for anything but a plain file that may be read (a link, a folder, a pipe), EMPTY for
    zero bytes.
    """
    with open_plainly(path) as file:
        head = file.read(_HEAD_BYTES)
    return sniff_bytes(head, path.suffix)


def sniff_bytes(head: bytes, suffix: str = "") -> str | None:
    """The format that `head`, the first 4 KB of a file named with `suffix`, begins."""
    return _photo_magic(head, suffix.lower()) or _clip_magic(head) or _audio_magic(head)


def kind_of_format(fmt: str) -> Kind | None:
    """Photo or clip; None for sound on its own. `fmt` is an answer of `sniff`."""
    if fmt in SUFFIXES_OF_PHOTO:
        return Kind.PHOTO
    return Kind.CLIP if fmt in SUFFIXES_OF_CLIP else None


def name_fits(fmt: str, suffix: str) -> bool:
    """Whether a file of `fmt` may carry `suffix`: a PNG named .jpg may not, a HEIC named .heif may.

    Names that promise nothing known ("IMG_1", ".dat") fit everything. TIFF and RAW share a magic number and so each
    other's names; clip containers all fit each other, because phones and apps mix .mp4 and .mov up daily.
    """
    suffix = suffix.lower()
    if suffix in SUFFIXES_OF_AUDIO:
        return fmt in AUDIO_FORMATS or fmt in _CARRY_SOUND_ALONE
    promised = KIND_BY_SUFFIX.get(suffix)
    if promised is None:
        return True
    if promised is Kind.CLIP:
        return fmt in SUFFIXES_OF_CLIP
    names = SUFFIXES_OF_PHOTO["tiff"] + SUFFIXES_OF_PHOTO["raw"] if fmt in ("tiff", "raw") else ()
    return suffix in names + SUFFIXES_OF_PHOTO.get(fmt, ())


def open_plainly(path: Path) -> BinaryIO:
    """Open a plain file for reading, never a link, a folder, a pipe or a device, and never waiting for one.

    Raises FileError UNREADABLE or EMPTY, each with what to do next.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    try:
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode):
            raise FileError(Fault.UNREADABLE, f"This is {_what(found.st_mode)}, not a file.", "Give the file itself.")
        descriptor = os.open(path, flags)
    except PermissionError as why:
        raise FileError(Fault.UNREADABLE, "The file may not be read.", "Allow reading it, then run again.") from why
    except (OSError, ValueError) as why:
        reason = getattr(why, "strerror", None) or str(why)
        raise FileError(
            Fault.UNREADABLE, f"The file could not be opened: {reason}.", "Check that it is there."
        ) from why
    if found.st_size == 0:
        os.close(descriptor)
        raise FileError(Fault.EMPTY, "The file has no content (0 bytes).", "Copy it from the phone again.")
    return os.fdopen(descriptor, "rb")


def _what(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "a link to another file"
    if stat.S_ISDIR(mode):
        return "a folder"
    return "a pipe or a device"


_PHOTO_MAGIC = (
    (0, b"\xff\xd8\xff", "jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "png"),
    (8, b"WEBP", "webp"),
    (0, b"GIF87a", "gif"),
    (0, b"GIF89a", "gif"),
    (0, b"\xff\x0a", "jxl"),
    (0, b"\x00\x00\x00\x0cJXL \r\n\x87\n", "jxl"),
    (0, b"\x00\x00\x00\x0cjP  \r\n\x87\n", "jp2"),
    (0, b"\xff\x4f\xff\x51", "jp2"),
    (0, b"8BPS", "psd"),
    (0, b"FUJIFILMCCD-RAW", "raw"),
    (6, b"HEAPCCDR", "raw"),
    (4, b"ftypcrx ", "raw"),
    (0, b"IIU\x00", "raw"),
    (0, b"IIRO", "raw"),
    (0, b"IIRS", "raw"),
    (0, b"MMOR", "raw"),
    (0, b"FOVb", "raw"),
    (0, b"\x00MRM", "raw"),
)
_CLIP_MAGIC = (
    (0, b"\x1aE\xdf\xa3", "matroska"),
    (8, b"AVI ", "avi"),
    (8, b"AVIX", "avi"),
    (0, b"FLV\x01", "flv"),
    (0, b"\x00\x00\x01\xba", "mpeg"),
    (0, b"\x00\x00\x01\xb3", "mpeg"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "asf"),
    (0, b"OggS", "ogg"),
)
_AUDIO_MAGIC = (
    (8, b"WAVE", "wav"),
    (0, b"fLaC", "flac"),
    (0, b"#!AMR", "amr"),
    (8, b"AIFF", "aiff"),
    (8, b"AIFC", "aiff"),
    (0, b"ID3", "mp3"),
)


def _by_table(head: bytes, table: tuple[tuple[int, bytes, str], ...]) -> str | None:
    """The first row whose bytes stand at its offset. At offset 8 the head must also open a RIFF or IFF container."""
    for at, magic, fmt in table:
        if head[at : at + len(magic)] == magic and (at != 8 or head[:4] in (b"RIFF", b"FORM")):
            return fmt
    return None


def _photo_magic(head: bytes, suffix: str) -> str | None:
    known = _by_table(head, _PHOTO_MAGIC)
    if known:
        return known
    if head.startswith(b"BM") and _is_bmp_header(head):
        return "bmp"
    return _tiff_magic(head, suffix) or _heif_magic(head)


def _is_bmp_header(head: bytes) -> bool:
    """ "BM" alone begins many a text; a bitmap's second header has one of a few sizes."""
    return int.from_bytes(head[14:18], "little") in (12, 16, 40, 52, 56, 64, 108, 124)


def _tiff_magic(head: bytes, suffix: str) -> str | None:
    if head[:4] not in (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"):
        return None
    is_raw = head[8:10] == b"CR" or suffix in SUFFIXES_OF_PHOTO["raw"]
    return "raw" if is_raw else "tiff"


_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1", b"mif2")
_AVIF_BRANDS = (b"avif", b"avis")
_ISO_FIRST_BOXES = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot", b"moof", b"styp")


def _brands(head: bytes) -> list[bytes]:
    """The major brand and the compatible ones of an ISO file's `ftyp` box; empty when there is none."""
    if head[4:8] != b"ftyp":
        return []
    end = min(int.from_bytes(head[:4], "big"), len(head), 512)
    return [head[8:12]] + [head[at : at + 4] for at in range(16, end - 3, 4)]


def _heif_magic(head: bytes) -> str | None:
    brands = _brands(head)
    if not brands or brands[0] not in _HEIC_BRANDS + _AVIF_BRANDS:
        return None
    return "avif" if set(_AVIF_BRANDS) & set(brands) else "heic"


def _clip_magic(head: bytes) -> str | None:
    brands = _brands(head)
    if brands:
        return "m4a" if brands[0] in (b"M4A ", b"M4B ", b"M4P ") else "mp4"
    if head[4:8] in _ISO_FIRST_BOXES:
        return "mp4"
    return _by_table(head, _CLIP_MAGIC) or ("mpegts" if _is_transport_stream(head) else None)


def _is_transport_stream(head: bytes) -> bool:
    """Sync bytes at three packets in a row, for plain (188) and time-stamped (192) packets."""
    for first, step in ((0, _TS_PACKET), (4, _M2TS_PACKET)):
        places = range(first, first + 3 * step, step)
        if len(head) > places[-1] and all(head[at] == 0x47 for at in places):
            return True
    return False


def _audio_magic(head: bytes) -> str | None:
    known = _by_table(head, _AUDIO_MAGIC)
    if known or len(head) < 3 or head[0] != 0xFF:
        return known
    if head[1] & 0xF6 == 0xF0:
        return "aac"
    is_mpeg_layer = head[1] & 0xE0 == 0xE0 and head[1] & 0x06 != 0 and head[1] & 0x18 != 0x08
    return "mp3" if is_mpeg_layer and head[2] & 0xF0 != 0xF0 else None
