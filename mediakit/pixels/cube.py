"""A colour cube: any change of colour that depends on a pixel's own colour alone, as one table.

33 points a side over sRGB code values, the size that grading tools exchange and ffmpeg's `lut3d` reads. The table is
indexed [blue][green][red], the order of a .cube file (red runs fastest); entries are sRGB 0..1 and may lie a little
outside, results are clipped. Photos apply it in memory (trilinear), clips hand the same file to ffmpeg.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from mediakit.pixels.cube_file import parse_cube, write_table
from mediakit.pixels.light import Float, Rgb8
from mediakit.pixels.quick_cube import WIDEST_PX, QuickTable, split

POINTS = 33
"""Grid points a side."""
LARGE_PIXELS = 250_000
"""From here on splitting a cube costs less than it saves."""
NOTHING = 0.25 / 255
"""A cube that moves no grid point by more than this (a quarter of a code value) changes no 8-bit picture."""


def _axis() -> Float:
    return np.linspace(0.0, 1.0, POINTS, dtype=np.float32)


def grid() -> Float:
    """The cube's own input colours: (33, 33, 33, 3) float32, sRGB 0..1, indexed [b][g][r]."""
    b, g, r = np.meshgrid(_axis(), _axis(), _axis(), indexing="ij")
    return np.stack([r, g, b], axis=-1)


@cache
def _unchanged() -> Float:
    """`grid`, kept to compare with."""
    return grid()


def interpolate(table: Float, rgb: Float) -> Float:
    """Trilinear look-up of `rgb` (..., 3), 0..1, in a (N, N, N, 3) [b][g][r] table. Inputs outside are clipped."""
    points = table.shape[0]
    position = np.clip(rgb, 0.0, 1.0).reshape(-1, 3) * np.float32(points - 1)
    low = np.minimum(position.astype(np.int32), points - 2)
    share = position - low.astype(np.float32)
    flat = table.reshape(-1, 3)
    steps = np.array([1, points, points * points])
    base = low @ steps
    # Along red, then green, then blue: each turn halves the corners, from eight to the result.
    corners = [
        np.take(flat, base + (i & 1) + (i >> 1 & 1) * points + (i >> 2) * points * points, axis=0) for i in range(8)
    ]
    for axis in range(3):
        part = share[:, axis, None]
        corners = [one + part * (other - one) for one, other in zip(corners[::2], corners[1::2], strict=True)]
    result: Float = corners[0].reshape(rgb.shape)
    return result


@dataclass(frozen=True, slots=True, eq=False)
class Cube:
    """One table, read-only: (33, 33, 33, 3) float32, indexed [b][g][r], sRGB 0..1."""

    table: Float

    def __post_init__(self) -> None:
        if self.table.shape != (POINTS, POINTS, POINTS, 3) or self.table.dtype != np.float32:
            raise ValueError(f"a cube's table is (33, 33, 33, 3) float32, not {self.table.shape} {self.table.dtype}")
        self.table.setflags(write=False)

    @classmethod
    def identity(cls) -> Cube:
        """The cube that changes nothing."""
        return cls(grid())

    @classmethod
    def from_function(cls, change: Callable[[Float], Float]) -> Cube:
        """Sample `change`, a function from sRGB (N, 3) float32 0..1 to the same, at every grid point."""
        colours = grid()
        table = change(colours.reshape(-1, 3)).reshape(colours.shape)
        return cls(np.ascontiguousarray(table, dtype=np.float32))

    @classmethod
    def read(cls, path: Path) -> Cube:
        """Read a .cube file of any LUT_3D_SIZE 2..65 and any domain. Raises DataError, naming the line."""
        found = parse_cube(path)
        inputs = (grid() - found.domain_min) / (found.domain_max - found.domain_min)
        if found.table.shape[0] == POINTS and np.array_equal(inputs, grid()):
            return cls(found.table)
        return cls(interpolate(found.table, inputs.astype(np.float32)))

    def write(self, path: Path, title: str = "mediakit") -> None:
        """Write a .cube file that ffmpeg's `lut3d` and grading tools read."""
        write_table(path, self.table, title)

    def compose(self, then: Cube) -> Cube:
        """This cube first, `then` on its result."""
        return Cube(interpolate(then.table, self.table))

    def blended(self, strength: float) -> Cube:
        """Part of the way from the identity (0) to this cube (1)."""
        if strength == 1.0:
            return self
        return Cube(grid() + np.float32(strength) * (self.table - grid()))

    @property
    def is_identity(self) -> bool:
        """True where it would leave every 8-bit picture as it is."""
        return bool(np.abs(self.table - _unchanged()).max() <= NOTHING)

    def apply(self, rgb: Rgb8) -> Rgb8:
        """The changed picture: (H, W, 3) uint8 to a new one. About 6 ms for 1080x1440 on one core.

        Large pictures go through two look-ups (`quick_cube`), small ones and steep cubes through an interpolation.
        """
        is_large = rgb.shape[0] * rgb.shape[1] >= LARGE_PIXELS and rgb.shape[1] <= WIDEST_PX
        quick = _quick(self) if is_large else None
        if quick is not None:
            return quick.apply(rgb)
        lut = ImageFilter.Color3DLUT(POINTS, self.table.reshape(-1))
        changed = Image.fromarray(np.ascontiguousarray(rgb)).filter(lut)
        return np.asarray(changed).copy()

    def apply_float(self, rgb: Float) -> Float:
        """The changed colours of a small array: (..., 3) float32 sRGB 0..1, clipped to 0..1."""
        return np.clip(interpolate(self.table, rgb.astype(np.float32, copy=False)), 0.0, 1.0)


def read_cube(path: Path) -> Cube:
    """`Cube.read`, once for each version of a file: a batch uses one look for thousands of pictures."""
    try:
        seen = path.stat()
    except OSError:
        return Cube.read(path)  # which says what is wrong
    return _read_once(path, seen.st_mtime_ns, seen.st_size)


@lru_cache(maxsize=4)
def _read_once(path: Path, _changed_ns: int, _bytes: int) -> Cube:
    return Cube.read(path)


@lru_cache(maxsize=2)
def _quick(cube: Cube) -> QuickTable | None:
    """Kept for the cubes in use: one cube serves all surfaces of a photo."""
    return split(cube.table)


def compose(first: Cube, then: Cube) -> Cube:
    """One cube that does `first`, then `then`."""
    return first.compose(then)
