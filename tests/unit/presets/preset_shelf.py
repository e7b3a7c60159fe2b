"""Makes small presets to load, break and extend."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path


def png(colour_type: int = 6, side: int = 4, alpha: int = 200) -> bytes:
    """A square PNG written by hand; colour type 6 has alpha, 2 has none."""
    pixel = b"\x80\x40\x20" + (bytes([alpha]) if colour_type == 6 else b"")
    rows = (b"\x00" + pixel * side) * side
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", side, side, 8, colour_type, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    ]
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def cube(side: int = 2, rows: int | None = None) -> str:
    return f'TITLE "t"\nLUT_3D_SIZE {side}\n' + "0.5 0.5 0.5\n" * (side**3 if rows is None else rows)


class Shelf:
    """Writes preset folders below one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, name: str, text: str = "", *, head: str | None = None, extends: str | None = None) -> Path:
        folder = self.folder / name
        (folder / "beds").mkdir(parents=True, exist_ok=True)
        (folder / "logo.png").write_bytes(png())
        (folder / "dark.png").write_bytes(png())
        (folder / "look.cube").write_text(cube())
        (folder / "beds" / "one.mp3").write_bytes(b"one")
        (folder / "beds" / "two.mp3").write_bytes(b"two")
        base = f'extends = "{extends}"\n' if extends else "# stands alone\n"
        top = f'schema = 1\nname = "{name}"\n{base}' if head is None else head
        (folder / "preset.toml").write_text(top + text, encoding="utf-8")
        return folder
