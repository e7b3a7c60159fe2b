"""The goods of the invented store MUSELLE, each put into a scene at (x, y, z) cm. Heights are those of real ones."""

from __future__ import annotations

import numpy as np

from studio import fonts
from studio import materials as m
from studio.mesh import Array, Mesh, box, lathe
from studio.paint import Words, label, print_around
from studio.tracer import Point, Scene

BRAND = "MUSELLE"


def serum(
    scene: Scene,
    at: Point,
    colour: str = "#f3c98b",
    name: str = "GLOW SERUM",
    height: float = 7.2,
    radius: float = 1.8,
    turn: float = 0,
    cap: str = "#f7f3ee",
) -> None:
    """A thick glass bottle with a dropper."""
    r, h = radius, height
    scene.add(
        lathe([(0, 0, 0), (r, 0, 0.35), (r, h, 0.75), (0.8, h + 0.2, 0.3), (0.8, h + 0.9, 0.1), (0, h + 0.9, 0)]),
        m.GLASS,
        at,
    )
    inner = r - 0.32
    scene.add(lathe([(0, 0.55, 0), (inner, 0.55, 0.4), (inner, h - 0.75, 0.6), (0, h - 0.7, 0)]), m.liquid(colour), at)
    scene.add(lathe([(0, h + 0.72, 0), (1.02, h + 0.72, 0.08), (1.02, h + 2.1, 0.12), (0, h + 2.1, 0)]), m.GOLD, at)
    scene.add(
        lathe([(0, h + 2.0, 0), (0.72, h + 2.0, 0.1), (0.62, h + 4.1, 0.6), (0, h + 4.35, 0)]),
        m.plastic(cap, 0.45, 0.2),
        at,
    )
    lines = [(BRAND, fonts.DIDOT, 0.17, 0.28), (name, fonts.LATO, 0.085, 0.50), ("精华 30 ml", fonts.KAI, 0.095, 0.74)]
    _wrap(scene, at, r + 0.015, (0.9, h - 1.5), turn, lines, "#fffaf4", "#5a1a2f")


def pump(
    scene: Scene,
    at: Point,
    colour: str = "#f4d9d4",
    name: str = "BODY LOTION",
    chinese: str = "身体乳",
    height: float = 11.0,
    radius: float = 2.3,
    turn: float = 0,
) -> None:
    """A lacquered bottle with a pump."""
    r, h = radius, height
    words = [
        (BRAND, fonts.DIDOT, 0.95, r + 0.60 * h),
        (name, fonts.LATO, 0.40, r + 0.51 * h),
        (chinese, fonts.KAI, 0.50, r + 0.43 * h),
    ]
    skin = m.lacquered(print_around(colour, "#7a3346", words, 2 * np.pi * r, 2 * r + h + 0.3))
    scene.add(
        lathe([(0, 0, 0), (r, 0, 0.3), (r, h, 1.3), (0.9, h + 0.3, 0.2), (0.9, h + 0.8, 0.1), (0, h + 0.8, 0)]),
        skin,
        at,
        turn,
    )
    scene.add(
        lathe(
            [
                (0, h + 0.6, 0),
                (1.1, h + 0.6, 0.1),
                (1.1, h + 1.8, 0.2),
                (0.35, h + 1.9, 0.1),
                (0.35, h + 2.9, 0.05),
                (0, h + 2.9, 0),
            ]
        ),
        m.GOLD,
        at,
    )
    scene.add(box(3.0, 1.25, 0.7, 0.5, 0.2), m.GOLD, (at[0] - 0.55, at[1] - 0.2, at[2] + h + 2.8), 25)


def jar(
    scene: Scene,
    at: Point,
    colour: str = "#fdf3ea",
    lid: str | None = None,
    radius: float = 2.6,
    height: float = 3.0,
    turn: float = 0,
    name: str = "SILK CREAM",
) -> None:
    """A closed glass jar of cream."""
    r, h = radius, height
    scene.add(lathe([(0, 0, 0), (r, 0, 0.6), (r, h, 0.3), (0, h, 0)]), m.GLASS, at)
    scene.add(
        lathe([(0, 0.45, 0), (r - 0.35, 0.45, 0.7), (r - 0.35, h - 0.15, 0.1), (0, h - 0.15, 0)]), m.matte(colour), at
    )
    top = m.GOLD if lid is None else m.plastic(lid, 0.25)
    scene.add(lathe([(0, h, 0), (r + 0.06, h, 0.06), (r + 0.06, h + 1.35, 0.2), (0, h + 1.35, 0)]), top, at)
    _wrap(
        scene,
        at,
        r + 0.012,
        (0.55, h - 0.35),
        turn,
        [(BRAND, fonts.DIDOT, 0.30, 0.32), (name, fonts.LATO, 0.15, 0.72)],
        None,
        "#5a1a2f",
        70,
    )


def open_jar(scene: Scene, at: Point, colour: str = "#fbeae4", radius: float = 3.4, height: float = 3.9) -> None:
    """A heavy glass jar without its lid: the cream inside has the mark of a spatula."""
    r, h, wall = radius, height, 0.42
    cup = [(0, 0, 0), (r, 0, 0.8), (r, h, 0.22), (r - wall, h, 0.18), (r - wall, 0.7, 0.6), (0, 0.7, 0)]
    scene.add(lathe(cup, around=160), m.GLASS, at)
    scene.add(
        lathe([(0, 0.72, 0), (r - wall + 0.02, 0.72, 0.6), (r - wall + 0.02, h - 0.75, 0.05), (0, h - 0.75, 0)]),
        m.matte(colour),
        at,
    )
    scene.add(_swirl(r - wall, h - 0.78), m.plastic(colour, 0.42, 0.35), at)
    lines = [(BRAND, fonts.DIDOT, 0.24, 0.34), ("SILK CREAM · 丝绒面霜", fonts.KAI, 0.15, 0.70)]
    _wrap(scene, at, r + 0.012, (0.9, h - 0.7), 0, lines, None, "#5a1a2f", 74)


def _swirl(radius: float, level: float) -> Mesh:
    """The surface of a cream, spooned in a spiral that ends in a peak."""
    flat = lathe([(radius * (1 - i / 90) + 0.001, level, 0) for i in range(91)], around=180)

    def shape(points: Array) -> Array:
        rho = np.hypot(points[:, 0], points[:, 1]) / radius
        angle = np.arctan2(points[:, 1], points[:, 0])
        groove = 0.17 * np.sin(angle + 13.5 * rho) * np.sin(np.pi * np.clip(rho, 0, 1)) ** 0.8
        peak = 0.55 * np.exp(-((rho / 0.22) ** 2))
        return points + np.column_stack([0 * rho, 0 * rho, groove + peak - 0.12 * rho**6])

    return flat.bent(shape)


def lipstick(scene: Scene, at: Point, shade: str, case: str = "#2a1418", turn: float = 0, raised: float = 1.0) -> None:
    """A lipstick turned up, its bullet cut aslant."""
    scene.add(lathe([(0, 0, 0), (0.95, 0, 0.1), (0.95, 3.3, 0.1), (0, 3.3, 0)]), m.plastic(case, 0.16, 1.0), at)
    scene.add(lathe([(0, 3.2, 0), (0.78, 3.2, 0.03), (0.78, 4.75, 0.07), (0, 4.75, 0)]), m.GOLD, at)
    height = 4.4 + 2.7 * raised
    bullet = lathe(
        [(0, 4.2, 0), (0.60, 4.2, 0), (0.60, height, 0.55), (0.22, height + 0.34, 0.2), (0, height + 0.36, 0)]
    )

    def cut(points: Array) -> Array:
        high = np.clip((points[:, 2] - (height - 1.0)) / 1.0, 0, 1) ** 1.5
        return points + np.column_stack([0 * high, 0 * high, 0.72 * points[:, 0] * high])

    scene.add(bullet.bent(cut), m.satin(shade), at, turn)


def perfume(
    scene: Scene, at: Point, colour: str = "#f2b9a8", cap: str = "gold", turn: float = 0, name: str = "ROSE N°7"
) -> None:
    """A flacon: a block of glass with a round cap."""
    scene.add(box(5.2, 2.9, 6.8, 0.5, 0.22), m.GLASS, at, turn)
    scene.add(box(4.3, 2.0, 5.3, 0.35, 0.18), m.liquid(colour), (at[0], at[1], at[2] + 0.75), turn)
    scene.add(lathe([(0, 6.75, 0), (0.85, 6.75, 0.06), (0.85, 7.5, 0.06), (0, 7.5, 0)]), m.GOLD, at)
    lid = [(0, 7.45, 0), (1.25, 7.45, 0.25), (1.25, 9.6, 0.35), (0, 9.6, 0)]
    scene.add(lathe(lid), m.GOLD if cap == "gold" else m.plastic(cap, 0.12, 1.0), at)
    front = 1.47
    a = np.radians(turn)
    colours, cover = label(
        [(BRAND, fonts.DIDOT, 0.15, 0.36), (name, fonts.LATO, 0.085, 0.58)], 0.9, "#fdf7f1", "#5a1a2f", border=True
    )
    scene.panel(
        2.7, 3.0, m.printed(colours, cover), (at[0] + front * np.sin(a), at[1] - front * np.cos(a), at[2] + 3.4), turn
    )


def polish(scene: Scene, at: Point, shade: str, cap: str = "#17120f") -> None:
    """A little bottle of nail polish."""
    scene.add(
        lathe([(0, 0, 0), (1.25, 0, 0.3), (1.25, 2.6, 0.9), (0.6, 3.1, 0.2), (0.6, 3.5, 0), (0, 3.5, 0)]), m.GLASS, at
    )
    scene.add(lathe([(0, 0.28, 0), (1.02, 0.28, 0.3), (1.02, 2.4, 0.8), (0, 2.7, 0)]), m.plastic(shade, 0.2, 1.0), at)
    scene.add(lathe([(0, 3.3, 0), (0.72, 3.3, 0.06), (0.52, 7.0, 0.15), (0, 7.0, 0)]), m.plastic(cap, 0.15, 1.0), at)


def tube(scene: Scene, at: Point, colour: str = "#e7a9a0", name: str = "HAND CREAM", turn: float = 0) -> None:
    """A tube standing on its cap, flat at the other end."""
    scene.add(lathe([(0, 0, 0), (1.45, 0, 0.15), (1.45, 1.7, 0.1), (0, 1.7, 0)]), m.GOLD, at)
    body = lathe([(0, 1.6, 0), (1.75, 1.6, 0.25), (1.75, 11.5, 0.05), (0, 11.5, 0)])

    def pressed(points: Array) -> Array:
        t = np.clip((points[:, 2] - 2.0) / 9.5, 0, 1)
        return points * np.column_stack([1 + 0.32 * t, 1 - 0.955 * t**1.2, np.ones_like(t)])

    words = [(BRAND, fonts.DIDOT, 0.80, 8.0), (name, fonts.LATO, 0.34, 7.1), ("护手霜", fonts.KAI, 0.50, 6.1)]
    skin = print_around(colour, "#fff6f2", words, 2 * np.pi * 1.75, 1.75 + 9.9 + 1.75)
    scene.add(body.bent(pressed), m.lacquered(skin, 0.38, 0.3), at, turn)


def palette(scene: Scene, at: Point, shades: list[str], turn: float = 0) -> None:
    """An open palette of round pans, two rows, lying flat; the lid with its mirror stands up behind."""
    columns = (len(shades) + 1) // 2
    width = 3.1 * columns + 0.6
    scene.add(box(width, 7.0, 0.9, 0.4, 0.15), m.plastic("#f3d9d0", 0.2, 1.0), at, turn)
    a = np.radians(turn)
    for i, shade in enumerate(shades):
        x, y = 3.1 * (i % columns - (columns - 1) / 2), 1.6 - 3.2 * (i // columns)
        centre = (at[0] + x * np.cos(a) - y * np.sin(a), at[1] + x * np.sin(a) + y * np.cos(a), at[2] + 0.86)
        scene.add(lathe([(0, 0, 0), (1.42, 0, 0), (1.42, 0.08, 0.04), (1.25, 0.08, 0)]), m.GOLD, centre)
        scene.add(lathe([(0, 0, 0), (1.27, 0, 0), (1.27, 0.09, 0.05), (0, 0.06, 0)]), m.matte(shade), centre)
    hinge = (at[0] - 3.6 * np.sin(a), at[1] + 3.6 * np.cos(a), at[2] + 0.8)
    scene.add(box(width, 0.5, 7.0, 0.2, 0.1), m.plastic("#f3d9d0", 0.2, 1.0), hinge, turn, lean=-18)
    mirror = (hinge[0] + -0.78 * np.sin(a), hinge[1] + 0.78 * np.cos(a), hinge[2] + 3.4)
    scene.panel(width - 0.9, 6.0, m.MIRROR, mirror, turn, lean=-18)


def _wrap(
    scene: Scene,
    at: Point,
    radius: float,
    span: tuple[float, float],
    turn: float,
    lines: Words,
    paper: str | None,
    ink: str,
    half: float = 58,
) -> None:
    """A label around the front of something round, from span[0] to span[1] above its foot."""
    ratio = np.radians(2 * half) * radius / (span[1] - span[0])
    colours, cover = label(lines, ratio, paper, ink, border=paper is not None)
    film = lathe([(radius, span[0], 0), (radius, span[1], 0)], around=48, arc=(-90 - half, -90 + half))
    scene.add(film, m.printed(colours, cover), at, turn)
