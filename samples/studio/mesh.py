"""Shapes as triangle meshes: turned on a lathe from a profile, or boxes with round edges. Lengths are centimetres, z is up.

Profiles are corners with a fillet radius each, so a bottle is five or six numbers and no edge is sharper than it would be
in glass. Every mesh carries texture coordinates: u around, v along the profile.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Corner = tuple[float, float, float]
"""(radius from the axis, height, fillet radius), all in cm."""

_FOLDER = Path(tempfile.mkdtemp(prefix="samples-mesh-"))


@dataclass(frozen=True)
class Mesh:
    """vertices (n, 3), texture coordinates (n, 2), triangles (m, 3)."""

    vertices: Array
    uv: Array
    triangles: NDArray[np.int32]

    def bent(self, how: Callable[[Array], Array]) -> Mesh:
        """The same mesh with every vertex moved by `how`."""
        return Mesh(how(self.vertices), self.uv, self.triangles)

    def ply(self) -> str:
        """The path of a binary PLY file with this mesh (written once a run)."""
        table = np.zeros(len(self.vertices), dtype=[("p", "<f4", 3), ("n", "<f4", 3), ("s", "<f4", 2)])
        triangles, normals = self._smooth()
        table["p"], table["n"], table["s"] = self.vertices, normals, self.uv
        faces = np.zeros(len(triangles), dtype=[("n", "u1"), ("i", "<i4", 3)])
        faces["n"], faces["i"] = 3, triangles
        fields = "".join(f"property float {name}\n" for name in ("x", "y", "z", "nx", "ny", "nz", "s", "t"))
        head = f"ply\nformat binary_little_endian 1.0\nelement vertex {len(table)}\n{fields}element face {len(faces)}\n"
        data = (
            (head + "property list uchar int vertex_indices\nend_header\n").encode() + table.tobytes() + faces.tobytes()
        )
        path = _FOLDER / f"{hashlib.sha256(data).hexdigest()[:16]}.ply"
        if not path.exists():
            path.write_bytes(data)
        return str(path)

    def _smooth(self) -> tuple[NDArray[np.int32], Array]:
        """Triangles that have an area, and unit normals that agree wherever two vertices share a place (seams, poles)."""
        a, b, c = (self.vertices[self.triangles[:, i]] for i in range(3))
        across = np.cross(b - a, c - a)
        real = np.linalg.norm(across, axis=1) > 1e-9
        _, place = np.unique(np.round(self.vertices, 4), axis=0, return_inverse=True)
        total = np.zeros((place.max() + 1, 3))
        for i in range(3):
            np.add.at(total, place.ravel()[self.triangles[real, i]], across[real])
        length = np.linalg.norm(total, axis=1, keepdims=True)
        total = np.where(length > 1e-12, total / np.maximum(length, 1e-12), [0.0, 0.0, 1.0])
        return self.triangles[real], total[place.ravel()]


def rounded(corners: Sequence[Corner], steps: int = 8) -> Array:
    """A profile (n, 2) of (radius, height) with each corner replaced by an arc of its fillet radius."""
    points: list[Array] = []
    flat = np.array([c[:2] for c in corners], dtype=np.float64)
    for i, (_, _, fillet) in enumerate(corners):
        if fillet <= 0 or i in (0, len(corners) - 1):
            points.append(flat[i])
            continue
        before, after = flat[i - 1] - flat[i], flat[i + 1] - flat[i]
        reach = min(fillet, 0.49 * np.hypot(*before), 0.49 * np.hypot(*after))
        start, end = flat[i] + before / np.hypot(*before) * reach, flat[i] + after / np.hypot(*after) * reach
        for t in np.linspace(0, 1, steps):
            points.append((1 - t) ** 2 * start + 2 * t * (1 - t) * flat[i] + t**2 * end)
    return np.array(points)


def lathe(corners: Sequence[Corner], around: int = 96, arc: tuple[float, float] = (0, 360)) -> Mesh:
    """Turn a profile about the z axis. `arc` in degrees makes a part of the turn, -90 facing the camera (towards -y)."""
    profile = _denser(rounded(corners))
    angles = np.radians(np.linspace(*arc, around + 1))
    radius, height = profile[:, 0], profile[:, 1]
    x, y = radius[:, None] * np.cos(angles), radius[:, None] * np.sin(angles)
    z = np.repeat(height[:, None], len(angles), axis=1)
    length = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(profile, axis=0).T))])
    u, v = np.meshgrid(np.linspace(0, 1, len(angles)), length / length[-1])
    return _grid(np.stack([x, y, z], axis=-1), np.stack([u, v], axis=-1))


def twig(course: Array, radius: float) -> Mesh:
    """A thin round stem along a course of points (n, 3), tapering to half its radius."""
    angles = np.linspace(0, 2 * np.pi, 9)
    ring = np.stack([np.cos(angles), np.sin(angles), np.zeros_like(angles)], axis=-1)
    thickness = radius * np.linspace(1, 0.5, len(course))
    points = course[:, None, :] + thickness[:, None, None] * ring
    u, v = np.meshgrid(np.linspace(0, 1, 9), np.linspace(0, 1, len(course)))
    return _grid(points, np.stack([u, v], axis=-1))


def box(width: float, depth: float, height: float, radius: float, edge: float = 0.15) -> Mesh:
    """A box standing on z = 0 with round upright corners (`radius`) and eased top and bottom edges (`edge`)."""
    turn = np.linspace(0, np.pi / 2, 7)
    inset = np.concatenate([edge * (1 - np.sin(turn)), edge * (1 - np.cos(turn))])
    level = np.concatenate([edge * (1 - np.cos(turn)), height - edge + edge * np.sin(turn)])
    rings = [
        np.column_stack([_outline(width - 2 * i, depth - 2 * i, max(radius - i, 0.02)), np.full(_OUTLINE, z)])
        for i, z in zip(inset, level, strict=True)
    ]
    rings = [rings[0] * [0, 0, 1], *rings, rings[-1] * [0, 0, 1]]
    u, v = np.meshgrid(np.linspace(0, 1, _OUTLINE), np.linspace(0, 1, len(rings)))
    return _grid(np.array(rings), np.stack([u, v], axis=-1))


_OUTLINE = 4 * 9 + 1


def _outline(width: float, depth: float, radius: float) -> Array:
    """A rectangle with round corners, counter-clockwise and closed, (37, 2)."""
    radius = min(radius, width / 2 - 1e-3, depth / 2 - 1e-3)
    points = []
    for k, (sx, sy) in enumerate(((1, -1), (1, 1), (-1, 1), (-1, -1))):
        for a in np.radians(np.linspace(-90, 0, 9) + 90 * k):
            points.append(
                (sx * (width / 2 - radius) + radius * np.cos(a), sy * (depth / 2 - radius) + radius * np.sin(a))
            )
    return np.array([*points, points[0]])


def _denser(profile: Array, longest: float = 0.5) -> Array:
    """The profile with long straight stretches divided: smooth normals then bend at the fillets only."""
    parts = [profile[:1]]
    for a, b in pairwise(profile):
        near = np.array([0.02, 0.98]) if np.hypot(*(b - a)) > 0.3 else np.array([])
        t = np.union1d(np.linspace(0, 1, int(np.hypot(*(b - a)) / longest) + 2)[1:], near)
        parts.append(a + t[:, None] * (b - a))
    return np.concatenate(parts)


def _grid(points: Array, uv: Array) -> Mesh:
    """Triangles over a (rows, columns, 3) grid of points."""
    rows, columns = points.shape[:2]
    corner = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).ravel()
    lower = np.stack([corner, corner + 1, corner + columns + 1], axis=1)
    upper = np.stack([corner, corner + columns + 1, corner + columns], axis=1)
    return Mesh(points.reshape(-1, 3), uv.reshape(-1, 2), np.concatenate([lower, upper]).astype(np.int32))
