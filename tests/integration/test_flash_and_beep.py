"""A phone's variable rate becomes constant and nothing drifts: after a minute every flash still meets its beep.

The clip is made as phones make them: frames are left out at random, with a longer stretch at half the rate; every second one
white frame and a beep that begins with it. Judged from the finished file alone, decoded by ffmpeg.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from clip_maker import ffmpeg, file_url, find_ffmpeg

import mediakit
from mediakit.presets.schema import Limits
from mediakit.video.probe import probe

SECONDS, WIDTH, HEIGHT, RATE_HZ = 62, 160, 90, 48_000
MOST_APART_S = 0.020


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("flash")
    flash = "geq=lum='if(lt(mod(T+0.001,1),1/30),235,40)':cb=128:cr=128"
    uneven = "not(eq(mod(n,7),3)+eq(mod(n,11),5))*not(between(n,600,900)*mod(n,2))+eq(mod(n,30),0)"
    ffmpeg(
        *("-f", "lavfi", "-i", f"color=gray:s={WIDTH}x{HEIGHT}:r=30:d={SECONDS}"),
        *("-f", "lavfi", "-i", f"aevalsrc='0.5*sin(2*PI*1000*t)*lt(mod(t,1),0.04)':s={RATE_HZ}:d={SECONDS}"),
        *("-vf", f"{flash},select='{uneven}'", "-fps_mode", "vfr", "-c:v", "libx264", "-preset", "ultrafast"),
        *("-crf", "12", "-c:a", "aac", "-b:a", "128k", folder / "phone.mp4"),
    )
    assert probe(folder / "phone.mp4", Limits()).vfr
    result = mediakit.process(folder / "phone.mp4", to=("weibo.video",), out=folder / "out", jobs=1)
    (item,) = result.outcomes[0].delivered
    assert item.status == "made", item.problem
    return folder / "out" / item.path


def decoded(path: Path, *words: str) -> bytes:
    command = [str(find_ffmpeg()), "-v", "error", "-i", file_url(path), *words, "pipe:1"]
    return subprocess.run(command, capture_output=True, check=True).stdout


def test_every_flash_meets_its_beep_to_the_last_second(finished: Path):
    info = probe(finished, Limits())
    assert not info.vfr
    small = ("-vf", "scale=16:16:flags=area", "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "gray")
    grey = np.frombuffer(decoded(finished, *small), np.uint8).reshape(-1, 16 * 16)
    bright = grey.mean(axis=1)
    lit = bright > (bright.min() + bright.max()) / 2
    flashes = np.flatnonzero(lit & ~np.concatenate([[False], lit[:-1]])) / float(info.fps)
    sound = np.frombuffer(decoded(finished, "-f", "f32le", "-ac", "1", "-ar", str(RATE_HZ)), np.float32)
    level = np.abs(sound[: len(sound) // 48 * 48]).reshape(-1, 48).max(axis=1)  # a thousand times a second
    loud = level > 0.2 * level.max()
    begins = np.flatnonzero(loud) / 1000
    beeps = begins[np.diff(begins, prepend=-1.0) > 0.5]
    assert len(flashes) == len(beeps) == SECONDS
    assert np.abs(flashes - beeps).max() <= MOST_APART_S
    assert abs(flashes[-1] - (SECONDS - 1)) <= MOST_APART_S
