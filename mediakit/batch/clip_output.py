"""From a recipe and what a clip shows to what ffmpeg is asked for: crop, size, rate, colour, logo, length."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from mediakit.frame.clip import solve_clip
from mediakit.frame.place import NOWHERE, place_logo
from mediakit.frame.quiet import busyness
from mediakit.frame.solve import Framing
from mediakit.look.develop import cube_for
from mediakit.model import Box, Crop, Note, Seconds, Size
from mediakit.photo.overlay import logo_for_clip, logo_ratio
from mediakit.photo.render import FACE_ROOM, export_size, framed, grown, seen_in
from mediakit.pixels.cube import read_cube
from mediakit.pixels.resample import crop as cut
from mediakit.platforms.schema import ClipSpec
from mediakit.presets.recipe import Recipe
from mediakit.video.clip import ClipInfo
from mediakit.video.encode import Encoding
from mediakit.video.look import ClipLook
from mediakit.video.render import ClipLogo, ClipOutput
from mediakit.video.timing import output_fps


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One deliverable of a clip before it is rendered."""

    output: ClipOutput
    framing: Framing
    facts: dict[str, object] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()


def wrong_length(info: ClipInfo, recipe: Recipe) -> str | None:
    """Why the clip is too short or too long for its surface, where the preset does not want it trimmed; else None."""
    spec = _spec(recipe)
    length_s = float(info.duration)
    words = f"{length_s:.1f} s long, {recipe.target.name} takes"
    if spec.min_duration_s is not None and length_s < spec.min_duration_s - 0.05:
        return f"{words} {spec.min_duration_s:.0f} s and more"
    if spec.max_duration_s is None or recipe.clip is None or recipe.clip.too_long == "trim":
        return None
    return f"{words} {spec.max_duration_s:.0f} s and less" if length_s > spec.max_duration_s + 0.05 else None


def plan_output(recipe: Recipe, info: ClipInfo, look: ClipLook | None, path: Path, work: Path) -> Planned:
    """Decide everything about one deliverable but its sound. `path` is its temporary name, `work` takes a drawn logo.

    `look` None: the clip was not looked at, since its picture is left alone.
    """
    spec = _spec(recipe)
    if look is None:
        return _untouched(recipe, info, path)
    assert recipe.clip is not None
    framing = solve_clip(look.seen, recipe.shape, recipe.frame, safe_zone=spec.safe_zone)
    size = _even(export_size(recipe.shape, framing, info.size))
    table = recipe.asset(recipe.develop.look)
    cube, developed = cube_for(look.tone, recipe.develop, read_cube(table) if table else None)
    logo, notes = _logo(recipe, framing, size, look, work)
    length = _length(spec, info)
    output = ClipOutput(
        path=path,
        size=size,
        crop=framing.crop,
        fps=output_fps(info.fps, min(spec.max_fps, recipe.clip.max_fps)),
        fit=framing.fit,
        pad_colour=recipe.frame.pad_colour,
        look=None if cube.is_identity else cube,
        logo=logo,
        length=length,
        encoding=_encoding(spec, recipe),
        as_shot=spec.picture == "as-shot",
    )
    return Planned(output=output, framing=framing, facts={"develop": developed}, notes=notes)


def _untouched(recipe: Recipe, info: ClipInfo, path: Path) -> Planned:
    whole = Crop.whole(info.size)
    output = ClipOutput(
        path=path,
        size=_even(info.size),
        crop=whole,
        fps=output_fps(info.fps, _spec(recipe).max_fps),
        encoding=_encoding(_spec(recipe), recipe),
        as_shot=True,
    )
    return Planned(output=output, framing=Framing(whole, "crop", "the picture stays as it was shot"))


def _spec(recipe: Recipe) -> ClipSpec:
    spec = recipe.target.surface.clip
    assert spec is not None  # planning gives a clip only to surfaces that take clips
    return spec


def _length(spec: ClipSpec, info: ClipInfo) -> Seconds | None:
    """The stretch that is kept where the clip is longer than the surface takes; None: all of it."""
    if spec.max_duration_s is None or float(info.duration) <= spec.max_duration_s:
        return None
    return Fraction(spec.max_duration_s).limit_denominator(1000)


def _encoding(spec: ClipSpec, recipe: Recipe) -> Encoding:
    assert recipe.clip is not None
    budgets = [size for size in (spec.max_bytes, spec.target_bytes) if size is not None]
    return Encoding(
        max_video_kbps=spec.max_video_kbps,
        max_level=spec.max_level,
        max_bytes=min(budgets, default=None),
        max_gop_s=spec.max_gop_s,
        x264_preset=recipe.clip.x264_preset,
    )


def _even_part(box: Box) -> Crop:
    """A logo's place on whole chroma samples: the overlay is 4:2:0 too."""
    x, y, w, h = (round(value / 2) * 2 for value in (box.x, box.y, box.w, box.h))
    return Crop(x, y, max(2, w), max(2, h))


def _even(size: Size) -> Size:
    """4:2:0 needs even sides; a single odd row or column goes."""
    return Size(max(2, size.width_px // 2 * 2), max(2, size.height_px // 2 * 2))


def _logo(
    recipe: Recipe, framing: Framing, size: Size, look: ClipLook, work: Path
) -> tuple[ClipLogo | None, tuple[Note, ...]]:
    overlay = recipe.overlay
    logo = recipe.asset(overlay.logo) if overlay else None
    if overlay is None or logo is None:
        return None, ()
    seen = seen_in(look.findings, framing, size)
    middle = look.frames[len(look.frames) // 2]
    under = framed(middle, framing, size, recipe.frame.pad_colour, look.findings.size)
    place = place_logo(
        size,
        logo_ratio(logo),
        overlay,
        keep_clear=[grown(face.box, FACE_ROOM) for face in seen.faces],
        avoid=[seen.subject] if seen.subject else (),
        safe_zone=_spec(recipe).safe_zone,
        busy=busyness(under),
    )
    if place is None:
        return None, (NOWHERE,)
    part = _even_part(place.box)
    drawn = work / f"logo-{recipe.fingerprint()}.png"
    logo_for_clip(cut(under, part), logo, recipe.asset(overlay.logo_on_dark), overlay.opacity, drawn)
    return ClipLogo(drawn, part.x_px, part.y_px), ()
