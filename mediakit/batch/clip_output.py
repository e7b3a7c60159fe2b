"""From a recipe and what a clip shows to what ffmpeg is asked for: crop, size, rate, colour, logo, length."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache, partial
from pathlib import Path

from mediakit.audio.hear import Heard
from mediakit.batch.clip_camera import Cut, framed_over_time, window_of
from mediakit.batch.clip_care import cared_for, followed_steadied, look_steadied
from mediakit.batch.clip_length import Stretch, best_stretch
from mediakit.batch.clip_parts import least_part_s, parts_of
from mediakit.batch.clip_plan import LENGTH_TOLERANCE_S, Planned, clip_spec, encoding_of, even_size, smaller_sizes
from mediakit.batch.clip_veil import Hidden, Veils, hides_heads, hides_marks
from mediakit.frame.clip import merge
from mediakit.frame.scenes import Scene
from mediakit.look.develop import cube_for, notes_on
from mediakit.marks.find import What
from mediakit.model import Findings, Note, Size
from mediakit.photo.finish import ground_of
from mediakit.photo.render import export_size, framed, part_of, seen_in, shown_at
from mediakit.photo.stamps import stamps_for, stamps_for_clip
from mediakit.pixels.cube import read_cube
from mediakit.pixels.resample import ends_plainly
from mediakit.presets.recipe import Recipe
from mediakit.video.clip import ClipInfo
from mediakit.video.follow import Followed, follow, look_and_follow
from mediakit.video.look import ClipLook, look_at_clip
from mediakit.video.render import FROM_THE_START, ClipLogo, ClipOutput
from mediakit.video.timing import output_fps

Follower = Callable[[], Followed]
"""Follows what the clip shows; asked only where a crop may move, and then once for all deliverables."""

IN_SPEECH = Note(
    "cut-in-speech", "There is no pause near the surface's length, so the clip begins or ends in a sentence."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a clip when its deliverables are planned; all of them share it."""

    info: ClipInfo
    look: ClipLook
    follower: Follower
    heard: Heard | None = None
    jumps: Path | None = None
    """What steadies it, where it shakes."""
    veils: Veils | None = None
    """Who and what is hidden in it."""


def looked_and_followed(recipes: Sequence[Recipe], path: Path, info: ClipInfo) -> tuple[ClipLook, Follower]:
    """What the clip shows, and who follows it, as closely as any deliverable needs; all share the answer.

    Where one is going to ask, it is followed in the same walk. Raises FileError.
    """
    finds = {recipe.marks.find for recipe in recipes if recipe.marks is not None}
    marks: What = "off" if not finds else "codes" if finds == {"codes"} else "all"
    heads = any(hides_heads(recipe) for recipe in recipes)
    if any(_asks_to_follow(recipe, info) for recipe in recipes):
        look, followed = look_and_follow(path, info, heads=heads, marks=marks)
        return look, lambda: followed
    look = look_at_clip(path, info)
    return look, cache(partial(follow, path, info, look, heads=heads, marks=marks))


def _asks_to_follow(recipe: Recipe, info: ClipInfo) -> bool:
    """Whether a deliverable hides something, chooses a stretch, or may move its crop."""
    hides = hides_heads(recipe) or hides_marks(recipe)
    return hides or _is_too_long(recipe, info) or window_of(recipe, info) is not None


def _is_too_long(recipe: Recipe, info: ClipInfo) -> bool:
    most_s = clip_spec(recipe).max_duration_s
    return most_s is not None and float(info.duration) > most_s + LENGTH_TOLERANCE_S


def stretches_of(recipe: Recipe, known: Known) -> tuple[Stretch | None, ...]:
    """What is used of the clip, a deliverable each: all of it (None), the best stretch, or one part after the other."""
    spec, info = clip_spec(recipe), known.info
    duration_s, most_s = float(info.duration), spec.max_duration_s
    assert recipe.clip is not None
    if most_s is None or not _is_too_long(recipe, info):
        return (None,)
    fps = _fps(recipe, info)
    if recipe.clip.too_long == "parts":
        least_s = least_part_s(most_s, spec.min_duration_s)
        return parts_of(duration_s, most_s, least_s, known.follower().shots, known.heard, fps)
    return (best_stretch(duration_s, most_s, known.follower(), known.heard, fps),)


def _fps(recipe: Recipe, info: ClipInfo) -> Fraction:
    assert recipe.clip is not None
    return output_fps(info.fps, min(clip_spec(recipe).max_fps, recipe.clip.max_fps))


def plan_output(recipe: Recipe, known: Known, path: Path, work: Path, stretch: Stretch | None = None) -> Planned:
    """Decide everything about one deliverable but its sound. `path` is its temporary name, `work` takes a drawn logo.

    `stretch` is what it shows of the clip; None: all of it.
    """
    info, look, heard, jumps = known.info, known.look, known.heard, known.jumps
    spec = clip_spec(recipe)
    fps = _fps(recipe, info)
    followed = known.follower() if window_of(recipe, info) is not None else None
    if jumps is not None:
        look, followed = look_steadied(look), followed_steadied(followed) if followed is not None else None
    begin, length = (stretch.begin, stretch.length) if stretch else (FROM_THE_START, None)
    if stretch is not None:
        look = _within(look, float(stretch.begin), float(stretch.begin + stretch.length))
    used = info.duration if length is None else length
    cut = Cut(begin_s=float(begin), frames=max(1, math.floor(used * fps + Fraction(1, 2))), fps=fps)
    scenes = framed_over_time(recipe, info, look, followed, heard, cut)
    size = _size(recipe, scenes, info)
    scenes = tuple(on_its_ground(scene, look, size, cut) for scene in scenes)
    framing, camera = scenes[0].framing, scenes[0].camera
    table = recipe.asset(recipe.develop.look)
    cube, developed = cube_for(look.tone, recipe.develop, read_cube(table) if table else None)
    plain = ClipOutput(
        path=path,
        size=size,
        crop=framing.crop,
        fps=fps,
        camera=camera,
        fit=framing.fit,
        continued=framing.continued,
        pad_colour=recipe.frame.pad_colour,
        look=None if cube.is_identity else cube,
        begin=begin,
        length=length,
        encoding=encoding_of(spec, recipe),
        smaller=smaller_sizes(recipe.shape, size, spec),
        as_shot=spec.picture == "as-shot",
        scenes=scenes if len(scenes) > 1 else (),
    )
    logo, notes = _stamps(recipe, plain, look, work / f"stamps-{path.name}.png")
    notes = (*notes_on(developed), *notes)
    output, mended = cared_for(replace(plain, logo=logo), recipe, look, jumps)
    hidden = known.veils.of(recipe) if known.veils is not None else Hidden()
    output, notes = replace(output, mattes=hidden.mattes), (*notes, *hidden.notes)
    facts: dict[str, object] = {"develop": developed, **mended, **hidden.facts}
    if len(scenes) > 1:
        facts["scenes"] = [scene.facts(float(fps)) for scene in scenes]
        framing = replace(framing, why="shot by shot: " + "; ".join(dict.fromkeys(one.framing.why for one in scenes)))
    elif camera is not None:
        facts["camera"] = camera.facts()
    if stretch is not None:
        facts["stretch"] = {"begin_s": round(float(begin), 3), "why": stretch.why}
        notes = (*notes, *((IN_SPEECH,) if stretch.in_speech else ()))
    return Planned(output=output, framing=framing, facts=facts, notes=notes, unreadable=hidden.texts)


def _within(look: ClipLook, begin_s: float, end_s: float) -> ClipLook:
    """What is seen in a stretch; its colours stay those of the whole clip, so that its parts match."""
    pairs = list(zip(look.samples, look.seen, strict=True))
    inside = [pair for pair in pairs if begin_s <= pair[0].t_s < end_s]
    if not inside:
        inside = [min(pairs, key=lambda pair: abs(pair[0].t_s - (begin_s + end_s) / 2))]
    samples, seen = (tuple(one) for one in zip(*inside, strict=True))
    findings = replace(merge(seen), marks=look.findings.marks)
    return replace(look, samples=samples, seen=seen, findings=findings)


def _size(recipe: Recipe, scenes: Sequence[Scene], info: ClipInfo) -> Size:
    """As large as its crops are; a border alone takes the size that the whole picture asks for."""
    framing = next((one.framing for one in scenes if one.framing.fit == "crop"), scenes[0].framing)
    return even_size(export_size(recipe.shape, framing, info.size))


def on_its_ground(scene: Scene, look: ClipLook, size: Size, cut: Cut) -> Scene:
    """The scene, its blurred border the ground it stands on where every look at it meets the border plainly."""
    framing, fps = scene.framing, float(cut.fps)
    if framing.fit != "blur":
        return scene
    begin_s, end_s = cut.begin_s + scene.begin / fps, cut.begin_s + scene.end / fps
    looks = [sample.rgb for sample in look.samples if begin_s <= sample.t_s < end_s]
    plain = [ends_plainly(part_of(rgb, framing.crop, look.findings.size), size) for rgb in looks]
    return replace(scene, framing=replace(framing, continued=all(plain))) if plain else scene


def _seen_on_the_way(look: ClipLook, output: ClipOutput) -> Findings:
    """Every face that is shown at one of the looks, where the framing of that moment puts it."""
    seen = [
        seen_in(findings, output.framing_at(max(0.0, sample.t_s - float(output.begin))), output.size)
        for sample, findings in zip(look.samples, look.seen, strict=True)
    ]
    subject = seen[len(seen) // 2].subject
    return Findings(size=output.size, faces=tuple(face for one in seen for face in one.faces), subject=subject)


def _stamps(
    recipe: Recipe, output: ClipOutput, look: ClipLook, drawn: Path
) -> tuple[ClipLogo | None, tuple[Note, ...]]:
    """What is laid over the picture, drawn once as the file `drawn`; its place suits every look of the stretch."""
    if recipe.overlay is None:
        return None, ()
    middle, size = look.samples[len(look.samples) // 2], output.size
    at_middle = output.framing_at(max(0.0, middle.t_s - float(output.begin)))
    moves = output.camera is not None or output.scenes
    seen = _seen_on_the_way(look, output) if moves else seen_in(look.findings, at_middle, size)
    under = framed(middle.rgb, at_middle, size, recipe.frame.pad_colour, look.findings.size)
    picture = shown_at(at_middle, size).as_box()
    stamps, notes = stamps_for(recipe, ground_of(under, seen, clip_spec(recipe).safe_zone, picture))
    if not stamps:
        return None, notes
    part = stamps_for_clip(under, stamps, drawn)
    return ClipLogo(drawn, part.x_px, part.y_px), notes
