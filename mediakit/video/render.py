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

from mediakit.errors import Fault, FileError
from mediakit.model import Crop, Fit, Seconds, Size
from mediakit.pixels.cube import Cube
from mediakit.pixels.cube_file import write_table
from mediakit.tools.ffmpeg import Progress, file_url, input_args, run_ffmpeg
from mediakit.video.clip import ClipInfo
from mediakit.video.colour import table_for
from mediakit.video.container import EXPORT_AGAIN
from mediakit.video.copying import can_copy_picture, copy_args
from mediakit.video.encode import Encoding, container_args, rate_args, x264_args
from mediakit.video.graph import graph_text
from mediakit.video.picture import PictureStep, picture_chains

LEAST_TIMEOUT_S = 120.0
SLOWEST_PX_A_SECOND = 2_000_000
"""Decoded and encoded together, on the slowest machine we wait for."""
FROM_THE_START = Seconds(0)
DAMAGE = (
    "error while decoding",
    "error submitting packet",
    "decoding error",
    "error splitting the input",
    "invalid nal unit size",
    "missing picture in access unit",
    "no frame!",
    "corrupt decoded frame",
    "failed to read",
    "partial file",
)
"""What decoders say (in lower case) when pixels are lost; remarks on odd but harmless streams are not among them."""


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
    pad_colour: str = "#ffffff"
    look: Cube | None = None
    logo: ClipLogo | None = None
    track: Path | None = None
    """Finished sound (AAC in .m4a) whose stream goes in as it is, as long as the picture; None for a silent clip."""
    begin: Seconds = FROM_THE_START
    length: Seconds | None = None
    """The stretch of the source that is used; None: to its end."""
    encoding: Encoding = field(default_factory=Encoding)
    as_shot: bool = False
    """The picture is wanted as the camera wrote it: it is copied in any codec, size, rate and rotation."""

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
    again: set[Path] = set()
    if encoded:
        with tempfile.TemporaryDirectory(prefix="mediakit-") as folder:
            again = _Encoder(source.absolute(), info, Path(folder), threads, limit_s, on_progress).encode(encoded)
    return [_written(info, o, 0 if o in copied else 2 if o.path in again else 1) for o in outputs]


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
    size = output.size if passes else info.size
    return RenderedClip(output.path, size, duration, size_bytes, passes, facts)


@dataclass(frozen=True, slots=True)
class _Encoder:
    """One clip on its way through ffmpeg. `folder` holds cubes and pass statistics under names of our own."""

    source: Path
    info: ClipInfo
    folder: Path
    threads: int
    timeout_s: float
    on_progress: Callable[[float], None] | None

    def encode(self, outputs: Sequence[ClipOutput]) -> set[Path]:
        """Encode all, and those over their byte budget again with what the first pass learnt. Says which those were."""
        numbered = dict(enumerate(outputs))
        self._run(numbered, first=True)
        over = {n: o for n, o in numbered.items() if _is_over_budget(o)}
        if over:
            self._run(over, first=False)
        return {o.path for o in over.values()}

    def _run(self, outputs: dict[int, ClipOutput], *, first: bool) -> None:
        ran = run_ffmpeg(
            self._args(outputs, first=first),
            timeout_s=self.timeout_s,
            on_progress=self._progress(outputs) if first else None,
            cwd=self.folder,
        )
        damage = next((line for line in ran.stderr.splitlines() if any(sign in line.lower() for sign in DAMAGE)), None)
        if damage is not None:
            said = damage.rpartition("] ")[2].rstrip(".")
            raise FileError(Fault.CORRUPT, f"Its picture is damaged ({said[:120]}).", EXPORT_AGAIN)

    def _progress(self, outputs: dict[int, ClipOutput]) -> Callable[[Progress], None] | None:
        tell = self.on_progress
        if tell is None:
            return None
        whole = max(float(o.duration(self.info)) for o in outputs.values())
        return lambda progress: tell(min(1.0, max(0.0, progress.time_s / whole)))

    def _args(self, outputs: dict[int, ClipOutput], *, first: bool) -> list[str]:
        """Inputs: the clip, then logos and tracks. Everything is a list of words; nothing is ever quoted."""
        inputs = input_args(self.source, self.info.demuxer, "-threads", str(self.threads))
        count, steps, mapped = 1, [], []
        for place, (n, output) in enumerate(outputs.items()):
            logo_input, sound = None, ["-an"]
            if output.logo is not None:
                inputs += input_args(output.logo.path.absolute(), "png_pipe")
                logo_input, count = count, count + 1
            if output.track is not None:
                inputs += input_args(output.track.absolute(), "mov")
                sound, count = ["-map", f"{count}:a:0", "-c:a", "copy"], count + 1
            steps.append(self._step(output, logo_input))
            mapped += ["-map", f"[v{place}]", *sound, *self._output_args(output, n, first=first)]
        graph = graph_text(picture_chains(self.info, f"0:{self.info.stream}", steps))
        limits = ("-filter_threads", str(self.threads), "-filter_complex_threads", str(self.threads))
        return [*limits, *inputs, "-filter_complex", graph, *mapped]

    def _step(self, output: ClipOutput, logo_input: int | None) -> PictureStep:
        logo = output.logo
        return PictureStep(
            size=output.size,
            crop=output.crop,
            fit=output.fit,
            pad_colour=output.pad_colour,
            fps=output.fps,
            begin=output.begin,
            frames=output.frames(self.info),
            cube=self._cube(output.look),
            logo_input=logo_input,
            logo_x_px=logo.x_px if logo else 0,
            logo_y_px=logo.y_px if logo else 0,
        )

    def _cube(self, look: Cube | None) -> str | None:
        """The name of the table in our folder, written once a look; None where colours stay."""
        table = table_for(self.info.colour, look)
        if table is None:
            return None
        name = f"{id(look)}.cube"
        if not (self.folder / name).exists():
            write_table(self.folder / name, table, "mediakit")
        return name

    def _output_args(self, output: ClipOutput, n: int, *, first: bool) -> list[str]:
        encoding, duration = output.encoding, output.duration(self.info)
        sound_bytes = output.track.stat().st_size if output.track is not None else 0
        average = encoding.average_kbps(duration, output.fps, sound_bytes)
        args = x264_args(encoding, output.size, output.fps, self.threads)
        args += rate_args(encoding, None if first else average)
        if average is not None:
            args += ["-pass", "1" if first else "2", "-passlogfile", f"pass{n}", "-fastfirstpass", "0"]
        until = ["-t", f"{float(duration):.6f}"]
        return [*args, *until, *container_args(self.info.kept), file_url(output.path.absolute())]


def _is_over_budget(output: ClipOutput) -> bool:
    return output.encoding.max_bytes is not None and output.path.stat().st_size > output.encoding.max_bytes
