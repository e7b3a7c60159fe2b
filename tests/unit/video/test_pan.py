"""A moving crop: both of its expressions, computed here, must show exactly the path."""

from __future__ import annotations

import math
from fractions import Fraction
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediakit.frame.path import Knot
from mediakit.model import Size
from mediakit.video.graph import Filter
from mediakit.video.pan import Pan, pan_for


def pan(source: Size, window: Size, size: Size) -> Pan | None:
    return pan_for(SimpleNamespace(size=source), source, window, size)  # type: ignore[arg-type]


def value(of: Filter, option: str, n: int) -> int:
    """What ffmpeg computes, by Python's own arithmetic."""
    said = str(dict(of.options)[option])
    return int(eval(said, {"min": min, "max": max, "floor": math.floor, "n": n}))


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(
        [Size(1920, 1080), Size(3840, 2160), Size(1280, 720), Size(640, 360), Size(1440, 1080), Size(854, 480)]
    ),
    st.sampled_from(
        [(9, 16, Size(1080, 1920)), (9, 16, Size(720, 1280)), (3, 4, Size(1080, 1440)), (1, 1, Size(1080, 1080))]
    ),
    st.lists(st.tuples(st.integers(1, 40), st.integers(-9, 9)), min_size=1, max_size=12),
    st.data(),
)
def test_what_both_crops_show_together_is_the_path(source, shape, moves, data):
    across, down, size = shape
    window = Size(round(source.height_px * Fraction(across, down)), source.height_px)
    found = pan(source, window, size)
    assert found is not None
    knots = [Knot(0, data.draw(st.integers(0, found.last_unit)))]
    for frames, speed in moves:
        start = knots[-1].start + frames * speed
        knots.append(Knot(knots[-1].frame + frames, start if 0 <= start <= found.last_unit else knots[-1].start))
    path = tuple(knots)
    first, second = found.first_crop(path, (0, source.height_px)), found.second_crop(path, size.height_px)
    scale = found.stride_out_px / found.stride_px
    for n in range(path[-1].frame + 1):
        x, rest = value(first, "x", n), value(second, "x", n)
        here = next(k for k in reversed(path) if k.frame <= n)
        after = next((k for k in path if k.frame > n), here)
        share = Fraction(n - here.frame, max(1, after.frame - here.frame))
        wanted = 2 * (here.start + share * (after.start - here.start))
        assert (x - found.offset_px) * scale + rest == pytest.approx(float(wanted))
        assert x % 2 == rest % 2 == 0, "whole chroma samples"
        assert 0 <= x <= source.width_px - found.strides * found.stride_px
        assert 0 <= rest <= found.scaled_px - size.width_px


def test_the_scale_is_that_of_the_still_crop():
    found = pan(Size(1920, 1080), Size(608, 1080), Size(1080, 1920))
    assert found is not None
    assert found.stride_out_px / found.stride_px == pytest.approx(1080 / 608, rel=0.004)
    assert not found.upright


def test_no_room_is_no_pan():
    assert pan(Size(1082, 1920), Size(1080, 1920), Size(1080, 1920)) is None
