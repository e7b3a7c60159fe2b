"""How a clip is encoded: H.264 High as every surface takes it, within its bit rate and its bytes.

Quality is constant (CRF) with the surface's ceiling as a buffer model; only where a byte budget would be broken is the
clip encoded a second time with the first pass's statistics, to an average rate that fits.
Source of the levels: ITU-T H.264 (08/2021) table A-1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from mediakit.model import Seconds, Size

CRF = 20
BUFFER_S = 1.5
"""Length of the rate control buffer: the ceiling holds over about this long."""
MUX_SHARE = 0.985
"""Of a byte budget, what is left for picture and sound after the container's own tables and rate control's error."""
MUX_BYTES_A_FRAME = 24
LEAST_KBPS = 80
COLLAPSE_SHARE = 0.35
"""Of the bytes a picture needs at CRF: with less (CRF 29 and more, where blocks show) it is encoded smaller instead."""
AREA_POWER = 0.75
"""Bytes for a like quality grow with the area to this power, a rule of thumb that holds for x264."""

_LEVELS = (
    ("4.1", 245760, 8192),
    ("4.2", 522240, 8704),
    ("5.1", 983040, 36864),
    ("5.2", 2073600, 36864),
    ("6.2", 16711680, 139264),
)
"""Level, macroblocks a second, macroblocks a frame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """What the encoder is asked for. Rates are kbit/s (1000), bytes decimal."""

    max_video_kbps: int = 10000
    max_bytes: int | None = None
    """The tighter of the surface's limit and its target, sound and container included."""
    max_gop_s: float = 2.0
    max_level: int = 42
    """H.264 level times ten up to which a stream is copied."""
    x264_preset: str = "faster"

    def average_kbps(self, duration: Seconds, fps: Fraction, sound_bytes: int) -> int | None:
        """The average picture rate that keeps the file within `max_bytes`; None where it is kept in any case."""
        if self.max_bytes is None:
            return None
        tables = MUX_BYTES_A_FRAME * float(duration * fps)
        left = self.max_bytes * MUX_SHARE - tables - sound_bytes
        if self.max_video_kbps * 125 * (float(duration) + BUFFER_S) <= left:
            return None
        return max(LEAST_KBPS, int(left * 8 / 1000 / max(float(duration), 0.04)))


def size_within(size: Size, smaller: Sequence[Size], share: float) -> Size:
    """The largest of these sizes in which the picture does not collapse; the smallest where it does in each.

    share: the byte budget over the bytes that `size` took at constant quality.
    """
    for one in (size, *smaller):
        if share / (one.pixels / size.pixels) ** AREA_POWER >= COLLAPSE_SHARE:
            return one
    return smaller[-1] if smaller else size


def level_for(size: Size, fps: Fraction) -> str:
    """The lowest H.264 level from 4.1 up that holds this size and rate."""
    frame = -(-size.width_px // 16) * -(-size.height_px // 16)
    fitting = (name for name, per_s, most in _LEVELS if frame <= most and frame * fps <= per_s)
    return next(fitting, _LEVELS[-1][0])


def x264_args(encoding: Encoding, size: Size, fps: Fraction, threads: int) -> list[str]:
    """Arguments common to every pass."""
    gop = max(1, int(Fraction(encoding.max_gop_s).limit_denominator(1000) * fps))
    return [
        *("-c:v", "libx264", "-profile:v", "high", "-level:v", level_for(size, fps), "-pix_fmt", "yuv420p"),
        *("-preset:v", encoding.x264_preset, "-bf", "2", "-g", str(gop), "-flags:v", "+cgop+bitexact"),
        *("-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv"),
        *("-threads:v", str(threads), "-bsf:v", "filter_units=remove_types=6"),  # no word about the encoder
    ]


def rate_args(encoding: Encoding, average_kbps: int | None) -> list[str]:
    """Constant quality under the ceiling, or an average rate where the bytes are counted."""
    ceiling = encoding.max_video_kbps
    if average_kbps is not None:
        average = min(average_kbps, ceiling)
        return ["-b:v", f"{average}k", *_buffer(min(ceiling, 2 * average))]
    return ["-crf", str(CRF), *_buffer(ceiling)]


def _buffer(kbps: int) -> list[str]:
    return ["-maxrate:v", f"{kbps}k", "-bufsize:v", f"{int(kbps * BUFFER_S)}k"]


def container_args(keep: tuple[tuple[str, str], ...]) -> list[str]:
    """MP4 with its index first, and nothing in it that the source said about itself except `keep`."""
    kept = [word for key, value in keep for word in ("-metadata", f"{key}={value}")]
    flags = "+faststart+use_metadata_tags" if kept else "+faststart"
    return [
        *("-map_metadata", "-1", "-map_chapters", "-1", "-dn", "-sn", "-metadata:s:v", "encoder="),
        *kept,
        *("-fflags", "+bitexact", "-movflags", flags, "-f", "mp4"),
    ]
