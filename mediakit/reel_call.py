"""A reel as one call: photos -> timeline -> video -> report. The command line is a thin coat over this.

from mediakit import make_reel
reel = make_reel("shoot/", preset="muselle", to="xiaohongshu.video", out="reel.mp4")
print(reel.duration_s, reel.photos)

Beside the video lie what lies in any folder of ours: manifest.json, report.html and the ledger; what they told of before
they go on telling. The same words a second time render nothing.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from mediakit.batch import reel, reel_row
from mediakit.batch.ledger import Ledger
from mediakit.batch.outfolder import ledger_path, only_run
from mediakit.batch.reel import Reel, ReelPlan, render_reel
from mediakit.batch.reel_music import music_for
from mediakit.batch.reel_photos import Candidates, candidates
from mediakit.errors import UsageError
from mediakit.model import Kind, Note, Outcome, Score, Verdict
from mediakit.platforms.schema import Target
from mediakit.platforms.targets import targets_for
from mediakit.presets.load import LoadedPreset, load_preset
from mediakit.quality.verdict import verdict
from mediakit.report import manifest
from mediakit.report.write import write_report

DEFAULT_OUT = Path("reel.mp4")


@dataclass(frozen=True, slots=True)
class _Asked:
    """A reel's words, understood: nothing has been opened but the preset and the names of the photos."""

    loaded: LoadedPreset
    target: Target
    found: Candidates
    music: Path | None
    notes: tuple[Note, ...]
    out: Path

    def plan(self, jobs: int | None, threads: int) -> ReelPlan:
        """Choose the photos and time them."""
        planned = reel.plan_reel(
            self.found, self.loaded, self.target, self.out, music=self.music, threads=threads, jobs=jobs
        )
        return replace(planned, notes=(*self.notes, *planned.notes))


def make_reel(  # noqa: PLR0913 - what the command line can say
    *paths: str | Path,
    out: str | Path = DEFAULT_OUT,
    music: str | Path | None = None,
    to: str | None = None,
    preset: str | Path | None = None,
    cut: bool = False,
    force: bool = False,
    jobs: int | None = None,
    threads: int = 1,
) -> Reel:
    """Make a vertical video of photos and publish it at `out`, an .mp4.

    paths: photos in the order to show them, or folders to pick the best of. music: a file; None: a bed of the preset, or
    silence. to: a surface for video; None: the preset's first. preset: a name or a folder; None: "base". cut: cuts on the
    beats instead of crossfades. force: make it again though it is there. jobs: worker processes for choosing, None for one
    a core.

    Raises a SetupError before anything is written, FileError where the music cannot be used, no photo can, the disk refuses
    or what was written would not conform; then nothing is at `out` but what was there before.
    """
    start = time.monotonic()
    asked = _asked(paths, out, music, to, preset, cut)
    folder = asked.out.parent
    with only_run(folder, below=False), Ledger(ledger_path(folder)) as ledger:
        made_by = reel_row.fingerprint(asked.loaded, asked.target, asked.music)
        photos = reel_row.identity(asked.found, ledger)
        made = None if force else reel_row.recalled(ledger, asked.out, photos, made_by)
        if made is None:
            made = render_reel(asked.plan(jobs, threads), threads=threads)
            reel_row.record(ledger, made, photos, made_by)
        outcome = reel_row.outcome(ledger, made, photos, made_by)
        _tell(outcome, asked.loaded, folder, time.monotonic() - start)
    return made


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
    return _asked(paths, out, music, to, preset, cut).plan(jobs, threads)


def _asked(
    paths: Sequence[str | Path],
    out: str | Path,
    music: str | Path | None,
    to: str | None,
    preset: str | Path | None,
    cut: bool,
) -> _Asked:
    loaded = load_preset(preset or "base", overrides={"reel.change": "cut"} if cut else None)
    target, photos = _target(to, loaded), [Path(path) for path in paths]
    bed, notes = music_for(None if music is None else Path(music), loaded, target, photos)
    reel.refuse(photos, target, Path(out))
    return _Asked(loaded, target, candidates(photos), bed, notes, Path(out))


def _target(said: str | None, loaded: LoadedPreset) -> Target:
    """The surface the reel is for: what was said, else the first for video among the preset's. Raises UsageError."""
    found = targets_for([said] if said else loaded.preset.targets, Kind.CLIP)
    if not found:
        raise UsageError(f"{said or 'The preset'} has no surface for video.", "See `mediakit target list`.")
    return found[0]


def _tell(outcome: Outcome, loaded: LoadedPreset, folder: Path, seconds: float) -> None:
    """Write the reel into the reports of `folder`, beside what they tell of already."""

    def verdict_of(score: Score) -> Verdict:
        return verdict(score, loaded.preset.score)

    row = manifest.source_json(outcome, verdict_of)
    before = _told_before(folder) or manifest.head(
        preset_name=loaded.preset.name, preset_fingerprint=loaded.fingerprint
    )
    others = [source for source in cast("list[Any]", before["sources"]) if source["path"] != outcome.rel]
    write_report({**before, "sources": [*others, row]}, folder, seconds=seconds)


def _told_before(folder: Path) -> dict[str, Any] | None:
    """The manifest that lies in `folder`; None where there is none of ours."""
    try:
        document = json.loads((folder / manifest.NAME).read_bytes())
        ours = document["schema"] == manifest.SCHEMA and "mediakit" in document and "sources" in document
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return document if ours else None
