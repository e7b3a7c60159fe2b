"""A crop that moves, as ffmpeg filters: exact to two pixels of the output in every frame, and the same in every run.

ffmpeg's `crop` moves by whole chroma samples of what it is given, which after enlarging is a jump of several pixels. So the
crop is made twice: before scaling, on multiples of a stride q whose scaled length Q is an even whole number of output
pixels, and after scaling, by what is left. Both are sums over the path's knots in the frame number `n`, in integers.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from fractions import Fraction

from mediakit.frame.path import Grid, Knot
from mediakit.model import Size
from mediakit.video.clip import ClipInfo
from mediakit.video.graph import Filter, make

LOOKS_A_SECOND = 6
LONGEST_STRIDE_PX = 64
GOOD_ENOUGH = 0.0005
"""Relative error of the scale along the path for which a shorter stride is taken at once."""
MOST_ERROR = 0.004
MOST_KNOTS = 1200
"""More would not fit into one command line's argument."""


@dataclass(frozen=True, slots=True)
class Pan:
    """How a window of `out_px` pixels of the output slides over `length_px` stored pixels along one side."""

    upright: bool
    stride_px: int
    stride_out_px: int
    strides: int
    last_stride: int
    offset_px: int
    out_px: int

    @property
    def last_unit(self) -> int:
        """The last start; a unit is two pixels of the output."""
        return (self.last_stride * self.stride_out_px + self.strides * self.stride_out_px - self.out_px) // 2

    def grid(self, fps: Fraction, stored_per_shown: float) -> Grid:
        """What a path for this pan is made of, in pixels of the clip as shown."""
        unit_px = 2 * self.stride_px / self.stride_out_px / stored_per_shown
        steps = max(1, round(fps / LOOKS_A_SECOND))
        return Grid(unit_px, self.last_unit, fps, steps, self.offset_px / stored_per_shown)

    def first_crop(self, knots: tuple[Knot, ...], across_px: tuple[int, int]) -> Filter:
        """Before scaling. `across_px`: start and length on the other side."""
        place = f"{self._stride(knots)}*{self.stride_px}+{self.offset_px}"
        return self._crop(self.strides * self.stride_px, place, across_px)

    def second_crop(self, knots: tuple[Knot, ...], across_px: int) -> Filter:
        """After scaling to `scaled_px`."""
        place = f"2*({sum_of(knots)})-{self.stride_out_px}*{self._stride(knots)}"
        return self._crop(self.out_px, place, (0, across_px))

    @property
    def scaled_px(self) -> int:
        """How long the first crop is after scaling."""
        return self.strides * self.stride_out_px

    def _stride(self, knots: tuple[Knot, ...]) -> str:
        return f"min(floor(2*({sum_of(knots)})/{self.stride_out_px}),{self.last_stride})"

    def _crop(self, length: int, place: str, across: tuple[int, int]) -> Filter:
        if self.upright:
            return make("crop", w=across[1], h=length, x=across[0], y=place)
        return make("crop", w=length, h=across[1], x=place, y=across[0])


def pan_for(info: ClipInfo, stored: Size, window: Size, size: Size) -> Pan | None:
    """The pan of a crop of `window` shown pixels that becomes `size`; None where there is no way to slide.

    `stored` is the clip upright, with its pixels as they are stored.
    """
    upright = window.width_px >= info.size.width_px
    if upright:
        length, out, share = stored.height_px, size.height_px, Fraction(window.height_px, info.size.height_px)
    else:
        length, out, share = stored.width_px, size.width_px, Fraction(window.width_px, info.size.width_px)
    stored_window = float(length * share)
    stride = _stride_for(out / stored_window)
    if stride is None:
        return None
    q, big = stride
    strides = max(math.ceil(stored_window / q) + 1, math.ceil(out / big))
    last_stride = length // q - strides
    if last_stride < 1:
        return None
    offset = (length - (last_stride + strides) * q) // 4 * 2
    return Pan(upright, q, big, strides, last_stride, offset, out)


def _stride_for(scale: float) -> tuple[int, int] | None:
    """Even lengths before and after scaling whose ratio is the scale."""
    best: tuple[float, int, int] | None = None
    for q in range(2, LONGEST_STRIDE_PX + 1, 2):
        big = 2 * round(q * scale / 2)
        if big < 2:
            continue
        error = abs(big / q / scale - 1)
        if best is None or error < best[0]:
            best = (error, q, big)
        if error <= GOOD_ENOUGH:
            break
    return None if best is None or best[0] > MOST_ERROR else best[1:]


def sum_of(knots: tuple[Knot, ...]) -> str:
    """The start at frame `n`: the first one, and from every knot on the change of speed, all in whole units."""
    terms, speed = [str(knots[0].start)], 0
    for here, after in itertools.pairwise(knots):
        slope = (after.start - here.start) // (after.frame - here.frame)
        if slope != speed:
            terms.append(f"{slope - speed:+d}*max(n-{here.frame},0)")
        speed = slope
    if speed:
        terms.append(f"{-speed:+d}*max(n-{knots[-1].frame},0)")
    return "".join(terms)
