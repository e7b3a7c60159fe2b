"""When the picture needs no encoding, and the ffmpeg arguments that copy it.

For a surface a stream is copied only where encoding would give the same picture again: H.264 High, yuv420p, BT.709, same
size, upright, constant rate, groups of pictures and bit rate within the surface's. For a clip wanted as shot any stream
that MP4 carries is copied, rotation and all.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mediakit.model import Crop
from mediakit.tools.ffmpeg import file_url, input_args
from mediakit.video.clip import ClipInfo
from mediakit.video.colour import matrix_of
from mediakit.video.encode import container_args

if TYPE_CHECKING:
    from mediakit.video.render import ClipOutput

COPIED_AS_SHOT = {"h264": ("mp4", "flv"), "hevc": ("mp4",), "av1": ("mp4", "matroska"), "vp9": ("mp4", "matroska")}
"""Codec -> containers out of which it is copied into MP4. Matroska does not say in which order B-frames are decoded."""

WRITE_BT709 = (
    "h264_metadata=colour_primaries=1:transfer_characteristics=1:matrix_coefficients=1:video_full_range_flag=0"
)
"""A bitstream filter that writes tags into the stream's own header; code points of ITU-T H.273."""
FROM_ZERO = "setts=pts=PTS-STARTPTS:dts=DTS-STARTPTS"
"""The picture begins at zero, as its new sound does, even where the old sound began before it."""


def can_copy_picture(info: ClipInfo, output: ClipOutput) -> bool:
    """Whether the picture of `info` can go into `output` as it is."""
    unchanged = (
        (output.look is None or output.look.is_identity)
        and output.logo is None
        and output.camera is None
        and not output.scenes
        and output.jumps is None
        and not output.mattes
        and output.denoise == 0
        and output.fit == "crop"
        and output.crop == Crop.whole(info.size)
        and output.begin == 0
        and (output.length is None or output.length >= info.duration)
        and not info.edited
    )
    if not unchanged:
        return False
    if output.as_shot:
        return info.container in COPIED_AS_SHOT.get(info.codec, ())
    return _is_as_encoded(info, output)


def _is_as_encoded(info: ClipInfo, output: ClipOutput) -> bool:
    encoding = output.encoding
    return (
        (info.container, info.codec, info.profile, info.pix_fmt) == ("mp4", "h264", "High", "yuv420p")
        and _is_bt709(info)
        and info.orientation.is_upright
        and info.is_square
        and output.size == info.size
        and output.fps == info.fps
        and not (info.vfr or info.interlaced)
        and info.max_gop_s <= encoding.max_gop_s + 0.05
        and info.level <= encoding.max_level
        and info.video_kbps <= encoding.max_video_kbps
        and (encoding.max_bytes is None or info.bytes <= encoding.max_bytes)
    )


def _is_bt709(info: ClipInfo) -> bool:
    """Tagged so, or not tagged and by custom so: the missing tags are then written, the picture stays."""
    colour = info.colour
    said = {colour.primaries, colour.transfer, matrix_of(colour, info.coded)}
    return said <= {"bt709", "unknown"} and not colour.full_range


def copy_args(source: Path, info: ClipInfo, outputs: Sequence[ClipOutput]) -> list[str]:
    """One input, its picture copied into every output, each with its own sound."""
    inputs = input_args(source, info.demuxer)
    mapped: list[str] = []
    for output in outputs:
        sound = ["-an"]
        if output.track is not None:
            inputs += input_args(output.track, "mov")
            sound = ["-map", f"{inputs.count('-i') - 1}:a:0", "-c:a", "copy"]
        words = ["-tag:v", "hvc1"] if info.codec == "hevc" else []
        tagged = output.as_shot or info.colour.is_bt709
        words += ["-bsf:v", FROM_ZERO if tagged else f"{WRITE_BT709},{FROM_ZERO}"]
        mapped += ["-map", f"0:{info.stream}", "-c:v", "copy", *words, *sound]
        mapped += [*container_args(info.kept), file_url(output.path)]
    return [*inputs, *mapped]
