"""Render a scene with Mitsuba 3 and clean it with Open Image Denoise: linear light, one thread."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any

import drjit as dr
import mitsuba as mi
import numpy as np
import pyoidn
from numpy.typing import NDArray

os.environ.setdefault("OIDN_NUM_THREADS", "1")
mi.set_variant("llvm_ad_rgb" if dr.has_backend(dr.JitBackend.LLVM) else "scalar_rgb")
dr.set_thread_count(1)
mi.set_log_level(mi.LogLevel.Error)

from studio.mesh import Mesh  # noqa: E402  (Mitsuba's types exist only once the variant is chosen)
from studio.paint import Texture  # noqa: E402

Point = tuple[float, float, float]


@dataclass
class Scene:
    """Shapes with materials, and the light around them."""

    around: Texture
    parts: dict[str, Any] = field(default_factory=dict)

    def add(self, mesh: Mesh, bsdf: dict[str, Any], at: Point = (0, 0, 0), turn: float = 0, lean: float = 0) -> None:
        """Put a mesh somewhere, turned about z and leaning back about x (degrees)."""
        self._put({"type": "ply", "filename": mesh.ply(), "bsdf": bsdf}, at, turn, lean)

    def panel(
        self, width: float, height: float, bsdf: dict[str, Any], at: Point, turn: float = 0, lean: float = 0
    ) -> None:
        """An upright rectangle facing the camera (towards -y), centred at `at`."""
        stand = mi.ScalarTransform4f().rotate([1, 0, 0], 90).scale([width / 2, height / 2, 1])
        self._put({"type": "rectangle", "bsdf": bsdf}, at, turn, lean, stand)

    def slab(self, width: float, depth: float, bsdf: dict[str, Any], at: Point, turn: float = 0) -> None:
        """A level rectangle facing up, centred at `at`."""
        self._put(
            {"type": "rectangle", "bsdf": bsdf}, at, turn, 0, mi.ScalarTransform4f().scale([width / 2, depth / 2, 1])
        )

    def lamp(self, width: float, depth: float, radiance: Point, at: Point) -> None:
        """A level light facing down, centred at `at`."""
        down = mi.ScalarTransform4f().rotate([1, 0, 0], 180).scale([width / 2, depth / 2, 1])
        emitter = {"type": "area", "radiance": {"type": "rgb", "value": list(radiance)}}
        self._put({"type": "rectangle", "emitter": emitter}, at, 0, 0, down)

    def _put(self, shape: dict[str, Any], at: Point, turn: float, lean: float, first: Any = None) -> None:
        place = mi.ScalarTransform4f().translate(list(at)).rotate([0, 0, 1], turn).rotate([1, 0, 0], lean)
        shape["to_world"] = place @ first if first is not None else place
        self.parts[f"part{len(self.parts)}"] = shape


@dataclass(frozen=True)
class Camera:
    """Where the phone is. `fov` is the angle across the longer side, `roll` how far it is tilted, `lens_cm` the opening."""

    at: Point
    to: Point
    fov: float = 50
    roll: float = 0
    lens_cm: float = 0.0
    focus_cm: float | None = None

    def sensor(self, size: tuple[int, int], samples: int) -> dict[str, Any]:
        """The camera as Mitsuba's dictionary."""
        up = [float(np.sin(np.radians(self.roll))), 0.0, float(np.cos(np.radians(self.roll)))]
        distance = self.focus_cm or float(np.linalg.norm(np.subtract(self.to, self.at)))
        lens = (
            {"type": "thinlens", "aperture_radius": self.lens_cm, "focus_distance": distance}
            if self.lens_cm
            else {"type": "perspective"}
        )
        return lens | {
            "fov": self.fov,
            "fov_axis": "larger",
            "to_world": mi.ScalarTransform4f().look_at(origin=list(self.at), target=list(self.to), up=up),
            "film": {
                "type": "hdrfilm",
                "width": size[0],
                "height": size[1],
                "rfilter": {"type": "box"},
                "pixel_format": "rgb",
                "component_format": "float32",
            },
            "sampler": {"type": "independent", "sample_count": samples},
        }


@dataclass(frozen=True)
class View:
    """What the camera sees: linear RGB light (h, w, 3) and the distance of each pixel in cm (h, w), both float32."""

    light: NDArray[np.float32]
    distance_cm: NDArray[np.float32]


def photograph(scene: Scene, camera: Camera, size: tuple[int, int], samples: int) -> View:
    """Trace `samples` paths a pixel, then let Open Image Denoise finish the picture from what the paths found out."""
    world = mi.load_dict(_world(scene))
    layers = np.array(mi.render(world, sensor=mi.load_dict(camera.sensor(size, samples))), dtype=np.float32)
    light, albedo, normal = (np.ascontiguousarray(np.nan_to_num(layers[..., i : i + 3])) for i in (0, 3, 6))
    return View(pyoidn.denoise(light, albedo=np.clip(albedo, 0, 1), normal=normal, hdr=True), layers[..., 9])


def _world(scene: Scene) -> dict[str, Any]:
    upright = mi.ScalarTransform4f().rotate([1, 0, 0], 90)
    sky = {"type": "envmap", "bitmap": mi.Bitmap(scene.around), "to_world": upright}
    paths = {"type": "path", "max_depth": 11, "rr_depth": 4, "hide_emitters": False}
    finder = {"type": "aov", "aovs": "albedo:albedo,normal:sh_normal,distance:depth", "paths": paths}
    return {"type": "scene", "integrator": finder, "sky": sky, **scene.parts}
