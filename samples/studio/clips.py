"""Clips from one rendered view: a hand-held phone moves before it, and near things move more than far ones.

Each frame looks at the view through a window that follows a path with the tremor of a hand. The camera's own shift is
turned into parallax with the view's distances, which holds for the few centimetres that are asked of it. The tremor is a
sum of slow and quick swings, as recorded from hands: most below 2 Hz, a little between 4 and 8 Hz.
"""

from __future__ import annotations

import io
import subprocess
import tempfile
import wave
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

from studio import phone
from studio.phone import Handling
from studio.synth import RATE
from studio.tracer import View

Pose = tuple[float, float, float, float, float, float]
"""(second, x and y of the window's centre and its width as shares of the view, camera shift right and down in cm)"""


@dataclass(frozen=True)
class Clip:
    """One clip of the shoot. `size` is as shown; `sideways` stores it turned, with a display matrix, as phones do."""

    file: str
    setting: str
    size: tuple[int, int]
    fps: int
    path: list[Pose]
    how: Handling
    when: str
    sound: str | None = None
    sideways: bool = False
    place: str | None = None
    shake: float = 1.0

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.path[-1][0]


def film(clip: Clip, view: View, fov: float, sound: NDArray[np.float64] | None, out: Path) -> None:
    """Write the clip: H.264, BT.709, AAC where there is sound."""
    with tempfile.TemporaryDirectory() as folder:
        upright, track = Path(folder, "frames.mp4"), Path(folder, "sound.wav")
        _encode(frames(clip, view, fov), clip, upright)
        if sound is not None:
            track.write_bytes(_wav(sound))
        _mux(clip, upright, track if sound is not None else None, out)


def frames(clip: Clip, view: View, fov: float) -> Iterator[NDArray[np.uint8]]:
    """Every frame as shown, (h, w, 3) uint8."""
    inverse = _inverse_distance(view)
    focal_px = max(view.light.shape[:2]) / 2 / np.tan(np.radians(fov / 2))
    count = round(clip.seconds * clip.fps)
    times = np.arange(count) / clip.fps
    poses = _smooth_path(clip.path, times) + _tremor(times, clip.how.seed) * clip.shake
    for i, pose in enumerate(poses):
        window = _look(view.light, inverse, pose, clip.size, focal_px)
        yield phone.develop(window, replace(clip.how, long_side_px=max(clip.size), seed=clip.how.seed * 1000 + i))


def _look(
    light: NDArray[np.float32],
    inverse: NDArray[np.float32],
    pose: NDArray[np.float64],
    size: tuple[int, int],
    focal_px: float,
) -> NDArray[np.float32]:
    """What the window at `pose` (x, y, width share, shift right, shift down, roll in degrees) sees."""
    height, width = light.shape[:2]
    x, y, share, right, down, roll = pose
    scale = share * width / size[0]
    u, v = np.meshgrid((np.arange(size[0]) - size[0] / 2) * scale, (np.arange(size[1]) - size[1] / 2) * scale)
    c, s = np.cos(np.radians(roll)), np.sin(np.radians(roll))
    base_x = (x * width + c * u - s * v).astype(np.float32)
    base_y = (y * height + s * u + c * v).astype(np.float32)
    at_x, at_y = base_x, base_y
    middle = float(np.median(inverse))
    for _ in range(3):
        nearness = cv2.remap(inverse, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE) - middle
        at_x = base_x + np.float32(focal_px * right) * nearness
        at_y = base_y + np.float32(focal_px * down) * nearness
    return cv2.remap(light, at_x, at_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)


def _inverse_distance(view: View) -> NDArray[np.float32]:
    """1 / cm, softened across edges so that parallax stretches them instead of tearing."""
    inverse = (1 / np.clip(view.distance_cm, 5, 200)).astype(np.float32)
    near = cv2.dilate(inverse, np.ones((7, 7), np.uint8))
    return cv2.GaussianBlur(near, (0, 0), 4)


def _smooth_path(path: list[Pose], times: NDArray[np.float64]) -> NDArray[np.float64]:
    """The path eased from pose to pose: (frames, 6), the last column the roll."""
    knots = np.array(path)
    leg = np.clip(np.searchsorted(knots[:, 0], times, side="right") - 1, 0, len(knots) - 2)
    t = (times - knots[leg, 0]) / (knots[leg + 1, 0] - knots[leg, 0])
    t = (t * t * (3 - 2 * t))[:, None]
    poses = knots[leg, 1:] * (1 - t) + knots[leg + 1, 1:] * t
    return np.concatenate([poses, np.zeros((len(times), 1))], axis=1)


def _tremor(times: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """How a hand strays, in the units of a pose."""
    rng = np.random.default_rng(500 + seed)
    reach = np.array([0.0035, 0.0040, 0.0015, 0.04, 0.04, 0.22])
    stray = np.zeros((len(times), 6))
    for hertz, share in ((0.43, 1.0), (0.91, 0.7), (1.7, 0.35), (4.6, 0.10), (7.3, 0.05)):
        stray += share * np.sin(2 * np.pi * hertz * times[:, None] + rng.uniform(0, 2 * np.pi, 6))
    return stray * reach


def _encode(pictures: Iterator[NDArray[np.uint8]], clip: Clip, path: Path) -> None:
    """Pipe frames to x264, turned a quarter left where the phone was held upright but stores lying."""
    width, height = clip.size[::-1] if clip.sideways else clip.size
    source = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", str(clip.fps), "-i", "-"]
    colour = [
        "-vf",
        "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p",
        "-colorspace",
        "bt709",
        "-color_primaries",
        "bt709",
        "-color_trc",
        "bt709",
    ]
    codec = ["-c:v", "libx264", "-preset", "slow", "-crf", "25", "-threads", "1", "-g", str(clip.fps * 2), "-bitexact"]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *source, *colour, *codec, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as encoder:
        assert encoder.stdin is not None
        for picture in pictures:
            stored = np.rot90(picture) if clip.sideways else picture
            encoder.stdin.write(np.ascontiguousarray(stored).tobytes())
        encoder.stdin.close()
    if encoder.returncode:
        raise SystemExit(f"ffmpeg could not encode {clip.file}")


def _mux(clip: Clip, video: Path, sound: Path | None, out: Path) -> None:
    """Put picture, sound, rotation, time and place into the file."""
    turn = ["-display_rotation", "-90"] if clip.sideways else []
    audio = ["-i", str(sound)] if sound else []
    coding = ["-c:a", "aac", "-b:a", "96k", "-shortest"] if sound else ["-an"]
    tags = ["-metadata", f"creation_time={clip.when}"] + (["-metadata", f"location={clip.place}"] if clip.place else [])
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-v",
        "error",
        "-y",
        *turn,
        "-i",
        str(video),
        *audio,
        "-c:v",
        "copy",
        *coding,
        *tags,
        str(out),
    ]
    subprocess.run(command, check=True)


def _wav(sound: NDArray[np.float64]) -> bytes:
    """16-bit WAV, (samples, 2) in -1..1."""
    data = io.BytesIO()
    with wave.open(data, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.rint(np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    return data.getvalue()
