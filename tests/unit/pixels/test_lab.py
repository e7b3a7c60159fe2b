"""L*a*b* and CIEDE2000 against published numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mediakit.pixels.lab import chroma, ciede2000, hue_deg, lab_from_srgb, srgb_from_lab
from mediakit.pixels.light import decode, encode, linear_from_srgb, luminance, srgb_from_linear

# Sharma, Wu & Dalal 2005, table 1: L1 a1 b1 L2 a2 b2 and the difference.
SHARMA = """
50.0000 2.6772 -79.7751 50.0000 0.0000 -82.7485 2.0425
50.0000 3.1571 -77.2803 50.0000 0.0000 -82.7485 2.8615
50.0000 2.8361 -74.0200 50.0000 0.0000 -82.7485 3.4412
50.0000 -1.3802 -84.2814 50.0000 0.0000 -82.7485 1.0000
50.0000 -1.1848 -84.8006 50.0000 0.0000 -82.7485 1.0000
50.0000 -0.9009 -85.5211 50.0000 0.0000 -82.7485 1.0000
50.0000 0.0000 0.0000 50.0000 -1.0000 2.0000 2.3669
50.0000 -1.0000 2.0000 50.0000 0.0000 0.0000 2.3669
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0009 7.1792
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0010 7.1792
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0011 7.2195
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0012 7.2195
50.0000 -0.0010 2.4900 50.0000 0.0009 -2.4900 4.8045
50.0000 -0.0010 2.4900 50.0000 0.0010 -2.4900 4.8045
50.0000 -0.0010 2.4900 50.0000 0.0011 -2.4900 4.7461
50.0000 2.5000 0.0000 50.0000 0.0000 -2.5000 4.3065
50.0000 2.5000 0.0000 73.0000 25.0000 -18.0000 27.1492
50.0000 2.5000 0.0000 61.0000 -5.0000 29.0000 22.8977
50.0000 2.5000 0.0000 56.0000 -27.0000 -3.0000 31.9030
50.0000 2.5000 0.0000 58.0000 24.0000 15.0000 19.4535
50.0000 2.5000 0.0000 50.0000 3.1736 0.5854 1.0000
50.0000 2.5000 0.0000 50.0000 3.2972 0.0000 1.0000
50.0000 2.5000 0.0000 50.0000 1.8634 0.5757 1.0000
50.0000 2.5000 0.0000 50.0000 3.2592 0.3350 1.0000
60.2574 -34.0099 36.2677 60.4626 -34.1751 39.4387 1.2644
63.0109 -31.0961 -5.8663 62.8187 -29.7946 -4.0864 1.2630
61.2901 3.7196 -5.3901 61.4292 2.2480 -4.9620 1.8731
35.0831 -44.1164 3.7933 35.0232 -40.0716 1.5901 1.8645
22.7233 20.0904 -46.6940 23.0331 14.9730 -42.5619 2.0373
36.4612 47.8580 18.3852 36.2715 50.5065 21.2231 1.4146
90.8027 -2.0831 1.4410 91.1528 -1.6435 0.0447 1.4441
90.9257 -0.5406 -0.9208 88.6381 -0.8985 -0.7239 1.5381
6.7747 -0.2908 -2.4247 5.8714 -0.0985 -2.2286 0.6377
2.0776 0.0795 -1.1350 0.9033 -0.0636 -0.5514 0.9082
"""
PAIRS = np.array([line.split() for line in SHARMA.split("\n") if line], np.float64)

colours = arrays(np.uint8, (16, 3))


def test_ciede2000_equals_the_papers_table_both_ways_round():
    assert len(PAIRS) == 34
    for one, other in ((PAIRS[:, :3], PAIRS[:, 3:6]), (PAIRS[:, 3:6], PAIRS[:, :3])):
        assert np.abs(ciede2000(one, other) - PAIRS[:, 6]).max() < 1e-4


@pytest.mark.parametrize(
    ("srgb", "lab"),
    [
        ((255, 255, 255), (100.0, 0.0, 0.0)),
        ((0, 0, 0), (0.0, 0.0, 0.0)),
        ((255, 0, 0), (53.24, 80.09, 67.20)),
        ((0, 255, 0), (87.73, -86.18, 83.18)),
        ((0, 0, 255), (32.30, 79.19, -107.86)),
        ((119, 119, 119), (50.03, 0.0, 0.0)),
    ],
)
def test_known_colours(srgb, lab):
    assert lab_from_srgb(np.array(srgb, np.uint8)) == pytest.approx(lab, abs=0.03)


@given(colours)
def test_lab_and_back_gives_the_same_code_values(srgb):
    back = srgb_from_lab(lab_from_srgb(srgb)) * 255
    assert np.abs(back - srgb).max() < 0.05


@given(colours)
def test_bytes_and_floats_agree(srgb):
    assert np.allclose(lab_from_srgb(srgb), lab_from_srgb(srgb.astype(np.float32) / 255), atol=1e-3)


@given(st.integers(0, 255))
def test_neutral_is_neutral(code):
    assert chroma(lab_from_srgb(np.array([code] * 3, np.uint8))) < 0.01


@given(colours, colours)
def test_difference_is_symmetric_and_zero_for_the_same(one, other):
    a, b = lab_from_srgb(one), lab_from_srgb(other)
    assert np.allclose(ciede2000(a, b), ciede2000(b, a), atol=1e-3)
    assert ciede2000(a, a).max() == 0.0


def test_light_and_code_are_inverse_for_every_code():
    codes = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(3, 2)
    assert np.array_equal(srgb_from_linear(linear_from_srgb(codes)), codes)
    ramp = np.linspace(0, 1, 1001, dtype=np.float32)
    assert np.allclose(encode(decode(ramp)), ramp, atol=1e-6)


def test_luminance_of_white_black_and_middle_grey():
    picture = np.array([[[255] * 3, [0] * 3, [118] * 3]], np.uint8)
    assert luminance(picture)[0] == pytest.approx([1.0, 0.0, 0.181], abs=0.001)


def test_hue_runs_red_yellow_green_blue():
    hues = hue_deg(lab_from_srgb(np.array([[220, 30, 30], [220, 200, 30], [30, 160, 60], [40, 60, 200]], np.uint8)))
    assert list(np.argsort(hues)) == [0, 1, 2, 3]
