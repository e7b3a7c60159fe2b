"""Whether a file of a preset is what its name says: a picture, a sound, a font, a text, and never a program.

A preset is data. Nothing of it is ever run here, but it travels through mail and shared folders, where a program named
logo.png could be run by something else.
"""

from __future__ import annotations

from pathlib import PurePosixPath

from mediakit.tools.sniff import SUFFIXES_OF_AUDIO, name_fits, sniff_bytes

TEXTS = frozenset({".toml", ".cube", ".json", ".txt", ".md"})
_FONTS = (b"\x00\x01\x00\x00", b"OTTO", b"true", b"ttcf")
_HEAD_BYTES = 4096


def is_what_it_says(name: str, content: bytes) -> bool:
    """Whether the content begins as the suffix of its name promises; text is text to its end and no script."""
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in TEXTS:
        return _is_text(content)
    if suffix in (".ttf", ".otf", ".ttc"):
        return content.startswith(_FONTS)
    found = sniff_bytes(content[:_HEAD_BYTES], suffix)
    if found is None:
        return False
    return name_fits(found, suffix) if suffix in SUFFIXES_OF_AUDIO else found != "raw" and name_fits(found, suffix)


def _is_text(content: bytes) -> bool:
    if content.startswith(b"#!") or b"\0" in content:
        return False
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return True
