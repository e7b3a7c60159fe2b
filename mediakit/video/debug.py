"""The crop of a clip drawn over the original, small: to see what a camera path keeps and gives up."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from mediakit.frame.path import Knot
from mediakit.frame.scenes import Scene
from mediakit.frame.solve import Framing
from mediakit.model import Crop
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
    chains, outlines = [chain], []
    for number, scene in enumerate(_scenes(output, frames)):
        outlines.append(work / f"outline-{number}.png")
        _write_outline(outlines[-1], scene.framing.crop, scale)
        x, y = _place(scene, scale)
        when = f"between(n,{scene.begin},{scene.end - 1})"
        under = chains[-1].outputs[0]
        lay = make("overlay", x=x, y=y, eval="frame", enable=when)
        chains.append(Chain((under, f"{number + 1}:v"), (lay,), (f"laid{number}",)))
    chains.append(Chain(chains[-1].outputs, (make("format", pix_fmts="yuv420p"),), ("v",)))
    run_ffmpeg(
        [
            *input_args(source.absolute(), info.demuxer, "-threads", str(threads)),
            *(word for outline in outlines for word in input_args(outline.absolute(), "png_pipe")),
            *("-filter_complex", graph_text(chains), "-map", "[v]", "-an", "-c:v", "libx264"),
            *("-preset:v", "veryfast", "-crf", "28", "-threads:v", str(threads), "-f", "mp4"),
            file_url(to.absolute()),
        ],
        timeout_s=TIMEOUT_S,
    )


def _scenes(output: ClipOutput, frames: int) -> tuple[Scene, ...]:
    return output.scenes or (Scene(0, frames, Framing(output.crop, output.fit, "", output.continued), output.camera),)


def _place(scene: Scene, scale: float) -> tuple[str, str]:
    """Where the outline lies in frame `n`, as ffmpeg's expressions."""
    crop, camera = scene.framing.crop, scene.camera
    x, y = f"{crop.x_px * scale:.3f}", f"{crop.y_px * scale:.3f}"
    if camera is None:
        return x, y
    knots = tuple(Knot(knot.frame + scene.begin, knot.start) for knot in camera.knots)
    along = f"{camera.grid.first_px * scale:.4f}+{camera.grid.unit_px * scale:.6f}*({sum_of(knots)})"
    return (x, along) if camera.upright else (along, y)


def _write_outline(path: Path, crop: Crop, scale: float) -> None:
    """A frame of LINE_PX that is transparent inside."""
    width, height = max(8, round(crop.w_px * scale)), max(8, round(crop.h_px * scale))
    picture = np.zeros((height, width, 4), np.uint8)
    cv2.rectangle(picture, (0, 0), (width - 1, height - 1), YELLOW_BGRA, LINE_PX)
    path.write_bytes(cv2.imencode(".png", picture)[1].tobytes())
