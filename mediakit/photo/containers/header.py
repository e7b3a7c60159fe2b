"""What is known about a photo before a pixel is decoded."""

from __future__ import annotations

from dataclasses import dataclass

from mediakit.errors import Fault, FileError
from mediakit.model import Size


@dataclass(frozen=True, slots=True)
class ColourTag:
    """How a file says its colours are meant. An ICC profile, or code points of ITU-T H.273, or neither (then sRGB)."""

    icc: bytes = b""
    primaries: int = 2
    """H.273 table 2; 2 is "not said"."""
    transfer: int = 2
    """H.273 table 3; 2 is "not said", 16 is PQ, 18 is HLG."""

    @property
    def is_hdr(self) -> bool:
        """Whether code values mean light beyond diffuse white."""
        return self.transfer in (16, 18)


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """A photo's facts, as stored: orientation is not applied to `stored`.

    `end` is the offset behind the picture's last byte; what follows is judged by `trailer`. `exif` begins with the TIFF
    header ("II" or "MM"). `texts` are the file's own text fields that may hold an AI label.
    """

    format: str
    stored: Size
    end: int
    orientation: int = 1
    bits: int = 8
    frames: int = 1
    colour: ColourTag = ColourTag()
    exif: bytes = b""
    xmp: bytes = b""
    iptc: bytes = b""
    texts: tuple[str, ...] = ()
    credentials: bytes = b""
    """A C2PA manifest store, undecoded."""
    traits: frozenset[str] = frozenset()
    """Of: progressive, arithmetic, cmyk, grey, alpha, palette, lab, float, tiled, gain-map, motion."""
    quality: int | None = None
    """JPEG only: the libjpeg quality its quantisation tables stand for."""
    gamma: float | None = None
    """PNG only: the gAMA chunk, where nothing better describes the colours."""

    @property
    def shown(self) -> Size:
        """The size a viewer sees."""
        if self.orientation >= 5:
            return Size(self.stored.height_px, self.stored.width_px)
        return self.stored


AGAIN = "Copy it from the phone or camera again."


def truncated(what: str) -> FileError:
    """The end of the file is missing."""
    return FileError(Fault.TRUNCATED, f"The file is cut off: {what}.", AGAIN)


def corrupt(what: str) -> FileError:
    """The file is damaged inside."""
    return FileError(Fault.CORRUPT, f"The file is damaged: {what}.", AGAIN)


def size_of(width_px: int, height_px: int) -> Size:
    """A size, refused as CORRUPT when a side is zero."""
    if width_px < 1 or height_px < 1:
        raise corrupt(f"it says its picture is {width_px}x{height_px} pixels")
    return Size(width_px, height_px)
