"""Photos of one scene are known by what they show, and come out alike."""

import numpy as np
import pytest

from mediakit.look import points, signature
from mediakit.look.belong import LARGEST_SCENE, Seen, agreed, in_order, scenes
from mediakit.look.cast import Cast, adaptation
from mediakit.look.develop import cube_for, notes_on
from mediakit.look.glimpse import glimpse
from mediakit.look.scene import Link
from mediakit.pixels.cube import Cube
from mediakit.pixels.lab import lab_from_srgb
from mediakit.pixels.light import decode, encode
from mediakit.presets.schema import Develop


def shop(seed):
    """A shelf: neutral walls and many boxes with print on them."""
    rng = np.random.default_rng(seed)
    wall = np.array([(170, 168, 165), (120, 150, 190), (205, 150, 120), (110, 130, 96)][seed % 4], np.float32)
    picture = np.full((480, 640, 3), wall) * np.linspace(1.1, 0.7, 640)[None, :, None]
    for _ in range(90):
        y, x = rng.integers(0, 440), rng.integers(0, 590)
        h, w = rng.integers(14, 60), rng.integers(14, 70)
        picture[y : y + h, x : x + w] = rng.uniform(30, 225, 3) if rng.random() < 0.6 else rng.uniform(30, 225)
        for _ in range(3):
            dy, dx = rng.integers(0, h), rng.integers(0, w)
            picture[y + dy : y + dy + rng.integers(3, 12), x + dx : x + dx + rng.integers(3, 20)] = rng.uniform(20, 235)
    return np.clip(picture + rng.normal(0, 2, picture.shape), 0, 255).astype(np.uint8)


def taken(picture, warm, ev, at):
    """A part of it, as a camera's automatics may render it."""
    part = picture[at] / np.float32(255)
    lit = decode(part) @ np.linalg.inv(adaptation(Cast(warm, 0.0).white)).T.astype(np.float32) * np.float32(2**ev)
    return np.rint(encode(lit) * 255).astype(np.uint8)


SHOTS = [
    (0.0, 0.0, np.s_[:400, :560]),
    (0.25, -0.4, np.s_[60:, 60:]),
    (-0.2, 0.3, np.s_[30:450, 20:600]),
    (0.1, -0.2, np.s_[80:, :520]),
]


def seen(seed=1, start=0.0, name="a"):
    return [Seen(f"{name}{i}", start + 5 * i, glimpse(taken(shop(seed), *shot))) for i, shot in enumerate(SHOTS)]


def test_shared_points_tell_the_change_of_light_and_exposure():
    one, other = (points.find_points(taken(shop(2), *SHOTS[i])) for i in (0, 1))
    common, apart = points.difference(one, other)
    assert common >= 40
    assert apart == pytest.approx([0.25, 0.0, -0.4], abs=0.04)
    again = points.unpacked(points.packed(one))
    assert np.array_equal(again.described, one.described)
    assert again.colours == pytest.approx(one.colours, abs=0.001, nan_ok=True)


def test_two_scenes_share_no_points():
    common, _ = points.difference(*(points.find_points(shop(seed)) for seed in (3, 4)))
    assert common == 0


def test_the_table_of_colours_moves_with_the_light():
    one, other = (
        signature.unpacked(signature.signature(taken(shop(5), warm, ev, np.s_[:])))
        for warm, ev in ((0, 0), (0.3, -0.5))
    )
    shift = signature.shift_between(one, other)
    assert shift.alike > 0.9
    assert (shift.warm, shift.magenta, shift.ev) == pytest.approx((0.3, 0.0, -0.5), abs=0.12)
    assert signature.shift_between(one, one).warm == pytest.approx(0, abs=0.01)


def test_one_scene_comes_out_alike():
    photos = seen()
    anchors = agreed(photos)
    assert set(anchors) == {photo.name for photo in photos}
    spreads = []
    for anchor_of in (lambda name: None, anchors.get):
        walls = []
        for i, (photo, shot) in enumerate(zip(photos, SHOTS, strict=True)):
            grey = taken(np.full((480, 640, 3), 150, np.uint8), *shot[:2], np.s_[:4, :4])
            cube, facts = cube_for(photo.glimpse.tone, Develop(), None, anchor=anchor_of(photos[i].name))
            assert facts.get("light_from") == (None if anchor_of("a0") is None else "scene")
            walls.append(lab_from_srgb(cube.apply(grey))[0, 0])
        spreads.append(np.std(walls, axis=0))
    alone, shared = spreads
    assert np.hypot(*shared[1:]) < 0.5 * np.hypot(*alone[1:]) + 0.2
    assert shared[0] < 0.5 * alone[0] + 0.3


def test_scenes_are_told_apart_by_content_and_by_time():
    first, second, later = seen(1, 0.0, "a"), seen(6, 20.0, "b"), seen(1, 9000.0, "c")
    together = agreed([*first, *second, *later])
    apart = {**agreed(first), **agreed(second), **agreed(later)}
    assert together == apart


def test_a_photo_that_goes_changes_only_its_own_scene():
    first, second = seen(1, 0.0, "a"), seen(6, 20.0, "b")
    before, after = agreed([*first, *second]), agreed([*first[1:], *second])
    assert {name: before[name] for name in before if name.startswith("b")} == {
        name: after[name] for name in after if name.startswith("b")
    }


def test_a_scene_uses_the_look_no_further_than_its_most_delicate_photo():
    def allowed(tone, anchor):
        return 0.4 if anchor.warm == agreed(photos)["a2"].warm else 0.9

    photos = [*seen(1, 0.0, "a"), *seen(6, 20.0, "b")]
    strengths = {name: anchor.look_at_most for name, anchor in agreed(photos, allowed).items()}
    assert strengths == {name: 0.4 if name.startswith("a") else 0.9 for name in strengths}
    look = Cube.from_function(lambda rgb: rgb**1.2)
    anchor = agreed(photos, allowed)["a0"]
    _, facts = cube_for(photos[0].glimpse.tone, Develop(product_shift=99), look, anchor=anchor)
    assert facts["look_strength"] == 0.4
    assert "another photo" in notes_on(facts)[0].message


def test_the_order_in_which_photos_come_does_not_matter():
    photos = [*seen(1, 0.0, "a"), *seen(6, 20.0, "b")]
    assert agreed(photos) == agreed(photos[::-1])
    assert [p.name for p in in_order(photos[::-1])] == [p.name for p in photos]


def test_a_lone_photo_has_no_anchor():
    assert agreed(seen()[:1]) == {}
    assert agreed([]) == {}


def test_a_long_walk_is_cut_at_its_longest_pause():
    one = seen()[0].glimpse
    photos = [Seen(f"{i:03}", float(i + (50 if i >= 20 else 0)), one) for i in range(40)]
    links = [Link(i, i + 1, (0.0, 0.0, 0.0), 1.0) for i in range(39)]
    pieces = scenes(photos, links)
    assert sorted(i for piece in pieces for i in piece) == list(range(40))
    assert max(map(len, pieces)) <= LARGEST_SCENE and len(pieces[0]) == 20
    unclocked = [Seen(photo.name, None, one) for photo in photos]
    assert max(map(len, scenes(unclocked, links))) <= LARGEST_SCENE
