"""Which photos a reel shows, in which order, and each of them made ready: looked at, cleared, coloured, cut for its move.

Named files are taken as they were named. From a folder: what a post.toml puts in order, else the best take of everything
that is not rejected, best first. A photo that cannot be used is left out, and a note names it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mediakit.batch.cull import cull
from mediakit.batch.keeping import person_keeps
from mediakit.batch.marks_in import with_marks, without_marks
from mediakit.batch.people import without_bystanders
from mediakit.batch.post_file import find_posts
from mediakit.batch.shoot import Shoot, find_sources
from mediakit.errors import FileError, NothingToDoError
from mediakit.frame.solve import focus_box, solve
from mediakit.model import Box, Face, Findings, Kind, Note, Size, Source
from mediakit.photo.finish import developed
from mediakit.photo.open import open_photo
from mediakit.photo.render import framed, looked_at, seen_in
from mediakit.photo.retouch import retouch
from mediakit.pixels.resample import size_of
from mediakit.platforms.schema import SafeZone, Shape
from mediakit.platforms.targets import resolve
from mediakit.presets.load import LoadedPreset
from mediakit.presets.recipe import Recipe
from mediakit.presets.recipes import recipe_for
from mediakit.reel.frames import Rgb8, Slide, prepared_canvas
from mediakit.reel.moves import plan_move

_BORDERED_ZOOM = 0.03
"""A photo got its border because nothing of it may be cut, so the move over it cuts next to nothing either."""


@dataclass(frozen=True, slots=True)
class Picked:
    """The photos of a reel, in order, and what has to be said about the choice."""

    sources: tuple[Source, ...]
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A photo as the reel shows it. faces: where they are in its first and last frame, in pixels of the reel."""

    rel: str
    slide: Slide
    faces: tuple[Box, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Candidates:
    """The photos a reel may show. ordered: somebody said in which order; else the best are to be chosen."""

    shoot: Shoot
    photos: tuple[Source, ...]
    ordered: bool

    @property
    def notes(self) -> tuple[Note, ...]:
        """What could not be taken for a photo."""
        return tuple(Note("left-out", f"{one.rel} was left out: {one.problem.message}") for one in self.shoot.refused)


def candidates(paths: Sequence[Path]) -> Candidates:
    """The photos at or below `paths`: as they were named, as a post has them, else as they are found. Nothing is opened.

    Raises NothingToDoError where there is none.
    """
    shoot = find_sources(paths)
    photos = [source for source in shoot.sources if source.kind is Kind.PHOTO]
    found = Candidates(shoot, tuple(photos), ordered=not shoot.folders)
    if not photos:
        hint = " ".join(note.message for note in found.notes) or "Name photos, or a folder that has some."
        raise NothingToDoError("There is no photo to make a reel of.", hint)
    if found.ordered:
        named = {path.resolve(): place for place, path in enumerate(paths)}
        photos.sort(key=lambda source: named.get(source.path.resolve(), len(named)))
        return replace(found, photos=tuple(photos))
    ordered = _in_post_order(shoot, photos)
    return replace(found, photos=tuple(ordered), ordered=True) if ordered else found


def pick(found: Candidates, loaded: LoadedPreset, most: int, *, jobs: int | None = None) -> Picked:
    """The photos to show, at most `most`. Raises NothingToDoError where none can be used."""
    if not found.ordered:
        best = _best(found.shoot, found.photos, loaded, most, jobs)
        return replace(best, notes=(*found.notes, *best.notes))
    left_out = found.photos[most:]
    notes = (Note("too-many", f"{len(left_out)} photos are more than the reel has time for."),) if left_out else ()
    return Picked(found.photos[:most], (*found.notes, *notes))


def _in_post_order(shoot: Shoot, photos: Sequence[Source]) -> list[Source]:
    """The photos of the first post that a person put in order; empty where there is none."""
    by_name = {source.rel: source for source in photos}
    for post in find_posts(shoot):
        if post.ordered:
            return [by_name[rel] for rel in post.members if rel in by_name]
    return []


def _best(shoot: Shoot, photos: Sequence[Source], loaded: LoadedPreset, most: int, jobs: int | None) -> Picked:
    preset = loaded.preset
    culled = cull(photos, preset.limits, chosen=person_keeps(shoot.root), jobs=jobs)
    takes = [*(group.takes[0] for group in culled.groups), *culled.alone]
    good = [take for take in takes if take.score.value >= preset.score.reject_below]
    kept = sorted(good or takes, key=lambda take: (-take.score.value, take.rel))[: min(most, preset.reel.most_photos)]
    by_name = {source.rel: source for source in photos}
    notes = [Note("left-out", f"{rel}: {problem.message}") for rel, problem in culled.failed]
    if not kept:
        raise NothingToDoError("None of the photos can be used.", " ".join(note.message for note in notes))
    return Picked(tuple(by_name[take.rel] for take in kept), tuple(notes))


def reel_recipe(loaded: LoadedPreset, recipe: Recipe) -> Recipe:
    """How photos are coloured and retouched in a reel for the surface of `recipe`: as the brand's photos are."""
    (as_shot,) = resolve(["as-shot.image"])
    return recipe_for(loaded, as_shot, Kind.PHOTO).model_copy(update={"target": recipe.target})


def make_ready(
    source: Source, loaded: LoadedPreset, recipe: Recipe, shape: Shape, size: Size, seconds: float, inwards: bool
) -> tuple[Shown, tuple[Note, ...]]:
    """One photo as a slide of `size` that is shown for `seconds`. Raises FileError where it cannot be used."""
    preset = loaded.preset
    zone = recipe.target.surface.clip.safe_zone if recipe.target.surface.clip else None
    recipe = recipe.keeping(preset.privacy.keep_faces.get(source.rel, ()))
    photo = open_photo(source.path, preset.limits, at_least=_decoded_for(size))
    look = looked_at(photo)
    if recipe.marks is not None:
        look = with_marks(look, photo, "codes" if recipe.marks.find == "codes" else "all")
    hidden = without_bystanders(photo, look.findings, [recipe])
    readable, blurred = without_marks(hidden.photo, hidden.findings, recipe)
    findings = replace(hidden.findings, focus=focus_box(preset.frame.focus or photo.meta.focus, photo.shown))
    pixels, seen, crop, why = _laid_out(readable.pixels, findings, shape, size, loaded, zone)
    bordered = pixels is not readable.pixels
    zoom = min(preset.reel.zoom, _BORDERED_ZOOM) if bordered else preset.reel.zoom
    move = plan_move(seen, crop, zoom=zoom, seconds=seconds, inwards=inwards, glide=crop.area < 0.98 * seen.size.pixels)
    canvas, moved = prepared_canvas(pixels, move, size)
    notes: list[Note] = []
    coloured, _ = developed(canvas, look.tone, recipe, notes)
    part = _part(seen, move.begin, move.end, size_of(canvas))
    smooth = retouch(coloured, part.faces, recipe.retouch, shown_scale=size_of(canvas).width_px / crop.w)
    notes += smooth.notes
    slide = Slide(smooth.pixels, moved)
    faces = tuple(_in_frame(face.box, window, size) for window in (move.begin, move.end) for face in seen.main_faces)
    told = [Note(note.code, f"{source.rel}: {note.message}") for note in (*blurred, *notes)]
    return Shown(source.rel, slide, faces, why), tuple(told)


def _decoded_for(size: Size) -> Size:
    """Enough for a tall window of a landscape photo: as high as the reel, and half as much again for the zoom."""
    return Size(size.height_px * 3 // 2, size.height_px * 3 // 2)


def _laid_out(
    pixels: Rgb8, findings: Findings, shape: Shape, size: Size, loaded: LoadedPreset, zone: SafeZone | None
) -> tuple[Rgb8, Findings, Box, str]:
    """The pixels to move over, what they show, the best crop of them, and why. Bordered photos are laid out first."""
    framing = solve(findings, shape, loaded.preset.frame, safe_zone=zone)
    if framing.fit != "crop":
        laid = framed(pixels, framing, size, loaded.preset.frame.pad_colour, findings.size)
        return laid, seen_in(findings, framing, size), Box(0, 0, size.width_px, size.height_px), framing.why
    scale = pixels.shape[1] / findings.size.width_px
    return pixels, _scaled(findings, scale, size_of(pixels)), framing.crop.as_box().scaled(scale), framing.why


def _scaled(findings: Findings, scale: float, size: Size) -> Findings:
    faces = tuple(
        Face(face.box.scaled(scale), face.confidence, tuple((x * scale, y * scale) for x, y in face.points))
        for face in findings.faces
    )
    subject = findings.subject.scaled(scale) if findings.subject else None
    return Findings(size=size, faces=faces, subject=subject)


def _part(seen: Findings, begin: Box, end: Box, size: Size) -> Findings:
    """What the canvas shows, in its pixels."""
    left, top = min(begin.x, end.x), min(begin.y, end.y)
    scale = size.width_px / (max(begin.right, end.right) - left)
    faces = tuple(
        Face(
            Box((f.box.x - left) * scale, (f.box.y - top) * scale, f.box.w * scale, f.box.h * scale),
            f.confidence,
            tuple(((x - left) * scale, (y - top) * scale) for x, y in f.points),
        )
        for f in seen.faces
    )
    return Findings(size=size, faces=faces)


def _in_frame(box: Box, window: Box, size: Size) -> Box:
    scale = size.width_px / window.w
    return Box((box.x - window.x) * scale, (box.y - window.y) * scale, box.w * scale, box.h * scale)


def left_out(source: Source, error: FileError) -> Note:
    """What is said of a photo that could not be used."""
    return Note("left-out", f"{source.rel} was left out: {error.message}")
