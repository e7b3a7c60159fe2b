"""The looks, beds and logos of the two shipped brands do what their credits promise."""

from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from mediakit.pixels.cube import Cube
from mediakit.pixels.lab import ciede2000, lab_from_srgb

PRESETS = Path(__file__).resolve().parents[3] / "presets"
BRANDS = ["muselle", "yunwu-tea"]
BEDS = ["muselle/beds/counter-light.ogg", "yunwu-tea/beds/first-steep.ogg"]


def shades(hues_deg, least_saturation):
    """(n, 3) float32 sRGB: every strong colour of these hues."""
    hue, saturation, value = np.meshgrid(
        np.deg2rad(hues_deg), np.linspace(least_saturation, 1, 6), np.linspace(0.35, 1, 8)
    )
    offsets = np.deg2rad([0, -120, 120])
    pure = np.clip(0.5 + np.cos(hue[..., None] + offsets), 0, 1)
    return (value[..., None] * (1 - saturation[..., None] * (1 - pure))).reshape(-1, 3).astype(np.float32)


def moved(cube, colours):
    return ciede2000(lab_from_srgb(colours), lab_from_srgb(cube.apply_float(colours)))


@pytest.mark.parametrize("brand", BRANDS)
def test_a_look_is_gentle_and_never_turns_light_into_dark(brand):
    cube = Cube.read(PRESETS / brand / "look.cube")
    greys = np.repeat(np.linspace(0, 1, 256, dtype=np.float32)[:, None], 3, axis=1)
    seen = cube.apply_float(greys)
    assert (np.diff(seen.mean(axis=1)) > 0).all()
    assert np.abs(seen - greys).max() < 0.05
    assert seen[0].max() < 0.02
    assert seen[-1].min() > 0.98
    for axis, channel in ((2, 0), (1, 1), (0, 2)):  # more red in is never less red out, and so on
        assert np.diff(cube.table[..., channel], axis=axis).min() >= 0


@pytest.mark.parametrize("brand", BRANDS)
def test_a_look_leaves_lipstick_reds_true(brand):
    difference = moved(Cube.read(PRESETS / brand / "look.cube"), shades(np.linspace(-20, 18, 20), 0.6))
    assert difference.mean() < 2.0
    assert difference.max() < 4.0


def test_the_tea_look_mutes_greens_and_the_beauty_look_hardly_does():
    greens = shades(np.linspace(80, 150, 12), 0.4)
    assert moved(Cube.read(PRESETS / "yunwu-tea/look.cube"), greens).mean() > 4.0
    assert moved(Cube.read(PRESETS / "muselle/look.cube"), greens).mean() < 3.0


@pytest.fixture(scope="module", params=BEDS)
def bed(request):
    """(rate, samples (n, 2) float32) of a bed as decoded."""
    with av.open(str(PRESETS / request.param)) as file:
        frames = [frame.to_ndarray().T for frame in file.decode(audio=0)]
        return file.streams.audio[0].rate, np.concatenate(frames)


def test_a_bed_is_a_whole_number_of_bars(bed):
    rate, samples = bed
    assert len(samples) == 40 * rate  # 16 bars of 2.5 s, 12 bars of 10/3 s


def test_a_bed_flows_from_its_end_into_its_start(bed):
    rate, samples = bed
    steps = np.abs(np.diff(samples, axis=0)).max(axis=1)
    assert np.abs(samples[0] - samples[-1]).max() < np.quantile(steps, 0.99)
    ends = np.sqrt((samples[-rate // 4 :] ** 2).mean()), np.sqrt((samples[: rate // 4] ** 2).mean())
    assert min(ends) > 0.3 * np.sqrt((samples**2).mean())  # no fade: a silence at the seam would be heard as a stop


def test_a_bed_is_clean(bed):
    _, samples = bed
    assert 0.5 < np.abs(samples).max() < 0.95
    assert np.abs(samples.mean(axis=0)).max() < 0.005


@pytest.mark.parametrize("brand", BRANDS)
def test_logos_come_for_bright_and_for_dark(brand):
    lightness = {}
    for name in ("logo.png", "logo-on-dark.png"):
        logo = Image.open(PRESETS / brand / name)
        assert logo.mode == "RGBA"
        assert logo.width == 600
        pixels = np.asarray(logo)
        alpha = pixels[..., 3]
        assert 0.1 < (alpha > 128).mean() < 0.6
        rim = np.concatenate([alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1]])
        assert rim.max() == 0, "cut off at the edge"
        lightness[name] = pixels[alpha > 200][:, :3].mean()
    assert lightness["logo.png"] < 130 < 200 < lightness["logo-on-dark.png"]
