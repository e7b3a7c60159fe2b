"""One deliverable of a clip as it is planned, and what can be said of it before anybody has looked at the picture.

Light on purpose: new sound for a clip whose picture is copied needs nothing but this.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from mediakit.frame.solve import Framing
from mediakit.model import Crop, Note, Size
from mediakit.platforms.schema import ClipSpec, Shape
from mediakit.presets.recipe import Recipe
from mediakit.video.clip import ClipInfo
from mediakit.video.encode import Encoding
from mediakit.video.render import ClipOutput
from mediakit.video.timing import output_fps

LENGTH_TOLERANCE_S = 0.05
"""As the checks allow it: a limit of 30 s takes 30.05 s."""
LEAST_SIDE_PX = 360
"""Below it a clip looks like a thumbnail on any phone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One deliverable of a clip before it is rendered."""

    output: ClipOutput
    framing: Framing
    facts: dict[str, object] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    unreadable: frozenset[str] = frozenset()
    """What codes say that are hidden: none of them may be read in the finished file."""


def wrong_length(info: ClipInfo, recipe: Recipe) -> str | None:
    """Why the clip is too short or too long for its surface and the preset wants it neither trimmed nor in parts; or None."""
    spec = clip_spec(recipe)
    length_s = float(info.duration)
    words = f"{length_s:.1f} s long, {recipe.target.name} takes"
    if spec.min_duration_s is not None and length_s < spec.min_duration_s - LENGTH_TOLERANCE_S:
        return f"{words} {spec.min_duration_s:.0f} s and more"
    if spec.max_duration_s is None or recipe.clip is None or recipe.clip.too_long != "report":
        return None
    return (
        f"{words} {spec.max_duration_s:.0f} s and less" if length_s > spec.max_duration_s + LENGTH_TOLERANCE_S else None
    )


def untouched(recipe: Recipe, info: ClipInfo, path: Path) -> Planned:
    """The plan that leaves the picture as the camera wrote it. `path` is the deliverable's temporary name."""
    whole = Crop.whole(info.size)
    output = ClipOutput(
        path=path,
        size=even_size(info.size),
        crop=whole,
        fps=output_fps(info.fps, clip_spec(recipe).max_fps),
        encoding=encoding_of(clip_spec(recipe), recipe),
        as_shot=True,
    )
    return Planned(output=output, framing=Framing(whole, "crop", "the picture stays as it was shot"))


def clip_spec(recipe: Recipe) -> ClipSpec:
    """The surface's rules for clips."""
    spec = recipe.target.surface.clip
    assert spec is not None  # planning gives a clip only to surfaces that take clips
    return spec


def encoding_of(spec: ClipSpec, recipe: Recipe) -> Encoding:
    """How the picture is encoded, by the surface's limits and the preset."""
    assert recipe.clip is not None
    budgets = [size for size in (spec.max_bytes, spec.target_bytes) if size is not None]
    return Encoding(
        max_video_kbps=spec.max_video_kbps,
        max_level=spec.max_level,
        max_bytes=min(budgets, default=None),
        max_gop_s=spec.max_gop_s,
        x264_preset=recipe.clip.x264_preset,
    )


def smaller_sizes(shape: Shape, size: Size, spec: ClipSpec) -> tuple[Size, ...]:
    """Sizes of the same ratio that the surface takes as well, largest first: those it lists, else three and two quarters."""
    if shape.sizes_px:
        listed = [Size(*pair) for pair in shape.sizes_px]
    else:
        listed = [even_size(Size(size.width_px * n // 4, size.height_px * n // 4)) for n in (3, 2)]
    least = min(spec.min_px) if spec.min_px is not None else LEAST_SIDE_PX
    fitting = [one for one in listed if one.pixels < size.pixels and one.short_side_px >= least]
    return tuple(sorted(fitting, key=lambda one: -one.pixels))


def even_size(size: Size) -> Size:
    """4:2:0 needs even sides; a single odd row or column goes."""
    return Size(max(2, size.width_px // 2 * 2), max(2, size.height_px // 2 * 2))
