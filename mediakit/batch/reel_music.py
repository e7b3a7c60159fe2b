"""The music of a reel: what was named, else a bed of the preset, always the same for the same photos."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from mediakit.model import Note
from mediakit.platforms.schema import Target
from mediakit.presets.beds import bed_path, choose_bed, licence_notes, may_be_used
from mediakit.presets.licences import refuse
from mediakit.presets.load import LoadedPreset

NO_MUSIC = Note("no-music", "The reel is silent: no --music was given, and the preset has no bed.")


def music_for(
    music: Path | None, loaded: LoadedPreset, target: Target, paths: Sequence[Path]
) -> tuple[Path | None, tuple[Note, ...]]:
    """The file to play, None for silence, and what has to be said about it. Raises DataError for music without the rights."""
    if music is not None:
        refused = may_be_used(music, loaded, target)
        if refused is not None:
            raise refuse([refused])
        return music, licence_notes(music)
    names = "\n".join(sorted(path.name for path in paths))
    index = choose_bed(loaded, target, hashlib.sha256(names.encode()).hexdigest())
    if index is None:
        return None, (NO_MUSIC,)
    bed = bed_path(loaded, index)
    return bed, licence_notes(bed)
