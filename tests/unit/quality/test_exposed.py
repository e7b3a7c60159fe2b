"""Light that is missing or too much leaves marks; paper, pale walls and black grounds do not."""

from itertools import pairwise

import numpy as np
import pytest

from mediakit.look.measure import measure
from mediakit.pixels.light import linear_from_srgb, srgb_from_linear
from mediakit.quality.exposed import Exposed, heaped, read_exposed
from mediakit.quality.parts import cast_part, clipping_part, exposure_part


def scene(brightest: int = 235) -> np.ndarray:
    """A smooth scene with all tones from black to nearly white, and some grain."""
    rng = np.random.default_rng(4)
    ramp = np.linspace(8, brightest, 360)[None, :, None] * np.linspace(0.4, 1, 240)[:, None, None]
    return np.clip(ramp * [1.0, 0.97, 0.92] + rng.normal(0, 2, (240, 360, 3)), 0, 255).astype(np.uint8)


def exposed_by(rgb: np.ndarray, stops: float) -> np.ndarray:
    return srgb_from_linear(np.clip(linear_from_srgb(rgb) * np.float32(2.0**stops), 0, 1))


def read(rgb: np.ndarray) -> Exposed:
    return read_exposed(rgb, measure(rgb))


def test_what_too_much_light_cuts_off_is_heaped_up_at_the_end():
    values = [heaped(exposed_by(scene(), stops)) for stops in (0, 0.7, 1.4, 2.2)]
    assert values[0] < 0 < values[2]
    assert all(more > less for less, more in pairwise(values))


def test_a_bright_wall_and_white_paper_are_not_heaped():
    pale = np.clip(np.random.default_rng(1).normal(236, 6, (240, 360, 3)), 0, 252).astype(np.uint8)
    page = np.full((300, 460, 3), 255, np.uint8)
    page[30:270, 50:410] = scene()
    assert heaped(pale) < 0
    assert read(page).heaped < 0


@pytest.mark.parametrize("stops", [-2.5, -1.5])
def test_the_light_that_is_missing_is_read(stops):
    assert read(exposed_by(scene(), stops)).stops > 0.5 > read(scene()).stops


def test_a_black_ground_is_no_clipping_and_an_unlit_picture_has_none():
    page = np.zeros((300, 460, 3), np.uint8)
    page[90:210, 130:330] = scene()[120:, 160:]
    dark = exposed_by(page, -4)
    black = read(page).black_ground
    assert black > 0.7
    assert read(dark).black_ground == 0
    share = float((page.max(axis=2) <= 3).mean())
    assert clipping_part(0, share - black).value > 0.9 > clipping_part(0, share).value


def test_exposure_falls_with_every_sign_of_it():
    light = (10.0, 50.0, 90.0)
    found = [
        exposure_part(light, 0.0, 0.5, 0.1, of_face=False, exposed=one).value
        for one in (Exposed(), Exposed(heaped=1.0), Exposed(heaped=1.0, stops=-1.0), Exposed(heaped=2.5, stops=-2.0))
    ]
    assert all(worse < better for better, worse in pairwise(found))
    assert "2 stops under" in exposure_part(light, 0.0, 1.5, -1.0, of_face=False, exposed=Exposed(stops=1.9)).tip


@pytest.mark.parametrize(
    ("light", "heap", "told"),
    [
        ((20, 58, 78), -1.1, False),  # lilac light in the evening
        ((37, 64, 83), -1.2, False),  # a pale wall
        ((20, 58, 78), 0.7, True),  # light cut off, shown darker
        ((30, 66, 97), -1.0, True),
        ((70, 86, 90), -1.0, True),
    ],
)
def test_nobody_is_told_of_too_much_light_that_left_no_mark(light, heap, told):
    found = exposure_part(light, 0.0, -0.6, 1.4, of_face=False, exposed=Exposed(heaped=heap))
    assert ("over" in found.tip) == told
    assert (found.value == 1.0) != told


def test_a_lit_face_in_the_dark_is_not_asked_for_light():
    lit = exposure_part((20, 55, 80), 0.0, 2.0, -1.0, of_face=True, exposed=Exposed(stops=1.5))
    assert lit.value > 0.9


def test_the_words_of_a_cast_are_what_its_value_is_made_of():
    believed, tinted = cast_part(19.0, 0.4, 0.05), cast_part(16.0, 0.4, 0.9)
    assert believed.value == 1.0
    assert "by 1 units" in believed.measured
    assert "colour of their own" in believed.measured
    assert tinted.value < 0.15
    assert "of their own" not in tinted.measured
