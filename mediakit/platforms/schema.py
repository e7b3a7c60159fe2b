"""What a platform file may say. One TOML file a platform in `data/`; a new platform is a file, never a branch.

Units are in the names: px, bytes (decimal: 1 MB = 10^6), seconds, kbit/s. Unknown keys are errors.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from mediakit.model import Kind, Size

Confidence = Literal["official", "official, relayed", "widely reported", "disputed", "project default"]
PhotoFormat = Literal["jpeg", "png", "webp"]
Pixels = tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]]


class Data(BaseModel):
    """Base of all values read from TOML: frozen, and strict about names."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Shape(Data):
    """One ratio a surface accepts, with the sizes to export, largest first.

    `ratio` "any" keeps the source's proportions and only shrinks into the limits below; "W:H" crops (or pads) to it.
    """

    ratio: str = Field(pattern=r"^(any|\d+(\.\d+)?:\d+(\.\d+)?)$")
    sizes_px: tuple[Pixels, ...] = ()
    max_width_px: int | None = None
    max_height_px: int | None = None
    short_side_px: int | None = None
    max_pixels: int | None = None

    @property
    def value(self) -> Fraction | None:
        """Width over height, exact; None for "any"."""
        if self.ratio == "any":
            return None
        width, height = self.ratio.split(":")
        return Fraction(width) / Fraction(height)

    def export_size(self, cropped: Size) -> Size:
        """The size to render a crop of `cropped` pixels at.

        A fixed ratio: the smallest listed size that loses no pixel, else the largest. "any": as shot, shrunk to fit.
        """
        if self.sizes_px:
            return _smallest_that_holds(cropped, [Size(*pair) for pair in self.sizes_px])
        return self._shrunk(cropped)

    def _shrunk(self, size: Size) -> Size:
        scales = [1.0]
        if self.max_width_px:
            scales.append(self.max_width_px / size.width_px)
        if self.max_height_px:
            scales.append(self.max_height_px / size.height_px)
        if self.short_side_px:
            scales.append(self.short_side_px / size.short_side_px)
        if self.max_pixels:
            scales.append((self.max_pixels / size.pixels) ** 0.5)
        scale = min(scales)
        return Size(max(1, int(size.width_px * scale + 1e-6)), max(1, int(size.height_px * scale + 1e-6)))


def _smallest_that_holds(cropped: Size, sizes: list[Size]) -> Size:
    holding = [s for s in sizes if s.width_px >= cropped.width_px and s.height_px >= cropped.height_px]
    return min(holding, default=max(sizes, key=lambda s: s.pixels), key=lambda s: s.pixels)


class SafeZone(Data):
    """Margins in px, on `canvas_px`, where the app draws its own buttons and words."""

    canvas_px: Pixels
    top: int = 0
    bottom: int = 0
    left: int = 0
    right: int = 0
    confidence: Confidence = "project default"


class PhotoSpec(Data):
    """What a surface takes as a picture. The first shape is the default one."""

    shapes: tuple[Shape, ...] = Field(min_length=1)
    formats: tuple[PhotoFormat, ...] = Field(min_length=1)
    max_bytes: int | None = None
    target_bytes: int | None = None
    min_px: Pixels | None = None
    max_count: int | None = None
    warn_count: int | None = None
    safe_zone: SafeZone | None = None


class ClipSpec(Data):
    """What a surface takes as a clip: MP4, H.264 High, yuv420p 8 bit, BT.709, AAC-LC 48 kHz, fast start, closed GOP."""

    shapes: tuple[Shape, ...] = Field(min_length=1)
    max_bytes: int | None = None
    target_bytes: int | None = None
    min_px: Pixels | None = None
    min_duration_s: float | None = None
    max_duration_s: float | None = None
    warn_duration_s: float | None = None
    max_fps: int = 60
    video_kbps: int = 8000
    max_video_kbps: int = 10000
    audio_kbps: int = 128
    max_gop_s: float = 2.0
    max_count: int | None = None
    cover: str | None = None
    """The id of the surface a cover picture is made for."""
    safe_zone: SafeZone | None = None


class TextSpec(Data):
    """Limits on the post's words. `title_count` says how a title is counted."""

    title_max: int | None = None
    title_warn: int | None = None
    title_min: int | None = None
    title_count: Literal["plain", "weighted"] = "plain"
    body_max: int | None = None
    digest_max: int | None = None
    author_max: int | None = None
    topics_max: int | None = None
    topics_warn: int | None = None
    topics_in_body: bool = True


class Fact(Data):
    """Where a figure comes from."""

    field: str
    source: str
    checked_on: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    confidence: Confidence
    note: str = ""


class Surface(Data):
    """One place on a platform where one kind of post goes: `xiaohongshu.image`."""

    id: str = Field(pattern=r"^[a-z0-9-]+\.[a-z0-9-]+$")
    title: str
    title_zh: str
    default: bool = True
    """Whether the platform's bare name includes this surface."""
    logo: Literal["allowed", "discouraged"] = "allowed"
    qr_codes: Literal["allowed", "warn", "block"] = "allowed"
    photo: PhotoSpec | None = None
    clip: ClipSpec | None = None
    text: TextSpec = TextSpec()
    source: str
    checked_on: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    confidence: Confidence
    facts: tuple[Fact, ...] = ()

    @property
    def platform(self) -> str:
        """The part before the dot."""
        return self.id.partition(".")[0]

    def spec(self, kind: Kind) -> PhotoSpec | ClipSpec | None:
        """What it takes of that kind, None when it takes none."""
        return self.photo if kind is Kind.PHOTO else self.clip


class Platform(Data):
    """A platform file: its names and its surfaces."""

    schema_: Literal[1] = Field(alias="schema")
    id: str = Field(pattern=r"^[a-z0-9-]+$")
    title: str
    title_zh: str
    surfaces: tuple[Surface, ...] = Field(min_length=1)


class Target(Data):
    """A surface in one of its shapes: what `--to xiaohongshu.image@1:1` means once resolved."""

    surface: Surface
    ratio: str | None = None
    """None: the surface's first shape."""

    @property
    def name(self) -> str:
        """The folder name and manifest name, such as `xiaohongshu.image` or `xiaohongshu.image@1:1`.

        A colon is not allowed in folder names everywhere, so folders use `folder`.
        """
        return self.surface.id if self.ratio is None else f"{self.surface.id}@{self.ratio}"

    @property
    def folder(self) -> str:
        """`name` with the ratio's colon written as `x`: `xiaohongshu.image@1x1`."""
        return self.name.replace(":", "x")

    def shape(self, kind: Kind) -> Shape:
        """The shape to render for a source of `kind`; the surface must take that kind."""
        spec = self.surface.spec(kind)
        if spec is None:
            raise ValueError(f"{self.surface.id} takes no {kind}")
        if self.ratio is None:
            return spec.shapes[0]
        return next(shape for shape in spec.shapes if shape.ratio == self.ratio)
