"""HDR to SDR, held against another implementation: zimg (ffmpeg's zscale) makes the light, BT.2390's words make the curve.

Nothing of `mediakit.video.colour` is used for what is expected. zimg undoes HLG and PQ, its OOTF for a display of 1000 cd/m2
included (agamma=false: by luminance, as BT.2100 says, not by channel), and changes the primaries; the tone curve is written
down here once more, from Report ITU-R BT.2390-11, 5.4.1.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from clip_maker import TAGGED_709, encode, file_url, find_ffmpeg, picture

from mediakit.model import Crop
from mediakit.presets.schema import Limits
from mediakit.video.clip import ClipInfo
from mediakit.video.probe import probe
from mediakit.video.render import ClipOutput, render_clip
from mediakit.video.transcode import Encoder

CLIPS = {
    "hlg10-color-test.mp4": ("hlg", False),
    "derived/people_hlg10_hevc.mp4": ("hlg", False),
    "dolbyVision-hdr.MOV": ("hlg", True),
    "hdr10-av1.mp4": ("pq", False),
    "hdr10-video-with-sdr-container.mp4": ("pq", False),
}
WHITE, PEAK = 203.0, 1000.0


def light_by_zimg(path: Path, info: ClipInfo, at_s: float) -> np.ndarray:
    """(H, W, 3) float32: display light of one frame in BT.709 primaries, 1.0 for 203 cd/m2, as shown."""
    curve = "arib-std-b67" if info.colour.hdr == "hlg" else "smpte2084"
    way = f"zscale=tin={curve}:pin=bt2020:min=bt2020nc:rin={'full' if info.colour.full_range else 'limited'}"
    graph = f"{way}:t=linear:agamma=false:npl={WHITE}:p=bt709:m=gbr:r=full,format=gbrpf32le"
    command = [str(find_ffmpeg()), "-v", "error", "-ss", f"{at_s:.4f}", "-i", file_url(path), "-vf", graph]
    command += ["-frames:v", "1", "-f", "rawvideo", "pipe:1"]
    raw = np.frombuffer(subprocess.run(command, capture_output=True, check=True).stdout, np.float32)
    g, b, r = raw.reshape(3, info.size.height_px, info.size.width_px)
    return np.stack([r, g, b], axis=-1)


def pq(light: np.ndarray) -> np.ndarray:
    """SMPTE ST 2084: code value of cd/m2."""
    m1, m2, c1, c2, c3 = 0.1593017578125, 78.84375, 0.8359375, 18.8515625, 18.6875
    y = np.power(np.clip(light, 0, None) / 10000.0, m1)
    return np.power((c1 + c2 * y) / (1 + c3 * y), m2)


def pq_light(code: np.ndarray) -> np.ndarray:
    """And back."""
    m1, m2, c1, c2, c3 = 0.1593017578125, 78.84375, 0.8359375, 18.8515625, 18.6875
    root = np.power(code, 1 / m2)
    return 10000.0 * np.power(np.clip(root - c1, 0, None) / (c2 - c3 * root), 1 / m1)


def expected(light: np.ndarray) -> np.ndarray:
    """8-bit SDR of light inside BT.709: the largest channel through the EETF, the others in proportion, BT.1886."""
    peak = np.clip(light.max(axis=-1), 1e-9, None)
    e1 = pq(np.minimum(peak * WHITE, PEAK)) / pq(np.array(PEAK))
    top = pq(np.array(WHITE)) / pq(np.array(PEAK))
    ks = 1.5 * top - 0.5
    t = (e1 - ks) / (1 - ks)
    hermite = (2 * t**3 - 3 * t**2 + 1) * ks + (t**3 - 2 * t**2 + t) * (1 - ks) + (-2 * t**3 + 3 * t**2) * top
    mapped = pq_light(np.where(e1 < ks, e1, hermite) * pq(np.array(PEAK))) / WHITE
    shown = np.clip(light * (mapped / peak)[..., None], 0, 1)
    return np.power(shown, 1 / 2.4) * 255


def decoded(path: Path, info: ClipInfo) -> np.ndarray:
    graph = "zscale=min=709:rin=limited:m=gbr:r=full,format=gbrp"
    command = [
        str(find_ffmpeg()),
        "-v",
        "error",
        "-i",
        file_url(path),
        "-vf",
        graph,
        "-frames:v",
        "1",
        "-f",
        "rawvideo",
        "-",
    ]
    g, b, r = np.frombuffer(subprocess.run(command, capture_output=True, check=True).stdout, np.uint8).reshape(
        3, info.size.height_px, info.size.width_px
    )
    return np.stack([r, g, b], axis=-1).astype(np.float64)


@pytest.mark.corpus
@pytest.mark.parametrize("name", CLIPS)
def test_light_becomes_what_the_standards_say(corpus: Path, tmp_path: Path, name: str):
    path, (hdr, dolby) = corpus / "video" / name, CLIPS[name]
    info = probe(path, Limits())
    assert (info.colour.hdr, info.colour.dolby_vision) == (hdr, dolby)
    length = min(info.duration, 3 / info.fps)
    output = ClipOutput(
        path=tmp_path / "o.mp4", size=info.size, crop=Crop.whole(info.size), fps=info.fps, length=length, sharpen=0.0
    )
    render_clip(path, info, [output])
    light = light_by_zimg(path, info, 0.0)
    # Outside BT.709 colours are drawn in, which is taste, not standard; edges differ by how chroma is enlarged.
    inside = (light.min(axis=-1) > 0.002) & ~_is_edge(light)
    assert inside.mean() > 0.1
    apart = np.abs(decoded(output.path, info) - expected(light))[inside]
    assert apart.mean() < 1.6, apart.mean()
    assert np.percentile(apart, 98) < 6.0


def _is_edge(light: np.ndarray) -> np.ndarray:
    code = np.clip(light, 0, 1) ** (1 / 2.4) * 255
    edge = np.zeros(code.shape[:2], bool)
    for axis in (0, 1):
        for step in (-2, 2):
            edge |= np.abs(code - np.roll(code, step, axis=axis)).max(axis=-1) > 8
    return edge


def test_sdr_goes_through_no_table(tmp_path: Path):
    info = probe(encode(*picture(), to=tmp_path / "in.mp4", options=TAGGED_709), Limits())
    output = ClipOutput(path=tmp_path / "o.mp4", size=info.size, crop=Crop(0, 0, 318, 180), fps=info.fps)
    words = Encoder(tmp_path / "in.mp4", info, tmp_path, 1, 60.0, None)._args({0: output}, first=True)
    graph = words[words.index("-filter_complex") + 1]
    assert "lut3d" not in graph
    assert "matrixin=709" in graph and "matrix=709" in graph


def test_sdr_as_it_should_be_is_the_same_bit_for_bit(tmp_path: Path):
    source = encode(
        *picture(), to=tmp_path / "in.mp4", options=(*TAGGED_709, "-profile:v", "high", "-preset", "medium")
    )
    info = probe(source, Limits())
    render_clip(
        source, info, [ClipOutput(path=tmp_path / "o.mp4", size=info.size, crop=Crop.whole(info.size), fps=info.fps)]
    )
    hashes = [
        subprocess.run(
            [str(find_ffmpeg()), "-v", "error", "-i", file_url(path), "-map", "0:v", "-f", "md5", "-"],
            capture_output=True,
            check=True,
        ).stdout
        for path in (source, tmp_path / "o.mp4")
    ]
    assert hashes[0] == hashes[1]
