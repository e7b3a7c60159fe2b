"""Render a clip: one ffmpeg process decodes it once and writes every deliverable.

Promise: what comes out is MP4, H.264 High, yuv420p, BT.709 tagged throughout, constant frame rate, closed groups of
pictures, index first, no word of the source's metadata, picture and sound equally long to a frame. Where nothing about
the picture has to change its stream is copied, so that replacing the sound costs seconds. A stream that turns out to be
damaged on the way is refused, not delivered with grey blocks.
Outputs are written where the caller says (temporary names); on any failure the caller removes them. Memory does not
grow with the length of the clip.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from mediakit.frame.solve import Framing
from mediakit.model import Crop, Fit, Seconds, Size
from mediakit.tools.ffmpeg import run_ffmpeg
from mediakit.video.clip import ClipInfo
from mediakit.video.copying import can_copy_picture, copy_args
from mediakit.video.encode import Encoding

if TYPE_CHECKING:
    from mediakit.frame.reframe import CameraPath
    from mediakit.frame.scenes import Scene
    from mediakit.pixels.cube import Cube
    from mediakit.video.veil import Matte

LEAST_TIMEOUT_S = 120.0
SLOWEST_PX_A_SECOND = 2_000_000
"""Decoded and encoded together, on the slowest machine we wait for."""
FROM_THE_START = Seconds(0)


@dataclass(frozen=True, slots=True)
class ClipLogo:
    """A PNG as large as it is drawn, opacity in its alpha, and where its top left corner goes."""

    path: Path
    x_px: int
    y_px: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipOutput:
    """One deliverable of a clip. `path` is a temporary name; `crop` is in the source's shown pixels."""

    path: Path
    size: Size
    crop: Crop
    fps: Fraction
    fit: Fit = "crop"
    continued: bool = False
    """See `Framing.continued`."""
    pad_colour: str = "#ffffff"
    look: Cube | None = None
    logo: ClipLogo | None = None
    smaller: tuple[Size, ...] = ()
    """Sizes of the same ratio that the surface takes too, largest first: for byte budgets in which `size` would collapse."""
    jumps: Path | None = None
    """Steadies the clip by what `steady.find_jumps` wrote there."""
    denoise: float = 0.0
    sharpen: float = 0.0
    """Noise taken out and detail given back (see `picture.PictureStep`)."""
    written: Size | None = None
    """What the finished picture is scaled to at last; None: `size`."""
    track: Path | None = None
    """Finished sound (AAC in .m4a) whose stream goes in as it is, as long as the picture; None for a silent clip."""
    begin: Seconds = FROM_THE_START
    length: Seconds | None = None
    """The stretch of the source that is used; None: to its end."""
    encoding: Encoding = field(default_factory=Encoding)
    mattes: tuple[Matte, ...] = ()
    """What is hidden in the picture (see `veil`)."""
    camera: CameraPath | None = None
    """Where the crop moves: its frames are the deliverable's, its window is as large as `crop`, its first crop."""
    scenes: tuple[Scene, ...] = ()
    """Where its shots are framed in different ways: two and more, and the three above are the first's."""
    as_shot: bool = False
    """The picture is wanted as the camera wrote it: it is copied in any codec, size, rate and rotation."""

    def framing_at(self, t_s: float) -> Framing:
        """What is shown at a moment of the deliverable, and how."""
        frame = t_s * float(self.fps)
        if self.scenes:
            return next((one for one in self.scenes if frame < one.end), self.scenes[-1]).framing_at(frame)
        return Framing(self.camera.crop_at(t_s) if self.camera is not None else self.crop, self.fit, "", self.continued)

    def duration(self, info: ClipInfo) -> Seconds:
        """Exactly how long the deliverable will be: whole frames, at least one. The sound is cut to this."""
        if can_copy_picture(info, self):
            return info.duration
        return self.frames(info) / self.fps

    def frames(self, info: ClipInfo) -> int:
        """How many frames it will have when encoded."""
        left = info.duration - self.begin
        length = left if self.length is None else min(self.length, left)
        return max(1, math.floor(length * self.fps + Fraction(1, 2)))


@dataclass(frozen=True, slots=True)
class RenderedClip:
    """A written deliverable. `passes` is 0 for a copied picture, 2 where a byte budget asked for a second pass."""

    path: Path
    size: Size
    duration: Seconds
    bytes: int
    passes: int
    facts: dict[str, object]


def render_clip(
    source: Path,
    info: ClipInfo,
    outputs: Sequence[ClipOutput],
    *,
    threads: int = 1,
    timeout_s: float | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> list[RenderedClip]:
    """Write all `outputs` of the clip at `source` and say what each became, in the same order.

    on_progress is called with the share that is done, 0..1. Raises FileError: corrupt, timed-out, disk-full,
    not-writable, out-of-memory, crashed, internal.
    """
    limit_s = timeout_s if timeout_s is not None else time_limit_s(info, outputs)
    copied = [o for o in outputs if can_copy_picture(info, o)]
    encoded = [o for o in outputs if o not in copied]
    if copied:
        run_ffmpeg(copy_args(source, info, copied), timeout_s=limit_s)
    again: dict[Path, ClipOutput] = {}
    if encoded:
        from mediakit.video.transcode import Encoder  # a copied picture must not wait for it

        with tempfile.TemporaryDirectory(prefix="mediakit-") as folder:
            again = Encoder(source.absolute(), info, Path(folder), threads, limit_s, on_progress).encode(encoded)
    return [_written(info, again.get(o.path, o), 0 if o in copied else 2 if o.path in again else 1) for o in outputs]


def time_limit_s(info: ClipInfo, outputs: Sequence[ClipOutput]) -> float:
    """How long rendering may take before it is taken for hung: by pixels read and written."""
    read = info.frames * info.coded.pixels
    written = sum(o.frames(info) * o.size.pixels for o in outputs)
    return LEAST_TIMEOUT_S + (read + written) / SLOWEST_PX_A_SECOND


def _written(info: ClipInfo, output: ClipOutput, passes: int) -> RenderedClip:
    size_bytes = output.path.stat().st_size
    duration = output.duration(info)
    facts: dict[str, object] = {
        "picture": "copied" if passes == 0 else "encoded",
        "encoder_passes": passes,
        "kbps": round(size_bytes * 8 / 1000 / max(float(duration), 0.001)),
    }
    size = (output.written or output.size) if passes else info.size
    if output.written is not None:
        facts["stepped_down_from"] = output.size.as_list()
    return RenderedClip(output.path, size, duration, size_bytes, passes, facts)
