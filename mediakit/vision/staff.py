"""Is this face one of those who agreed to be shown? An optional part: `pip install "mediakit[staff]"`.

A face becomes 128 numbers by dlib's face network (ResNet-29; King, 2017; model CC0, inside the wheel of
face-recognition-models) after its five points are laid over those of an average face. Two pictures of one person lie close
together, mostly within 0.6. Here the limit is stricter: a customer who is shown by mistake is worse than a colleague who is
blurred by mistake and kept by number. All of it happens on this machine; nothing about a face is stored.

Limits: faces under LEAST_FACE_PX are too small to be known, and are blurred. The model knows adults better than children, and
was taught mostly on faces from the west; look at what it kept.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.errors import DataError, MissingPartError
from mediakit.model import Box, Face, Size
from mediakit.presets.recipe import AssetRef
from mediakit.vision.faces import find_faces

SAME_PERSON = 0.48
"""Largest distance of two pictures of one person. The model's author gives 0.6 for equally many errors of both kinds."""
LEAST_FACE_PX = 36
_REFERENCE_EDGE_PX = 1280
_CHIP_PX = 150
_NETWORK = "dlib_face_recognition_resnet_model_v1.dat"
_POINTS = "shape_predictor_5_face_landmarks.dat"
_HINT = 'Install it with: pip install "mediakit[staff]"; or name faces by number with --keep-face.'

Numbers = NDArray[np.float32]


def require() -> None:
    """Raise MissingPartError unless faces can be compared here."""
    if importlib.util.find_spec("dlib") is None:
        raise MissingPartError("privacy.staff needs dlib, which is not installed.", _HINT)
    for name in (_NETWORK, _POINTS):
        _model(name)


@dataclass(frozen=True, slots=True)
class Staff:
    """What is known of the people in the reference photos: (n, 128) numbers, one row a photo."""

    people: Numbers

    @staticmethod
    def of(references: Sequence[AssetRef]) -> Staff:
        """Read reference photos, each of one person (the largest face counts).

        Raises MissingPartError without the optional part, DataError for a photo that cannot be read or shows no face.
        """
        return _staff(tuple((ref.path, ref.sha256) for ref in references))

    def knows(self, rgb: NDArray[np.uint8], face: Face) -> bool:
        """Whether a face on an (H, W, 3) sRGB picture, in its pixels, is somebody in the reference photos."""
        if min(face.box.w, face.box.h) < LEAST_FACE_PX:
            return False
        apart = np.linalg.norm(self.people - describe(rgb, face.box), axis=1)
        return bool(apart.min() <= SAME_PERSON)


def describe(rgb: NDArray[np.uint8], box: Box) -> Numbers:
    """128 numbers for the face in a box of an (H, W, 3) uint8 sRGB picture. About 50 ms."""
    require()
    import dlib

    points, network = _parts()
    side = 0.5 * (box.w + box.h)
    x, y = box.centre
    square = dlib.rectangle(*(round(v) for v in (x - side / 2, y - side / 2, x + side / 2, y + side / 2)))
    picture = np.ascontiguousarray(rgb)
    chip = dlib.get_face_chip(picture, points(picture, square), size=_CHIP_PX, padding=0.25)
    return np.array(network.compute_face_descriptor(chip), np.float32)


@lru_cache(maxsize=4)
def _staff(references: tuple[tuple[Path, str], ...]) -> Staff:
    return Staff(np.stack([_reference(path) for path, _ in references]))


def _reference(path: Path) -> Numbers:
    from PIL import Image, ImageOps

    try:
        with Image.open(path) as image:
            image.draft("RGB", (_REFERENCE_EDGE_PX, _REFERENCE_EDGE_PX))
            rgb = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as problem:
        raise DataError(f"{path.name}, a reference photo, cannot be read.", "Replace it by a JPEG or PNG.") from problem
    scale = min(1.0, _REFERENCE_EDGE_PX / max(rgb.shape[:2]))
    if scale < 1:
        rgb = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    faces = find_faces(rgb, shown=Size(rgb.shape[1], rgb.shape[0]))
    if not faces or min(faces[0].box.w, faces[0].box.h) < LEAST_FACE_PX:
        raise DataError(
            f"{path.name}, a reference photo, shows no face that is large enough.",
            "Take one from the front, the face at least a quarter of the picture's height.",
        )
    return describe(rgb, faces[0].box)


@lru_cache(maxsize=1)
def _parts() -> tuple[Any, Any]:
    import dlib

    return dlib.shape_predictor(str(_model(_POINTS))), dlib.face_recognition_model_v1(str(_model(_NETWORK)))


def _model(name: str) -> Path:
    """A model file inside face-recognition-models; the package itself is not imported (it needs an old pkg_resources)."""
    spec = importlib.util.find_spec("face_recognition_models")
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        path = Path(folder) / "models" / name
        if path.is_file():
            return path
    raise MissingPartError("privacy.staff needs face-recognition-models, which is not installed.", _HINT)
