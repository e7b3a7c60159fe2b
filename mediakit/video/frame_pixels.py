"""From a decoded frame to pixels to look at: R'G'B' of a size, or a few thousand luma samples."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mediakit.model import Size
from mediakit.video.clip import ClipInfo
from mediakit.video.colour import matrix_of

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

THUMB_EDGE_PX = 80


def thumb_of(frame: VideoFrame) -> NDArray[np.uint8]:
    """Every so manieth sample of the luma plane; nothing is averaged, so that it costs next to nothing."""
    step = max(1, max(frame.width, frame.height) // THUMB_EDGE_PX)
    name = frame.format.name
    if name.startswith(("yuv", "nv", "gray")) and frame.format.components[0].bits == 8 and "yuyv" not in name:
        row = frame.planes[0].line_size
        samples: NDArray[np.uint8] = np.frombuffer(memoryview(frame.planes[0]), np.uint8)[: row * frame.height]
        return samples.reshape(frame.height, row)[step // 2 :: step, step // 2 : frame.width : step].copy()
    grey = frame.reformat(width=max(1, frame.width // step), height=max(1, frame.height // step), format="gray")
    pixels: NDArray[np.uint8] = grey.to_ndarray().astype(np.uint8, copy=False)
    return pixels


def converter(info: ClipInfo, long_edge_px: int) -> Callable[[VideoFrame], NDArray[np.uint8]]:
    """From a decoded frame to R'G'B' of full range, at most `long_edge_px` long, as it is stored (not yet upright)."""
    from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

    bt601 = ("smpte170m", "bt470bg", "smpte240m")
    matrix = matrix_of(info.colour, info.coded)
    space = Colorspace.BT2020 if matrix.startswith("bt2020") else Colorspace.ITU709
    size = _stored_size(info, long_edge_px)
    scaling = Interpolation.AREA if size.pixels < info.coded.pixels else Interpolation.BICUBIC
    reformatter = VideoReformatter()

    def convert(frame: VideoFrame) -> NDArray[np.uint8]:
        picture = reformatter.reformat(
            frame,
            width=size.width_px,
            height=size.height_px,
            format="rgb24",
            src_colorspace=Colorspace.ITU601 if matrix in bt601 else space,
            interpolation=scaling | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT,
            src_color_range=ColorRange.JPEG if info.colour.full_range else ColorRange.MPEG,
            dst_color_range=ColorRange.JPEG,
            threads=1,
        )
        pixels: NDArray[np.uint8] = picture.to_ndarray().astype(np.uint8, copy=False)
        return pixels

    return convert


def _stored_size(info: ClipInfo, long_edge_px: int) -> Size:
    """What to scale a stored frame to, so that it is `long_edge_px` long, or as long as it is, once shown."""
    scale = min(Fraction(1), Fraction(long_edge_px, max(info.size.width_px, info.size.height_px)))
    shown = [max(1, round(side * scale)) for side in (info.size.width_px, info.size.height_px)]
    return Size(*reversed(shown)) if info.orientation.swap else Size(*shown)
