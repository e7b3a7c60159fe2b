"""Memory does not grow with a clip's length."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from clip_maker import encode, picture

RENDER = """
import resource, sys
from fractions import Fraction
from pathlib import Path
from mediakit.model import Crop, Size
from mediakit.presets.schema import Limits
from mediakit.video.probe import probe
from mediakit.video.render import ClipOutput, render_clip
source, folder = Path(sys.argv[1]), Path(sys.argv[2])
info = probe(source, Limits())
whole = Crop.whole(info.size)
render_clip(source, info, [
    ClipOutput(path=folder / "a.mp4", size=Size(180, 320), crop=whole, fps=Fraction(30), fit="blur"),
    ClipOutput(path=folder / "b.mp4", size=Size(90, 120), crop=whole, fps=Fraction(15)),
])
print(max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))
"""


def peak_kb(source: Path, folder: Path) -> int:
    """The most that we or ffmpeg needed, each on its own."""
    command = [sys.executable, "-c", RENDER, str(source), str(folder)]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="ru_maxrss is in kB on Linux only")
def test_ten_times_the_length_needs_no_more_memory(tmp_path: Path) -> None:
    small = picture(w=160, h=90, seconds=30)
    short = encode(*small, to=tmp_path / "short.mp4")
    long = encode("-stream_loop", "9", "-i", str(short), to=tmp_path / "long.mp4")
    assert peak_kb(long, tmp_path) <= 1.1 * peak_kb(short, tmp_path)
