"""Steady a shaken clip: how far each frame jumps is found in a pass of its own (vid.stab), and taken back while rendering.

Only for clips that shake (SHAKE, measured by phase correlation against the camera's own smooth path), because it costs
that pass, an interpolation, and CROPPED of the picture on each side, into which the steadied picture may move.
Whether what was found is the camera's, and whether taking it back would help, is then read from it (`judge`).
Limits: rolling shutter stays; a shake of more than CROPPED of the width is only made smaller.
"""

from __future__ import annotations

from pathlib import Path

from mediakit.model import Box, Size
from mediakit.tools.ffmpeg import input_args, run_ffmpeg
from mediakit.video.clip import ClipInfo
from mediakit.video.graph import Chain, Filter, graph_text, make
from mediakit.video.jumps import Jumps, read_jumps

SHAKE = 4.0
"""Mean jump from frame to frame, in thousandths of the width, from which on people feel it."""
CROPPED = 0.04
"""Of the width, on each side."""
ZOOM = 1 / (1 - 2 * CROPPED)
SMOOTHED_FRAMES = 15
"""On either side: half a second at 30 a second; slower moves are meant."""
MOST_ANGLE_RAD = 0.03
TIMEOUT_S = 3600.0


def find_jumps(source: Path, info: ClipInfo, to: Path, *, threads: int = 1) -> Path:
    """Write every frame's jump to `to` and give it back. Raises FileError as rendering does."""
    wanted = {"shakiness": 6, "accuracy": 8, "stepsize": 8, "mincontrast": 0.25}
    detect = make("vidstabdetect", **wanted, fileformat=1, result=str(to.absolute()))
    chain = Chain((f"0:{info.stream}",), (*_fields(info), make("format", pix_fmts="yuv420p"), detect), ("v",))
    inputs = input_args(source.absolute(), info.demuxer, "-threads", str(threads))
    limits = ("-filter_threads", str(threads), "-filter_complex_threads", str(threads))
    output = ("-map", "[v]", "-fps_mode", "passthrough", "-f", "null", "-")
    run_ffmpeg([*limits, *inputs, "-filter_complex", graph_text([chain]), *output], timeout_s=TIMEOUT_S)
    return to


def judge(jumps: Path, info: ClipInfo) -> Jumps | None:
    """What the pass found, over the whole clip; None where it found no steps in a row."""
    width_px = _upright_width(info)
    return read_jumps(jumps, width_px, room_px=round(CROPPED * width_px), smoothed_frames=SMOOTHED_FRAMES)


def taken_back(jumps: Path, info: ClipInfo) -> tuple[Filter, ...]:
    """The filters that steady the picture, before anything changes its frames."""
    return (
        make(
            "vidstabtransform",
            input=str(jumps.absolute()),
            smoothing=SMOOTHED_FRAMES,
            maxshift=round(CROPPED * _upright_width(info)),
            maxangle=MOST_ANGLE_RAD,
            optzoom=0,
            zoom=f"{100 * (ZOOM - 1):.2f}",
            interpol="bilinear",
        ),
    )


def _upright_width(info: ClipInfo) -> int:
    return info.coded.height_px if info.orientation.swap else info.coded.width_px


def _fields(info: ClipInfo) -> tuple[Filter, ...]:
    return (make("bwdif", mode="send_frame", deint="all"),) if info.interlaced else ()


def steadied(box: Box, picture: Size) -> Box:
    """Where something is once the clip is steadied: enlarged about the middle."""
    x, y = picture.width_px / 2, picture.height_px / 2
    return Box(x + (box.x - x) * ZOOM, y + (box.y - y) * ZOOM, box.w * ZOOM, box.h * ZOOM)
