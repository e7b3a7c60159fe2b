"""One reel: photos picked and made ready, changes laid on the beats of the bed, composed, written, checked, published.

    pick -> hear the beats -> time -> make each photo ready -> sound -> compose and write -> check -> publish

Everything a preset says about photos holds here too: tone and look, skin, bystanders, codes, the disclosure. Photos are read
in processes apart, which one of them may crash.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from mediakit.audio.beats import find_beats, listener
from mediakit.audio.bed import open_bed
from mediakit.audio.pcm import RATE
from mediakit.audio.track import Track, make_track
from mediakit.batch.apart import each_apart
from mediakit.batch.outfolder import published
from mediakit.batch.reel_card import disclosure_on, end_card
from mediakit.batch.reel_photos import Candidates, Shown, left_out, make_ready, pick, reel_recipe
from mediakit.batch.workers import PHOTO_LIMIT_S, workers_for
from mediakit.errors import Fault, FileError, UsageError
from mediakit.model import Check, Kind, Note, Seconds, Size, Source
from mediakit.pixels.light import Rgb8
from mediakit.platforms.check import Expected, check_file, conforms
from mediakit.platforms.load import extra_folders
from mediakit.platforms.schema import ClipSpec, Shape, Target
from mediakit.presets.load import LoadedPreset
from mediakit.presets.recipe import Recipe
from mediakit.presets.recipes import recipe_for
from mediakit.reel.frames import Composer
from mediakit.reel.timing import LONGEST_S, Timing, most_pictures, time_pictures
from mediakit.reel.write import FPS, write_reel
from mediakit.tools.reach import Reach, can_be_kept
from mediakit.video.encode import Encoding

_HEARD_S = LONGEST_S + 2.0
_UPRIGHT = "9:16"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reel:
    """A written reel: what it shows and when, what it sounds like, and whether it conforms."""

    path: Path
    target: str
    size: Size
    duration_s: float
    bytes: int
    photos: tuple[str, ...]
    why: tuple[str, ...]
    changes_s: tuple[float, ...]
    on_beats: bool
    bed: str
    checks: tuple[Check, ...]
    notes: tuple[Note, ...] = ()
    facts: dict[str, object] = field(default_factory=dict)
    kept: bool = False
    """It was there already, made of the same photos in the same way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReelPlan:
    """What a reel is going to be: which photos from when to when, to which music. Nothing is rendered yet."""

    path: Path
    loaded: LoadedPreset = field(repr=False)
    target: Target
    shape: Shape
    size: Size
    recipe: Recipe = field(repr=False)
    sources: tuple[Source, ...]
    timing: Timing
    beats: tuple[float, ...]
    card: Rgb8 | None = field(repr=False)
    card_s: float
    longest_s: float
    music: Path | None
    notes: tuple[Note, ...]
    jobs: int | None = None
    """Processes that read the photos, which are confined; None for one a core."""

    @property
    def spec(self) -> ClipSpec:
        """The surface's rules."""
        return _surface(self.target)[0]


def plan_reel(
    found: Candidates,
    loaded: LoadedPreset,
    target: Target,
    out: Path,
    *,
    music: Path | None,
    threads: int = 1,
    jobs: int | None = None,
) -> ReelPlan:
    """Pick from the photos `found` and lay them on the beats of `music` (None: silence); nothing is written.

    Raises a SetupError where nothing can be made of what was asked, FileError where the music cannot be used.
    """
    spec, shape = _surface(target)
    size = _size(shape)
    longest_s = min(LONGEST_S, spec.max_duration_s or LONGEST_S)
    recipe = recipe_for(loaded, target, Kind.CLIP, bed_seed="")
    card, notes = end_card(loaded, recipe, size)
    card_s = loaded.preset.reel.card_s if card is not None else 0.0
    picked = pick(found, loaded, most_pictures(card_s, longest_s), jobs=jobs)
    beats = () if music is None else _beats(music, loaded, threads)
    each_s = loaded.preset.reel.each_s
    timing = time_pictures(len(picked.sources), each_s=each_s, card_s=card_s, beats=beats, longest_s=longest_s)
    return ReelPlan(
        path=out,
        loaded=loaded,
        target=target,
        shape=shape,
        size=size,
        recipe=recipe,
        sources=picked.sources,
        timing=timing,
        beats=beats,
        card=card,
        card_s=card_s,
        longest_s=longest_s,
        music=music,
        notes=(*notes, *picked.notes),
        jobs=jobs,
    )


def render_reel(plan: ReelPlan, *, threads: int = 1) -> Reel:
    """Render what was planned and publish it.

    Raises FileError where none of the photos can be used, the disk refuses, or what was written does not conform; then
    nothing is at `plan.path`.
    """
    size, spec, timing, loaded = plan.size, plan.spec, plan.timing, plan.loaded
    with tempfile.TemporaryDirectory(prefix="mediakit-") as name:
        work = Path(name)
        shown, said = _made_ready(plan.sources, loaded, plan.recipe, plan.shape, size, timing, plan.jobs)
        if len(shown) < len(plan.sources):
            each_s = loaded.preset.reel.each_s
            timing = time_pictures(
                len(shown), each_s=each_s, card_s=plan.card_s, beats=plan.beats, longest_s=plan.longest_s
            )
        patch, warned = disclosure_on(plan.recipe, [box for one in shown for box in one.faces], shown[0].slide, size)
        composer = Composer([one.slide for one in shown], plan.card, timing, size, fade_s=_fade_s(loaded), patch=patch)
        frames = round(timing.total_s * FPS)
        track = _sound(plan.music, loaded, Seconds(frames, FPS), spec, work, threads)
        with published(plan.path) as temporary:
            sound = track.path if track else None
            write_reel(temporary, composer.frame, size, frames, sound, _encoding(spec, loaded), threads=threads)
            expect = Expected(size=size, duration_s=frames / FPS, has_audio=track is not None)
            checks = check_file(temporary, plan.target, expect=expect)
            _refuse_unfit(checks, plan.target, plan.path)
            written_bytes = temporary.stat().st_size
    return Reel(
        path=plan.path,
        target=plan.target.name,
        size=size,
        duration_s=round(frames / FPS, 3),
        bytes=written_bytes,
        photos=tuple(one.rel for one in shown),
        why=tuple(one.why for one in shown),
        changes_s=timing.changes,
        on_beats=bool(plan.beats),
        bed=plan.music.name if plan.music is not None else "",
        checks=checks,
        notes=(*plan.notes, *said, *warned),
        facts={} if track is None else {"sound": track.facts},
    )


def _surface(target: Target) -> tuple[ClipSpec, Shape]:
    """What the target takes as a clip, and the upright shape of it. Raises UsageError where it takes none."""
    spec = target.surface.clip
    if spec is None or spec.picture == "as-shot":
        raise UsageError(f"{target.name} takes no reel.", "Choose a surface for video, such as xiaohongshu.video.")
    if target.ratio is not None:
        return spec, target.shape(Kind.CLIP)
    return spec, next((shape for shape in spec.shapes if shape.ratio == _UPRIGHT), spec.shapes[0])


def _size(shape: Shape) -> Size:
    return shape.export_size(Size(1080, 1920), even=True)


def refuse(paths: Sequence[Path], target: Target, out: Path) -> None:
    """Raise UsageError where `target` takes no reel, where it would be written over a photo, and where the next run would
    take it for a source.
    """
    _surface(target)
    if out.suffix.lower() != ".mp4":
        raise UsageError(f"{out.name}: a reel is an .mp4 file.", "Like this: --out reel.mp4")
    there = out.resolve()
    if any(path.resolve() == there for path in paths):
        raise UsageError(f"{out} is one of the photos.", "Choose another --out.")
    for folder in (path for path in paths if path.is_dir() and there.is_relative_to(path.resolve())):
        raise UsageError(f"{out} lies inside the shoot {folder}.", "Give --out another folder.")


def _beats(music: Path, loaded: LoadedPreset, threads: int) -> tuple[float, ...]:
    """The beats of the bed as it will be played, its loop included."""
    with tempfile.TemporaryDirectory(prefix="mediakit-") as name:
        played = Path(name) / "beats.f32"
        crossfade_s = loaded.preset.sound.crossfade_s
        bed = open_bed(music, round(_HEARD_S * RATE), crossfade_s=crossfade_s, scratch=played, threads=threads)
        heard = listener()
        for block in bed.blocks():
            heard.add(block)
    return find_beats(heard.levels())


def _made_ready(
    sources: Sequence[Source],
    loaded: LoadedPreset,
    recipe: Recipe,
    shape: Shape,
    size: Size,
    timing: Timing,
    jobs: int | None,
) -> tuple[list[Shown], list[Note]]:
    """Every photo that can be used. Raises the last one's FileError where none can."""
    photo_recipe = reel_recipe(loaded, recipe)
    calls = [
        (source.rel, (source, loaded, photo_recipe, shape, size, until_s - from_s, index % 2 == 0))
        for index, (source, (from_s, until_s)) in enumerate(zip(sources, pairwise(timing.changes), strict=False))
    ]
    processes, _ = workers_for(jobs, len(calls))
    made = each_apart(
        make_ready, calls, processes=processes, limit_s=PHOTO_LIMIT_S, reach=_reach(sources, loaded, photo_recipe)
    )
    shown: list[Shown] = []
    notes: list[Note] = []
    refused: FileError | None = None
    for source, one in zip(sources, made, strict=True):
        if isinstance(one, FileError):
            refused = one
            notes.append(left_out(source, one))
            continue
        shown.append(one[0])
        notes += one[1]
    if refused is not None and not shown:
        raise refused
    return shown, notes


def _reach(sources: Sequence[Source], loaded: LoadedPreset, recipe: Recipe) -> Reach | None:
    """What making photos ready needs of the disk: them, and what the preset brings."""
    if not can_be_kept():
        return None
    files = [*loaded.assets.values(), *(asset.path for asset in recipe.assets.values())]
    folders = {source.root for source in sources} | {file.parent for file in files} | set(extra_folders())
    return Reach(tuple(sorted(map(str, folders))))


def _fade_s(loaded: LoadedPreset) -> float:
    reel = loaded.preset.reel
    return reel.crossfade_s if reel.change == "crossfade" else 0.0


def _sound(
    music: Path | None, loaded: LoadedPreset, duration: Seconds, spec: ClipSpec, work: Path, threads: int
) -> Track | None:
    if music is None:
        return None
    return make_track(
        None,
        audio_stream=None,
        start_s=Seconds(0),
        duration_s=duration,
        sound=loaded.preset.sound.model_copy(update={"mode": "music", "beds": ()}),
        bed=music,
        work=work,
        audio_kbps=spec.audio_kbps,
        threads=threads,
    )


def _encoding(spec: ClipSpec, loaded: LoadedPreset) -> Encoding:
    budgets = [size for size in (spec.max_bytes, spec.target_bytes) if size is not None]
    return Encoding(
        max_video_kbps=spec.max_video_kbps,
        max_level=spec.max_level,
        max_bytes=min(budgets, default=None),
        max_gop_s=spec.max_gop_s,
        x264_preset=loaded.preset.clip.x264_preset,
    )


def _refuse_unfit(checks: tuple[Check, ...], target: Target, out: Path) -> None:
    if conforms(checks):
        return
    broken = ", ".join(
        f"{c.rule} is {c.measured}, allowed {c.limit}" for c in checks if not c.ok and c.severity == "block"
    )
    raise FileError(
        Fault.CHECK_FAILED, f"{out.name} would not conform to {target.name}: {broken}.", "Nothing was written."
    )
