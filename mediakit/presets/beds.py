"""Which of a preset's beds a clip gets: one that may be used there, chosen as the preset says, always the same.

`hash` shares the beds out by the clip's content; `length` takes the bed that lasts as long as the clip with the least left
over (one of those too short would have to be looped); `calm` and `lively` take the bed that says so best in its name's
order of `energy`. Ties are decided by content, so that a re-run is the same and many clips share the beds out evenly.
"""

from __future__ import annotations

import datetime
import hashlib
from functools import lru_cache
from pathlib import Path

from mediakit.model import Note
from mediakit.platforms.schema import Target
from mediakit.presets.assets import reference
from mediakit.presets.licences import SUFFIX, Refused, licence_of, refusal, refuse
from mediakit.presets.load import LoadedPreset

WITH_BEDS = ("music", "mix")
"""Sound modes that need a bed."""
WITHOUT_LICENCE = "bed-without-licence"
NOT_LICENSED = "bed-not-licensed"


def bed_path(loaded: LoadedPreset, index: int) -> Path:
    """The file of the preset's bed number `index`."""
    return loaded.assets[f"sound.beds.{index}.file"]


def choose_bed(loaded: LoadedPreset, target: Target, seed: str, duration_s: float | None = None) -> int | None:
    """The number of the bed for a clip whose content is `seed`, None where the preset has none.

    duration_s: how long the clip is; without it `length` chooses as `hash` does. Raises DataError where the preset has beds
    and none of them may be used on `target`.
    """
    allowed, refused = _judged(loaded, target, _today())
    if not allowed:
        if refused:
            raise refuse(refused)
        return None
    best = list(allowed)
    if loaded.preset.sound.choose == "length" and duration_s is not None:
        best = _most_fitting(loaded, allowed, duration_s)
    elif loaded.preset.sound.choose in ("calm", "lively"):
        best = _by_energy(loaded, allowed)
    return max(best, key=lambda index: _draw(seed, reference(bed_path(loaded, index)).sha256))


def bed_notes(loaded: LoadedPreset, target: Target) -> tuple[Note, ...]:
    """What a person should know about the preset's beds on `target`: which are passed over, which have no licence."""
    allowed, refused = _judged(loaded, target, _today())
    notes = [Note(NOT_LICENSED, f"Not used: {one.words}") for one in refused]
    return (*notes, *(note for index in allowed for note in licence_notes(bed_path(loaded, index))))


def licence_notes(bed: Path) -> tuple[Note, ...]:
    """A warning where `bed` has no licence beside it."""
    if licence_of(bed) is not None:
        return ()
    words = f"Nobody says that {bed.name} may be used: there is no {bed.name}{SUFFIX} beside it."
    return (Note(WITHOUT_LICENCE, words),)


def may_be_used(bed: Path, loaded: LoadedPreset, target: Target) -> Refused | None:
    """Why `bed`, wherever it comes from, may not be used on `target` by this preset."""
    sound = loaded.preset.sound
    return refusal(bed, target, territory=sound.territory, strict=sound.unlicensed == "refuse", today=_today())


@lru_cache(maxsize=256)
def _judged(loaded: LoadedPreset, target: Target, _day: datetime.date) -> tuple[tuple[int, ...], tuple[Refused, ...]]:
    """The beds that may be used on `target`, and why the others may not."""
    found = [may_be_used(bed_path(loaded, index), loaded, target) for index in range(len(loaded.preset.sound.beds))]
    allowed = tuple(index for index, refused in enumerate(found) if refused is None)
    return allowed, tuple(refused for refused in found if refused is not None)


def _most_fitting(loaded: LoadedPreset, allowed: tuple[int, ...], duration_s: float) -> list[int]:
    """The shortest of the beds that last as long as the clip, or the longest of all."""
    lengths = {index: seconds_of(bed_path(loaded, index)) for index in allowed}
    enough = {index: length for index, length in lengths.items() if length >= duration_s}
    wanted = min(enough.values()) if enough else max(lengths.values())
    return [index for index, length in (enough or lengths).items() if length == wanted]


def _by_energy(loaded: LoadedPreset, allowed: tuple[int, ...]) -> list[int]:
    """The beds with the least, or the most, of the energy that the preset gives them."""
    energies = {index: loaded.preset.sound.beds[index].energy for index in allowed}
    wanted = min(energies.values()) if loaded.preset.sound.choose == "calm" else max(energies.values())
    return [index for index, energy in energies.items() if energy == wanted]


def seconds_of(bed: Path) -> float:
    """How long a bed (or a clip) is, by its header; 0 where that does not say."""
    stat = bed.stat()
    return _seconds(bed, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=256)
def _seconds(bed: Path, _mtime_ns: int, _bytes: int) -> float:
    import av

    from mediakit.tools.ffmpeg import file_url

    try:
        with av.open(file_url(bed), options={"protocol_whitelist": "file"}) as container:
            return float(container.duration or 0) / 1_000_000
    except (av.error.FFmpegError, OSError, ValueError):
        return 0.0


def _draw(seed: str, content: str) -> bytes:
    """Rendezvous hashing: a bed that is added or removed changes only the clips that move to or from it."""
    return hashlib.sha256(f"{seed}:{content}".encode()).digest()


def _today() -> datetime.date:
    return datetime.datetime.now(tz=datetime.UTC).date()
