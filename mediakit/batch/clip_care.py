"""What is mended in a clip's picture, by rule: shake that people feel, noise that they see, detail that shrinking took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from mediakit.errors import FileError
from mediakit.frame.track import Shot, Sighting, Track
from mediakit.model import Box, Face, Findings, Note, Size
from mediakit.presets.recipe import Recipe
from mediakit.quality.measures import luma
from mediakit.quality.motion import measure_motion
from mediakit.video.clip import ClipInfo
from mediakit.video.follow import Followed
from mediakit.video.look import ClipLook
from mediakit.video.render import ClipOutput
from mediakit.video.steady import CROPPED, SHAKE, find_jumps, judge, steadied

NOISE = 1.6
"""Levels of 255 at the output's size from which on noise is taken out: less is not seen, and costs the encoder little."""
SHRUNK = 0.75
"""Pixels of the output for one of the source, below which shrinking has taken the edge off."""


def jumps_for(
    recipes: Sequence[Recipe], source: Path, info: ClipInfo, look: ClipLook, work: Path, threads: int
) -> tuple[Path | None, tuple[Note, ...]]:
    """What steadies the clip, where it shakes and a preset wants it steadied; why not, where that failed."""
    wanted = any(_wants_steady(recipe) for recipe in recipes)
    if not wanted or info.frames < 2 or shake_of(look) < SHAKE:
        return None, ()
    try:
        jumps = find_jumps(source, info, work / "jumps.trf", threads=threads)
    except FileError as error:
        return None, (Note("not-steadied", f"It shakes and could not be steadied: {error.message}"),)
    found = judge(jumps, info)
    if found is None or found.shake < SHAKE or not found.is_worth_it:
        return None, (
            Note("not-steadied", "It moves, but not so that steadying would help: nothing was cropped for it."),
        )
    return jumps, ()


def _wants_steady(recipe: Recipe) -> bool:
    spec = recipe.target.surface.clip
    return recipe.clip is not None and recipe.clip.stabilise and spec is not None and spec.picture != "as-shot"


def shake_of(look: ClipLook) -> float:
    """How far the picture jumps, in thousandths of its width a frame; 0 where that cannot be said."""
    motion = measure_motion([[luma(frame) for frame in run] for run in look.runs])
    return motion.shake if motion is not None else 0.0


def cared_for(
    output: ClipOutput, recipe: Recipe, look: ClipLook, jumps: Path | None
) -> tuple[ClipOutput, dict[str, object]]:
    """The deliverable with what is mended in it, and the facts about it. A picture wanted as shot is left alone."""
    if recipe.clip is None or output.as_shot:
        return output, {}
    scale = output.size.width_px / output.crop.w_px if output.fit == "crop" else 1.0
    seen_noise = look.noise * min(1.0, scale)
    denoise = 2 * recipe.clip.denoise * seen_noise if seen_noise >= NOISE else 0.0
    sharpen = recipe.clip.sharpen if scale < SHRUNK else 0.0
    facts: dict[str, object] = {"noise": round(look.noise, 2), "denoised": denoise > 0, "sharpened": sharpen > 0}
    if jumps is not None:
        facts["steadied"] = {"shake_per_mille": round(shake_of(look), 1), "cropped_share": 2 * CROPPED}
    return replace(output, jumps=jumps, denoise=round(denoise, 2), sharpen=sharpen), {"mended": facts}


def look_steadied(look: ClipLook) -> ClipLook:
    """What is seen, where it is once the clip is steadied."""
    return replace(look, seen=tuple(_findings(seen) for seen in look.seen), findings=_findings(look.findings))


def followed_steadied(followed: Followed) -> Followed:
    """Likewise for tracks."""
    return replace(followed, shots=tuple(_shot(shot, followed.picture) for shot in followed.shots))


def _findings(seen: Findings) -> Findings:
    faces = tuple(_face(face, seen.size) for face in seen.faces)
    return replace(seen, faces=faces, subject=steadied(seen.subject, seen.size) if seen.subject else None)


def _shot(shot: Shot, size: Size) -> Shot:
    tracks = tuple(
        Track([Sighting(one.t_s, _face(one.face, size), one.talk, one.sure) for one in track.sightings])
        for track in shot.tracks
    )
    return replace(shot, tracks=tracks, thing=tuple((t_s, steadied(box, size)) for t_s, box in shot.thing))


def _face(face: Face, size: Size) -> Face:
    points = []
    for x, y in face.points:
        moved = steadied(Box(x, y, 0, 0), size)
        points.append((moved.x, moved.y))
    return Face(steadied(face.box, size), face.confidence, tuple(points))
