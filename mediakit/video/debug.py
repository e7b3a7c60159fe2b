"""The crop of a clip drawn over the original, small: to see what a camera path keeps and gives up."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from mediakit.tools.ffmpeg import file_url, input_args, run_ffmpeg
from mediakit.video.clip import ClipInfo
from mediakit.video.graph import Chain, graph_text, make
from mediakit.video.pan import sum_of

if TYPE_CHECKING:
    from mediakit.video.render import ClipOutput

LONG_EDGE_PX = 640
LINE_PX = 4
YELLOW_BGRA = (0, 220, 255, 255)
TIMEOUT_S = 1800.0


def draw_crop(source: Path, info: ClipInfo, output: ClipOutput, to: Path, work: Path, *, threads: int = 1) -> None:
    """Write an MP4 of the whole picture with the deliverable's crop as a yellow frame; `work` takes the frame's picture.

    Raises FileError as rendering does.
    """
    scale = min(1.0, LONG_EDGE_PX / max(info.size.width_px, info.size.height_px))
    width, height = (max(2, round(side * scale / 2) * 2) for side in (info.size.width_px, info.size.height_px))
    outline = work / "outline.png"
    _write_outline(outline, max(8, round(output.crop.w_px * scale)), max(8, round(output.crop.h_px * scale)))
    x, y = f"{output.crop.x_px * scale:.3f}", f"{output.crop.y_px * scale:.3f}"
    camera = output.camera
    if camera is not None:
        place = f"{camera.grid.first_px * scale:.4f}+{camera.grid.unit_px * scale:.6f}*({sum_of(camera.knots)})"
        x, y = (x, place) if camera.upright else (place, y)
    frames, first = output.frames(info), round(output.begin * output.fps)
    chain = Chain(
        (f"0:{info.stream}",),
        (
            make("setpts", expr="PTS-STARTPTS"),
            make("fps", fps=output.fps, start_time=0, round="near"),
            make("trim", start_frame=first, end_frame=first + frames),
            make("setpts", expr="PTS-STARTPTS"),
            make("scale", w=width, h=height),
        ),
        ("small",),
    )
    laid = Chain(
        ("small", "1:v"), (make("overlay", x=x, y=y, eval="frame"), make("format", pix_fmts="yuv420p")), ("v",)
    )
    run_ffmpeg(
        [
            *input_args(source.absolute(), info.demuxer, "-threads", str(threads)),
            *input_args(outline.absolute(), "png_pipe"),
            *("-filter_complex", graph_text([chain, laid]), "-map", "[v]", "-an", "-c:v", "libx264"),
            *("-preset:v", "veryfast", "-crf", "28", "-threads:v", str(threads), "-f", "mp4"),
            file_url(to.absolute()),
        ],
        timeout_s=TIMEOUT_S,
    )


def _write_outline(path: Path, width: int, height: int) -> None:
    """A frame of LINE_PX that is transparent inside."""
    picture = np.zeros((height, width, 4), np.uint8)
    cv2.rectangle(picture, (0, 0), (width - 1, height - 1), YELLOW_BGRA, LINE_PX)
    path.write_bytes(cv2.imencode(".png", picture)[1].tobytes())
