"""The picture part of a filtergraph: from decoded frames of a clip to the frames of each deliverable.

One decode feeds them all: frames are put upright (ffmpeg applies the display matrix), deinterlaced, brought to a
constant rate, then split; each deliverable crops, scales and colours its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from mediakit.model import Crop, Fit, Seconds, Size
from mediakit.pixels.resample import placed
from mediakit.video.clip import ClipInfo
from mediakit.video.graph import Chain, Filter, make
from mediakit.video.pan import pan_for
from mediakit.video.scaling import scaled, tagged
from mediakit.video.steady import taken_back
from mediakit.video.veil_graph import veil_chains

if TYPE_CHECKING:
    from mediakit.frame.reframe import CameraPath
    from mediakit.frame.scenes import Scene

BACKDROP_SIDE_PX = 96
BACKDROP_SIGMA_PX = BACKDROP_SIDE_PX / 18
BACKDROP_LIGHT = 0.82
"""The blurred surroundings of a padded picture: their size before enlarging, their softness, how far they are dimmed;
the same as for photos."""
DENOISE_SPACE, DENOISE_TIME = 1.5, 2.5
"""hqdn3d's strengths in standard deviations of the noise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureStep:
    """What one deliverable does to the picture. Files are named as the filtergraph names them."""

    size: Size
    crop: Crop
    fit: Fit
    pad_colour: str
    fps: Fraction
    begin: Seconds
    frames: int
    cube: str | None
    logo_input: int | None
    logo_x_px: int = 0
    logo_y_px: int = 0
    camera: CameraPath | None = None
    """Where the crop moves; its window is as large as `crop`."""
    scenes: tuple[Scene, ...] = ()
    """Where parts are framed in different ways, each with a `crop`, `fit` and `camera` of its own; empty for one."""
    jumps: Path | None = None
    """What `steady.find_jumps` found, for a clip that is steadied."""
    denoise: float = 0.0
    """Standard deviation of the noise to take out, in levels of 255 at the output's size; 0 for none."""
    sharpen: float = 0.0
    """How much of the detail that scaling softened is given back, 0..1."""
    mattes: tuple[tuple[int, int], ...] = ()
    """What is hidden: the input that holds each matte, and the size of its cells in stored pixels (see `veil`)."""
    written: Size | None = None
    """What the finished picture is scaled to at last; None where it has its size."""
    continued: bool = False
    """Whether a blurred border is the ground at the picture's edge instead (see `Framing.continued`)."""


def picture_chains(info: ClipInfo, source: str, steps: list[PictureStep]) -> list[Chain]:
    """Chains from the input pad `source` to the pads `v0`, `v1` ..., one a step."""
    common = _common(info)
    chains: list[Chain] = []
    sources: list[tuple[str, ...]] = [(source,)]
    before = common
    groups = list(dict.fromkeys(step.mattes for step in steps))
    if len(groups) > 1:
        sources = [(f"g{n}",) for n in range(len(groups))]
        chains.append(Chain((source,), (*common, make("split", outputs=len(groups))), tuple(one for (one,) in sources)))
        before = ()
    for number, (mattes, start) in enumerate(zip(groups, sources, strict=True)):
        members = [(n, step) for n, step in enumerate(steps) if step.mattes == mattes]
        opened, first, rest = veil_chains(info, start, before, mattes, number)
        chains += opened
        if len(members) == 1:
            n, step = members[0]
            chains += _step_chains(info, step, n, first, rest)
            continue
        outputs = tuple(f"s{n}" for n, _ in members)
        chains.append(Chain(first, (*rest, make("split", outputs=len(members))), outputs))
        for n, step in members:
            chains += _step_chains(info, step, n, (f"s{n}",), ())
    return chains


def _common(info: ClipInfo) -> tuple[Filter, ...]:
    """What every deliverable shares. Side data goes: it would carry HDR metadata into an SDR file."""
    deinterlace = (make("bwdif", mode="send_frame", deint="all"),) if info.interlaced else ()
    return (*deinterlace, make("sidedata", mode="delete"), make("setpts", expr="PTS-STARTPTS"))


def _timed(step: PictureStep) -> tuple[Filter, ...]:
    """A constant rate without drift, and just the stretch that was asked for."""
    rate = make("fps", fps=step.fps, start_time=0, round="near")
    if not step.begin:
        return (rate, make("trim", end_frame=step.frames))
    first = round(step.begin * step.fps)
    cut = make("trim", start_frame=first, end_frame=first + step.frames)
    return (rate, cut, make("setpts", expr="PTS-STARTPTS"))


def _step_chains(
    info: ClipInfo, step: PictureStep, n: int, source: tuple[str, ...], before: tuple[Filter, ...]
) -> list[Chain]:
    steady = taken_back(step.jumps, info) if step.jumps is not None else ()
    timed = (*before, *steady, *_timed(step))
    finish = (*_cleaned(step), make("setsar", sar="1"), *tagged())
    final = f"v{n}"
    drawn = f"p{n}" if step.logo_input is not None or step.written is not None else final
    draw = _drawn_in_scenes if step.scenes else _drawn
    chains = draw(info, step, _Between(source, timed, finish, drawn, str(n)))
    if step.logo_input is not None:
        laid = f"q{n}" if step.written is not None else final
        chains += _logo(step, n, drawn, laid)
        drawn = laid
    if step.written is not None:
        small = make("zscale", w=step.written.width_px, h=step.written.height_px, filter="lanczos")
        chains.append(Chain((drawn,), (small, *tagged()), (final,)))
    return chains


def _cleaned(step: PictureStep) -> tuple[Filter, ...]:
    """Noise out (in space and, since most of a clip stands still, more in time), then detail back."""
    filters = []
    if step.denoise > 0:
        space, time = min(DENOISE_SPACE * step.denoise, 10.0), min(DENOISE_TIME * step.denoise, 16.0)
        filters.append(make("hqdn3d", luma_spatial=f"{space:.2f}", luma_tmp=f"{time:.2f}"))
    if step.sharpen > 0:
        filters.append(make("unsharp", lx=3, ly=3, la=f"{step.sharpen:.2f}", cx=3, cy=3, ca=0))
    return tuple(filters)


@dataclass(frozen=True, slots=True)
class _Between:
    """Where a picture is drawn in the graph: the pads it comes from and goes to, and the filters before and after it."""

    source: tuple[str, ...]
    before: tuple[Filter, ...]
    after: tuple[Filter, ...]
    to: str
    name: str
    """Keeps its own pads apart from those of others."""

    def through(self, *filters: Filter) -> list[Chain]:
        """All of it in one chain."""
        return [Chain(self.source, (*self.before, *filters, *self.after), (self.to,))]


def _drawn(info: ClipInfo, step: PictureStep, between: _Between) -> list[Chain]:
    """One framing."""
    cut = _cropped(info, step.crop)
    if step.fit == "crop" and step.camera is not None:
        return between.through(*_panned(info, step, step.camera))
    if step.fit == "crop":
        return between.through(*cut, *scaled(info, step.size, step.cube))
    at = _even(placed(step.crop.size, step.size))
    inside = scaled(info, at.size, step.cube)
    if step.fit == "pad":
        colour = "0x" + step.pad_colour.lstrip("#")
        pad = make("pad", w=step.size.width_px, h=step.size.height_px, x=at.x_px, y=at.y_px, color=colour)
        return between.through(*cut, *inside, pad)
    back, front = f"b{between.name}", f"f{between.name}"
    over = make("overlay", x=at.x_px, y=at.y_px, format="yuv420")
    return [
        Chain(between.source, (*between.before, *cut, make("split", outputs=2)), (f"{back}i", f"{front}i")),
        Chain((f"{back}i",), (_ground if step.continued else _backdrop)(info, step), (back,)),
        Chain((f"{front}i",), inside, (front,)),
        Chain((back, front), (over, *between.after), (between.to,)),
    ]


def _drawn_in_scenes(info: ClipInfo, step: PictureStep, between: _Between) -> list[Chain]:
    """Each scene drawn from its own frames, then one after the other. No frame waits: the others' are dropped at once."""
    names = [f"{between.name}x{k}" for k in range(len(step.scenes))]
    taken, shown = tuple(f"t{name}" for name in names), tuple(f"u{name}" for name in names)
    chains = [Chain(between.source, (*between.before, make("split", outputs=len(taken))), taken)]
    for k, scene in enumerate(step.scenes):
        cut = (make("trim", start_frame=scene.begin, end_frame=scene.end), make("setpts", expr="PTS-STARTPTS"))
        framing = scene.framing
        alone = replace(
            step, crop=framing.crop, fit=framing.fit, continued=framing.continued, camera=scene.camera, scenes=()
        )
        same = (make("setsar", sar="1"), *tagged())
        chains += _drawn(info, alone, _Between((taken[k],), cut, same, shown[k], names[k]))
    counted = (
        make("settb", expr=1 / step.fps),
        make("setpts", expr="N"),
    )  # exact again: joining rounds to microseconds
    return [*chains, Chain(shown, (make("concat", n=len(shown)), *counted, *between.after), (between.to,))]


def _panned(info: ClipInfo, step: PictureStep, camera: CameraPath) -> tuple[Filter, ...]:
    """A moving crop, scaled: in whole strides before, by the rest after (see `video.pan`)."""
    stored, (width, height) = stored_size(info), (step.size.width_px, step.size.height_px)
    pan = pan_for(info, stored, camera.window, step.size)
    assert pan is not None  # whoever made the path asked it for its grid
    if camera.upright:
        across = Fraction(stored.width_px, info.size.width_px)
        beside = _even_span(step.crop.x_px * across, step.crop.w_px * across, stored.width_px)
        long = Size(width, pan.scaled_px)
    else:
        down = Fraction(stored.height_px, info.size.height_px)
        beside = _even_span(step.crop.y_px * down, step.crop.h_px * down, stored.height_px)
        long = Size(pan.scaled_px, height)
    return (
        pan.first_crop(camera.knots, beside),
        *scaled(info, long, step.cube),
        pan.second_crop(camera.knots, width if camera.upright else height),
    )


def _cropped(info: ClipInfo, crop: Crop) -> tuple[Filter, ...]:
    """The crop in stored pixels: those of wide-pixel clips are not square yet. Even, for subsampled chroma."""
    stored = stored_size(info)
    across = Fraction(stored.width_px, info.size.width_px)
    down = Fraction(stored.height_px, info.size.height_px)
    x, w = _even_span(crop.x_px * across, crop.w_px * across, stored.width_px)
    y, h = _even_span(crop.y_px * down, crop.h_px * down, stored.height_px)
    if (w, h) == (stored.width_px, stored.height_px):
        return ()
    return (make("crop", w=w, h=h, x=x, y=y),)


def stored_size(info: ClipInfo) -> Size:
    """Upright, but pixels as they are stored."""
    return Size(info.coded.height_px, info.coded.width_px) if info.orientation.swap else info.coded


def _even_span(start: Fraction, length: Fraction, whole: int) -> tuple[int, int]:
    even_length = max(2, min(round(length / 2) * 2, whole // 2 * 2))
    even_start = min(round(start / 2) * 2, whole - even_length)
    return max(0, even_start // 2 * 2), even_length


def _even(box: Crop) -> Crop:
    """A placement on whole chroma pixels, no larger than it was."""
    return Crop(box.x_px // 2 * 2, box.y_px // 2 * 2, max(2, box.w_px // 2 * 2), max(2, box.h_px // 2 * 2))


def _backdrop(info: ClipInfo, step: PictureStep) -> tuple[Filter, ...]:
    """The picture's middle, filling the frame, without detail: made small, blurred there, enlarged."""
    w, h = _backdrop_size(step.size)
    cover = max(Fraction(w, step.crop.w_px), Fraction(h, step.crop.h_px))
    covered = Size(max(w, -(-step.crop.w_px * cover // 2) * 2), max(h, -(-step.crop.h_px * cover // 2) * 2))
    dim = {plane: f"{zero}+(val-{zero})*{BACKDROP_LIGHT}" for plane, zero in (("y", 16), ("u", 128), ("v", 128))}
    return (
        *scaled(info, covered, step.cube),
        make("crop", w=w, h=h),
        make("gblur", sigma=BACKDROP_SIGMA_PX),
        make("lutyuv", **dim),
        make("zscale", w=step.size.width_px, h=step.size.height_px, filter="bicubic"),
    )


def _ground(info: ClipInfo, step: PictureStep) -> tuple[Filter, ...]:
    """The picture, small, its outermost pixels drawn out to the frame and blurred along the edge they come from.

    Each frame's own, so that it brightens and fades with the picture.
    """
    w, h = _backdrop_size(step.size)
    at = _even(placed(step.crop.size, Size(w, h)))
    right, bottom = w - at.x_px - at.w_px, h - at.y_px - at.h_px
    across, down = (0.1, BACKDROP_SIGMA_PX) if at.h_px == h else (BACKDROP_SIGMA_PX, 0.1)
    return (
        *scaled(info, at.size, step.cube),
        make("pad", w=w, h=h, x=at.x_px, y=at.y_px),
        make("fillborders", left=at.x_px, right=right, top=at.y_px, bottom=bottom, mode="smear"),
        make("gblur", sigma=across, sigmaV=down),
        make("zscale", w=step.size.width_px, h=step.size.height_px, filter="bicubic"),
    )


def _backdrop_size(size: Size) -> tuple[int, int]:
    shrink = Fraction(BACKDROP_SIDE_PX, max(size.width_px, size.height_px))
    w, h = (max(4, round(side * shrink / 2) * 2) for side in (size.width_px, size.height_px))
    return w, h


def _logo(step: PictureStep, n: int, picture: str, to: str) -> list[Chain]:
    """The logo laid over, its colours converted with the clip's own matrix."""
    logo = (
        make("format", pix_fmts="gbrap"),
        make("zscale", matrix="709", range="limited", matrixin="gbr", rangein="full"),
        make("format", pix_fmts="yuva420p"),
    )
    lay = make("overlay", x=step.logo_x_px, y=step.logo_y_px, format="yuv420", eof_action="repeat")
    return [
        Chain((f"{step.logo_input}:v",), logo, (f"l{n}",)),
        Chain((picture, f"l{n}"), (lay, *tagged()), (to,)),
    ]
