"""The ffmpeg run of a clip whose picture changes: decoded once, every output filtered and encoded side by side.

A file over its byte budget is encoded again with what the first pass learnt. Called by `render` alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from mediakit.errors import Fault, FileError
from mediakit.pixels.cube import Cube
from mediakit.pixels.cube_file import write_table
from mediakit.tools.ffmpeg import Progress, file_url, input_args, run_ffmpeg
from mediakit.video.clip import ClipInfo
from mediakit.video.colour import table_for
from mediakit.video.container import EXPORT_AGAIN
from mediakit.video.encode import container_args, rate_args, size_within, x264_args
from mediakit.video.graph import graph_text
from mediakit.video.picture import PictureStep, picture_chains

if TYPE_CHECKING:
    from mediakit.video.render import ClipOutput

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
class Encoder:
    """One clip on its way through ffmpeg. `folder` holds cubes and pass statistics under names of our own."""

    source: Path
    info: ClipInfo
    folder: Path
    threads: int
    timeout_s: float
    on_progress: Callable[[float], None] | None

    def encode(self, outputs: Sequence[ClipOutput]) -> dict[Path, ClipOutput]:
        """Encode all, and those over their byte budget again with what the first pass learnt; these are given back.

        Where so few bytes are left that the picture would collapse, it is made smaller first (see `encode.size_within`).
        """
        numbered = dict(enumerate(outputs))
        self._run(numbered, first=True)
        over = {n: self._stepped_down(o) for n, o in numbered.items() if _is_over_budget(o)}
        smaller = {n: o for n, o in over.items() if o.written is not None}
        if smaller:
            self._run(smaller, first=True)
        still = {n: o for n, o in over.items() if _is_over_budget(o)}
        if still:
            self._run(still, first=False)
        return {o.path: o for o in over.values()}

    def _stepped_down(self, output: ClipOutput) -> ClipOutput:
        """The same deliverable at the size that its budget allows."""
        sound_bytes = output.track.stat().st_size if output.track is not None else 0
        average = output.encoding.average_kbps(output.duration(self.info), output.fps, sound_bytes)
        took = output.path.stat().st_size - sound_bytes
        if average is None or took <= 0:
            return output
        budget = average * 125 * float(output.duration(self.info))
        size = size_within(output.size, output.smaller, budget / took)
        return output if size == output.size else replace(output, written=size)

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
        mattes: dict[Path, int] = {}
        for place, (n, output) in enumerate(outputs.items()):
            logo_input, sound = None, ["-an"]
            if output.logo is not None:
                inputs += input_args(output.logo.path.absolute(), "png_pipe")
                logo_input, count = count, count + 1
            if output.track is not None:
                inputs += input_args(output.track.absolute(), "mov")
                sound, count = ["-map", f"{count}:a:0", "-c:a", "copy"], count + 1
            for matte in output.mattes:
                if matte.path not in mattes:
                    inputs += input_args(matte.path.absolute(), "nut")
                    mattes[matte.path], count = count, count + 1
            hidden = tuple((mattes[matte.path], matte.cell_px) for matte in output.mattes)
            steps.append(self._step(output, logo_input, hidden))
            mapped += ["-map", f"[v{place}]", *sound, *self._output_args(output, n, first=first)]
        graph = graph_text(picture_chains(self.info, f"0:{self.info.stream}", steps))
        limits = ("-filter_threads", str(self.threads), "-filter_complex_threads", str(self.threads))
        return [*limits, *inputs, "-filter_complex", graph, *mapped]

    def _step(self, output: ClipOutput, logo_input: int | None, mattes: tuple[tuple[int, int], ...]) -> PictureStep:
        logo = output.logo
        return PictureStep(
            size=output.size,
            crop=output.crop,
            fit=output.fit,
            continued=output.continued,
            pad_colour=output.pad_colour,
            fps=output.fps,
            begin=output.begin,
            frames=output.frames(self.info),
            cube=self._cube(output.look),
            logo_input=logo_input,
            logo_x_px=logo.x_px if logo else 0,
            logo_y_px=logo.y_px if logo else 0,
            camera=output.camera,
            scenes=output.scenes,
            written=output.written,
            jumps=output.jumps,
            mattes=mattes,
            denoise=output.denoise,
            sharpen=output.sharpen,
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
        args = x264_args(encoding, output.written or output.size, output.fps, self.threads)
        args += rate_args(encoding, None if first else average)
        if average is not None:
            args += ["-pass", "1" if first else "2", "-passlogfile", f"pass{n}", "-fastfirstpass", "0"]
        until = ["-t", f"{float(duration):.6f}"]
        return [*args, *until, *container_args(self.info.kept), file_url(output.path.absolute())]


def _is_over_budget(output: ClipOutput) -> bool:
    return output.encoding.max_bytes is not None and output.path.stat().st_size > output.encoding.max_bytes
