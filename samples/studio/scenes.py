"""The store, corner by corner: each function builds one scene. The camera stands at negative y and looks towards +y."""

from __future__ import annotations

from studio import fonts, paint, props
from studio import materials as m
from studio import products as p
from studio.mesh import box, lathe
from studio.paint import Texture
from studio.tracer import Scene

REDS = ["#e8b9a4", "#d98f83", "#cf6a63", "#c8413f", "#b51f2e", "#9c1630", "#7d1431", "#5c1426"]


def daylight(level: float = 1.0) -> Texture:
    """A shop by day: a tall window to the left, a bright ceiling, cream walls."""
    window, ceiling, door = (8.6, 9.0, 9.6), (3.4, 3.2, 2.9), (2.2, 2.3, 2.4)
    panels = [
        (-72, 22, 30, 56, window),
        (-108, 22, 30, 56, window),
        (20, 66, 120, 12, ceiling),
        (16, 2, 24, 46, door),
        (80, 25, 50, 30, (1.3, 1.2, 1.1)),
        *_opposite_wall(),
    ]
    return level * paint.surroundings(panels, "#efe2d6", "#8a6f5b", 0.42)


def _opposite_wall() -> list[tuple[float, float, float, float, tuple[float, float, float]]]:
    """What a mirror shows of the store: a pale wall with three lit shelves, goods standing dark on them."""
    wall = [(-30, 10, 62, 52, (0.55, 0.48, 0.43))]
    strips = [(-30, level, 50, 1.6, (1.6, 1.35, 1.1)) for level in (-2, 12, 26)]
    goods = [
        (-52 + 5.5 * i, level - 8 + i % 3, 2.6 + i % 2, 7 + 2 * (i % 3), (-0.30, -0.30, -0.28))
        for level in (-2, 12, 26)
        for i in range(9)
    ]
    return wall + strips + goods


def mixed_light() -> Texture:
    """Dusk: cold blue from a window on the left, tungsten from the right."""
    panels = [(-80, 14, 70, 70, (1.3, 2.7, 6.4)), (75, 35, 44, 30, (7.5, 3.9, 1.3)), (10, 62, 14, 10, (8.0, 4.6, 1.9))]
    return paint.surroundings(panels, "#b9a08c", "#4a3a30", 0.26)


def evening() -> Texture:
    """After closing: one warm lamp far to the right and a little light from the street."""
    panels = [(85, 28, 26, 18, (3.4, 2.0, 0.9)), (-100, 8, 50, 40, (0.18, 0.24, 0.38))]
    return paint.surroundings(panels, "#8a6a50", "#2a1d16", 0.05)


def wall_shelf(light: Texture, strips: float = 1.0) -> Scene:
    """Three wooden boards of skin care before a blush wall, lit by strips under the boards."""
    scene = Scene(light)
    scene.panel(160, 120, m.painted(paint.plaster("#ecdcd2", 5), 0.85), (0, 11, 30))
    oak = m.painted(paint.wood("#c4a27c", 11), 0.45)
    for level in (0, 21, 42):
        scene.add(box(130, 19, 2.2, 0.3, 0.12), oak, (0, 2, level - 2.2))
        if level:
            scene.lamp(110, 0.8, tuple(strips * v for v in (11.0, 9.6, 8.0)), (0, -4.0, level - 2.3))
    _lower_board(scene)
    _upper_board(scene)
    colours, cover = paint.label(
        [("MUSELLE", fonts.DIDOT, 0.62, 0.42), ("美妆集合店", fonts.KAI, 0.17, 0.88)], 4.2, None, "#a2564f"
    )
    scene.panel(34, 8.1, m.printed(colours, cover), (-4, 10.8, 50))
    return scene


def _lower_board(scene: Scene) -> None:
    for i, colour in enumerate(("#f4d9d4", "#f7efe6", "#d9a79c")):
        p.pump(scene, (-25 + 6.2 * i, 3.5 - 0.4 * i, 0), colour, turn=4 * i - 4)
    for i, colour in enumerate(("#f3c98b", "#f0a893", "#cfe0c2")):
        p.serum(scene, (-5.0 + 4.7 * i, 1.2, 0), colour, turn=5 - 5 * i)
    for i in range(2):
        p.jar(scene, (11.5 + 6.4 * i, 0.8, 0), lid=None if i == 0 else "#f7f1ea")
    p.jar(scene, (14.6, 3.6, 0), lid="#5a1a2f", colour="#f3d9d0")
    for i, colour in enumerate(("#e7a9a0", "#c66f72")):
        p.tube(scene, (24.2 + 4.8 * i, 2.4, 0), colour)
    for x, name, yuan in ((-19, "身体乳", 128), (-0.5, "精华液", 268), (14.5, "丝绒面霜", 198)):
        props.card(scene, (x, -5.6, 0), props.price(name, yuan))


def _upper_board(scene: Scene) -> None:
    props.sprig(scene, (-27, 4, 21), height=9, leaves=11)
    p.perfume(scene, (-19.0, 2.2, 21), "#f2b9a8", turn=8)
    p.perfume(scene, (-12.0, 1.2, 21), "#f0d9a0", cap="#2a1418", turn=-4)
    for i, colour in enumerate(("#f7efe6", "#e9c8bf")):
        p.pump(scene, (-4.0 + 5.8 * i, 3.6, 21), colour, height=9.4, name="HAND WASH", chinese="洗手露")
    for i, shade in enumerate(("#c8413f", "#9c1630", "#e5a39a", "#7a5560", "#d98f83")):
        p.polish(scene, (8.2 + 3.0 * i, -0.6 + 0.5 * (i % 2), 21), shade)
    p.serum(scene, (24.6, 2.0, 21), "#f6dcae", height=8.4, radius=2.0, turn=-6)
    p.serum(scene, (29.6, 2.8, 21), "#e3b2a6", height=6.4, radius=1.9, turn=-8)
    props.card(scene, (-15.5, -5.0, 21), props.price("玫瑰香水", 458))


def lipstick_row(light: Texture) -> Scene:
    """Eight lipsticks from nude to plum on a white step, their shades named before them."""
    scene = Scene(light)
    scene.panel(160, 90, m.painted(paint.plaster("#e6cfc6", 8), 0.85), (0, 26, 20))
    scene.slab(160, 90, m.painted(paint.marble(21), 0.16), (0, 0, 0))
    scene.add(box(27, 4.4, 1.6, 0.4, 0.15), m.plastic("#faf6f2", 0.2, 0.8), (0, 0, 0))
    for i, shade in enumerate(REDS):
        x = 3.15 * (i - 3.5)
        p.lipstick(scene, (x, 0, 1.6), shade, turn=205, raised=1.0 - 0.05 * (i % 3))
        props.card(scene, (x, -2.9, 0), [(f"{i + 1:02d}", fonts.LATO, 0.5, 0.5)], 1.5, 1.0)
    for i, x in enumerate((-15, -7.5, 9, 16.5)):
        p.serum(scene, (x, 12 + i % 2, 0), ("#f3c98b", "#f0a893", "#f6dcae", "#e3b2a6")[i])
    p.perfume(scene, (1.5, 13, 0), "#f2b9a8", turn=10)
    for i, shade in enumerate((REDS[1], REDS[3], REDS[5])):
        props.swatch(scene, (-1.5 + 3.4 * i, -7.2 + 0.5 * i, 0), shade, turn=24 + 5 * i, seed=i)
    return scene


def cream_jar(light: Texture) -> Scene:
    """An open jar on marble, its gold lid leaning beside it: as close as a hand would hold it."""
    scene = Scene(light)
    scene.panel(120, 80, m.painted(paint.plaster("#e9d6cb", 14), 0.85), (0, 30, 20))
    scene.slab(140, 100, m.painted(paint.marble(33), 0.14), (0, 0, 0))
    p.open_jar(scene, (0, 0, 0))
    lid = lathe(
        [
            (0, 0, 0),
            (3.46, 0, 0.15),
            (3.46, 1.5, 0.25),
            (2.9, 1.5, 0.08),
            (2.8, 1.36, 0.08),
            (0.6, 1.42, 0.3),
            (0, 1.42, 0),
        ]
    )
    scene.add(lid, m.GOLD, (7.0, 2.4, 2.35), turn=-24, lean=48)
    props.sprig(scene, (-9, 13, 0), seed=8, height=11)
    p.serum(scene, (9.5, 14, 0), "#f3c98b")
    p.pump(scene, (15.5, 17, 0), "#f4d9d4")
    return scene


def testers(light: Texture) -> Scene:
    """A tray of testers: palette, polishes, a tube, and the card that says so."""
    scene = Scene(light)
    scene.panel(160, 90, m.painted(paint.plaster("#dfe0d8", 17), 0.85), (0, 30, 20))
    scene.slab(160, 110, m.painted(paint.wood("#d9b48a", 23), 0.4, (1.2, 1.2)), (0, 0, 0))
    scene.add(box(34, 22, 0.9, 1.2, 0.25), m.plastic("#fbf7f2", 0.18, 0.9), (0, 1, 0))
    p.palette(scene, (-6.5, 0.5, 0.9), ["#d9a08c", "#b9695f", "#8c3f45", "#e7c7ad", "#a9836f", "#5f3a3c"], turn=10)
    for i, shade in enumerate(("#b51f2e", "#d98f83", "#7d1431")):
        p.polish(scene, (5.5 + 2.9 * i, 5.2 - 0.3 * i, 0.9), shade)
    p.lipstick(scene, (5.6, -1.6, 0.9), "#c8413f", turn=205)
    p.lipstick(scene, (8.6, -2.4, 0.9), "#9c1630", turn=190)
    p.tube(scene, (13.5, 2.5, 0.9), "#e7a9a0", turn=-8)
    props.card(scene, (10.2, -7.4, 0.9), props.TESTER, 5.2, 3.2, turn=-6)
    p.jar(scene, (-14.6, 8.8, 0), lid="#5a1a2f")
    props.sprig(scene, (14, 15, 0), seed=5, height=12)
    return scene


def counter_corner(light: Texture) -> Scene:
    """The corner of the counter: a round mirror, flacons, a jar, a few lipsticks."""
    scene = Scene(light)
    scene.panel(170, 110, m.painted(paint.plaster("#c9b3a6", 29), 0.85), (0, 24, 30))
    scene.slab(150, 70, m.painted(paint.marble(5), 0.15), (0, 4, 0))
    scene.add(box(150, 1.6, 14, 0.3, 0.1), m.painted(paint.wood("#7b543a", 31), 0.4), (0, -16, -14.2))
    props.mirror(scene, (-7, 9, 0), turn=14)
    p.perfume(scene, (2.6, 1.0, 0), "#f2b9a8", turn=-12)
    p.perfume(scene, (9.6, 3.0, 0), "#f0d9a0", cap="#2a1418", turn=14)
    p.jar(scene, (-3.6, -3.8, 0), turn=10)
    p.serum(scene, (15.5, 4.8, 0), "#f0a893", turn=-8)
    for i, shade in enumerate(("#cf6a63", "#b51f2e", "#7d1431")):
        p.lipstick(scene, (5.0 + 2.6 * i, -5.0 + 0.4 * i, 0), shade, turn=200)
    props.sprig(scene, (20, 12, 0), seed=12, height=14)
    props.card(scene, (-9.3, -5.2, 0), props.price("新品上市", 458), 5.0, 3.2, turn=10)
    return scene
