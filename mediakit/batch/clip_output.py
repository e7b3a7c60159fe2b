"""From a recipe and what a clip shows to what ffmpeg is asked for: crop, size, rate, colour, logo, length."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from mediakit.batch.clip_plan import Planned, clip_spec, encoding_of, even_size
from mediakit.frame.clip import solve_clip
from mediakit.frame.place import NOWHERE, place_logo
from mediakit.frame.quiet import busyness
from mediakit.frame.solve import Framing
from mediakit.look.develop import cube_for, notes_on
from mediakit.model import Box, Crop, Note, Seconds, Size
from mediakit.photo.overlay import logo_for_clip, logo_ratio
from mediakit.photo.render import FACE_ROOM, export_size, framed, grown, seen_in
from mediakit.pixels.cube import read_cube
from mediakit.pixels.resample import crop as cut
from mediakit.platforms.schema import ClipSpec
from mediakit.presets.recipe import Recipe
from mediakit.video.clip import ClipInfo
from mediakit.video.look import ClipLook
from mediakit.video.render import ClipLogo, ClipOutput
from mediakit.video.timing import output_fps


def plan_output(recipe: Recipe, info: ClipInfo, look: ClipLook, path: Path, work: Path) -> Planned:
    """Decide everything about one deliverable but its sound. `path` is its temporary name, `work` takes a drawn logo."""
    spec = clip_spec(recipe)
    assert recipe.clip is not None
    framing = solve_clip(look.seen, recipe.shape, recipe.frame, safe_zone=spec.safe_zone)
    size = even_size(export_size(recipe.shape, framing, info.size))
    table = recipe.asset(recipe.develop.look)
    cube, developed = cube_for(look.tone, recipe.develop, read_cube(table) if table else None)
    logo, notes = _logo(recipe, framing, size, look, work)
    notes = (*notes_on(developed), *notes)
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
        encoding=encoding_of(spec, recipe),
        as_shot=spec.picture == "as-shot",
    )
    return Planned(output=output, framing=framing, facts={"develop": developed}, notes=notes)


def _length(spec: ClipSpec, info: ClipInfo) -> Seconds | None:
    """The stretch that is kept where the clip is longer than the surface takes; None: all of it."""
    if spec.max_duration_s is None or float(info.duration) <= spec.max_duration_s:
        return None
    return Fraction(spec.max_duration_s).limit_denominator(1000)


def _even_part(box: Box) -> Crop:
    """A logo's place on whole chroma samples: the overlay is 4:2:0 too."""
    x, y, w, h = (round(value / 2) * 2 for value in (box.x, box.y, box.w, box.h))
    return Crop(x, y, max(2, w), max(2, h))


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
        safe_zone=clip_spec(recipe).safe_zone,
        busy=busyness(under),
    )
    if place is None:
        return None, (NOWHERE,)
    part = _even_part(place.box)
    drawn = work / f"logo-{recipe.fingerprint()}.png"
    logo_for_clip(cut(under, part), logo, recipe.asset(overlay.logo_on_dark), overlay.opacity, drawn)
    return ClipLogo(drawn, part.x_px, part.y_px), ()
