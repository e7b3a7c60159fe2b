"""A reel as one call, as programs ask for it; the command line is a thin coat over this.

from mediakit import make_reel
reel = make_reel("shoot/", preset="muselle", to="xiaohongshu.video", out="reel.mp4")
print(reel.duration_s, reel.photos)
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mediakit.batch import reel
from mediakit.batch.reel import Reel, ReelPlan, render_reel
from mediakit.batch.reel_music import music_for
from mediakit.errors import UsageError
from mediakit.model import Kind
from mediakit.platforms.schema import Target
from mediakit.platforms.targets import targets_for
from mediakit.presets.load import LoadedPreset, load_preset

DEFAULT_OUT = Path("reel.mp4")


def make_reel(
    *paths: str | Path,
    out: str | Path = DEFAULT_OUT,
    music: str | Path | None = None,
    to: str | None = None,
    preset: str | Path | None = None,
    cut: bool = False,
    jobs: int | None = None,
    threads: int = 1,
) -> Reel:
    """Make a vertical video of photos and publish it at `out`, an .mp4.

    paths: photos in the order to show them, or folders to pick the best of. music: a file; None: a bed of the preset, or
    silence. to: a surface for video; None: the preset's first. preset: a name or a folder; None: "base". cut: cuts on the
    beats instead of crossfades. jobs: worker processes that read the photos, None for one a core.

    Raises a SetupError before anything is written, FileError where the music cannot be used, no photo can, the disk refuses
    or what was written would not conform; then nothing is at `out`.
    """
    plan = plan_reel(*paths, out=out, music=music, to=to, preset=preset, cut=cut, jobs=jobs, threads=threads)
    return render_reel(plan, threads=threads)


def plan_reel(
    *paths: str | Path,
    out: str | Path = DEFAULT_OUT,
    music: str | Path | None = None,
    to: str | None = None,
    preset: str | Path | None = None,
    cut: bool = False,
    jobs: int | None = None,
    threads: int = 1,
) -> ReelPlan:
    """What `make_reel` would make of the same words; nothing is written. Raises as `make_reel` does."""
    loaded = load_preset(preset or "base", overrides={"reel.change": "cut"} if cut else None)
    target, photos = _target(to, loaded), [Path(path) for path in paths]
    bed, notes = music_for(None if music is None else Path(music), loaded, target, photos)
    plan = reel.plan_reel(photos, loaded, target, Path(out), music=bed, threads=threads, jobs=jobs)
    return replace(plan, notes=(*notes, *plan.notes))


def _target(said: str | None, loaded: LoadedPreset) -> Target:
    """The surface the reel is for: what was said, else the first for video among the preset's. Raises UsageError."""
    found = targets_for([said] if said else loaded.preset.targets, Kind.CLIP)
    if not found:
        raise UsageError(f"{said or 'The preset'} has no surface for video.", "See `mediakit target list`.")
    return found[0]
