"""Clips with people who move, made from photos of people over photos of shops: where every face is, is known exactly.

Used by `reframe.py`. Nothing is kept: clips are written where the caller says.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.model import Box, Size
from mediakit.tools.ffmpeg import find_ffmpeg
from mediakit.vision.faces import find_faces

FPS = 30
FRAME = Size(1920, 1080)
Pixels = NDArray[np.uint8]
Route = Callable[[float], tuple[float, float]]
"""From a moment (seconds) to where a face's middle is, as shares of the frame."""


@dataclass(frozen=True, slots=True)
class Person:
    """A photo of one person: its pixels, its largest face, and how it fades into the background."""

    rgb: Pixels
    face: Box
    alpha: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Scene:
    """A background with people on their routes for so long."""

    background: Pixels
    people: tuple[tuple[Person, Route], ...]
    seconds: float


def person(photo: Path, face_height_px: int = 230) -> Person | None:
    """Cut out with a soft oval around head and shoulders, at the size at which the face is so high; None without a face."""
    read = cv2.imread(str(photo))
    if read is None:
        return None
    rgb = read[:, :, ::-1]
    faces = find_faces(np.ascontiguousarray(rgb), shown=Size(rgb.shape[1], rgb.shape[0]))
    if not faces:
        return None
    scale = face_height_px / faces[0].box.h
    small = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    box = faces[0].box.scaled(scale)
    x, y = box.centre
    left, top = max(0, int(x - 1.6 * box.w)), max(0, int(y - 1.2 * box.h))
    right, bottom = min(small.shape[1], int(x + 1.6 * box.w)), min(small.shape[0], int(y + 1.9 * box.h))
    part = np.ascontiguousarray(small[top:bottom, left:right])
    across = (np.arange(right - left) + left - x) / (1.6 * box.w)
    down = (np.arange(bottom - top) + top - y) / (1.9 * box.h)
    away = np.sqrt(across[None, :] ** 2 + down[:, None] ** 2)
    alpha = np.clip((1.0 - away) / 0.25, 0, 1).astype(np.float32)
    return Person(part, Box(box.x - left, box.y - top, box.w, box.h), alpha)


def write_clip(scenes: Sequence[Scene], path: Path) -> list[list[Box]]:
    """Encode the scenes one after the other; the faces of every frame, in the order of the scene's people."""
    command = [str(find_ffmpeg()), "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24"]
    command += ["-s", str(FRAME), "-r", str(FPS), "-i", "-", "-c:v", "libx264", "-preset", "veryfast", "-crf", "18"]
    command += ["-pix_fmt", "yuv420p", "-threads", "1", str(path)]
    truth: list[list[Box]] = []
    with subprocess.Popen(command, stdin=subprocess.PIPE) as encoder:
        assert encoder.stdin is not None
        for scene in scenes:
            for n in range(round(scene.seconds * FPS)):
                frame, boxes = _drawn(scene, n / FPS)
                encoder.stdin.write(frame.tobytes())
                truth.append(boxes)
        encoder.stdin.close()
    return truth


def _drawn(scene: Scene, t_s: float) -> tuple[Pixels, list[Box]]:
    frame = scene.background.copy()
    boxes = []
    for who, route in scene.people:
        x, y = route(t_s)
        left = round(x * FRAME.width_px - who.face.centre[0])
        top = round(y * FRAME.height_px - who.face.centre[1])
        _paste(frame, who, left, top)
        boxes.append(Box(left + who.face.x, top + who.face.y, who.face.w, who.face.h))
    return frame, boxes


def _paste(frame: Pixels, who: Person, left: int, top: int) -> None:
    x0, y0 = max(0, left), max(0, top)
    x1, y1 = min(frame.shape[1], left + who.rgb.shape[1]), min(frame.shape[0], top + who.rgb.shape[0])
    if x1 <= x0 or y1 <= y0:
        return
    alpha = who.alpha[y0 - top : y1 - top, x0 - left : x1 - left, None]
    part = who.rgb[y0 - top : y1 - top, x0 - left : x1 - left]
    under = frame[y0:y1, x0:x1]
    under[:] = (alpha * part + (1 - alpha) * under).round().astype(np.uint8)


def background(photo: Path) -> Pixels:
    """A photo filling the frame, a little soft, as a room behind people is."""
    rgb = cv2.imread(str(photo))[:, :, ::-1]
    scale = max(FRAME.width_px / rgb.shape[1], FRAME.height_px / rgb.shape[0])
    large = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    part = large[: FRAME.height_px, : FRAME.width_px]
    return np.ascontiguousarray(cv2.GaussianBlur(part, (0, 0), 4.0))
