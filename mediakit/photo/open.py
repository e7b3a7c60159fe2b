"""Open a photo: any format, as shown, in sRGB, no larger than it is needed.

    admit (may it be decoded) -> decode (at the smallest scale that serves) -> colour -> turn

`open_photo` never guesses: a file that is damaged is refused by name, and what had to be decided (an unreadable profile,
an animation of which the first picture was taken) is said in `notes`. `peek` tells the same facts without decoding.
A job that needs both reads the file once: `admit`, then `facts_of`, then `decoded`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.model import Note, Size
from mediakit.photo import raw
from mediakit.photo.admit import Admitted, admit, judge_memory
from mediakit.photo.colour import to_srgb
from mediakit.photo.containers import ColourTag, Header
from mediakit.photo.decode import decode
from mediakit.photo.metadata import PhotoMeta, read_meta
from mediakit.presets.schema import Limits

__all__ = ["Photo", "PhotoFacts", "admit", "decoded", "facts_of", "open_photo", "peek"]

Rgb8 = NDArray[np.uint8]
_GAMMA_OF_SRGB = 0.45455


@dataclass(frozen=True, eq=False)
class Photo:
    """A photo as shown. `pixels`: (H, W, 3) uint8 sRGB, read-only, reduced by `scale` (its width / `shown`'s, at most 1)."""

    pixels: Rgb8
    shown: Size
    scale: float
    notes: tuple[Note, ...]
    meta: PhotoMeta


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoFacts:
    """What a photo's header tells. `shown` has the orientation applied."""

    shown: Size
    format: str
    bits: int
    frames: int
    has_profile: bool
    has_gain_map: bool
    has_gps: bool
    is_motion: bool
    """A motion photo: a clip stands behind the picture."""
    captured_at: str
    camera: str
    live_id: str
    """Apple's identifier shared with the clip of a Live Photo; empty when there is none."""
    quality_estimate: int | None
    """JPEG: the libjpeg quality its tables stand for; None for other formats."""
    has_ai_label: bool
    notes: tuple[Note, ...] = ()


def peek(path: Path, limits: Limits) -> PhotoFacts:
    """Facts by header only; a damaged or refused file raises the FileError that `open_photo` would."""
    return facts_of(admit(path, limits))


def facts_of(admitted: Admitted) -> PhotoFacts:
    """The facts of a file that was read and judged already."""
    header = admitted.header
    meta = read_meta(header)
    return PhotoFacts(
        shown=header.shown,
        format=header.format,
        bits=header.bits,
        frames=header.frames,
        has_profile=bool(header.colour.icc),
        has_gain_map="gain-map" in header.traits,
        has_gps=meta.has_gps,
        is_motion="motion" in header.traits,
        captured_at=meta.captured_at,
        camera=meta.camera,
        live_id=meta.live_id,
        quality_estimate=header.quality,
        has_ai_label=meta.ai_label is not None,
        notes=admitted.notes + _notes(header),
    )


def open_photo(path: Path, limits: Limits, *, at_least: Size | None = None) -> Photo:
    """Decode at the smallest scale that still gives `at_least` in both sides (as shown); None means full size.

    Raises FileError: UNREADABLE, EMPTY, TOO_LARGE, TOO_SMALL, NOT_MEDIA, MISLABELLED, UNSUPPORTED_FORMAT,
    UNSUPPORTED_CODEC, TRUNCATED, CORRUPT, POLYGLOT, MISSING_PART, OUT_OF_MEMORY.
    """
    return decoded(admit(path, limits), at_least=at_least)


def decoded(admitted: Admitted, *, at_least: Size | None = None) -> Photo:
    """`open_photo` for a file that was read and judged already."""
    header = admitted.header
    factor = _factor(header.shown, at_least)
    judge_memory(admitted, factor)
    pixels, notes = _pixels(admitted, factor)
    return Photo(
        pixels=pixels,
        shown=header.shown,
        scale=pixels.shape[1] / header.shown.width_px,
        notes=(*admitted.notes, *_notes(header), *notes),
        meta=read_meta(header),
    )


def _factor(shown: Size, at_least: Size | None) -> int:
    """The largest whole factor to reduce by that keeps both sides at `at_least` or above."""
    if at_least is None:
        return 1
    return max(1, min(shown.width_px // at_least.width_px, shown.height_px // at_least.height_px))


def _pixels(admitted: Admitted, factor: int) -> tuple[Rgb8, tuple[Note, ...]]:
    header = admitted.header
    if header.format == "raw":
        developed = np.ascontiguousarray(raw.decode_raw(admitted.data, factor))
        developed.setflags(write=False)
        return developed, (raw.NOTE,)
    found = decode(admitted.data, header, factor)
    rgb, notes = to_srgb(found.image, ColourTag() if found.is_srgb else header.colour)
    turned = rgb if found.is_turned else _turn(rgb, header.orientation)
    shown = np.ascontiguousarray(turned)
    shown.setflags(write=False)  # one photo serves several surfaces
    return shown, notes


def _turn(rgb: Rgb8, orientation: int) -> Rgb8:
    """EXIF orientation 1..8 applied (CIPA DC-008, tag 274)."""
    if orientation in (5, 6, 7, 8):
        rgb = cv2.transpose(rgb)
    flip = {2: 1, 3: -1, 4: 0, 6: 1, 7: -1, 8: 0}.get(orientation)
    return rgb if flip is None else cv2.flip(rgb, flip)


def _notes(header: Header) -> tuple[Note, ...]:
    """What a person should know about this file; each says what was done about it."""
    return tuple(Note(code, words) for code, words in _NOTES.items() if code in _codes(header)) + _counted(header)


_NOTES = {
    "gain-map": "This is an HDR photo with a gain map; its ordinary (SDR) picture was used.",
    "motion-photo": "This is a motion photo; its still picture was used.",
    "credentials-dropped": "Its content credentials (C2PA) end with the original: they cannot vouch for a changed picture.",
    "ink-colours": "This picture is in printing colours (CMYK) without a profile; colours are approximate.",
    "gamma-ignored": "Its PNG gamma value is unusual; most viewers ignore it, and so did we.",
}


def _codes(header: Header) -> set[str]:
    traits = header.traits
    found = set()
    if "gain-map" in traits:
        found.add("gain-map")
    if "motion" in traits:
        found.add("motion-photo")
    if b"c2pa" in header.credentials:
        found.add("credentials-dropped")
    if "cmyk" in traits and not header.colour.icc:
        found.add("ink-colours")
    if header.gamma is not None and abs(header.gamma - _GAMMA_OF_SRGB) > 0.05:
        found.add("gamma-ignored")
    return found


def _counted(header: Header) -> tuple[Note, ...]:
    if header.frames < 2:
        return ()
    what = {"gif": "animation", "webp": "animation", "png": "animation", "tiff": "page"}.get(header.format, "picture")
    words = {
        "animation": f"This is an animation of {header.frames} pictures; the first was used.",
        "page": f"The file has {header.frames} pages; the first was used.",
        "picture": f"The file holds {header.frames} pictures; its main one was used.",
    }[what]
    return (Note("first-of-many", words),)
