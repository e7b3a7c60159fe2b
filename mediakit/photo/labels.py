"""The metadata that is written: as little as there is to say, in the places where others look for it."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from PIL import Image

from mediakit.photo.metadata import AIGC_NAMESPACE, DC_NAMESPACE, IPTC_EXT_NAMESPACE, RDF_NAMESPACE, PhotoMeta

_COPYRIGHT, _TAKEN, _TAKEN_OFFSET, _COMMENT = 0x8298, 0x9003, 0x9011, 0x9286
_EXIF_DIRECTORY = 0x8769
_UNICODE = b"UNICODE\x00"


def exif_block(meta: PhotoMeta, keep_capture_date: bool) -> bytes:
    """An EXIF block ("Exif\\0\\0" first) with copyright, AI label and capture date; empty when there is none of them."""
    exif = Image.Exif()
    if meta.copyright:
        exif[_COPYRIGHT] = meta.copyright.encode("utf-8", "replace")
    inner = exif.get_ifd(_EXIF_DIRECTORY)
    if keep_capture_date and meta.captured_at:
        inner[_TAKEN] = meta.captured_at
        if meta.captured_offset:
            inner[_TAKEN_OFFSET] = meta.captured_offset
    if meta.ai_label and meta.ai_label.in_exif:
        text = f'{{"AIGC":{meta.ai_label.aigc}}}'
        inner[_COMMENT] = _UNICODE + text.encode("utf-16-le")
    return exif.tobytes() if len(exif) or inner else b""


def xmp_packet(meta: PhotoMeta) -> bytes:
    """An XMP packet with copyright and AI label; empty when there is neither."""
    label = meta.ai_label
    if not label and not meta.copyright:
        return b""
    attributes = ""
    if label and label.aigc:
        attributes += f" xmlns:TC260={quoteattr(AIGC_NAMESPACE)} TC260:AIGC={quoteattr(label.aigc)}"
    if label and label.source_type:
        attributes += f" xmlns:Iptc4xmpExt={quoteattr(IPTC_EXT_NAMESPACE)}"
        attributes += f" Iptc4xmpExt:DigitalSourceType={quoteattr(label.source_type)}"
    rights = ""
    if meta.copyright:
        inner = f'<rdf:Alt><rdf:li xml:lang="x-default">{escape(meta.copyright)}</rdf:li></rdf:Alt>'
        rights = f"<dc:rights xmlns:dc={quoteattr(DC_NAMESPACE)}>{inner}</dc:rights>"
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        f'<rdf:RDF xmlns:rdf={quoteattr(RDF_NAMESPACE)}><rdf:Description rdf:about=""{attributes}>{rights}'
        '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
    ).encode()
