"""AI-content labels that a clip carries outside its ordinary metadata: in an XMP packet, or in content credentials (C2PA).

Both lie in `uuid` boxes at the top of an MP4 or MOV. What they say is carried on as plain metadata, since the boxes
themselves do not survive a new encode: `AIGC` (TC260, GB 45438-2025) and `DigitalSourceType` (IPTC).
"""

from __future__ import annotations

import html
import re
from pathlib import Path

AIGC, SOURCE_TYPE = "AIGC", "DigitalSourceType"
LABELS = frozenset({AIGC.lower(), SOURCE_TYPE.lower()})
_SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_BOXES_MOST, _BYTES_MOST = 10_000, 4_000_000
_ATTRIBUTE = re.compile(rb"TC260:AIGC\s*=\s*(\"[^\"]{1,4000}\"|'[^']{1,4000}')")
_ELEMENT = re.compile(rb"<TC260:AIGC[^>]*>([^<]{1,4000})</TC260:AIGC>")
_MADE_BY_AI = re.compile(rb"digitalsourcetype/((?:compositeWithT|t)rainedAlgorithmicMedia)")


def label_keys(path: Path, known: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """The labels of a clip's `uuid` boxes as metadata to carry, those among the `known` keys left out. Never raises."""
    there = {key.lower() for key, _ in known}
    try:
        boxes = b"\n".join(_uuid_boxes(path))
    except OSError:
        return ()
    found = []
    if AIGC.lower() not in there and (aigc := _aigc(boxes)):
        found.append((AIGC, aigc))
    if SOURCE_TYPE.lower() not in there and (made := _MADE_BY_AI.search(boxes)):
        found.append((SOURCE_TYPE, _SOURCE_TYPES + made[1].decode("ascii")))
    return tuple(found)


def is_labelled(kept: tuple[tuple[str, str], ...]) -> bool:
    """Whether the metadata that a clip carries on holds an AI-content label."""
    return any(key.lower() in LABELS for key, _ in kept)


def _aigc(boxes: bytes) -> str:
    attribute, element = _ATTRIBUTE.search(boxes), _ELEMENT.search(boxes)
    raw = attribute[1][1:-1] if attribute else element[1] if element else b""
    words = html.unescape(raw.decode("utf-8", "replace"))
    return "".join(char for char in words if char.isprintable()).strip()


def _uuid_boxes(path: Path) -> list[bytes]:
    """The top-level `uuid` boxes, each cut at `_BYTES_MOST`; nothing where the file is no MP4 or claims nonsense."""
    found: list[bytes] = []
    left = _BYTES_MOST
    with path.open("rb") as file:
        size_of_file = path.stat().st_size
        for _ in range(_BOXES_MOST):
            start = file.tell()
            head = file.read(16)
            if len(head) < 8:
                break
            size = int.from_bytes(head[:4], "big")
            size = int.from_bytes(head[8:16], "big") if size == 1 else size or size_of_file - start
            if size < 8 or start + size > size_of_file:
                break
            if head[4:8] == b"uuid" and left > 0:
                file.seek(start + 8)
                found.append(file.read(min(size - 8, left)))
                left -= len(found[-1])
            file.seek(start + size)
    return found
