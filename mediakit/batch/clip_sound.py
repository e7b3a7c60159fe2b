"""The sound of a clip's deliverables: made once for all that want the same, then copied into each."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from mediakit.audio.hear import Heard
from mediakit.audio.track import Track, make_track
from mediakit.batch.clip_plan import Planned
from mediakit.model import Note, Seconds
from mediakit.presets.beds import licence_notes
from mediakit.presets.licences import licence_of
from mediakit.presets.recipe import Recipe
from mediakit.video.clip import ClipInfo


@dataclass(slots=True)
class Sounds:
    """Makes each distinct soundtrack of one clip once. `work` holds them until the clip is rendered."""

    source: Path
    info: ClipInfo
    heard: Heard | None
    work: Path
    threads: int
    _made: dict[tuple[object, ...], Track | None] = field(default_factory=dict)

    def added_to(self, planned: Planned, recipe: Recipe) -> Planned:
        """The plan with its soundtrack, or without one where the clip is to be silent. Raises FileError."""
        track = self._track(recipe, planned.output.begin, planned.output.duration(self.info))
        if track is None:
            return planned
        facts = {
            **planned.facts,
            "sound": {
                "loudness_lufs": track.loudness_lufs,
                "true_peak_dbtp": track.true_peak_dbtp,
                "gain": track.gain_mode,
                **track.facts,
                **_licence(recipe),
            },
        }
        notes = (*planned.notes, *_about_bed(recipe))
        return replace(planned, output=replace(planned.output, track=track.path), facts=facts, notes=notes)

    def _track(self, recipe: Recipe, begin: Seconds, duration: Seconds) -> Track | None:
        sound, spec = recipe.sound, recipe.target.surface.clip
        assert sound is not None  # recipes of clips have a sound
        assert spec is not None
        bed = recipe.asset(recipe.bed.file) if recipe.bed else None
        key = (sound, bed, begin, duration, spec.audio_kbps)
        if key not in self._made:
            folder = self.work / f"sound-{len(self._made)}"
            folder.mkdir()
            self._made[key] = make_track(
                self.source if self.info.audio else None,
                audio_stream=self.info.audio.stream if self.info.audio else None,
                start_s=self.info.start + begin,
                duration_s=duration,
                sound=sound,
                bed=bed,
                work=folder,
                audio_kbps=spec.audio_kbps,
                threads=self.threads,
                heard=_from(self.heard, float(begin)),
            )
        return self._made[key]


def _about_bed(recipe: Recipe) -> tuple[Note, ...]:
    bed = recipe.asset(recipe.bed.file) if recipe.bed else None
    return () if bed is None else licence_notes(bed)


def _licence(recipe: Recipe) -> dict[str, object]:
    """Whose music it is, where its licence says so."""
    bed = recipe.asset(recipe.bed.file) if recipe.bed else None
    licence = None if bed is None else licence_of(bed)
    return {} if licence is None else {"bed_licence": licence.facts()}


def _from(heard: Heard | None, begin_s: float) -> Heard | None:
    """What was heard, on the clock of a deliverable that begins at `begin_s`."""
    if heard is None or begin_s == 0:
        return heard
    return replace(heard, speech=tuple((max(0.0, a - begin_s), b - begin_s) for a, b in heard.speech if b > begin_s))
