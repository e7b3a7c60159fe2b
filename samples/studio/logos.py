"""The logos of the two invented brands, each in ink for bright pictures and in cream for dark ones.

They are put on at about a sixth of a picture's width, so strokes are kept thick enough to live at 170 pixels.
"""

from __future__ import annotations

from PIL import Image, ImageChops

from studio import fonts
from studio.vector import Canvas, almond, even_odd


def muselle(ink: str, accent: str) -> Image.Image:
    """MUSELLE, a beauty store: a fan of five petals over a Didot wordmark."""
    canvas = Canvas(600, 330)
    petals = [
        almond((300, 206), length, 74, angle, 0.56)
        for angle, length in ((-66, 138), (-33, 168), (0, 184), (33, 168), (66, 138))
    ]
    canvas.paint(even_odd([canvas.polygon(p) for p in petals]), accent)
    canvas.paint(canvas.words("MUSELLE", fonts.DIDOT, 106, (300, 280), spacing=10, weight=1.1), ink)
    return canvas.finished()


def yunwu(ink: str, accent: str) -> Image.Image:
    """云雾茶舍, a tea house: a bud and two leaves rising out of mist, over the name."""
    canvas = Canvas(600, 388)
    base, gap = (300, 214), 7
    bud = canvas.polygon(almond(base, 204, 58, 0, 0.55))
    plant = bud
    for angle in (-48, 48):
        leaf = canvas.polygon(almond(base, 176, 72, angle, 0.55))
        plant = ImageChops.add(
            plant, ImageChops.subtract(leaf, canvas.polygon(almond(base, 204, 58 + 2 * gap, 0, 0.55)))
        )
    mist = [(206, 350, 148), (258, 424, 172), (182, 362, 197)]
    for left, right, y in mist:
        plant = ImageChops.subtract(plant, canvas.bar(left - gap, right + gap, y, 11 + 2 * gap))
    canvas.paint(ImageChops.subtract(plant, canvas.bar(0, 600, 214, 60)), accent)
    for left, right, y in mist:
        canvas.paint(canvas.bar(left, right, y, 11), ink)
    canvas.paint(canvas.words("云雾茶舍", fonts.KAI_BOLD, 112, (300, 286), spacing=20), ink)
    canvas.paint(canvas.words("YUNWU TEA", fonts.LATO, 34, (300, 366), spacing=13), ink)
    return canvas.finished()
