"""What a photo says about the shop and the phone beyond its picture: place, serial numbers, owner, previews.

EXIF is read tag by tag, XMP and IPTC are searched in every metadata block of the file (extended XMP included). Pillow
alone reads the file, so the finding is independent of the code that wrote it. Copyright, credit, the colour profile
and an AI-content label are none of these and may stay.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from PIL import ExifTags, Image, ImageFile, IptcImagePlugin

LOCATION, SERIALS, OWNER = "location", "serial-numbers", "owner"
MAKER_NOTE, THUMBNAIL, DATE = "maker-note", "thumbnail", "capture-date"

_EXIF: dict[int, tuple[str, str]] = {
    0xA430: (OWNER, "EXIF CameraOwnerName"),
    0xFDE8: (OWNER, "EXIF OwnerName"),
    0x9C9D: (OWNER, "EXIF XPAuthor"),
    0xA431: (SERIALS, "EXIF BodySerialNumber"),
    0xA435: (SERIALS, "EXIF LensSerialNumber"),
    0xC62F: (SERIALS, "EXIF CameraSerialNumber"),
    0xFDE9: (SERIALS, "EXIF SerialNumber"),
    0x927C: (MAKER_NOTE, "EXIF MakerNote"),
    0xC634: (MAKER_NOTE, "EXIF DNGPrivateData"),
    0x9003: (DATE, "EXIF DateTimeOriginal"),
    0x9004: (DATE, "EXIF DateTimeDigitized"),
}
_XMP: tuple[tuple[str, str, re.Pattern[bytes]], ...] = (
    (LOCATION, "XMP GPS", re.compile(rb"[\w-]:GPS\w+", re.IGNORECASE)),
    (
        LOCATION,
        "XMP place",
        re.compile(rb"photoshop:(City|State)\b|Iptc4xmpCore:Location\b|LocationCreated|LocationShown"),
    ),
    (SERIALS, "XMP serial number", re.compile(rb"[\w-]:(\w*SerialNumber|\w*SerialNo)\b", re.IGNORECASE)),
    (OWNER, "XMP owner", re.compile(rb"aux:OwnerName|exifEX:CameraOwnerName|xmpDM:cameraOwner", re.IGNORECASE)),
    (MAKER_NOTE, "XMP maker note", re.compile(rb"exif:MakerNote|HDRPlusMakerNote", re.IGNORECASE)),
    (THUMBNAIL, "XMP thumbnail", re.compile(rb"xmpGImg:image|xmp:Thumbnails", re.IGNORECASE)),
    (DATE, "XMP capture date", re.compile(rb"exif:DateTimeOriginal|photoshop:DateCreated")),
)
_IPTC_PLACES = {(2, 26), (2, 27), (2, 90), (2, 92), (2, 95), (2, 101)}
_IPTC_DATES = {(2, 55), (2, 62)}
_PHOTOSHOP_THUMBNAILS = (1033, 1036)
_UNREADABLE = (SyntaxError, ValueError, TypeError, KeyError, IndexError, OSError, EOFError, struct.error, MemoryError)


@dataclass(slots=True)
class Traces:
    """What was found, by rule; `unreadable` names blocks that could not be read and may hide anything."""

    found: dict[str, list[str]] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)
    orientation: int = 1
    has_ai_label: bool = False

    def add(self, rule: str, what: str) -> None:
        """One finding; the same one is noted once."""
        if what not in self.found.setdefault(rule, []):
            self.found[rule].append(what)


def traces(image: Image.Image) -> Traces:
    """Everything of the kind in an opened picture; its pixels need not be loaded (PNG says some things only after)."""
    result = Traces()
    try:
        _read_exif(image, result)
    except _UNREADABLE:
        result.unreadable.append("EXIF")
    for block in _text_blocks(image):
        result.has_ai_label |= b"AIGC" in block or b"DigitalSourceType" in block
        for rule, what, pattern in _XMP:
            if pattern.search(block):
                result.add(rule, what)
    try:
        _read_iptc(image, result)
    except _UNREADABLE:
        result.unreadable.append("IPTC")
    if _has_jfif_thumbnail(image):
        result.add(THUMBNAIL, "JFIF thumbnail")
    return result


def _read_exif(image: Image.Image, result: Traces) -> None:
    exif = image.getexif()
    result.orientation = exif.get(ExifTags.Base.Orientation, 1)
    details = exif.get_ifd(ExifTags.IFD.Exif)
    for tags in (exif, details):
        for tag in tags:
            if tag in _EXIF:
                result.add(*_EXIF[tag])
    comment = details.get(0x9286, b"")
    result.has_ai_label |= b"AIGC" in (comment if isinstance(comment, bytes) else str(comment).encode())
    if exif.get_ifd(ExifTags.IFD.GPSInfo):
        result.add(LOCATION, "EXIF GPS")
    preview = exif.get_ifd(ExifTags.IFD.IFD1)
    if 0x0201 in preview or 0x0111 in preview:
        result.add(THUMBNAIL, "EXIF thumbnail")


def _text_blocks(image: Image.Image) -> Iterator[bytes]:
    """Every block that may hold XMP: a JPEG's application segments, else whatever text and bytes the format gave."""
    for _, payload in getattr(image, "applist", ()):
        if not payload.startswith((b"Exif\0", b"ICC_PROFILE\0")):
            yield payload
    for key, value in list(image.info.items()):
        if key in ("exif", "icc_profile"):
            continue
        if isinstance(value, bytes):
            yield value
        elif isinstance(value, str):
            yield f"{key}={value}".encode("utf-8", "replace")


def _read_iptc(image: Image.Image, result: Traces) -> None:
    records = (IptcImagePlugin.getiptcinfo(image) if isinstance(image, ImageFile.ImageFile) else None) or {}
    if _IPTC_PLACES & set(records):
        result.add(LOCATION, "IPTC place")
    if _IPTC_DATES & set(records):
        result.add(DATE, "IPTC date created")
    resources = image.info.get("photoshop")
    if isinstance(resources, dict) and any(number in resources for number in _PHOTOSHOP_THUMBNAILS):
        result.add(THUMBNAIL, "Photoshop thumbnail")


def _has_jfif_thumbnail(image: Image.Image) -> bool:
    for name, payload in getattr(image, "applist", ()):
        if name == "APP0" and (
            payload.startswith(b"JFXX\0") or (payload.startswith(b"JFIF\0") and any(payload[12:14]))
        ):
            return True
    return False
