"""Regions that a photo's XMP carries: where somebody, or the camera, said the subject is.

IPTC Image Regions (IPTC Photo Metadata Standard 2019.1) count where their role is "main subject area", else "subject area"
or "area of interest". Faces of MWG regions (Metadata Working Group, Guidelines 2.0, 2010; what Lightroom and digiKam write)
count where there are none of those and somebody gave them a name: phones write nameless ones by themselves, and faces are
found without them. Small ones beside a large one are the background. Focus areas and bar codes of MWG say nothing about
what a picture is for.

Both standards give coordinates of the picture as stored; they are turned here into shares of the picture as shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element

from mediakit.model import Box, Size

MWG = "http://www.metadataworkinggroup.com/schemas/regions/"
AREA = "http://ns.adobe.com/xmp/sType/Area#"
IPTC_EXT = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
ROLES = (("mainSubjectArea",), ("subjectArea", "areaOfInterest"))
SMALL = 0.25  # of the largest face's area
AROUND, HAIR = 0.2, 0.5  # of a face's size, beside and below it, and above


def focus_of(trees: Sequence[Element], stored: Size, orientation: int) -> tuple[float, ...]:
    """The box around the regions that count, in shares of the picture as shown: x, y, width, height; () without any.

    Never raises: a region that makes no sense is left out.
    """
    boxes = _subject_areas(trees, stored) or _faces(trees)
    boxes = [box for box in map(_inside, boxes) if box is not None]
    if not boxes:
        return ()
    corners = [(min(b.x for b in boxes), min(b.y for b in boxes))]
    corners.append((max(b.right for b in boxes), max(b.bottom for b in boxes)))
    turned = [_turned(x, y, orientation) for x, y in corners]
    (x0, x1), (y0, y1) = (sorted(values) for values in zip(*turned, strict=True))
    return (round(x0, 5), round(y0, 5), round(x1 - x0, 5), round(y1 - y0, 5))


def _subject_areas(trees: Sequence[Element], stored: Size) -> list[Box]:
    found: list[tuple[str, Box]] = []
    for region in _items(trees, f"{{{IPTC_EXT}}}ImageRegion"):
        boundary = region.find(f".//{{{IPTC_EXT}}}RegionBoundary")
        role = region.find(f".//{{{IPTC_EXT}}}rRole")
        box = None if boundary is None else _boundary(boundary, stored)
        if box is not None and role is not None:
            found.append(("".join(role.itertext()), box))
    for names in ROLES:
        boxes = [box for words, box in found if any(f"imageregionrole/{name}" in words for name in names)]
        if boxes:
            return boxes
    return []


def _boundary(boundary: Element, stored: Size) -> Box | None:
    """A rectangle, circle or polygon as the box around it, in shares of the stored picture."""
    pixels = _text(boundary, IPTC_EXT, "rbUnit") == "pixel"
    across, down = (stored.width_px, stored.height_px) if pixels else (1, 1)
    shape = _text(boundary, IPTC_EXT, "rbShape")
    if shape == "polygon":
        vertices = [(_number(v, IPTC_EXT, "rbX"), _number(v, IPTC_EXT, "rbY")) for v in boundary.iter(f"{{{RDF}}}li")]
        points = [(x / across, y / down) for x, y in vertices if x is not None and y is not None]
        if not points:
            return None
        left, top = min(x for x, _ in points), min(y for _, y in points)
        return Box(left, top, max(x for x, _ in points) - left, max(y for _, y in points) - top)
    x, y = _number(boundary, IPTC_EXT, "rbX"), _number(boundary, IPTC_EXT, "rbY")
    if x is None or y is None:
        return None
    radius = _number(boundary, IPTC_EXT, "rbRx")
    if shape == "circle" and radius is not None:
        high = radius * stored.width_px / stored.height_px if not pixels else radius
        return Box((x - radius) / across, (y - high) / down, 2 * radius / across, 2 * high / down)
    w, h = _number(boundary, IPTC_EXT, "rbW"), _number(boundary, IPTC_EXT, "rbH")
    return None if w is None or h is None else Box(x / across, y / down, w / across, h / down)


def _faces(trees: Sequence[Element]) -> list[Box]:
    """The named faces among MWG regions with their hair, without the small ones; they are given by their middles."""
    found = []
    for region in _items(trees, f"{{{MWG}}}RegionList"):
        if _text(region, MWG, "Type") != "Face" or not _text(region, MWG, "Name"):
            continue
        area = region.find(f".//{{{MWG}}}Area")
        if area is None:
            continue
        x, y, w, h = (_number(area, AREA, name) for name in "xywh")
        if x is not None and y is not None and w is not None and h is not None:
            found.append(Box(x - w / 2, y - h / 2, w, h))
    largest = max((box.area for box in found), default=0.0)
    main = [box for box in found if box.area >= SMALL * largest]
    return [Box(b.x - AROUND * b.w, b.y - HAIR * b.h, (1 + 2 * AROUND) * b.w, (1 + AROUND + HAIR) * b.h) for b in main]


def _items(trees: Sequence[Element], name: str) -> Iterator[Element]:
    """The entries of a list property."""
    for tree in trees:
        for holder in tree.iter(name):
            for bag in holder:
                yield from bag.findall(f"{{{RDF}}}li")


def _text(element: Element, namespace: str, name: str) -> str:
    """A property's text, written as attribute or element, here or in a description inside."""
    wanted = f"{{{namespace}}}{name}"
    for one in element.iter():
        if wanted in one.attrib:
            return one.attrib[wanted].strip()
        if one.tag == wanted:
            return "".join(one.itertext()).strip()
    return ""


def _number(element: Element, namespace: str, name: str) -> float | None:
    try:
        value = float(_text(element, namespace, name))
    except ValueError:
        return None
    return value if abs(value) < 1e6 else None


def _inside(box: Box) -> Box | None:
    """What of it lies in the picture; None for nothing."""
    left, top, right, bottom = max(0.0, box.x), max(0.0, box.y), min(1.0, box.right), min(1.0, box.bottom)
    return Box(left, top, right - left, bottom - top) if right > left and bottom > top else None


def _turned(x: float, y: float, orientation: int) -> tuple[float, float]:
    """Where a point of the stored picture is shown (EXIF orientation, CIPA DC-008, tag 274)."""
    return {
        2: (1 - x, y),
        3: (1 - x, 1 - y),
        4: (x, 1 - y),
        5: (y, x),
        6: (1 - y, x),
        7: (1 - y, 1 - x),
        8: (y, 1 - x),
    }.get(orientation, (x, y))
