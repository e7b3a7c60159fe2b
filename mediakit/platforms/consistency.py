"""What a single key of a platform file cannot be blamed for: figures that contradict each other or name nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pydantic import BaseModel

from mediakit.model import Size
from mediakit.platforms.schema import ClipSpec, Fact, PhotoSpec, Platform, Shape, Surface


def ratio_fits(size: Size, shape: Shape) -> bool:
    """Whether `size` has the shape's ratio, give or take one pixel on either side; "any" fits everything."""
    if shape.value is None:
        return True
    width_px, height_px = float(shape.value * size.height_px), float(size.width_px / shape.value)
    return abs(width_px - size.width_px) <= 1.0 or abs(height_px - size.height_px) <= 1.0


def contradictions(platform: Platform) -> Iterator[str]:
    """Everything in the file that does not go together, in words; each begins with the key."""
    seen: set[str] = set()
    for surface in platform.surfaces:
        if surface.platform != platform.id:
            yield f"{surface.id}: the id must begin with {platform.id!r}"
        if surface.id in seen:
            yield f"{surface.id}: stands there twice"
        seen.add(surface.id)
        yield from _of_surface(surface)
    if not any(surface.default for surface in platform.surfaces):
        yield f"{platform.id}: no surface is a default one, so the platform's name would mean nothing"


def _of_surface(surface: Surface) -> Iterator[str]:
    if surface.photo is None and surface.clip is None:
        yield f"{surface.id}: takes neither photos nor clips"
    for kind, spec in (("photo", surface.photo), ("clip", surface.clip)):
        if spec is not None:
            for words in _of_spec(spec):
                yield f"{surface.id}.{kind}.{words}"
    for fact in surface.facts:
        if not _names_a_figure(surface, fact):
            yield f"{surface.id}.facts: {fact.field!r} names no figure of this surface"
    for day in (surface.checked_on, *(fact.checked_on for fact in surface.facts)):
        if not _is_a_day(day):
            yield f"{surface.id}: checked_on {day!r} is no day"


def _of_spec(spec: PhotoSpec | ClipSpec) -> Iterator[str]:
    ratios = [shape.ratio for shape in spec.shapes]
    if len(set(ratios)) < len(ratios):
        yield "shapes: a ratio stands there twice"
    for shape in spec.shapes:
        yield from _of_shape(shape, spec)
    if spec.target_bytes is not None and spec.max_bytes is not None and spec.target_bytes > spec.max_bytes:
        yield "target_bytes: above max_bytes"
    if isinstance(spec, ClipSpec):
        if (spec.min_duration_s or 0.0) > (spec.max_duration_s or float("inf")):
            yield "min_duration_s: above max_duration_s"
        if spec.video_kbps > spec.max_video_kbps:
            yield "video_kbps: above max_video_kbps"
        if (spec.min_fps or 0.0) > spec.max_fps:
            yield "min_fps: above max_fps"


def _of_shape(shape: Shape, spec: PhotoSpec | ClipSpec) -> Iterator[str]:
    sizes = [Size(*pair) for pair in shape.sizes_px]
    if (shape.value is None) == bool(sizes):
        yield f'shapes: {shape.ratio}: a fixed ratio lists its sizes_px, "any" lists none'
    if sizes != sorted(sizes, key=lambda size: -size.pixels):
        yield f"shapes: {shape.ratio}: sizes_px stand largest first"
    for size in sizes:
        if not ratio_fits(size, shape):
            yield f"shapes: {shape.ratio}: {size} has another ratio"
        if isinstance(spec, ClipSpec) and (size.width_px % 2 or size.height_px % 2):
            yield f"shapes: {shape.ratio}: {size} is odd; 4:2:0 video needs even sides"
        if spec.min_px is not None and not at_least(size, spec.min_px):
            yield f"shapes: {shape.ratio}: {size} is below min_px"
        if spec.max_px is not None and not at_most(size, spec.max_px):
            yield f"shapes: {shape.ratio}: {size} is above max_px"


def at_least(size: Size, limit_px: tuple[int, int]) -> bool:
    """Whether both sides reach the limit, in whichever orientation."""
    short_px, long_px = sorted(limit_px)
    return size.short_side_px >= short_px and max(size.width_px, size.height_px) >= long_px


def at_most(size: Size, limit_px: tuple[int, int]) -> bool:
    """Whether both sides stay inside the limit, in whichever orientation."""
    short_px, long_px = sorted(limit_px)
    return size.short_side_px <= short_px and max(size.width_px, size.height_px) <= long_px


def _names_a_figure(surface: Surface, fact: Fact) -> bool:
    """`clip.max_bytes` must be a key of the schema, and the surface must say something about it."""
    here: object = surface
    for part in fact.field.split("."):
        if not isinstance(here, BaseModel) or part not in type(here).model_fields:
            return False
        here = getattr(here, part)
    return here is not None


def _is_a_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
