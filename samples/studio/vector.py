"""Flat drawing at four times the size, brought down once: clean edges, straight alpha, no dark fringe.

A drawing is a list of layers, each one 8-bit mask at the large size and one colour. Coordinates are pixels of the finished
picture; the mask helpers multiply by `SCALE` themselves.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFont

from studio import fonts

SCALE = 4
Points = NDArray[np.float64]


class Canvas:
    """A picture in the making, `width` x `height` finished pixels."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.layers: list[tuple[Image.Image, str]] = []

    def mask(self) -> Image.Image:
        """An empty mask of the large size."""
        return Image.new("L", (self.width * SCALE, self.height * SCALE), 0)

    def paint(self, mask: Image.Image, colour: str) -> None:
        """Put a layer on top."""
        self.layers.append((mask, colour))

    def polygon(self, points: Points) -> Image.Image:
        """A filled outline."""
        mask = self.mask()
        ImageDraw.Draw(mask).polygon([(x * SCALE, y * SCALE) for x, y in points], fill=255)
        return mask

    def bar(self, left: float, right: float, y: float, thickness: float) -> Image.Image:
        """A horizontal stroke with round ends."""
        mask = self.mask()
        box = [v * SCALE for v in (left, y - thickness / 2, right, y + thickness / 2)]
        ImageDraw.Draw(mask).rounded_rectangle(box, radius=thickness * SCALE / 2, fill=255)
        return mask

    def words(
        self, text: str, font: str, height: float, centre: tuple[float, float], spacing: float, weight: float = 0
    ) -> Image.Image:
        """A line of text, letter by letter with `spacing` between, centred by its ink; `weight` thickens the strokes."""
        face = fonts.load(font, height * SCALE)
        mask = self.mask()
        total = sum(face.getlength(c) for c in text) + spacing * SCALE * (len(text) - 1)
        x = centre[0] * SCALE - total / 2
        draw = ImageDraw.Draw(mask)
        for letter in text:
            _letter(draw, (x, centre[1] * SCALE), letter, face, weight)
            x += face.getlength(letter) + spacing * SCALE
        return mask

    def finished(self) -> Image.Image:
        """The layers over each other: RGBA with straight alpha. Clear pixels carry the nearest layer's colour."""
        colour = np.zeros((self.height, self.width, 3))
        alpha = np.zeros((self.height, self.width, 1))
        for mask, name in self.layers:
            cover = (
                np.asarray(mask.resize((self.width, self.height), Image.Resampling.BOX), dtype=np.float64)[..., None]
                / 255
            )
            rgb = np.array([int(name[i : i + 2], 16) for i in (1, 3, 5)], dtype=np.float64)
            colour = cover * rgb + (1 - cover) * colour
            alpha = cover + (1 - cover) * alpha
        backdrop = np.array([int(self.layers[-1][1][i : i + 2], 16) for i in (1, 3, 5)], dtype=np.float64)
        straight = np.where(alpha > 0, colour / np.maximum(alpha, 1e-6), backdrop)
        rgba = np.concatenate([straight, alpha * 255], axis=2)
        return Image.fromarray(np.clip(np.rint(rgba), 0, 255).astype(np.uint8), "RGBA")


def _letter(
    draw: ImageDraw.ImageDraw, at: tuple[float, float], letter: str, face: ImageFont.FreeTypeFont, weight: float
) -> None:
    draw.text(at, letter, font=face, fill=255, anchor="lm", stroke_width=round(weight * SCALE), stroke_fill=255)


def almond(base: tuple[float, float], length: float, width: float, degrees: float, tip: float = 0.5) -> Points:
    """A petal or leaf: a pointed oval from `base`, leaning `degrees` to the right; `tip` is where it is widest, 0..1."""
    t = np.linspace(0, 1, 200)
    warped = t ** (np.log(0.5) / np.log(tip))
    half = width / 2 * np.sin(np.pi * warped) ** 1.25
    along = np.concatenate([t, t[::-1]]) * length
    across = np.concatenate([half, -half[::-1]])
    a = np.radians(degrees)
    return np.stack(
        [base[0] + along * np.sin(a) + across * np.cos(a), base[1] - along * np.cos(a) + across * np.sin(a)], axis=1
    )


def even_odd(masks: Sequence[Image.Image]) -> Image.Image:
    """What an odd number of the masks cover: overlaps turn into gaps."""
    result = masks[0]
    for mask in masks[1:]:
        result = ImageChops.add(ImageChops.subtract(result, mask), ImageChops.subtract(mask, result))
    return result
