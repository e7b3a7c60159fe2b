"""What the tests of rendering share: a clip wanted as asked, a frame of it, and what ffprobe says of it."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from clip_maker import TAGGED_709, encode, ffprobe, stream
from numpy.typing import NDArray
from PIL import Image

from mediakit.model import Crop, Size
from mediakit.presets.schema import Limits
from mediakit.tools.ffmpeg import file_url, find_ffmpeg
from mediakit.video.clip import ClipInfo
from mediakit.video.probe import probe
from mediakit.video.render import ClipOutput, render_clip
from mediakit.video.timing import output_fps

LIMITS = Limits()
AS_709 = "scale=in_color_matrix=bt709:in_range=tv:flags=accurate_rnd+full_chroma_int"
HDR_HEADER = (
    "log-level=error:crf=4:colorprim=bt2020:transfer=arib-std-b67:colormatrix=bt2020nc:max-cll=1000,400:"
    "master-display=G(8500,39850)B(6550,2300)R(35400,14600)WP(15635,16450)L(10000000,1)"
)


def wanted(info: ClipInfo, path: Path, **changes: object) -> ClipOutput:
    """The whole clip at its own size, with changes."""
    even = Size(info.size.width_px // 2 * 2, info.size.height_px // 2 * 2)
    base = ClipOutput(path=path, size=even, crop=Crop.whole(info.size), fps=output_fps(info.fps, 60))
    return replace(base, **changes)  # type: ignore[arg-type]


def render(source: Path, path: Path, **changes: object) -> ClipInfo:
    info = probe(source, LIMITS)
    render_clip(source, info, [wanted(info, path, **changes)])
    return info


def frame(path: Path, n: int = 0) -> NDArray[np.uint8]:
    """Frame n by ffmpeg's own conversion, (H, W, 3)."""
    command = [str(find_ffmpeg()), "-v", "error", "-i", file_url(path), "-vf", f"select=eq(n\\,{n}),{AS_709}"]
    command += ["-frames:v", "1", "-f", "image2pipe", "-c:v", "png", "-pix_fmt", "rgb24", "pipe:1"]
    data = subprocess.run(command, capture_output=True, check=True).stdout
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    return np.ascontiguousarray(decoded[:, :, ::-1])


def quadrants(rgb: NDArray[np.uint8]) -> list[str]:
    """The names of the colours top left, top right, bottom left, bottom right."""
    names = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255), "white": (255, 255, 255)}
    h, w = rgb.shape[:2]
    points = [rgb[h // 4, w // 4], rgb[h // 4, 3 * w // 4], rgb[3 * h // 4, w // 4], rgb[3 * h // 4, 3 * w // 4]]
    return [min(names, key=lambda name: np.abs(np.int16(names[name]) - p).sum()) for p in points]


def four_colours(path: Path, size: Size, options: tuple[str, ...] = (), seconds: float = 0.4) -> Path:
    """A clip with red, green / blue, white quadrants."""
    still = np.zeros((size.height_px, size.width_px, 3), np.uint8)
    h, w = size.height_px // 2, size.width_px // 2
    still[:h, :w], still[:h, w:], still[h:, :w], still[h:, w:] = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255,) * 3
    Image.fromarray(still).save(path.with_suffix(".png"))
    loop = ["-loop", "1", "-framerate", "25", "-t", str(seconds), "-i", file_url(path.with_suffix(".png"))]
    convert = ("-vf", "scale=out_color_matrix=bt709:out_range=tv", *TAGGED_709)
    return encode(*loop, to=path, options=(*convert, *options))


def assert_conforms(path: Path, size: Size, fps: Fraction) -> dict[str, object]:
    video = stream(ffprobe(path), "video")
    assert (video["codec_name"], video["profile"], video["pix_fmt"]) == ("h264", "High", "yuv420p")
    assert [video["width"], video["height"]] == [size.width_px, size.height_px]
    tags = [video.get(key) for key in ("color_space", "color_transfer", "color_primaries", "color_range")]
    assert tags == ["bt709", "bt709", "bt709", "tv"]
    assert video["r_frame_rate"] == video["avg_frame_rate"] == f"{fps.numerator}/{fps.denominator}"
    assert video.get("sample_aspect_ratio", "1:1") in ("1:1", "N/A")
    assert not video.get("side_data_list")
    assert float(video["start_time"]) == 0.0
    return video
