"""A quick first look at a photo, on a small copy: just enough to find its scene and the light they share.

Taken of every photo that may belong to a scene, before anything is rendered, and kept in the ledger as text, so a photo is
glimpsed once in its life. About 20 ms, decoding apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mediakit.look import points, signature
from mediakit.look.calibrate import Calibration
from mediakit.look.chart import find_chart
from mediakit.look.measure import Tone, measure
from mediakit.model import Box
from mediakit.pixels.light import Rgb8


@dataclass(frozen=True, slots=True, kw_only=True)
class Glimpse:
    """A photo's tone, and its colours and corners packed as text (`signature`, `points`). JSON-able."""

    tone: Tone
    colours: str
    corners: str
    chart: Calibration | None = None
    """By the colour checker in it."""


def glimpse(rgb: Rgb8, *, skin_boxes: Sequence[Box] = ()) -> Glimpse:
    """Glimpse a picture (H, W, 3) uint8 sRGB of about 0.1 to 0.3 MP. `skin_boxes` are faces in its pixels."""
    return Glimpse(
        tone=measure(rgb, skin_boxes=skin_boxes),
        colours=signature.signature(rgb),
        corners=points.packed(points.find_points(rgb)),
        chart=find_chart(rgb),
    )
