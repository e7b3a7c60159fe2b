"""What a platform file may say. One TOML file a platform in `data/`; a new platform is a file, never a branch.

Units are in the names: px, bytes (decimal: 1 MB = 10^6), seconds, kbit/s. Unknown keys are errors.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from mediakit.model import Box, Kind, Size

Confidence = Literal["official", "official, relayed", "widely reported", "disputed", "project default"]
PhotoFormat = Literal["jpeg", "png", "webp"]
Container = Literal["mp4", "mov"]
VideoCodec = Literal["h264", "hevc", "av1", "vp9"]
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
    long_side_px: int | None = None
    max_pixels: int | None = None
    max_ratio: str | None = Field(default=None, pattern=r"^\d+(\.\d+)?:\d+(\.\d+)?$")
    """"any" only: width over height at most; "1:3" takes pictures three times as high as wide, and taller."""

    @property
    def value(self) -> Fraction | None:
        """Width over height, exact; None for "any"."""
        if self.ratio == "any":
            return None
        return _as_fraction(self.ratio)

    def export_size(self, cropped: Size, *, even: bool = False) -> Size:
        """The size to render a crop of `cropped` pixels at; with `even`, as 4:2:0 video needs it, both sides are even.

        A fixed ratio: the smallest listed size that loses no pixel, else the largest. "any": as shot, shrunk to fit.
        """
        if self.sizes_px:
            return _smallest_that_holds(cropped, [Size(*pair) for pair in self.sizes_px])
        shrunk = self._shrunk(cropped)
        return _made_even(shrunk) if even else shrunk

    def takes(self, size: Size) -> bool:
        """Whether a picture of `size` is narrow enough for this shape at all (only `wechat-moments.long` asks)."""
        return self.max_ratio is None or size.ratio <= _as_fraction(self.max_ratio)

    def _shrunk(self, size: Size) -> Size:
        scales = [1.0]
        if self.max_width_px:
            scales.append(self.max_width_px / size.width_px)
        if self.max_height_px:
            scales.append(self.max_height_px / size.height_px)
        if self.short_side_px:
            scales.append(self.short_side_px / size.short_side_px)
        if self.long_side_px:
            scales.append(self.long_side_px / max(size.width_px, size.height_px))
        if self.max_pixels:
            scales.append((self.max_pixels / size.pixels) ** 0.5)
        scale = min(scales)
        return Size(max(1, int(size.width_px * scale + 1e-6)), max(1, int(size.height_px * scale + 1e-6)))


def _as_fraction(ratio: str) -> Fraction:
    width, _, height = ratio.partition(":")
    return Fraction(width) / Fraction(height)


def _made_even(size: Size) -> Size:
    return Size(max(2, size.width_px // 2 * 2), max(2, size.height_px // 2 * 2))


def _smallest_that_holds(cropped: Size, sizes: list[Size]) -> Size:
    """A crop is rounded to whole pixels, so one pixel too many on a side is no reason to double the picture."""
    holding = [s for s in sizes if s.width_px + 1 >= cropped.width_px and s.height_px + 1 >= cropped.height_px]
    return min(holding, default=max(sizes, key=lambda s: s.pixels), key=lambda s: s.pixels)


class SafeZone(Data):
    """Margins in px, on `canvas_px`, where the app draws its own buttons and words."""

    canvas_px: Pixels
    top: int = 0
    bottom: int = 0
    left: int = 0
    right: int = 0
    confidence: Confidence = "project default"

    def clear_box(self, size: Size) -> Box:
        """The part of a picture of `size` that the app leaves clear; margins scale with the canvas, side by side."""
        across, down = size.width_px / self.canvas_px[0], size.height_px / self.canvas_px[1]
        canvas_width, canvas_height = self.canvas_px
        width, height = canvas_width - self.left - self.right, canvas_height - self.top - self.bottom
        return Box(self.left * across, self.top * down, width * across, height * down)


class PhotoSpec(Data):
    """What a surface takes as a picture. The first shape and the first format are the default ones.

    `min_px` and `max_px` are the platform's own limits and hold for either orientation: the short side is held against
    the smaller number, the long side against the larger.
    """

    shapes: tuple[Shape, ...] = Field(min_length=1)
    follow: bool = False
    """Where no ratio is asked for, take the shape nearest to the source's instead of the first: both ways up are usual."""
    formats: tuple[PhotoFormat, ...] = Field(min_length=1)
    max_bytes: int | None = Field(default=None, ge=1)
    warn_bytes: int | None = Field(default=None, ge=1)
    """Taken, but above this the app shows it late or squeezes it hard."""
    target_bytes: int | None = Field(default=None, ge=1)
    """What our own export aims for."""
    min_px: Pixels | None = None
    warn_min_px: Pixels | None = None
    max_px: Pixels | None = None
    max_count: int | None = None
    warn_count: int | None = None
    safe_zone: SafeZone | None = None


class ClipSpec(Data):
    """What a surface takes as a clip: MP4, H.264 High, yuv420p 8 bit, BT.709, AAC-LC 48 kHz, fast start, closed GOP.

    `containers` and `codecs` list what is taken; the first of each is what we write. `picture` "as-shot" lets the
    picture stay as the camera wrote it (any codec, size, rate, colour): only sound, container and privacy are held.
    `min_px` and `max_px` hold for either orientation, as for photos.
    """

    shapes: tuple[Shape, ...] = Field(min_length=1)
    follow: bool = False
    """Where no ratio is asked for, take the shape nearest to the source's instead of the first: both ways up are usual."""
    containers: tuple[Container, ...] = ("mp4",)
    codecs: tuple[VideoCodec, ...] = ("h264",)
    picture: Literal["delivery", "as-shot"] = "delivery"
    max_level: int = Field(default=42, ge=10, le=62)
    """H.264 level times ten: 42 is level 4.2, enough for 1080p at 60 fps."""
    max_bytes: int | None = Field(default=None, ge=1)
    warn_bytes: int | None = Field(default=None, ge=1)
    target_bytes: int | None = Field(default=None, ge=1)
    min_px: Pixels | None = None
    max_px: Pixels | None = None
    min_duration_s: float | None = None
    max_duration_s: float | None = None
    warn_duration_s: float | None = None
    min_fps: float | None = None
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
    body_warn: int | None = None
    digest_max: int | None = None
    author_max: int | None = None
    topics_max: int | None = None
    topics_warn: int | None = None
    topics_in_body: bool = True
    body_max_bytes: int | None = None
    mentions_max: int | None = None
    refused_characters: str = ""
    """Characters the platform refuses in a title or body."""


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
    note: str = ""
    """What a person should know before posting there; shown by `target show`."""
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

    def settled(self, kind: Kind, shown: Size) -> Target:
        """The target for one source of `shown` pixels: with the ratio that suits it, where the surface follows it."""
        spec = self.surface.spec(kind)
        if self.ratio is not None or spec is None or not spec.follow:
            return self
        nearest = min(spec.shapes, key=lambda shape: _farness(shape, shown))
        return self.model_copy(update={"ratio": nearest.ratio})


def _farness(shape: Shape, shown: Size) -> float:
    """How unlike two proportions are; "any" fits every picture."""
    return 0.0 if shape.value is None else abs(math.log(shape.value / shown.ratio))
