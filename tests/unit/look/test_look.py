"""Develop: nothing asked is nothing done; known faults get smaller; limits hold; everything is JSON and averages."""

import json
import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mediakit.look.cast import Cast, adaptation
from mediakit.look.develop import MAX_MAGENTA, MAX_WARM, correction, cube_for, kind_to_skin
from mediakit.look.features import features
from mediakit.look.measure import Tone, measure, merge_tones
from mediakit.look.prior import KNOTS
from mediakit.look.tone_curve import HEADROOM, MAX_CUT_EV, MAX_LIFT_EV, WHITE, apply_curve, curve_for, exposure_ev
from mediakit.model import Box
from mediakit.pixels.cube import Cube, grid
from mediakit.pixels.lab import chroma, ciede2000, lab_from_srgb
from mediakit.pixels.light import decode, encode
from mediakit.presets.schema import Develop

OFF = Develop(white_balance=0, auto_tone=0)


def scene(seed=0, shape=(240, 320)):
    """A room: grey walls light and dark, a white paper with a highlight, some wood, leaves and a red thing."""
    rng = np.random.default_rng(seed)
    picture = np.full((*shape, 3), (168, 166, 165), np.float32)
    picture[160:] = (92, 84, 78)
    picture[30:90, 20:90] = (246, 246, 245)
    picture[40:60, 30:60] = 255
    picture[100:200, 130:190] = (150, 105, 70)
    picture[60:150, 220:290] = (70, 105, 55)
    picture[150:190, 40:90] = (170, 40, 45)
    picture[200:230, 200:300] = (20, 19, 18)
    shade = np.linspace(1.06, 0.8, shape[1])[None, :, None]
    return np.clip(picture * shade + rng.normal(0, 3, picture.shape), 0, 255).astype(np.uint8)


def lit_by(picture, cast):
    matrix = np.linalg.inv(adaptation(cast.white))
    return np.rint(encode(decode(picture / np.float32(255)) @ matrix.T.astype(np.float32)) * 255).astype(np.uint8)


def exposed(picture, ev):
    return np.rint(encode(decode(picture / np.float32(255)) * 2**ev) * 255).astype(np.uint8)


def difference(one, other):
    return float(ciede2000(lab_from_srgb(one), lab_from_srgb(other)).mean())


def developed(picture, develop=None):
    return cube_for(measure(picture), develop or Develop(), None)[0].apply(picture)


def test_nothing_asked_is_exactly_the_identity():
    cube, facts = cube_for(measure(exposed(scene(), -2)), OFF, None)
    assert cube.is_identity
    assert np.array_equal(cube.table, grid())
    assert facts == {}


def test_a_balanced_scene_is_hardly_touched():
    assert difference(scene(), developed(scene())) < 2.5


@pytest.mark.parametrize("warm", [0.45, -0.45])
def test_a_cast_gets_smaller(warm):
    faulty = lit_by(scene(), Cast(warm, 0.0))
    assert difference(scene(), developed(faulty)) < 0.75 * difference(scene(), faulty)


@pytest.mark.parametrize(("ev", "left"), [(-1.5, 0.7), (-1.0, 0.7), (1.0, 0.9)])
def test_a_wrong_exposure_gets_smaller(ev, left):
    """What is blown is gone, so less comes back from above than from below."""
    faulty = exposed(scene(), ev)
    assert difference(scene(), developed(faulty)) < left * difference(scene(), faulty)


def test_amounts_go_from_nothing_to_more():
    faulty = exposed(lit_by(scene(), Cast(0.4, 0.1)), -1)
    moved = [difference(faulty, developed(faulty, Develop(white_balance=a, auto_tone=a))) for a in (0, 0.3, 0.6, 1)]
    assert moved[0] == 0
    assert moved == sorted(moved) and moved[1] > 0.5


def test_white_balance_keeps_the_lightness_of_neutrals_and_white_white():
    cast = Cast(0.3, 0.05)
    tone = measure(scene())
    cube, facts = cube_for(Tone(cast, tone.curve, tone.dark, tone.mid, tone.light, 0, 0), Develop(auto_tone=0), None)
    lit = encode(cast.white * 0.2)
    assert chroma(lab_from_srgb(cube.apply_float(lit[None])))[0] < 1.5
    assert np.allclose(cube.apply_float(np.ones((1, 3), np.float32)), 1, atol=0.004)
    assert facts["cast_removed"]["warm"] == pytest.approx(0.3, abs=0.02)


@given(st.floats(-3, 3), st.floats(-3, 3), st.floats(0, 1.25))
def test_a_correction_stays_within_its_limits_and_keeps_its_direction(warm, magenta, strength):
    taken = correction(Cast(warm, magenta), strength)
    if taken is None:
        return
    assert abs(taken.warm) <= MAX_WARM + 1e-6 and abs(taken.magenta) <= MAX_MAGENTA + 1e-6
    assert taken.warm * warm >= 0 and taken.magenta * magenta >= 0
    assert abs(taken.warm * magenta - taken.magenta * warm) < 1e-6


knots = st.lists(st.floats(-0.4, 1.4), min_size=len(KNOTS), max_size=len(KNOTS))
levels = st.lists(st.floats(0, 1), min_size=11, max_size=11).map(sorted)


@given(knots, levels, levels, levels, st.floats(0.1, 1.25))
@settings(max_examples=150, deadline=None)
def test_whatever_is_advised_the_curve_rises_clips_nothing_and_keeps_white(advice, dark, mid, light, strength):
    tone = Tone(Cast(0, 0), tuple(advice), tuple(dark), tuple(mid), tuple(light), 0, 0)
    curve = curve_for(tone, strength)
    if curve is None:
        return
    codes = np.linspace(0, 1, 201, dtype=np.float32)
    after = apply_curve(curve, codes)
    assert (np.diff(after) >= -1e-6).all()
    assert after.min() >= 0 and after.max() <= 1
    assert after[-1] >= WHITE - 0.08
    lifted = decode(after) - decode(codes) * 2**MAX_LIFT_EV
    assert lifted.max() < 0.06  # between two knots the cubic may bulge a little
    top = np.float32(light[9])
    assert apply_curve(curve, np.array([top]))[0] <= max(HEADROOM, float(top)) + 0.02


def test_night_is_not_turned_into_day():
    """Black sky, a few lamps at full: underexposed it is not."""
    night = np.random.default_rng(1).normal(14, 5, (240, 320, 3))
    night[200:] += 14
    for x in range(20, 320, 50):
        night[120:132, x : x + 12] = (255, 244, 214)
        night[100:152, x - 10 : x + 22] += 40
    night = np.clip(night, 0, 255).astype(np.uint8)
    before, after = (lab_from_srgb(p)[..., 0] for p in (night, developed(night)))
    assert np.median(after) < 20
    assert np.median(after) - np.median(before) < 8


@pytest.mark.parametrize(("level", "stops"), [(0.3, 0.0), (0.7, -MAX_CUT_EV)])
def test_lamps_in_the_dark_are_not_turned_down_and_a_light_room_is(level, stops):
    """Whatever is advised: seven tenths of a picture below middle grey are not made darker for the sake of its lights."""
    mid = tuple(np.interp(np.linspace(0, 1, 11), (0, 0.6, 1), (0.02, level, 1)))
    dark, light = tuple(0.5 * value for value in mid), (0.9,) * 11
    advice = tuple(0.6 * value for value in KNOTS)
    curve = curve_for(Tone(Cast(0, 0), advice, (0.0, *dark[1:]), mid, light, 0, 0.02), 1.0)
    assert (0.0 if curve is None else exposure_ev(curve)) == pytest.approx(stops, abs=0.12)


@pytest.mark.parametrize("wall", [(205, 120, 110), (120, 150, 190), (222, 184, 160), (96, 64, 50)])
def test_a_coloured_wall_or_skin_alone_keeps_its_colour(wall):
    """One colour fills the picture: that is no light. The hue must not run towards grey."""
    rng = np.random.default_rng(2)
    picture = np.clip(np.array(wall) + rng.normal(0, 5, (200, 300, 3)), 0, 255)
    picture[150:] *= 0.75
    picture = picture.astype(np.uint8)
    kept = (
        chroma(lab_from_srgb(developed(picture, Develop(auto_tone=0)))).mean() / chroma(lab_from_srgb(picture)).mean()
    )
    assert 0.65 < kept < 1.35


def test_the_brand_look_comes_last_at_its_strength():
    look = Cube.from_function(lambda rgb: rgb[..., ::-1])
    colours = np.random.default_rng(0).random((50, 3), dtype=np.float32)
    free = OFF.model_copy(update={"product_shift": 100.0})
    full, facts = cube_for(measure(scene()), free, look)
    half, _ = cube_for(measure(scene()), free.model_copy(update={"look_strength": 0.5}), look)
    assert np.allclose(full.apply_float(colours), colours[:, ::-1], atol=0.002)
    assert np.allclose(half.apply_float(colours), (colours + colours[:, ::-1]) / 2, atol=0.002)
    assert facts["look_strength"] == 1.0
    assert cube_for(measure(scene()), OFF.model_copy(update={"look_strength": 0.0}), look)[0].is_identity


def test_facts_and_tones_are_json_and_travel():
    tone = measure(scene(), skin_boxes=[Box(130, 100, 60, 100)])
    _, facts = cube_for(measure(exposed(scene(), -1)), Develop(), None)
    assert json.loads(json.dumps(tone.as_facts()))["cast"]["warm"] == tone.cast.warm
    assert facts["exposure_ev"] > 0.2 and json.dumps(facts)
    assert pickle.loads(pickle.dumps(tone)) == tone
    assert tone.skin_lab[0] == pytest.approx(48, abs=6)


def test_frames_of_one_clip_share_one_tone():
    bright, dark = measure(scene()), measure(exposed(scene(), -1))
    merged = merge_tones([bright, dark])
    assert merge_tones([bright]) == bright
    assert min(bright.mid[5], dark.mid[5]) < merged.mid[5] < max(bright.mid[5], dark.mid[5])
    with pytest.raises(ValueError, match="no tones"):
        merge_tones([])


@given(arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3))))
@settings(max_examples=40, deadline=None)
def test_any_picture_has_finite_features_and_a_usable_cube(picture):
    assert np.isfinite(features(picture)).all()
    table = cube_for(measure(picture), Develop(), None)[0].table
    assert np.isfinite(table).all() and table.min() >= 0 and table.max() <= 1


def test_a_shrunk_copy_is_judged_like_the_picture():
    big = scene().repeat(5, 0).repeat(5, 1)
    assert measure(big).cast.warm == pytest.approx(measure(scene()).cast.warm, abs=0.08)


def test_a_product_on_white_is_judged_by_the_product_and_its_ground_stays_white():
    product = scene(shape=(240, 160))
    picture = np.full((300, 320, 3), 255, np.uint8)
    picture[30:270, 80:240] = product
    tone = measure(picture)
    assert tone.white_ground == pytest.approx(0.6, abs=0.03)
    assert tone.clipped_light < 0.06
    after = developed(picture)
    assert (after[:20] >= 253).all()
    assert difference(picture, after) < 1.5


def test_black_bars_do_not_ask_for_light():
    barred = np.zeros((240, 720, 3), np.uint8)
    barred[:, 200:520] = scene()
    alone, with_bars = measure(scene()), measure(barred)
    assert with_bars.mid[2:] == pytest.approx(alone.mid[2:], abs=0.03)
    assert (developed(barred)[:, :190] <= 3).all()


def test_black_and_white_stays_black_and_white():
    grey = scene().mean(axis=2, keepdims=True).repeat(3, 2).astype(np.uint8)
    assert np.ptp(developed(exposed(grey, -1)).astype(int), axis=2).max() <= 1


def test_fog_is_not_stretched_into_noise():
    rng = np.random.default_rng(0)
    fog = np.clip(178 + rng.normal(0, 3, (200, 300, 1)) + np.linspace(-8, 8, 300)[None, :, None], 0, 255)
    fog = fog.repeat(3, axis=2).astype(np.uint8)
    before, after = (np.ptp(np.quantile(p, (0.01, 0.99))) for p in (fog, developed(fog)))
    assert after < 2.5 * before


def test_a_face_is_not_darkened():
    advice = tuple(np.array(KNOTS) * 0.8)
    tone = measure(scene())
    with_face = replace(tone, curve=advice, skin_lab=(62.0, 14.0, 18.0))
    for seen, most in ((with_face, 0.021), (replace(with_face, skin_lab=None), 0.2)):
        curve = curve_for(seen, 1.0)
        grey = np.array([0.587], np.float32)  # L* 62
        darker = 0.0 if curve is None else float(grey[0] - apply_curve(curve, grey)[0])
        assert darker <= most
    assert darker > 0.05


def test_a_plain_grey_frame_is_left_alone():
    frame = np.full((120, 200, 3), 150, np.uint8)
    assert difference(frame, developed(frame)) < 8


def test_a_correction_that_would_turn_skin_green_or_magenta_is_held_back():
    skin = (70.0, 14.0, 18.0)
    assert kind_to_skin(Cast(0.05, 0.0), skin) == Cast(0.05, 0.0)
    held = kind_to_skin(Cast(0.4, -0.2), skin)
    assert held is None or abs(held.warm) < 0.25
    reddish = (70.0, 24.0, 8.0)
    assert kind_to_skin(Cast(-0.2, 0.15), reddish) == Cast(-0.2, 0.15)


def test_skin_of_a_natural_hue_is_not_made_gaudy():
    """A navy suit and flags look like blue light; the face between them says otherwise."""
    kept = kind_to_skin(Cast(-0.47, 0.12), (61.0, 16.4, 22.3))
    assert kept is None or abs(kept.warm) <= 0.24
    assert kind_to_skin(Cast(-0.3, 0.05), (61.0, 15.0, 9.0)) is not None
