"""The shoot: which corner, from where, in which light, and what went wrong on purpose.

Times, names and mishaps are those of one afternoon's work with one phone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from studio import scenes
from studio.clips import Clip, Pose
from studio.phone import Handling, Tags
from studio.tracer import Camera, Scene


@dataclass(frozen=True)
class Setting:
    """A corner of the store in a light, seen from a place; rendered once, photographed as often as wanted."""

    build: Callable[[], Scene]
    camera: Camera
    size: tuple[int, int] = (1080, 810)


@dataclass(frozen=True)
class Shot:
    """One file of the shoot. `part` is the (x, y, w, h) share of the setting's view that it shows."""

    file: str
    setting: str
    how: Handling
    tags: Tags
    part: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)


SETTINGS: dict[str, Setting] = {
    "shelf": Setting(lambda: scenes.wall_shelf(scenes.daylight()), Camera((2, -56, 25), (1, 2, 19.2), 57)),
    "shelf-tall": Setting(
        lambda: scenes.wall_shelf(scenes.daylight(), strips=1.3),
        Camera((9, -47, 26), (3.2, 2, 20.3), 60, roll=-1.2),
        (810, 1080),
    ),
    "lipsticks": Setting(
        lambda: scenes.lipstick_row(scenes.daylight()),
        Camera((4.5, -21.5, 12.5), (0.3, -0.6, 3.9), 60, lens_cm=0.3, focus_cm=23),
    ),
    "jar": Setting(
        lambda: scenes.cream_jar(scenes.daylight()),
        Camera((-2, -16.5, 11.5), (1.6, 0.5, 2.8), 52, lens_cm=0.32, focus_cm=16.5),
    ),
    "testers": Setting(
        lambda: scenes.testers(scenes.daylight()), Camera((-1.4, -27, 22), (1.4, 2.2, 3.6), 56, lens_cm=0.15)
    ),
    "corner": Setting(
        lambda: scenes.counter_corner(scenes.daylight()), Camera((6, -32, 15), (2.6, 2, 8.2), 58, roll=-5.5)
    ),
    "corner-dusk": Setting(
        lambda: scenes.counter_corner(scenes.mixed_light()),
        Camera((12, -27, 13), (5.2, 1, 6.2), 56, lens_cm=0.2),
        (810, 1080),
    ),
    "shelf-night": Setting(
        lambda: scenes.wall_shelf(scenes.evening(), strips=0.04),
        Camera((-6, -50, 22), (-4, 2, 18), 56, roll=1.5),
        (960, 720),
    ),
    "lipsticks-tall": Setting(
        lambda: scenes.lipstick_row(scenes.daylight()),
        Camera((-1.5, -20, 11), (-1.0, -0.2, 4.6), 72, lens_cm=0.25, focus_cm=20.5),
        (780, 1280),
    ),
}

SHOTS: list[Shot] = [
    Shot(
        "IMG_2041.jpg",
        "shelf",
        Handling(iso=64, ev=0.35, seed=1),
        Tags("2026-05-21 14:02:11", Fraction(1, 100), gps=(30.24786, 120.15539)),
    ),
    Shot(
        "IMG_2042.jpg",
        "shelf-tall",
        Handling(iso=80, ev=0.3, seed=2),
        Tags("2026-05-21 14:03:40", Fraction(1, 80), sideways=True),
    ),
    Shot("IMG_2043.jpg", "lipsticks", Handling(iso=64, ev=0.3, seed=3), Tags("2026-05-21 14:07:05", Fraction(1, 120))),
    Shot(
        "IMG_2044.jpg",
        "testers",
        Handling(iso=100, ev=0.3, seed=4),
        Tags("2026-05-21 14:11:32", Fraction(1, 60), subsecond="120"),
        (0.030, 0.020, 0.94, 0.94),
    ),
    Shot(
        "IMG_2045.jpg",
        "testers",
        Handling(iso=100, ev=0.25, seed=5),
        Tags("2026-05-21 14:11:32", Fraction(1, 60), subsecond="480"),
        (0.042, 0.034, 0.94, 0.94),
    ),
    Shot(
        "IMG_2046.jpg",
        "testers",
        Handling(iso=100, ev=0.3, seed=6, motion_px=(31, 12)),
        Tags("2026-05-21 14:11:32", Fraction(1, 15), subsecond="860"),
        (0.055, 0.045, 0.94, 0.94),
    ),
    Shot(
        "IMG_2047.HEIC",
        "jar",
        Handling(iso=64, ev=0.35, seed=7, quality=58),
        Tags("2026-05-21 14:15:58", Fraction(1, 100)),
    ),
    Shot("IMG_2049.jpg", "corner", Handling(iso=125, ev=0.15, seed=8), Tags("2026-05-21 14:22:20", Fraction(1, 60))),
    Shot(
        "IMG_2050.jpg",
        "lipsticks",
        Handling(iso=80, ev=0.2, seed=9, defocus_px=11),
        Tags("2026-05-21 14:24:03", Fraction(1, 100)),
        (0.28, 0.20, 0.66, 0.66),
    ),
    Shot(
        "新品香水 夜色.jpg",
        "corner-dusk",
        Handling(iso=500, ev=0.0, warmth=(1.05, 0.98), seed=10, quality=88),
        Tags("2026-05-21 18:41:37", Fraction(1, 30)),
    ),
    Shot(
        "counter corner 2.jpg",
        "corner",
        Handling(iso=200, ev=1.9, warmth=(1.06, 0.90), seed=11),
        Tags("2026-05-21 14:23:01", Fraction(1, 25)),
        (0.22, 0.16, 0.70, 0.70),
    ),
    Shot(
        "IMG_2058.jpg",
        "shelf-night",
        Handling(long_side_px=1600, iso=1600, ev=-1.1, warmth=(1.0, 1.05), seed=12, quality=82),
        Tags("2026-05-21 21:36:12", Fraction(1, 15)),
    ),
]

_ALONG_THE_ROW: list[Pose] = [
    (0.0, 0.40, 0.50, 0.74, -0.3, 0.05),
    (1.0, 0.41, 0.50, 0.74, -0.3, 0.05),
    (5.2, 0.60, 0.52, 0.70, 0.3, 0.0),
    (7.8, 0.59, 0.49, 0.64, 0.25, -0.05),
]
_UP_THE_SHELF: list[Pose] = [
    (0.0, 0.45, 0.65, 0.88, -2.0, 0.6),
    (2.6, 0.54, 0.65, 0.86, 1.6, 0.6),
    (4.0, 0.55, 0.37, 0.86, 1.6, -1.2),
    (7.0, 0.45, 0.36, 0.88, -1.8, -1.2),
]
_TO_THE_CREAM: list[Pose] = [(0.0, 0.50, 0.54, 0.94, -0.25, 0.0), (4.6, 0.46, 0.56, 0.72, 0.25, -0.1)]

CLIPS: list[Clip] = [
    Clip(
        "VID_20260521_143012.mp4",
        "lipsticks-tall",
        (720, 1280),
        30,
        _ALONG_THE_ROW,
        Handling(iso=125, ev=0.3, seed=21),
        "2026-05-21T06:30:12Z",
        sound="talk",
        sideways=True,
        place="+30.2479+120.1554/",
    ),
    Clip(
        "IMG_2052.MOV",
        "shelf",
        (1280, 720),
        30,
        _UP_THE_SHELF,
        Handling(iso=125, ev=0.3, seed=22),
        "2026-05-21T06:34:40Z",
        sound="radio",
    ),
    Clip(
        "VID_20260521_151120.mp4",
        "jar",
        (1280, 720),
        25,
        _TO_THE_CREAM,
        Handling(iso=160, ev=0.35, seed=23),
        "2026-05-21T07:11:20Z",
        shake=1.6,
    ),
]
