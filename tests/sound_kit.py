"""What the tests of sound share: making sound files, reading them back, and an independent ffmpeg as judge."""

from __future__ import annotations

import re
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

RATE = 48_000

needs_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="the judge, a system ffmpeg, is not installed")


def tone(seconds: float, hz: float = 440.0, level: float = 0.5, rate: int = RATE) -> np.ndarray:
    """A sine in both channels, (2, n) float32."""
    wave = level * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)
    return np.stack([wave, wave]).astype(np.float32)


def noise(seconds: float, level: float = 0.1, seed: int = 1) -> np.ndarray:
    """White noise, the two channels unlike, (2, n) float32."""
    made = np.random.default_rng(seed).normal(0.0, level, (2, round(seconds * RATE)))
    return made.astype(np.float32)


def silence(seconds: float) -> np.ndarray:
    return np.zeros((2, round(seconds * RATE)), np.float32)


def write_sound(
    path: Path, sound: np.ndarray, *, codec: str = "pcm_f32le", rate: int = RATE, layout: str = "stereo"
) -> Path:
    """`sound` (channels, n) as a file of the container that `path` names."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, layout=layout)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound), format="fltp", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def read_sound_file(path: Path) -> np.ndarray:
    """Everything in `path`, (channels, n) float32, at the file's own rate."""
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray() for frame in container.decode(audio=0)]
    return np.concatenate(frames, axis=1)


def ebur128(path: Path) -> tuple[float, float]:
    """(LUFS, dBTP) by the judge."""
    said = _ffmpeg("-i", str(path), "-af", "ebur128=peak=true", "-f", "null", "-")
    loudness = re.findall(r"I:\s+(-?[\d.]+|-inf) LUFS", said)[-1]
    peak = re.findall(r"Peak:\s+(-?[\d.]+|-inf) dBFS", said)[-1]
    return float(loudness), float(peak)


def rms_db(sound: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(np.square(sound, dtype=np.float64)) + 1e-20))


def _ffmpeg(*args: str) -> str:
    return subprocess.run(
        ["ffmpeg", "-hide_banner", "-nostats", *args], capture_output=True, text=True, check=True
    ).stderr


def judge_ffmpeg(*args: str) -> None:
    """Make something with the judge, for tests that need a file of a kind PyAV does not write."""
    _ffmpeg("-y", "-loglevel", "error", *args)
