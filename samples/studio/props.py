"""What stands around the goods: a mirror, price cards, a vase with twigs, a stroke of lipstick. Placed as products are."""

from __future__ import annotations

import numpy as np

from studio import fonts
from studio import materials as m
from studio.mesh import Array, box, lathe, twig
from studio.paint import Words, label
from studio.tracer import Point, Scene

TESTER: Words = [("TESTER", fonts.LATO, 0.26, 0.34), ("试用装", fonts.KAI, 0.30, 0.68)]
"""The words of a tester card."""


def mirror(scene: Scene, at: Point, radius: float = 8.0, turn: float = 0, lean: float = -6) -> None:
    """A round table mirror in a gold rim."""
    stand = lathe([(0, 0, 0), (4.2, 0, 0.2), (4.2, 0.5, 0.2), (0.45, 0.8, 0.4), (0.4, 6.0, 0), (0, 6.0, 0)])
    scene.add(stand, m.GOLD, at)
    centre = (at[0], at[1], at[2] + 5.5 + radius)
    disc = lathe([(radius - 0.3, 0.42, 0), (0, 0.42, 0)])
    rim = lathe(
        [
            (0, 0, 0),
            (radius + 0.15, 0, 0.2),
            (radius + 0.15, 0.6, 0.2),
            (radius - 0.35, 0.6, 0.15),
            (radius - 0.35, 0.25, 0),
        ]
    )
    scene.add(disc, m.MIRROR, centre, turn, 90 + lean)
    scene.add(rim, m.GOLD, centre, turn, 90 + lean)


def card(
    scene: Scene,
    at: Point,
    lines: Words,
    width: float = 3.4,
    height: float = 2.2,
    turn: float = 0,
    ink: str = "#3a2027",
) -> None:
    """A price or tester card leaning back a little."""
    colours, cover = label(lines, width / height, "#fffdf8", ink, border=True)
    scene.panel(width, height, m.printed(colours, cover), (at[0], at[1], at[2] + height / 2 * 0.97), turn, lean=-14)


def price(name: str, yuan: int) -> Words:
    """The words of a price card."""
    return [(name, fonts.KAI, 0.24, 0.32), (f"¥{yuan}", fonts.LATO, 0.34, 0.68)]


def swatch(scene: Scene, at: Point, shade: str, turn: float = 0, seed: int = 0) -> None:
    """A stroke of lipstick on the counter: thick where it began, thin and ragged where it ends."""
    rng = np.random.default_rng(seed)
    stroke = box(5.2, 1.15, 0.16, 0.55, 0.07)
    phase = rng.uniform(0, 6, 3)

    def smeared(points: Array) -> Array:
        x, y, z = points.T
        edge = 1 + 0.10 * np.sin(2.1 * x + phase[0]) + 0.06 * np.sin(5.3 * x + phase[1])
        ridge = 1 + 0.35 * np.sin(9 * y + 0.8 * np.sin(x) + phase[2])
        return np.column_stack(
            [
                x + 0.10 * np.sin(9 * y) * np.clip(x - 1.2, 0, 1),
                y * edge * (1.08 - 0.06 * (x + 2.6)),
                z * ridge * (1.6 - 0.22 * (x + 2.6)),
            ]
        )

    scene.add(stroke.bent(smeared), m.satin(shade), at, turn)


def sprig(scene: Scene, at: Point, seed: int = 3, height: float = 17, leaves: int = 15) -> None:
    """A vase with a few twigs of round leaves."""
    scene.add(
        lathe(
            [(0, 0, 0), (1.6, 0, 0.4), (2.3, 3.0, 1.5), (0.9, 6.5, 1.2), (1.15, 7.6, 0.2), (0.9, 7.6, 0), (0.7, 6.5, 0)]
        ),
        m.plastic("#f6ece4", 0.6, 0.0),
        at,
    )
    rng = np.random.default_rng(seed)
    leaf = lathe([(0, 0, 0), (0.6, 0.05, 0.1), (1.15, 0.22, 0)], around=28)
    for k in range(3):
        away, side = np.radians(14 + 9 * k), rng.uniform(0, 2 * np.pi) + 2.1 * k
        t = np.linspace(0, 1, leaves + 1)
        bow = np.sin(away * (0.4 + t)) * height * t
        rise = 6.5 + (height + 0.7) * t * np.cos(away * (0.4 + t))
        course = np.column_stack([bow * np.cos(side), bow * np.sin(side) * 0.5, rise])
        scene.add(twig(course, 0.13), m.matte("#6b5a48"), at)
        for (x, y, z), high in zip(course[2:], t[2:], strict=True):
            size, turn = 1.15 - 0.55 * high, rng.uniform(0, 360)
            shade = ["#7f9a86", "#8fa893", "#6c8a78"][int(rng.integers(3))]
            bent = leaf.bent(lambda p, s=size: p * [s, s * 0.82, s] + [0.8 * s, 0, 0])
            scene.add(bent, m.matte(shade), (at[0] + x, at[1] + y, at[2] + z), turn, rng.uniform(-65, 65))
