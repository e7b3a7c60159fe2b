"""Size, ratio and bytes of a file against its surface: the rules photos and clips share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from mediakit.model import Kind, Size
from mediakit.platforms.consistency import at_least, at_most, ratio_fits
from mediakit.platforms.schema import ClipSpec, PhotoSpec, Shape, Target
from mediakit.platforms.verdicts import Held


def hold_bytes(held: Held, found: int, spec: PhotoSpec | ClipSpec) -> None:
    """`max-bytes`, and `target-bytes` for our own export."""
    if spec.max_bytes is not None:
        held.hold("max-bytes", found <= spec.max_bytes, found, spec.max_bytes)
    if spec.warn_bytes is not None:
        held.hold("max-bytes", found <= spec.warn_bytes, found, spec.warn_bytes, "warn")
    if spec.target_bytes is not None and held.expect is not None:
        held.hold("target-bytes", found <= spec.target_bytes, found, spec.target_bytes, "warn")


def hold_geometry(held: Held, size: Size, target: Target, kind: Kind) -> None:
    """`ratio`, `size`, `min-px` and `max-px`. `size` is the picture as shown."""
    spec = target.surface.spec(kind)
    if spec is None:
        raise ValueError(f"{target.surface.id} takes no {kind}")
    shapes = _shapes_in_question(held, spec, target, kind)
    fitting = [shape for shape in shapes if ratio_fits(size, shape)]
    held.hold("ratio", bool(fitting), ratio_in_words(size), [shape.ratio for shape in shapes])
    if fitting:
        _hold_size(held, size, fitting)
    if spec.min_px is not None:
        held.hold("min-px", at_least(size, spec.min_px), size.as_list(), list(spec.min_px))
    if isinstance(spec, PhotoSpec) and spec.warn_min_px is not None:
        held.hold("min-px", at_least(size, spec.warn_min_px), size.as_list(), list(spec.warn_min_px), "warn")
    if spec.max_px is not None:
        held.hold("max-px", at_most(size, spec.max_px), size.as_list(), list(spec.max_px))


def ratio_in_words(size: Size) -> str:
    """ "3:4" where a small ratio fits within a pixel, else "1.78:1"."""
    for denominator in range(1, 21):
        near = Fraction(size.width_px, size.height_px).limit_denominator(denominator)
        if near and (
            abs(near * size.height_px - size.width_px) <= 1 or abs(size.width_px / near - size.height_px) <= 1
        ):
            return f"{near.numerator}:{near.denominator}"
    return f"{size.width_px / size.height_px:.4g}:1"


def _shapes_in_question(held: Held, spec: PhotoSpec | ClipSpec, target: Target, kind: Kind) -> Sequence[Shape]:
    """Our own output has the target's shape; a file from elsewhere may have any shape the surface takes."""
    if held.expect is None and target.ratio is None:
        return spec.shapes
    return (target.shape(kind),)


def _hold_size(held: Held, size: Size, shapes: Sequence[Shape]) -> None:
    narrow = [shape for shape in shapes if shape.max_ratio is not None]
    if narrow:
        held.hold("tall", narrow[0].takes(size), ratio_in_words(size), narrow[0].max_ratio, "warn")
    listed = [list(pair) for shape in shapes for pair in shape.sizes_px]
    limits = [words for shape in shapes for words in _limits(shape)]
    ok = size.as_list() in listed or any(not s.sizes_px and s.export_size(size) == size for s in shapes)
    held.hold_house("size", ok, size.as_list(), listed + limits or ["as shot"])
    if held.expect is not None and held.expect.size is not None:
        held.hold("expected-size", size == held.expect.size, size.as_list(), held.expect.size.as_list())


def _limits(shape: Shape) -> Iterator[str]:
    """The limits of an "any" shape in words."""
    words = (
        (shape.max_width_px, "px wide"),
        (shape.max_height_px, "px high"),
        (shape.short_side_px, "px on the short side"),
        (shape.long_side_px, "px on the long side"),
        (shape.max_pixels, "pixels"),
    )
    yield from (f"at most {figure} {what}" for figure, what in words if figure is not None)
