"""HDR and wide gamut come out as SDR that keeps greys grey, skin skin, and what was SDR untouched."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediakit.model import Size
from mediakit.pixels.cube import Cube
from mediakit.video.clip import Colour
from mediakit.video.colour import WHITE, apply_table, eetf, matrix_of, table_for, to_bt709

HLG = Colour("bt2020", "arib-std-b67", "bt2020nc")
PQ = Colour("bt2020", "smpte2084", "bt2020nc")
SDR = Colour("bt709", "bt709", "bt709")


def through(colour: Colour, *rgb: float) -> np.ndarray:
    """A colour through the table, between grid points along the path that keeps greys grey."""
    table = to_bt709(colour)
    assert table is not None
    code = np.float64(rgb) * (len(table) - 1)
    low = np.minimum(code.astype(int), len(table) - 2)
    share, corner = code - low, low.copy()
    result = table[corner[2], corner[1], corner[0]] * 1.0
    for channel in np.argsort(-share):
        before = table[corner[2], corner[1], corner[0]]
        corner[channel] += 1
        result += share[channel] * (table[corner[2], corner[1], corner[0]] - before)
    return result


@pytest.mark.parametrize(
    "colour", [SDR, Colour(), Colour(matrix="smpte170m"), Colour("bt709", "iec61966-2-1", "bt709")]
)
def test_sdr_passes_through_untouched(colour: Colour) -> None:
    assert to_bt709(colour) is None
    assert table_for(colour, Cube.identity()) is None


@pytest.mark.parametrize(
    "colour", [HLG, PQ, Colour("smpte432", "bt709", "bt709"), Colour("smpte170m", "smpte170m", "smpte170m")]
)
def test_grey_stays_grey_black_black_and_more_light_is_never_less(colour: Colour) -> None:
    table = to_bt709(colour)
    assert table is not None
    greys = table[np.arange(len(table)), np.arange(len(table)), np.arange(len(table))]
    assert np.abs(greys - greys.mean(axis=1, keepdims=True)).max() < 0.002
    assert greys[0].max() == 0.0
    assert (np.diff(greys.mean(axis=1)) >= 0).all()


def test_hlg_reference_levels() -> None:
    # Rep. ITU-R BT.2408: HDR reference white is 75 % HLG; an 18 % grey card is 38 % HLG, and 42..45 % in SDR.
    assert through(HLG, 0.75, 0.75, 0.75)[0] == pytest.approx(0.905, abs=0.01)
    assert through(HLG, 0.38, 0.38, 0.38)[0] == pytest.approx(0.425, abs=0.015)
    assert through(HLG, 1, 1, 1)[0] == pytest.approx(1.0, abs=0.005)


def test_pq_and_hlg_agree_on_the_same_light() -> None:
    # SMPTE ST 2084: 203 cd/m2 is 0.5807, 26 cd/m2 is 0.3764; 1000 cd/m2 is 0.7518.
    assert through(PQ, 0.5807, 0.5807, 0.5807)[0] == pytest.approx(through(HLG, 0.75, 0.75, 0.75)[0], abs=0.01)
    assert through(PQ, 0.3764, 0.3764, 0.3764)[0] == pytest.approx(0.425, abs=0.015)
    assert through(PQ, 0.7518, 0.7518, 0.7518)[0] == pytest.approx(1.0, abs=0.01)


@given(st.floats(0.0, 1000.0), st.floats(0.0, 1000.0))
def test_the_tone_curve_leaves_the_lower_range_alone_and_never_turns(one: float, other: float) -> None:
    low, high = sorted((one, other))
    curve = eetf(np.array([low, high]))
    assert curve[1] >= curve[0] - 1e-6
    assert curve[1] <= WHITE + 1e-3
    if high <= 87:
        assert curve[1] == pytest.approx(high, rel=1e-6, abs=1e-9)


def test_a_skin_tone_shot_in_hlg_keeps_its_hue() -> None:
    # a BT.709 skin tone under reference light, coded as HLG by the inverse of the standard's own formulas
    skin = np.array([0.84, 0.66, 0.56])
    light = (skin**2.4) * 80.0
    to_2020 = np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]])  # BT.2087
    display = to_2020 @ light / 1000
    scene = display / (display @ [0.2627, 0.6780, 0.0593]) ** (0.2 / 1.2)
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    code = np.where(scene <= 1 / 12, np.sqrt(3 * scene), a * np.log(np.maximum(12 * scene - b, 1e-9)) + c)
    expected = (light / WHITE) ** (1 / 2.4)
    shown = through(HLG, *code)
    assert np.abs(shown - expected).max() < 0.01


def test_no_colour_leaves_the_range_or_turns_into_nan() -> None:
    for colour in (HLG, PQ):
        table = to_bt709(colour)
        assert table is not None
        assert np.isfinite(table).all()
        assert table.min() >= 0.0 and table.max() <= 1.0


def test_the_look_comes_after_the_tone_map() -> None:
    look = Cube.from_function(lambda c: c * np.float32([1.0, 0.8, 0.6]))
    table = table_for(HLG, look)
    base = to_bt709(HLG)
    assert table is not None and base is not None
    assert np.allclose(table, base * [1.0, 0.8, 0.6], atol=2e-3)
    alone = table_for(SDR, look)
    assert alone is not None and np.array_equal(alone, look.table)


def test_pictures_get_the_same_colours_as_the_table_says() -> None:
    table = to_bt709(PQ)
    assert table is not None
    rgb = np.random.default_rng(3).integers(0, 190, (4, 50, 3)).astype(np.uint8)
    expected = [[through(PQ, *(colour / 255)) * 255 for colour in row] for row in rgb]
    assert np.abs(apply_table(table, rgb) - np.rint(expected)).max() <= 1
    greys = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    shown = apply_table(table, greys).astype(int)
    assert np.ptp(shown, axis=2).max() <= 1


@pytest.mark.parametrize(
    ("colour", "size", "matrix"),
    [
        (Colour(), Size(640, 480), "smpte170m"),
        (Colour(), Size(720, 576), "smpte170m"),
        (Colour(), Size(1280, 720), "bt709"),
        (Colour(), Size(1080, 1920), "bt709"),
        (Colour(matrix="bt470bg"), Size(3840, 2160), "bt470bg"),
        (Colour("bt2020", "arib-std-b67"), Size(640, 480), "bt2020nc"),
    ],
)
def test_the_matrix_of_files_that_do_not_say(colour: Colour, size: Size, matrix: str) -> None:
    assert matrix_of(colour, size) == matrix
