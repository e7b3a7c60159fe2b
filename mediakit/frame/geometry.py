"""Rectangles: the largest crop of a ratio, and where a box of the source lands in the output.

Everything here is exact in whole pixels or says how it rounds. Padding is centred; photo and clip renderers both ask
`picture_area`, so a logo placed by `to_output` lies where it was meant to in either.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from mediakit.model import Box, Crop, Fit, Size


def largest_crop(picture: Size, ratio: Fraction) -> Size:
    """The largest size of that width over height inside a picture; the shorter side is rounded to the nearest pixel."""
    if picture.ratio > ratio:
        return Size(max(1, min(picture.width_px, round(picture.height_px * ratio))), picture.height_px)
    return Size(picture.width_px, max(1, min(picture.height_px, round(picture.width_px / ratio))))


def picture_area(shown: Size, output: Size, fit: Fit) -> Crop:
    """Where, in the output, the cropped picture of size `shown` lies: all of it, or the middle of a border."""
    if fit == "crop":
        return Crop.whole(output)
    scale = min(Fraction(output.width_px, shown.width_px), Fraction(output.height_px, shown.height_px))
    width = max(1, min(output.width_px, round(shown.width_px * scale)))
    height = max(1, min(output.height_px, round(shown.height_px * scale)))
    return Crop((output.width_px - width) // 2, (output.height_px - height) // 2, width, height)


def to_output(boxes: Sequence[Box], crop: Crop, output: Size, fit: Fit) -> tuple[Box, ...]:
    """Boxes of the source in pixels of the output, cut to what is shown; boxes outside the crop are left out."""
    area = picture_area(crop.size, output, fit)
    across, down = area.w_px / crop.w_px, area.h_px / crop.h_px
    landed = []
    for box in boxes:
        seen = shared(box, crop.as_box())
        if seen is not None:
            x, y = area.x_px + (seen.x - crop.x_px) * across, area.y_px + (seen.y - crop.y_px) * down
            landed.append(Box(x, y, seen.w * across, seen.h * down))
    return tuple(landed)


def shared(one: Box, other: Box) -> Box | None:
    """The rectangle two boxes have in common, None where they have none."""
    x, y = max(one.x, other.x), max(one.y, other.y)
    right, bottom = min(one.right, other.right), min(one.bottom, other.bottom)
    return Box(x, y, right - x, bottom - y) if right > x and bottom > y else None


def hull(boxes: Sequence[Box]) -> Box:
    """The smallest box around all of them; at least one."""
    x, y = min(b.x for b in boxes), min(b.y for b in boxes)
    return Box(x, y, max(b.right for b in boxes) - x, max(b.bottom for b in boxes) - y)
