"""Retouch: identity where nothing is asked, nothing outside the mask, texture and shade kept, noise out, no halos."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediakit.model import Box, Face
from mediakit.photo.denoise import denoise
from mediakit.photo.retouch import retouch
from mediakit.photo.sharpen import sharpen
from mediakit.photo.skin import smooth_skin
from mediakit.photo.skin_mask import skin_mask
from mediakit.pixels.lab import ciede2000, lab_from_srgb
from mediakit.pixels.noise import Noise, measure_noise
from mediakit.presets.schema import Retouch

SKINS = {"light": (236, 200, 182), "medium": (190, 140, 112), "dark": (96, 64, 50)}
SKIN_ONLY = Retouch(skin=0.35, denoise=0, sharpen=0)


def portrait(skin="medium", width=300, seed=0):
    """A drawn head with eyes, brows, lips and hair; blotches and pores on the skin. Returns picture and Face."""
    rng = np.random.default_rng(seed)
    height, k = round(width * 1.3), width / 300
    picture = np.full((height, width, 3), (120, 135, 150), np.float32)
    at = lambda x, y: (round(x * k), round(y * k))  # noqa: E731
    cv2.ellipse(picture, at(150, 185), at(105, 145), 0, 0, 360, (40, 30, 28), -1)
    cv2.ellipse(picture, at(150, 205), at(80, 108), 0, 0, 360, SKINS[skin], -1)
    blotches = cv2.GaussianBlur(rng.normal(0, 1, picture.shape[:2]).astype(np.float32), (0, 0), 4 * k)
    pores = cv2.GaussianBlur(rng.normal(0, 1, picture.shape[:2]).astype(np.float32), (0, 0), 0.8)
    texture = 5 * blotches / blotches.std() + 3 * pores / pores.std()
    oval = np.zeros(picture.shape[:2], np.float32)
    cv2.ellipse(oval, at(150, 205), at(80, 108), 0, 0, 360, 1, -1)
    picture += (oval * texture)[..., None]
    for x in (115, 185):
        cv2.ellipse(picture, at(x, 180), at(17, 8), 0, 0, 360, (240, 240, 240), -1)
        cv2.circle(picture, at(x, 180), round(7 * k), (50, 30, 20), -1)
        cv2.ellipse(picture, at(x, 160), at(22, 5), 0, 0, 360, (50, 35, 30), -1)
    cv2.ellipse(picture, at(150, 262), at(30, 11), 0, 0, 360, (176, 50, 66), -1)
    pixels = np.clip(cv2.GaussianBlur(picture, (0, 0), 0.7), 0, 255).astype(np.uint8)
    points = tuple((x * k, y * k) for x, y in ((115, 180), (185, 180), (150, 222), (122, 262), (178, 262)))
    return pixels, Face(Box(72 * k, 105 * k, 156 * k, 205 * k), 0.95, points)


def retouched_with(picture, faces, options, **more):
    done = retouch(picture, faces, options, **more)
    return done.pixels, done.facts, done.notes


def retouched(picture, faces, options, **more):
    return retouch(picture, faces, options, **more).pixels


def lips_and_eyes(shape, width=300):
    k = width / 300
    area = np.zeros(shape[:2], np.uint8)
    at = lambda x, y: (round(x * k), round(y * k))  # noqa: E731
    cv2.ellipse(area, at(150, 262), at(31, 12), 0, 0, 360, 1, -1)
    for x in (115, 185):
        cv2.ellipse(area, at(x, 180), at(18, 9), 0, 0, 360, 1, -1)
        cv2.ellipse(area, at(x, 160), at(22, 5), 0, 0, 360, 1, -1)
    return area.astype(bool)


def test_nothing_asked_and_no_face_is_the_very_same_array():
    picture, _ = portrait()
    result = retouched(picture, (), Retouch(skin=1.0, denoise=0, sharpen=0))
    assert result is picture


def test_amount_zero_leaves_faces_alone():
    picture, face = portrait()
    result, facts, _ = retouched_with(picture, (face,), Retouch(skin=0, denoise=0, sharpen=0))
    assert result is picture
    assert "faces" not in facts


@pytest.mark.parametrize("skin", SKINS)
@pytest.mark.parametrize("amount", [0.35, 1.0])
def test_outside_the_mask_nothing_changes_and_the_source_never(skin, amount):
    picture, face = portrait(skin)
    before = picture.copy()
    result = retouched(picture, (face,), Retouch(skin=amount, denoise=0, sharpen=0))
    assert np.array_equal(picture, before)
    mask = skin_mask(picture, face)
    weight = np.zeros(picture.shape[:2], np.float32)
    area = mask.region
    weight[area.y_px : area.y_px + area.h_px, area.x_px : area.x_px + area.w_px] = mask.weight
    assert np.array_equal(result[weight == 0], picture[weight == 0])
    assert not np.array_equal(result, picture)


@pytest.mark.parametrize("skin", SKINS)
def test_lips_eyes_and_brows_are_untouched(skin):
    picture, face = portrait(skin)
    result = retouched(picture, (face,), Retouch(skin=1.0, denoise=0, sharpen=0))
    features = lips_and_eyes(picture.shape)
    assert ciede2000(lab_from_srgb(result[features]), lab_from_srgb(picture[features])).max() < 0.5


@pytest.mark.parametrize("skin", SKINS)
def test_the_mask_finds_every_complexion_and_no_background(skin):
    picture, face = portrait(skin)
    mask = skin_mask(picture, face)
    area = mask.region
    weight = np.zeros(picture.shape[:2], np.float32)
    weight[area.y_px : area.y_px + area.h_px, area.x_px : area.x_px + area.w_px] = mask.weight
    assert weight[230, 90:112].mean() > 0.6  # a cheek
    assert weight[130:145, 140:160].mean() > 0.6  # the forehead
    assert weight[:, :60].max() == 0 and weight[:80].max() == 0


@pytest.mark.parametrize("skin", SKINS)
def test_at_the_default_texture_shade_and_hue_stay(skin):
    picture, face = portrait(skin, width=500)
    _, facts, _ = retouched_with(picture, (face,), SKIN_ONLY)
    (numbers,) = facts["faces"]
    assert 0.70 <= numbers["texture_kept"] <= 1.0
    assert abs(numbers["lightness_change"]) <= 0.5
    assert abs(numbers["hue_change_deg"]) <= 1.0


def blotchiness(picture, width=500):
    """Unevenness of middle size on the forehead and both cheeks of a `portrait`."""
    k = width / 300
    y = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    band = cv2.GaussianBlur(y, (0, 0), 3) - cv2.GaussianBlur(y, (0, 0), 12)
    spots = [(150, 132), (96, 228), (204, 228)]
    return np.mean(
        [
            band[round((v - 12) * k) : round((v + 12) * k), round((u - 12) * k) : round((u + 12) * k)].std()
            for u, v in spots
        ]
    )


def test_blotches_are_calmed_more_by_more():
    picture, face = portrait(width=500)
    left = [blotchiness(retouched(picture, (face,), Retouch(skin=a, denoise=0, sharpen=0))) for a in (0, 0.35, 1)]
    assert left[1] < 0.85 * left[0]
    assert left[2] <= left[1]


@given(st.floats(0.02, 1), st.floats(0.02, 1), st.sampled_from(sorted(SKINS)))
@settings(max_examples=15, deadline=None)
def test_a_bigger_amount_never_keeps_more_texture(one, other, skin):
    picture, face = portrait(skin)
    mask = skin_mask(picture, face)
    less, more = sorted((one, other))
    kept = [smooth_skin(picture, mask, Retouch(skin=amount))[1].texture_kept for amount in (less, more)]
    assert kept[1] <= kept[0] + 0.005
    assert min(kept) >= Retouch().least_texture


def test_a_mole_stays():
    picture, face = portrait("light", width=500)
    cv2.circle(picture, (180, 385), 5, (92, 60, 50), -1)
    result = retouched(picture, (face,), SKIN_ONLY)
    skin_after, mole_after = result[385, 200].astype(int), result[385, 180].astype(int)
    assert np.abs(mole_after - picture[385, 180]).max() <= 6
    assert (skin_after - mole_after).min() > 70


@pytest.mark.parametrize(
    "box",
    [
        Box(-60, -40, 156, 205),
        Box(250, 300, 156, 205),
        Box(0, 0, 300, 390),
        Box(140, 200, 10, 12),
        Box(-900, 0, 100, 99),
    ],
)
def test_faces_at_the_rim_tiny_ones_and_ones_outside_do_no_harm(box):
    picture, _ = portrait()
    result = retouched(picture, (Face(box, 0.8),), Retouch())
    assert result.shape == picture.shape and result.dtype == np.uint8


def test_a_black_and_white_photo_stays_grey():
    picture, face = portrait()
    grey = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    result = retouched(grey, (face,), Retouch(skin=1.0))
    assert (np.ptp(result, axis=2) <= 1).all()


def psnr(one, other):
    return 10 * np.log10(255**2 / np.mean((one.astype(np.float64) - other) ** 2))


@pytest.mark.parametrize("channels", [1, 3])
def test_denoise_gains_two_decibels_at_sigma_15(channels):
    rng = np.random.default_rng(4)
    y, x = np.mgrid[0:480, 0:640]
    clean = np.stack([120 + 80 * np.sin(x / 60) * np.cos(y / 80), 90 + y / 6, 200 - x / 8], -1)
    clean[100:300, 200:400] = (180, 60, 70)
    clean[320:400:8] = 30
    noisy = np.clip(clean + rng.normal(0, 15, (480, 640, channels)), 0, 255).astype(np.uint8)
    result = denoise(noisy, measure_noise(noisy), 0.5)
    assert psnr(result, clean) > psnr(noisy, clean) + 2


def grainy(picture, sigma=8.0):
    """The picture with the coarse grain that a phone leaves after its own smoothing."""
    grain = cv2.GaussianBlur(np.random.default_rng(2).normal(0, 1, picture.shape[:2]), (0, 0), 1.0)
    return np.clip(picture + sigma * (grain / grain.std())[..., None], 0, 255).astype(np.uint8)


def test_coarse_grain_is_found_and_taken_out_and_edges_stay():
    clean = np.full((480, 640, 3), (120, 112, 105), np.uint8)
    clean[100:300, 200:400] = (180, 60, 70)
    noisy = grainy(clean)
    noise = measure_noise(noisy)
    result = denoise(noisy, noise, 0.5)
    assert noise.grain > noise.luma
    assert psnr(result, clean) > psnr(noisy, clean) + 2
    step = [p[150:250, 203, 1].mean() - p[150:250, 196, 1].mean() for p in (noisy, result)]
    assert step[1] == pytest.approx(step[0], rel=0.1)


def test_a_grainy_face_keeps_its_texture():
    picture, face = portrait(width=600)
    noisy = grainy(picture)
    mask = skin_mask(noisy, face)
    fine = lambda p: (p := mask.part(p)[..., 1].astype(np.float32)) - cv2.blur(p, (9, 9))  # noqa: E731
    before, after = ((mask.weight * fine(p) ** 2).sum() for p in (noisy, retouched(noisy, (face,), Retouch(skin=0))))
    assert measure_noise(noisy).grain > 2
    assert after > 0.7 * before


def test_a_clean_picture_is_not_denoised():
    picture, _ = portrait()
    assert denoise(picture, Noise(luma=0.8, chroma=0.3), 1.0) is picture
    assert denoise(picture, Noise(luma=9.0, chroma=9.0), 0.0) is picture


def soft_edge():
    x = np.clip((np.arange(200) - 95) / 10, 0, 1)
    plane = np.broadcast_to(60 + 120 * x, (120, 200))
    return np.stack([plane] * 3, -1).astype(np.uint8)


def test_sharpening_steepens_edges_without_halos():
    picture = cv2.GaussianBlur(soft_edge(), (0, 0), 1.0)
    result = sharpen(picture, 0.8).astype(int)
    assert np.abs(np.diff(result[60, :, 0])).max() >= np.abs(np.diff(picture[60, :, 0].astype(int))).max()
    assert result.min() >= 57 and result.max() <= 183


def test_sharpening_keeps_colour_and_leaves_flat_and_noise_alone():
    rng = np.random.default_rng(0)
    flat = np.full((200, 200, 3), (150, 60, 70), np.uint8)
    assert np.array_equal(sharpen(flat, 1.0), flat)
    grainy = np.clip(flat + rng.normal(0, 1.5, (200, 200, 1)), 0, 255).astype(np.uint8)
    assert sharpen(grainy, 0.4, noise_luma=1.5).std() < 1.1 * grainy.std()
    picture, _ = portrait()
    before, after = (
        cv2.cvtColor(p, cv2.COLOR_RGB2YCrCb)[..., 1:].astype(int) for p in (picture, sharpen(picture, 0.6))
    )
    assert np.quantile(np.abs(after - before), 0.99) <= 1


def test_skin_is_not_sharpened():
    picture, face = portrait()
    mask = skin_mask(picture, face)
    result = sharpen(picture, 1.0, spare=[mask])
    area = mask.region
    part = np.s_[area.y_px : area.y_px + area.h_px, area.x_px : area.x_px + area.w_px]
    full_skin = mask.weight > 0.999
    assert np.array_equal(result[part][full_skin], picture[part][full_skin])
    assert not np.array_equal(result, picture)


def test_an_enlarged_picture_is_sharpened_less():
    picture, _ = portrait()
    options = Retouch(skin=0, denoise=0, sharpen=0.6)
    native, enlarged = (retouched(picture, (), options, shown_scale=s).astype(int) for s in (1.0, 3.0))
    assert np.abs(enlarged - picture).sum() < np.abs(native - picture).sum()


@pytest.mark.parametrize("step", ["denoise", "skin_masks", "smooth_skin", "sharpen"])
def test_a_step_that_fails_is_left_out_and_named(monkeypatch, step):
    def broken(*_, **__):
        raise cv2.error("no luck\nwith this one")

    picture, face = portrait()
    monkeypatch.setattr(f"mediakit.photo.retouch.{step}", broken)
    result, _, notes = retouched_with(picture, (face,), Retouch())
    assert result.shape == picture.shape
    assert not np.array_equal(result, picture)  # the other steps are done
    (note,) = notes
    assert note.code == {"denoise": "denoise", "sharpen": "sharpen"}.get(step, "skin") + "-left-out"
    assert "no luck" in note.message and "with this" not in note.message
