"""Photos as programs export them, whole and with one thing too many."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import ExifTags, Image, ImageCms

from mediakit.model import Check
from mediakit.platforms.targets import resolve

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
NOTE = resolve(["xiaohongshu.image"])[0]
AS_SHOT = resolve(["as-shot.image"])[0]


def picture(size: tuple[int, int] = (1080, 1440), mode: str = "RGB") -> Image.Image:
    grey = Image.linear_gradient("L").resize(size)
    return Image.merge("RGB", (grey, grey.transpose(Image.Transpose.ROTATE_180), grey)).convert(mode)


def saved(path: Path, image: Image.Image | None = None, fmt: str = "JPEG", **options: object) -> Path:
    image = picture() if image is None else image
    image.save(path, fmt, **{"icc_profile": SRGB, **options})
    return path


def broken(checks: tuple[Check, ...], *severities: str) -> set[str]:
    return {held.rule for held in checks if not held.ok and held.severity in (severities or ("block", "warn"))}


def exif(**tags: object) -> Image.Exif:
    """EXIF with tags of IFD0 and of the details below it, by their names."""
    found = Image.Exif()
    details = found.get_ifd(ExifTags.IFD.Exif)
    for name, value in tags.items():
        tag = ExifTags.Base[name]
        (details if tag >= 0x8800 else found)[tag] = value
    return found


def with_gps() -> Image.Exif:
    found = Image.Exif()
    found.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (31.0, 13.0, 49.0), 3: "E", 4: (121.0, 28.0, 25.0)})
    return found


def xmp(body: str) -> bytes:
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f"<rdf:Description {body}/></rdf:RDF></x:xmpmeta>"
    ).encode()


def thumbnail_bytes() -> bytes:
    memory = io.BytesIO()
    picture((160, 120)).save(memory, "JPEG")
    return memory.getvalue()


def with_exif_thumbnail(path: Path) -> Path:
    """A TIFF block of two directories, written by hand: Pillow itself never writes the second."""
    preview = thumbnail_bytes()
    head = b"MM\x00\x2a" + (8).to_bytes(4, "big")
    first = (1).to_bytes(2, "big") + b"\x01\x12\x00\x03" + (1).to_bytes(4, "big") + b"\x00\x01\x00\x00"
    second_at = 8 + len(first) + 4
    entries = [(0x0103, 3, 6 << 16), (0x0201, 4, second_at + 2 + 3 * 12 + 4), (0x0202, 4, len(preview))]
    second = (3).to_bytes(2, "big")
    for tag, kind, value in entries:
        second += tag.to_bytes(2, "big") + kind.to_bytes(2, "big") + (1).to_bytes(4, "big") + value.to_bytes(4, "big")
    block = b"Exif\0\0" + head + first + second_at.to_bytes(4, "big") + second + bytes(4) + preview
    return saved(path, exif=block)


def display_p3() -> bytes:
    """A matrix profile with the P3 primaries, made from the sRGB one by exchanging its three colour columns."""
    columns = {
        b"rXYZ": (0.51512, 0.2412, -0.00105),
        b"gXYZ": (0.29198, 0.69225, 0.04189),
        b"bXYZ": (0.1571, 0.06657, 0.78407),
    }
    data = bytearray(SRGB)
    for number in range(int.from_bytes(data[128:132], "big")):
        at = 132 + 12 * number
        name, offset = bytes(data[at : at + 4]), int.from_bytes(data[at + 4 : at + 8], "big")
        if name in columns:
            data[offset + 8 : offset + 20] = b"".join(
                round(value * 65536).to_bytes(4, "big", signed=True) for value in columns[name]
            )
    return bytes(data)
