"""Surfaces painted in numpy and Pillow: wood, marble, plaster, printed labels, and the room that metal and glass reflect.

Textures are (h, w, 3) float32 in gamma-encoded sRGB, 0..1, unless said otherwise.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from studio import fonts

Texture = NDArray[np.float32]
Words = list[tuple[str, str, float, float]]
"""Lines of print: (text, font, height, place); each function says in which unit."""


def noise(height: int, width: int, scale_px: tuple[float, float], seed: int) -> Texture:
    """Smooth noise of mean 0 and deviation 1; `scale_px` is the size of its blots (across, down)."""
    small = (max(2, round(height / scale_px[1])), max(2, round(width / scale_px[0])))
    field = np.random.default_rng(seed).standard_normal(small).astype(np.float32)
    field = cv2.resize(field, (width, height), interpolation=cv2.INTER_CUBIC)
    return (field - field.mean()) / (field.std() + 1e-6)


def wood(base: str, seed: int, size: int = 1024) -> Texture:
    """Long grain along x: slow colour bands, fine fibres, a few dark pores."""
    slow = noise(size, size, (900, 90), seed) * 0.5 + noise(size, size, (500, 24), seed + 1) * 0.3
    rings = np.sin(noise(size, size, (800, 160), seed + 2) * 5 + slow)
    fibres = noise(size, size, (90, 2.2), seed + 3)
    tone = 1 + 0.055 * slow + 0.05 * rings + 0.035 * fibres
    pores = np.clip(noise(size, size, (46, 1.6), seed + 4) - 2.1, 0, 1) * 0.35
    return np.clip(_rgb(base) * (tone - pores)[..., None], 0, 1).astype(np.float32)


def marble(seed: int, size: int = 2048) -> Texture:
    """Near-white stone with grey and a little gold veining."""
    bend = (
        noise(size, size, (300, 300), seed)
        + 0.5 * noise(size, size, (110, 110), seed + 1)
        + 0.25 * noise(size, size, (36, 36), seed + 2)
    )
    across = np.linspace(0, 16, size)[None, :] + np.linspace(0, 11, size)[:, None]
    ridge = np.sin(across + 1.2 * bend)
    strength = np.clip(0.4 + 0.5 * noise(size, size, (200, 200), seed + 3), 0, 1)
    vein = (0.55 * np.exp(-((ridge / 0.05) ** 2)) + 0.45 * np.exp(-((ridge / 0.35) ** 2))) * strength
    cloud = 0.02 * noise(size, size, (220, 220), seed + 4)
    stone = _rgb("#f1eeea") * (1 + cloud[..., None]) - vein[..., None] * np.array([0.115, 0.125, 0.140])
    return np.clip(stone, 0, 1).astype(np.float32)


def plaster(base: str, seed: int, size: int = 1024) -> Texture:
    """A painted wall: barely uneven."""
    tone = 1 + 0.006 * noise(size, size, (130, 130), seed) + 0.008 * noise(size, size, (9, 9), seed + 1)
    return np.clip(_rgb(base) * tone[..., None], 0, 1).astype(np.float32)


def label(lines: Words, ratio: float, paper: str | None, ink: str, border: bool = False) -> tuple[Texture, Texture]:
    """A printed label: its colours, and where there is any (1) or none (0) as the same shape.

    lines: (text, font, height, y), the last two as shares of the label's height. ratio: width over height.
    paper None prints on the thing itself.
    """
    height = 640
    width = round(height * ratio)
    sheet = Image.new("RGB", (width, height), paper or ink)
    cover = Image.new("L", (width, height), 255 if paper else 0)
    for text, font, share, y in lines:
        for picture, fill in ((sheet, ink), (cover, 255)):
            _line(ImageDraw.Draw(picture), text, font, share * height, (width / 2, y * height), 0.84 * width, fill)
    if border:
        for picture, fill in ((sheet, ink), (cover, 255)):
            ImageDraw.Draw(picture).rectangle((18, 18, width - 19, height - 19), outline=fill, width=5)
    opacity = np.asarray(cover, dtype=np.float32)[..., None] / 255
    return np.asarray(sheet, dtype=np.float32) / 255, np.repeat(opacity, 3, axis=2)


def print_around(body: str, ink: str, lines: Words, around_cm: float, along_cm: float) -> Texture:
    """The whole skin of something turned, printed at its front: lines are (text, font, height in cm, cm from the foot)."""
    dots = 64
    skin = Image.new("RGB", (round(around_cm * dots), round(along_cm * dots)), body)
    for text, font, size, up in lines:
        _line(
            ImageDraw.Draw(skin),
            text,
            font,
            size * dots,
            (0.75 * skin.width, skin.height - up * dots),
            0.26 * skin.width,
            ink,
        )
    return np.asarray(skin, dtype=np.float32) / 255


def _line(
    draw: ImageDraw.ImageDraw,
    text: str,
    font: str,
    size_px: float,
    centre: tuple[float, float],
    widest_px: float,
    fill: str | int,
) -> None:
    """Letters set a little apart, no wider than `widest_px`."""
    face, gap = fonts.load(font, size_px), size_px * 0.12 if text.isascii() else 0.0
    total = sum(face.getlength(c) for c in text) + gap * (len(text) - 1)
    if total > widest_px:
        _line(draw, text, font, size_px * widest_px / total * 0.98, centre, widest_px, fill)
        return
    x = centre[0] - total / 2
    for c in text:
        draw.text((x, centre[1]), c, font=face, fill=fill, anchor="lm")
        x += face.getlength(c) + gap


def surroundings(
    panels: list[tuple[float, float, float, float, tuple[float, float, float]]], walls: str, floor: str, level: float
) -> Texture:
    """The room around a scene as light: (256, 512, 3) float32, linear, azimuth across and elevation down.

    panels: (azimuth, elevation, width, height in degrees, RGB radiance, negative to take light away); azimuth 0 is behind the
    camera, 90 to its right.
    walls, floor: colours, dimmed to `level`.
    """
    azimuth = np.linspace(-180, 180, 512)[None, :]
    elevation = np.linspace(90, -90, 256)[:, None]
    up = np.clip((elevation + 12) / 24, 0, 1)[..., None]
    room = (
        level
        * (up * _linear(walls) + (1 - up) * _linear(floor))
        * (0.75 + 0.35 * np.clip(elevation / 60, 0, 1))[..., None]
    )
    room = np.broadcast_to(room, (256, 512, 3)).copy()
    for at, high, width, height, light in panels:
        away = np.abs((azimuth - at + 180) % 360 - 180)
        inside = np.clip((width / 2 - away) / 3 + 0.5, 0, 1) * np.clip(
            (height / 2 - np.abs(elevation - high)) / 3 + 0.5, 0, 1
        )
        room += inside[..., None] * np.array(light)
    room = np.maximum(room, 0.02)
    return room.astype(np.float32)


def _rgb(colour: str) -> NDArray[np.float64]:
    return np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])


def _linear(colour: str) -> NDArray[np.float64]:
    return _rgb(colour) ** 2.2


def linear(colour: str) -> list[float]:
    """'#rrggbb' as linear light, for a material."""
    return [float(v) for v in _linear(colour)]
