"""What a photo says about itself, and what of it may leave the shop.

Kept: copyright, the AI-content label, the capture date where the preset asks. Found and named, never kept: position,
serial numbers, the owner's name, maker notes, embedded thumbnails. Reading never fails: a broken block is left out.

Where AI labels stand: XMP `TC260:AIGC` (GB 45438-2025 and its practice guides), a PNG text `AIGC`, EXIF UserComment;
XMP `Iptc4xmpExt:DigitalSourceType` (IPTC Photo Metadata Standard 2023.1).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from xml.etree import ElementTree

from mediakit.photo.containers.header import Header
from mediakit.photo.containers.tiff import EXIF_POINTER, GPS_POINTER, Directory, TiffReader
from mediakit.photo.regions import focus_of

AIGC_NAMESPACE = "http://www.tc260.org.cn/ns/AIGC/1.0/"
IPTC_EXT_NAMESPACE = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
DC_NAMESPACE = "http://purl.org/dc/elements/1.1/"
RDF_NAMESPACE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"

_MAKE, _MODEL, _COPYRIGHT, _ARTIST = 0x010F, 0x0110, 0x8298, 0x013B
_TAKEN, _TAKEN_OFFSET, _COMMENT, _MAKER_NOTE = 0x9003, 0x9011, 0x9286, 0x927C
_OWNER, _BODY_SERIAL, _LENS_SERIAL = 0xA430, 0xA431, 0xA435
_APPLE_CONTENT_ID = 0x0011


@dataclass(frozen=True, slots=True)
class AiLabel:
    """A statement that a picture was made or changed by AI. Removing it is an offence where it applies."""

    aigc: str = ""
    """The JSON object of GB 45438-2025, as text, as found."""
    source_type: str = ""
    """IPTC digital source type, a URI."""
    in_exif: bool = False
    """Whether it (also) stood in EXIF UserComment, and so belongs there again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoMeta:
    """What may be kept, and which private things were found. Empty text: the photo does not say."""

    copyright: str = ""
    captured_at: str = ""
    """Local time as EXIF writes it: "2026:05:01 14:30:00"."""
    captured_offset: str = ""
    """Its distance from UTC: "+08:00"."""
    camera: str = ""
    ai_label: AiLabel | None = None
    has_gps: bool = False
    private: tuple[str, ...] = ()
    """Names of private things found, for the report: "position", "serial number", "owner", "maker notes"."""
    focus: tuple[float, ...] = ()
    """What regions in its XMP say it is about: x, y, width, height in shares of the photo as shown; empty without any."""
    live_id: str = ""
    """Apple's identifier that a Live Photo shares with its clip."""


def read_meta(header: Header) -> PhotoMeta:
    """Everything above, from a file's header. Never raises."""
    reader = TiffReader.of(header.exif)
    main = reader.first() if reader else {}
    exif = reader.sub(main, EXIF_POINTER) if reader else {}
    gps = reader.sub(main, GPS_POINTER) if reader else {}
    packet = _parse_xmp(header.xmp)
    has_gps = bool(gps.keys() - {0}) or bool(_xmp_text(packet, "http://ns.adobe.com/exif/1.0/", "GPSLatitude"))
    return PhotoMeta(
        copyright=_text(main, _COPYRIGHT)
        or _clean(_xmp_text(packet, DC_NAMESPACE, "rights"))
        or _clean(_iptc_copyright(header.iptc)),
        captured_at=_date(_text(exif, _TAKEN)),
        captured_offset=_offset(_text(exif, _TAKEN_OFFSET)),
        camera=_camera(_text(main, _MAKE), _text(main, _MODEL)),
        ai_label=_ai_label(header, packet, exif),
        has_gps=has_gps,
        private=tuple(_private(main, exif, has_gps)),
        focus=focus_of(packet, header.stored, header.orientation) if packet else (),
        live_id=_apple_content_id(exif),
    )


def _text(tags: Directory, tag: int) -> str:
    value = tags.get(tag, "")
    return _clean(value) if isinstance(value, str) else ""


def _clean(words: str) -> str:
    """Without control characters, which XML cannot carry, and of a sane length."""
    return "".join(c for c in words if c.isprintable() or c == " ").strip()[:1000]


def _date(text: str) -> str:
    return text if re.fullmatch(r"\d{4}:\d\d:\d\d \d\d:\d\d:\d\d", text) and not text.startswith("0000") else ""


def _offset(text: str) -> str:
    return text if re.fullmatch(r"[+-]\d\d:\d\d", text) else ""


def _camera(make: str, model: str) -> str:
    return model if model.lower().startswith(make.lower()) else f"{make} {model}".strip()


def _private(main: Directory, exif: Directory, has_gps: bool) -> list[str]:
    found = ["position"] if has_gps else []
    if _text(exif, _BODY_SERIAL) or _text(exif, _LENS_SERIAL):
        found.append("serial number")
    if _text(exif, _OWNER) or _text(main, _ARTIST):
        found.append("owner")
    if _MAKER_NOTE in exif:
        found.append("maker notes")
    return found


def _apple_content_id(exif: Directory) -> str:
    """Tag 0x0011 of Apple's maker note, whose offsets count from the note's own start."""
    note = exif.get(_MAKER_NOTE)
    if not isinstance(note, bytes) or not note.startswith(b"Apple iOS\x00") or note[12:14] != b"MM":
        return ""
    tags, _ = TiffReader(note, ">").directory(14)
    return _text(tags, _APPLE_CONTENT_ID)


def _parse_xmp(packet: bytes) -> list[ElementTree.Element]:
    """The packets as trees. Document types are refused: they are how XML is made to explode."""
    trees = []
    for part in packet.split(b"\x00"):
        if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
            continue
        start, end = part.find(b"<"), part.rfind(b">")
        try:
            trees.append(ElementTree.fromstring(part[start : end + 1]))
        except (ElementTree.ParseError, ValueError, LookupError):
            continue
    return trees


def _xmp_text(trees: list[ElementTree.Element], namespace: str, name: str) -> str:
    """A property's text, whether it is written as attribute, element, or list of alternatives."""
    wanted = f"{{{namespace}}}{name}"
    for tree in trees:
        for element in tree.iter():
            if wanted in element.attrib:
                return element.attrib[wanted].strip()
            if element.tag == wanted:
                resource = element.attrib.get(f"{{{RDF_NAMESPACE}}}resource", "")
                return resource or "".join(element.itertext()).strip()
    return ""


def _iptc_copyright(block: bytes) -> str:
    """Dataset 2:116 of an IPTC-IIM block (also inside Photoshop's)."""
    at = block.find(b"\x1c\x02\x74")
    if at < 0:
        return ""
    length = int.from_bytes(block[at + 3 : at + 5], "big")
    raw = block[at + 5 : at + 5 + length]
    return raw.decode("utf-8", "replace").strip() if length < 0x8000 and len(raw) == length else ""


def _ai_label(header: Header, packet: list[ElementTree.Element], exif: Directory) -> AiLabel | None:
    in_comment = _aigc_of(_user_comment(exif))
    aigc = _xmp_text(packet, AIGC_NAMESPACE, "AIGC") or in_comment
    for text in header.texts:
        aigc = aigc or _aigc_of(text)
    source_type = _xmp_text(packet, IPTC_EXT_NAMESPACE, "DigitalSourceType") or _source_type_of(header)
    if not aigc and not source_type:
        return None
    return AiLabel(aigc=aigc, source_type=source_type, in_exif=bool(in_comment))


def _source_type_of(header: Header) -> str:
    """What content credentials say, where they say AI. They themselves cannot survive an edit; this can."""
    for kind in ("compositeWithTrainedAlgorithmicMedia", "trainedAlgorithmicMedia"):
        if f"digitalsourcetype/{kind}".encode() in header.credentials:
            return SOURCE_TYPES + kind
    return ""


def _user_comment(exif: Directory) -> str:
    """EXIF UserComment without its 8-byte character code."""
    raw = exif.get(_COMMENT, b"")
    if isinstance(raw, str):
        return raw
    if not isinstance(raw, bytes):
        return ""
    code, body = raw[:8], raw[8:]
    if code.startswith(b"UNICODE"):
        return body.decode("utf-16-le" if body[1:2] == b"\x00" else "utf-16-be", "replace")
    return body.decode("utf-8", "replace").strip("\x00 ")


def _aigc_of(text: str) -> str:
    """The AIGC object's JSON in `text`, which is that object itself or one that holds it; empty when it is neither."""
    if '"AIGC"' not in text and '"ContentProducer"' not in text and '"Label"' not in text:
        return ""
    start, end = text.find("{"), text.rfind("}")
    try:
        found = json.loads(text[start : end + 1])
    except ValueError:
        return ""
    if not isinstance(found, dict):
        return ""
    inner = found.get("AIGC")
    if isinstance(inner, str):
        return inner
    if isinstance(inner, dict):
        return json.dumps(inner, ensure_ascii=False)
    return text[start : end + 1] if "Label" in found and ("ContentProducer" in found or "ProduceID" in found) else ""
